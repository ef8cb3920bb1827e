"""The weight of each sign: log odds that it adds. docs/reach.md says how they were fitted, and how well they do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
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
# two of them it is interpolated. The model adds signs up as if they were independent, which they are not quite. From
# 10 to 90 % there are four steps: the pairs at hand tell no finer shares apart (docs/reach.md, calibration).
KNOTS: tuple[tuple[float, float], ...] = (
    (0.0, 0.0),
    (0.007, 0.015),
    (0.056, 0.068),
    (0.119, 0.1),
    (0.119, 0.121),
    (0.214, 0.121),
    (0.214, 0.382),
    (0.424, 0.382),
    (0.424, 0.716),
    (0.753, 0.716),
    (0.753, 0.83),
    (0.873, 0.83),
    (0.873, 0.9),
    (0.953, 0.965),
    (0.995, 0.995),
)
# Share of non-empty candidate sets that hold one of the person's accounts, in the worlds that weights are fitted on.
FITTED_SHARE = 0.691
BIAS = Weight(-2.65, "fitted")
WEIGHTS: Mapping[Sign, Weight] = {
    "named_by_x": Weight(6.00, "hand"),
    "links_back": Weight(2.19, "generated"),
    "domain_is_site": Weight(6.00, "hand"),
    "same_site": Weight(2.31, "generated"),
    "same_handle_rare": Weight(2.16, "fitted"),
    "same_handle_common": Weight(2.58, "fitted"),
    "same_label": Weight(1.62, "fitted"),
    "similar_handle": Weight(1.29, "fitted"),
    "same_name_rare": Weight(1.06, "fitted"),
    "same_name_common": Weight(0.55, "fitted"),
    "transliterated_name": Weight(-0.17, "fitted"),
    "similar_name": Weight(1.41, "fitted"),
    "name_is_handle": Weight(-0.66, "fitted"),
    "different_name": Weight(-1.70, "fitted"),
    "no_name": Weight(0.19, "fitted"),
    "bio_alike": Weight(2.64, "generated"),
    "bio_partly_alike": Weight(0.35, "generated"),
    "bio_different": Weight(-1.62, "generated"),
    "followed_by_one": Weight(0.18, "generated"),
    "followed_by_two": Weight(2.94, "generated"),
    "followed_by_more": Weight(5.03, "generated"),
    "followed_unlike": Weight(-4.23, "generated"),
    "unfollowed": Weight(-2.32, "generated"),
    "on_fediverse": Weight(0.35, "generated"),
    "same_picture": Weight(1.50, "hand"),  # impersonators take pictures, too
    "unused": Weight(-1.18, "generated"),
    "few_posts": Weight(-0.20, "hand"),
    "young": Weight(-0.28, "generated"),
    "one_of_several": Weight(-0.95, "generated"),
}


@dataclass(frozen=True, slots=True)
class Model:
    """All that is fitted: `share` is that of base_rate.py, `knots` are raw probabilities and what they stand for."""

    bias: float
    weights: Mapping[Sign, float]
    knots: Sequence[tuple[float, float]]
    share: float

    def strength(self, signs: Iterable[Sign]) -> float:
        """Return the log odds of a candidate with these signs against "none", were it alone."""
        return self.bias + sum(self.weights[sign] for sign in signs)

    def calibrate(self, raw: float) -> float:
        """Return the share of candidates with this raw probability that are right, by interpolation between knots."""
        (low, start), (high, end) = next(
            ((one, other) for one, other in pairwise(self.knots) if raw <= other[0]), (self.knots[-1], self.knots[-1])
        )
        return start + (end - start) * (raw - low) / (high - low) if high > low else end


MODEL = Model(BIAS.value, {sign: weight.value for sign, weight in WEIGHTS.items()}, KNOTS, FITTED_SHARE)
