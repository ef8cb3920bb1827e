"""Measure one world: true and wrong matches in each lane, the baseline, requests, calibration, neighbours."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import sqrt
from random import Random
from typing import Any

from passerelle.identifiers import Did
from passerelle.matching.candidates.neighbours import MAX_FOUND, Neighbours
from passerelle.matching.lanes import lane_of
from passerelle.matching.score import Scored

from tests.reach.search import Looked, Results, exhaust, find_baseline, is_theirs, look_for, score_all
from tests.reach.servers import Servers
from tests.reach.world import World, XPerson

TENTHS = 10
# Of the model's own probability, for the curve: which limit would show how many right and wrong ones.
LIMITS = (0.99, 0.97, 0.95, *(step / 20 for step in range(18, 0, -1)), 0.02)
Z = 1.96  # standard errors to each side of a 95 % interval
FOUND_FIRST = (0, 25, 50, 100, 200, 400)  # people found before neighbours are asked

# Probability, whether the candidate was right, and the person: candidates of one person depend on each other.
Point = tuple[float, bool, str]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one person; `proposal` is True for one of their accounts, None for no proposal.

    `best`: the model's own probability of the best candidate, however low, and whether it is one of their accounts.
    """

    person: XPerson
    lane: str
    proposal: bool | None
    baseline: bool | None
    best: tuple[float, bool] | None = None


@dataclass(frozen=True, slots=True)
class Measured:
    """One world measured."""

    outcomes: Sequence[Outcome]
    unconfirmed: Counter[str]
    points: Sequence[Point]
    requests: dict[str, int]


async def find_points(world: World, known: Sequence[str]) -> list[Point]:
    """Return what is said about each candidate of a world, and whether it is so."""
    people = [one.sought for one in world.people]
    return list(_points(world, await look_for(people, Servers(world), known, MAX_FOUND)))


async def measure(world: World, known: Sequence[str]) -> Measured:
    """Look for everyone in a world; `known` are accts that a directory would suggest servers by."""
    servers = Servers(world)
    looked = await look_for([one.sought for one in world.people], servers, known, MAX_FOUND)
    outcomes = [await _outcome(person, looked.results, servers) for person in world.people]
    unconfirmed = [one.sought for one in world.unconfirmed]
    others = await look_for(unconfirmed, Servers(world), known, MAX_FOUND, looked.found)
    lanes = Counter[str](lane_of(scored) for scored in others.results.values())
    return Measured(outcomes, lanes, list(_points(world, looked)), _requests(looked, servers))


def summarize(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """Return the counts of `make reach` for some people."""
    lanes = {lane: _count(one.proposal for one in outcomes if one.lane == lane) for lane in ("sure", "probable")}
    unresolved = sum(one.lane == "none" for one in outcomes)
    return {**lanes, "unresolved": unresolved, "baseline": _count(one.baseline for one in outcomes)}


def find_curve(outcomes: Sequence[Outcome]) -> list[tuple[float, int, int]]:
    """Return for each limit how many people's best candidates at or above it are right, and how many are wrong."""
    best = [one.best for one in outcomes if one.best]
    above = [(limit, [is_right for raw, is_right in best if raw >= limit]) for limit in LIMITS]
    return [(limit, sum(some), len(some) - sum(some)) for limit, some in above]


def calibrate(points: Iterable[Point]) -> list[tuple[float, float, int]]:
    """Return for each tenth of probability: its mean, the share that is true, and the number of candidates."""
    return [
        (_mean([p for p, *_ in one]), _mean([is_true for _, is_true, _ in one]), len(one)) for one in _tenths(points)
    ]


def find_margins(points: Iterable[Point]) -> list[tuple[int, float]]:
    """Return for each tenth how many people its candidates are of, and half the 95 % interval of what is missed.

    Candidates of one person are not independent, in one world or in several, so the variance is that of people: K.-Y.
    Liang, S. L. Zeger, Longitudinal data analysis using generalized linear models: https://doi.org/10.1093/biomet/73.1.13
    """
    return [(len({name for *_, name in one}), _margin(one)) for one in _tenths(points)]


def _margin(points: Sequence[Point]) -> float:
    mean = sum(is_true - probability for probability, is_true, _ in points) / len(points)
    missed: dict[str, float] = {}
    for probability, is_true, name in points:
        missed[name] = missed.get(name, 0.0) + is_true - probability - mean
    return round(Z * sqrt(sum(one * one for one in missed.values())) / len(points), 4)


def _tenths(points: Iterable[Point]) -> list[list[Point]]:
    """Return the points of each tenth of probability that has any."""
    tenths: list[list[Point]] = [[] for _ in range(TENTHS)]
    for point in points:
        tenths[min(TENTHS - 1, int(point[0] * TENTHS))].append(point)
    return [one for one in tenths if one]


def _mean(values: Sequence[float]) -> float:
    return round(sum(values) / len(values), 4)


async def measure_neighbours(world: World, seed: str) -> list[dict[str, int]]:
    """Return what neighbours alone add when so many people were found first, of the pairs on Bluesky that remain."""
    servers = Servers(world)
    dids = {one.sought.rest_id: _true_did(world, one) for one in world.people}
    order = [one for one in world.people if dids[one.sought.rest_id]]
    Random(seed).shuffle(order)
    lines = []
    for count in FOUND_FIRST:
        first = frozenset(one.sought.rest_id for one in order[:count])
        rest = [one for one in world.people if one.sought.rest_id not in first]
        found = [Did(did) for one in order[:count] if (did := dids[one.sought.rest_id])]
        before = servers.counts.total()
        proposals = await exhaust(Neighbours([one.sought for one in rest], found), servers)
        results = score_all([one.sought for one in rest], proposals)
        said = [is_theirs(one, best[0].candidate) for one in rest if (best := _shown(results[one.sought.rest_id]))]
        lines.append(
            {
                "found_first": len(found),
                "remaining": max(0, len(order) - len(found)),
                "true": sum(said),
                "wrong": len(said) - sum(said),
                "requests": servers.counts.total() - before,
            }
        )
    return lines


def _shown(scored: Sequence[Scored]) -> Sequence[Scored]:
    return scored if lane_of(scored) != "none" else ()


async def _outcome(person: XPerson, results: Results, servers: Servers) -> Outcome:
    scored = results[person.sought.rest_id]
    shown = _shown(scored)
    handle = await find_baseline(person.sought, servers)
    baseline = None if handle is None else handle in person.accounts
    is_right = is_theirs(person, scored[0].candidate) if scored else None
    best = (scored[0].raw, is_right) if scored and is_right is not None else None
    return Outcome(person, lane_of(scored), is_right if shown else None, baseline, best)


def _points(world: World, looked: Looked) -> Iterable[Point]:
    for person in world.people:
        for one in looked.results[person.sought.rest_id]:
            yield one.probability, is_theirs(person, one.candidate), person.sought.screen_names[0].lower()


def _count(said: Iterable[bool | None]) -> dict[str, int]:
    counts = Counter(said)
    return {"true": counts[True], "wrong": counts[False]}


def _requests(looked: Looked, servers: Servers) -> dict[str, int]:
    return {**looked.requests, "baseline": servers.counts["baseline"]}


def _true_did(world: World, person: XPerson) -> str | None:
    return next((did for one in sorted(person.accounts) if (did := world.handles.get(one))), None)
