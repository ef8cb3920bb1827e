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
    (0.063, 0.07),
    (0.137, 0.12),
    (0.241, 0.226),
    (0.344, 0.384),
    (0.445, 0.507),
    (0.546, 0.534),
    (0.641, 0.635),
    (0.753, 0.795),
    (0.857, 0.905),
    (0.939, 0.958),
    (0.993, 0.993),
)
BIAS = Weight(-3.00, "fitted")
WEIGHTS: Mapping[Sign, Weight] = {
    "named_by_x": Weight(6.00, "hand"),
    "links_back": Weight(2.67, "generated"),
    "domain_is_site": Weight(6.00, "hand"),
    "same_site": Weight(3.40, "generated"),
    "same_handle_rare": Weight(2.60, "fitted"),
    "same_handle_common": Weight(3.25, "fitted"),
    "same_label": Weight(1.74, "fitted"),
    "similar_handle": Weight(1.02, "fitted"),
    "same_name_rare": Weight(0.89, "fitted"),
    "same_name_common": Weight(1.18, "fitted"),
    "transliterated_name": Weight(0.09, "fitted"),
    "similar_name": Weight(-0.56, "fitted"),
    "name_is_handle": Weight(-0.89, "fitted"),
    "different_name": Weight(-2.05, "fitted"),
    "no_name": Weight(-0.72, "fitted"),
    "bio_alike": Weight(3.02, "generated"),
    "bio_partly_alike": Weight(0.16, "generated"),
    "bio_different": Weight(-1.77, "generated"),
    "followed_by_one": Weight(2.22, "generated"),
    "followed_by_two": Weight(4.76, "generated"),
    "followed_by_more": Weight(4.65, "generated"),
    "unused": Weight(-1.23, "generated"),
    "few_posts": Weight(-0.42, "generated"),
    "young": Weight(-0.44, "generated"),
    "one_of_several": Weight(-1.41, "generated"),
}
