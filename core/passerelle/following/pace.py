"""How fast following goes: the limits of one network, as `queue` and `schedule` need them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `amount` within any time of length `window`."""

    amount: int
    window: timedelta


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast to follow. `batch` items per request; after `tries` failures in a row the queue stops itself.

    A follow costs `points_per_follow` of `limits`, an undone one `points_per_undo`. Where following twice makes two
    records, a list of follows counts as read for `fresh_for` seconds; None where it is harmless. Where a server counts
    requests too, each one for the account costs one of `request_limits`, and a person is begun only when
    `requests_per_person` are left.
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
