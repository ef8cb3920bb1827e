"""How fast following goes: the limits of one network, as `queue` and `schedule` need them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Literal

# "gentle": spread out, by the age of the own account. "fast": as fast as the servers allow.
Speed = Literal["gentle", "fast"]
DEFAULT_SPEED: Speed = "gentle"
SPEEDS: tuple[Speed, ...] = ("gentle", "fast")


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `amount` within any time of length `window`."""

    amount: int
    window: timedelta


@dataclass(frozen=True, slots=True)
class Tier:
    """How gentle to be with accounts younger than `below` (None: with all others). `limits` count people."""

    below: timedelta | None
    limits: tuple[Limit, ...]


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast to follow. `batch` items per request; after `tries` failures in a row the queue stops itself.

    A follow costs `points_per_follow` of `limits`, an undone one `points_per_undo`. Where following twice makes two
    records, a list of follows counts as read for `fresh_for` seconds; None where it is harmless. Where a server counts
    requests too, each one for the account costs one of `request_limits`, and a person is begun only when
    `requests_per_person` are left.

    `limits` are the server's. `spread` are our own, stricter ones; what is asked for by hand does not wait for them.
    `tiers` (youngest first) and `fast_batch` are what `at_speed` chooses from. `own_fresh_for`: seconds for which what
    was read about the own account counts; None: it is not read. `review`: how many people are looked at together before
    they are sent; None: none.
    """

    batch: int
    points_per_follow: int
    limits: tuple[Limit, ...]
    tries: int
    first_pause: float  # seconds after the first failure, doubled after each further one
    longest_pause: float
    pause_when_limited: float  # seconds after a 429 that does not say how long
    request_limits: tuple[Limit, ...] = ()
    requests_per_person: int = 1
    points_per_undo: int = 0
    fresh_for: float | None = None
    spread: tuple[Limit, ...] = ()
    tiers: tuple[Tier, ...] = ()
    fast_batch: int | None = None
    own_fresh_for: float | None = None
    review: int | None = None


def at_speed(pace: Pace, speed: Speed, age: timedelta) -> Pace:
    """Return the pace at a speed, for an own account of this age."""
    if speed == "fast":
        return replace(pace, batch=pace.fast_batch or pace.batch)
    tier = next((one for one in pace.tiers if one.below is None or age < one.below), None)
    if tier is None:
        return pace
    spread = tuple(Limit(limit.amount * pace.points_per_follow, limit.window) for limit in tier.limits)
    return replace(pace, batch=min(pace.batch, *(limit.amount for limit in tier.limits)), spread=spread)
