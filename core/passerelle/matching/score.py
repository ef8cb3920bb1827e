"""Candidates of one person -> probabilities: a conditional logit model over signs, with "none of these" as an outcome.

The strength of a candidate is the sum of its signs' weights (weights.py). The candidates of one network share the
probability with each other and with "none", so several good ones make each other less likely:

    p(candidate) = e^strength / (1 + sum over its network's candidates of e^strength)

D. McFadden, Conditional logit analysis of qualitative choice behavior, 1973:
https://eml.berkeley.edu/reprints/mcfadden/zarembka.pdf

What is returned is calibrated: the share of such candidates that were right (KNOTS of weights.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from math import exp

from passerelle.matching.exclusions import is_excluded
from passerelle.matching.records import Candidate, Sought
from passerelle.matching.signs import Sign, find_signs
from passerelle.matching.weights import BIAS, KNOTS, WEIGHTS

MOST_LISTED = 5  # candidates of one person that are shown


@dataclass(frozen=True, slots=True)
class Scored:
    """A candidate with the signs it has and its probability to be the person's account."""

    candidate: Candidate
    signs: frozenset[Sign]
    probability: float


def score(
    person: Sought, candidates: Iterable[Candidate], now: datetime, *, is_signed_in: bool = False
) -> list[Scored]:
    """Return the candidates that may be proposed, the most probable first."""
    allowed = [one for one in candidates if not is_excluded(one, is_signed_in=is_signed_in)]
    found = [(one, find_signs(person, one, now)) for one in allowed]
    scored = [
        Scored(one, signs, probability)
        for network in ("bluesky", "fediverse")
        for (one, signs), probability in _share([pair for pair in found if pair[0].network == network])
    ]
    return sorted(scored, key=lambda one: (-one.probability, one.candidate.key))


def strength(signs: Iterable[Sign]) -> float:
    """Return the log odds of a candidate with these signs against "none", were it alone."""
    return BIAS.value + sum(WEIGHTS[sign].value for sign in signs)


def calibrate(raw: float) -> float:
    """Return the share of candidates with this raw probability that are right, by interpolation between KNOTS.

    >>> calibrate(0.0)
    0.0
    """
    (low, start), (high, end) = next(
        ((one, other) for one, other in pairwise(KNOTS) if raw <= other[0]), (KNOTS[-1], KNOTS[-1])
    )
    return start + (end - start) * (raw - low) / (high - low) if high > low else end


def _share(
    found: Sequence[tuple[Candidate, frozenset[Sign]]],
) -> Iterable[tuple[tuple[Candidate, frozenset[Sign]], float]]:
    powers = [exp(strength(signs)) for _, signs in found]
    total = 1 + sum(powers)
    return zip(found, (calibrate(power / total) for power in powers), strict=True)
