"""How fast following goes: the limits of one network, as `queue` and `schedule` need them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast to follow. `batch` items per request; after `tries` failures in a row the queue stops itself."""

    batch: int
    points_per_follow: int
    points_per_hour: int
    points_per_day: int
    tries: int
    first_pause: float  # seconds after the first failure, doubled after each further one
    longest_pause: float
    pause_when_limited: float  # seconds after a 429 that does not say how long
