"""Candidates of one person -> probabilities: a conditional logit model over signs, with "none of these" as an outcome.

The strength of a candidate is the sum of its signs' weights (weights.py). The candidates of one network share the
probability with each other and with "none", so several good ones make each other less likely:

    p(candidate) = e^strength / (1 + sum over its network's candidates of e^strength)

D. McFadden, Conditional logit analysis of qualitative choice behavior, 1973:
https://eml.berkeley.edu/reprints/mcfadden/zarembka.pdf

What is returned is calibrated: the share of such candidates that were right (KNOTS of weights.py).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import exp

from passerelle.identifiers import RestId
from passerelle.matching.base_rate import estimate_odds
from passerelle.matching.exclusions import is_excluded
from passerelle.matching.records import Candidate, Sought
from passerelle.matching.signs import Sign, find_signs
from passerelle.matching.weights import MODEL, Model

Found = tuple[Candidate, frozenset[Sign]]


@dataclass(frozen=True, slots=True)
class Scored:
    """A candidate with the signs it has and its probability to be the person's account.

    `raw` is the model's own probability: it orders candidates whose calibrated one is the same.
    """

    candidate: Candidate
    signs: frozenset[Sign]
    probability: float
    raw: float


def score_everyone(
    people: Iterable[Sought],
    candidates: Mapping[RestId, Sequence[Candidate]],
    now: datetime,
    *,
    is_signed_in: bool = False,
    is_circle_known: bool = False,
    model: Model = MODEL,
) -> dict[RestId, list[Scored]]:
    """Return the scored candidates of each person, with the share of people who have an account estimated from all.

    For when every source was asked: before, the signs that are still missing would look like people without accounts.
    `is_circle_known`: candidates/neighbours.py.
    """
    steps = score_in_steps(
        people, candidates, now, is_signed_in=is_signed_in, is_circle_known=is_circle_known, model=model
    )
    while True:
        try:
            next(steps)
        except StopIteration as end:
            scored: dict[RestId, list[Scored]] = end.value
            return scored


def score_in_steps(
    people: Iterable[Sought],
    candidates: Mapping[RestId, Sequence[Candidate]],
    now: datetime,
    *,
    is_signed_in: bool = False,
    is_circle_known: bool = False,
    is_complete: bool = True,
    model: Model = MODEL,
) -> Generator[int, None, dict[RestId, list[Scored]]]:
    """Return what `score_everyone` returns, with a step after each person, so that the caller can yield in between.

    `is_complete`: every source was asked. Until then the share of people who have an account is not estimated.
    """
    found: dict[RestId, list[Found]] = {}
    for done, one in enumerate(people):
        mine = candidates.get(one.rest_id, ())
        found[one.rest_id] = _find(one, mine, now, is_signed_in=is_signed_in, is_circle_known=is_circle_known)
        yield done
    sets = [some for listed in found.values() for some in _by_network(listed)]
    totals = [sum(exp(model.strength(signs)) for _, signs in some) for some in sets]
    odds = estimate_odds(totals, model.share) if is_complete else 1.0
    return {rest_id: _score(listed, odds, model) for rest_id, listed in found.items()}


def score(
    person: Sought,
    candidates: Iterable[Candidate],
    now: datetime,
    *,
    is_signed_in: bool = False,
    model: Model = MODEL,
) -> list[Scored]:
    """Return the candidates that may be proposed, the most probable first, while sources are still asked."""
    return _score(_find(person, candidates, now, is_signed_in=is_signed_in), 1.0, model)


def _find(
    person: Sought,
    candidates: Iterable[Candidate],
    now: datetime,
    *,
    is_signed_in: bool,
    is_circle_known: bool = False,
) -> list[Found]:
    allowed = [one for one in candidates if not is_excluded(one, is_signed_in=is_signed_in)]
    counts = Counter(one.network for one in allowed)
    signs = (find_signs(person, one, now, is_circle_known=is_circle_known) for one in allowed)
    return [(one, mine | _rivals(counts[one.network])) for one, mine in zip(allowed, signs, strict=True)]


def _rivals(count: int) -> frozenset[Sign]:
    return frozenset({"one_of_several"}) if count > 1 else frozenset()


def _score(found: Sequence[Found], odds: float, model: Model) -> list[Scored]:
    scored = (one for some in _by_network(found) for one in _share(some, odds, model))
    return sorted(scored, key=lambda one: (-one.raw, one.candidate.key))


def _by_network(found: Sequence[Found]) -> Iterator[list[Found]]:
    for network in dict.fromkeys(one.network for one, _ in found):
        yield [pair for pair in found if pair[0].network == network]


def _share(found: Sequence[Found], odds: float, model: Model) -> Iterator[Scored]:
    powers = [odds * exp(model.strength(signs)) for _, signs in found]
    total = 1 + sum(powers)
    for (one, signs), power in zip(found, powers, strict=True):
        yield Scored(one, signs, model.calibrate(power / total), power / total)
