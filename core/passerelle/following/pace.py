"""How fast following goes."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast to follow. `batch` people per request; `tries` in a row may fail before the queue stops itself."""

    batch: int
    points_per_hour: int
    points_per_day: int
    tries: int
    first_pause: float  # seconds after the first failure, doubled after each further one
    longest_pause: float
    pause_when_limited: float  # seconds after a 429 that does not say how long


# https://docs.bsky.app/docs/advanced-guides/rate-limits: 5,000 points an hour and 35,000 a day, 3 per record created.
# applyWrites takes 200 at once (packages/pds/src/api/com/atproto/repo/applyWrites.ts); 25 keep "pause" prompt.
DEFAULT = Pace(
    batch=25,
    points_per_hour=5000,
    points_per_day=35_000,
    tries=6,
    first_pause=2.0,
    longest_pause=120.0,
    pause_when_limited=300.0,
)
