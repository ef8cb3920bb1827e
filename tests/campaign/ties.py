"""Ties among the members: one member follows another. As many as wanted, spread as in real archives."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from itertools import accumulate
from random import Random

# Of 44 real archives the median follows 167 accounts and the most 4,883: a log-normal distribution of this width
# (4,883 is at 2.2 standard deviations). In-degrees are at least as uneven.
SIGMA = 1.5
MOST = 5_000  # X lets an account follow 5,000 before it asks for followers of its own
PRECISE = 0.01
ROUNDS = 50


class TooDense(ValueError):
    """So few members cannot have so many ties."""


def make_ties(members: int, ties: int, rng: Random) -> list[array[int]]:
    """Return, for each member, the numbers of the members they follow, sorted; about `ties` in all.

    Raises TooDense.
    """
    most = min(MOST, (members - 1) // 2)
    if ties > members * most * 0.8:
        raise TooDense(f"{members} members cannot have {ties} ties.")
    fame = list(accumulate(rng.lognormvariate(0, SIGMA / 2) for _ in range(members)))
    return [_choose(member, wanted, fame, rng) for member, wanted in enumerate(_degrees(members, ties, most, rng))]


def turn_around(following: Sequence[array[int]]) -> list[array[int]]:
    """Return, for each member, the numbers of their followers, sorted."""
    followers = [array("I") for _ in following]
    for member, targets in enumerate(following):
        for target in targets:
            followers[target].append(member)
    return followers


def _degrees(members: int, ties: int, most: int, rng: Random) -> list[int]:
    """Draw how many each follows, scaled so that the sum is right although no one follows more than `most`."""
    shares = [rng.lognormvariate(0, SIGMA) for _ in range(members)]
    scale = ties / sum(shares)
    degrees: list[int] = []
    for _ in range(ROUNDS):
        degrees = [min(most, round(share * scale)) for share in shares]
        if abs(sum(degrees) - ties) <= PRECISE * ties:
            break
        scale *= ties / sum(degrees)
    return degrees


def _choose(member: int, wanted: int, fame: Sequence[float], rng: Random) -> array[int]:
    chosen: set[int] = set()
    while len(chosen) < wanted:
        chosen.update(rng.choices(range(len(fame)), cum_weights=fame, k=wanted - len(chosen)))
        chosen.discard(member)
    return array("I", sorted(chosen))
