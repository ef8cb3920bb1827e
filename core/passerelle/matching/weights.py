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
KNOTS: tuple[tuple[float, float], ...] = (
    (0.0, 0.0),
    (0.007, 0.011),
    (0.058, 0.057),
    (0.143, 0.153),
    (0.298, 0.316),
    (0.488, 0.531),
    (0.718, 0.767),
    (0.864, 0.893),
    (0.946, 0.949),
    (0.994, 0.993),
)
BIAS = Weight(-2.91, "fitted")
WEIGHTS: Mapping[Sign, Weight] = {
    "named_by_x": Weight(6.00, "hand"),
    "links_back": Weight(2.28, "generated"),
    "domain_is_site": Weight(6.00, "hand"),
    "same_site": Weight(2.08, "generated"),
    "same_handle_rare": Weight(2.27, "fitted"),
    "same_handle_common": Weight(2.70, "fitted"),
    "same_label": Weight(1.75, "fitted"),
    "similar_handle": Weight(1.22, "fitted"),
    "same_name_rare": Weight(0.80, "fitted"),
    "same_name_common": Weight(1.10, "fitted"),
    "transliterated_name": Weight(0.04, "fitted"),
    "similar_name": Weight(0.75, "fitted"),
    "name_is_handle": Weight(-1.10, "fitted"),
    "different_name": Weight(-2.22, "fitted"),
    "no_name": Weight(-0.37, "fitted"),
    "bio_alike": Weight(2.78, "generated"),
    "bio_partly_alike": Weight(0.78, "generated"),
    "bio_different": Weight(-1.85, "generated"),
    "followed_by_one": Weight(2.01, "generated"),
    "followed_by_two": Weight(4.87, "generated"),
    "followed_by_more": Weight(5.28, "generated"),
    "followed_unlike": Weight(-3.92, "generated"),
    "unfollowed": Weight(-0.85, "generated"),
    "on_fediverse": Weight(0.62, "generated"),
    "unused": Weight(-1.00, "generated"),
    "few_posts": Weight(-0.20, "hand"),
    "young": Weight(-0.34, "generated"),
    "one_of_several": Weight(-1.16, "generated"),
}
