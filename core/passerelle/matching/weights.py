"""The weight of each sign: log odds that it adds. docs/reach.md says how they were fitted, and how well they do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from passerelle.matching.signs import Sign

# fitted: on pairs of real accounts, whose handles and names are real. generated: on the invented half of the same
# world (bios, follows, links), whose rates are stated in docs/reach.md. hand: where neither says enough.
Origin = Literal["fitted", "generated", "hand"]


@dataclass(frozen=True, slots=True)
class Weight:
    """Log odds, and where the number comes from."""

    value: float
    origin: Origin


# Raw probabilities of the model, and which share of such candidates was right in the worlds it was fitted on; between
# two of them it is interpolated. The model adds signs up as if they were independent, which they are not quite.
KNOTS: tuple[tuple[float, float], ...] = ((0.0, 0.0), (1.0, 1.0))
BIAS = Weight(-3.04, "fitted")
WEIGHTS: Mapping[Sign, Weight] = {
    "named_by_x": Weight(6.00, "hand"),
    "links_back": Weight(2.36, "generated"),
    "domain_is_site": Weight(6.00, "hand"),
    "same_site": Weight(3.06, "generated"),
    "same_handle_rare": Weight(2.60, "fitted"),
    "same_handle_common": Weight(3.24, "fitted"),
    "same_label": Weight(1.00, "fitted"),
    "similar_handle": Weight(1.05, "fitted"),
    "same_name_rare": Weight(0.77, "fitted"),
    "same_name_common": Weight(1.15, "fitted"),
    "transliterated_name": Weight(0.05, "fitted"),
    "similar_name": Weight(-0.61, "fitted"),
    "name_is_handle": Weight(-0.85, "fitted"),
    "different_name": Weight(-2.02, "fitted"),
    "no_name": Weight(-0.68, "fitted"),
    "bio_alike": Weight(2.94, "generated"),
    "bio_partly_alike": Weight(0.74, "generated"),
    "bio_different": Weight(-1.73, "generated"),
    "followed_by_one": Weight(2.12, "generated"),
    "followed_by_two": Weight(4.37, "generated"),
    "followed_by_more": Weight(4.13, "generated"),
    "unused": Weight(-1.15, "generated"),
    "few_posts": Weight(-0.34, "generated"),
    "young": Weight(-0.32, "generated"),
}
