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
    (0.007, 0.01),
    (0.063, 0.06),
    (0.148, 0.118),
    (0.241, 0.243),
    (0.349, 0.397),
    (0.448, 0.465),
    (0.564, 0.583),
    (0.652, 0.634),
    (0.743, 0.795),
    (0.866, 0.925),
    (0.944, 0.956),
    (0.994, 0.994),
)
BIAS = Weight(-3.23, "fitted")
WEIGHTS: Mapping[Sign, Weight] = {
    "named_by_x": Weight(6.00, "hand"),
    "links_back": Weight(2.76, "generated"),
    "domain_is_site": Weight(6.00, "hand"),
    "same_site": Weight(3.42, "generated"),
    "same_handle_rare": Weight(2.81, "fitted"),
    "same_handle_common": Weight(3.46, "fitted"),
    "same_label": Weight(1.86, "fitted"),
    "similar_handle": Weight(1.03, "fitted"),
    "same_name_rare": Weight(0.74, "fitted"),
    "same_name_common": Weight(0.85, "fitted"),
    "transliterated_name": Weight(0.12, "fitted"),
    "similar_name": Weight(-0.94, "fitted"),
    "name_is_handle": Weight(-0.93, "fitted"),
    "different_name": Weight(-2.24, "fitted"),
    "no_name": Weight(-0.78, "fitted"),
    "bio_alike": Weight(3.08, "generated"),
    "bio_partly_alike": Weight(0.17, "generated"),
    "bio_different": Weight(-1.78, "generated"),
    "followed_by_one": Weight(2.23, "generated"),
    "followed_by_two": Weight(4.73, "generated"),
    "followed_by_more": Weight(4.46, "generated"),
    "unused": Weight(-1.18, "generated"),
    "few_posts": Weight(-0.40, "generated"),
    "young": Weight(-0.44, "generated"),
}
