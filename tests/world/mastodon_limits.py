"""How many requests a Mastodon stand-in allows in a window, and how it says so.

Windows are fixed, as those of rack-attack (config/initializers/rack_attack.rb) and app/lib/rate_limiter.rb.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from tests.world.mastodon_software import Software

REQUESTS_IN_FIVE_MINUTES = 300
FIVE_MINUTES = timedelta(minutes=5)


@dataclass
class Window:
    """A number of requests for each fixed window of time."""

    limit: int
    length: timedelta
    now: Callable[[], datetime]
    used: dict[int, int] = field(default_factory=dict)

    @property
    def number(self) -> int:
        """The number of the current window."""
        return int(self.now().timestamp() // self.length.total_seconds())

    @property
    def remaining(self) -> int:
        """How many requests are left in the current window."""
        return max(self.limit - self.used.get(self.number, 0), 0)

    @property
    def resets_at(self) -> datetime:
        """When the next window begins."""
        return datetime.fromtimestamp((self.number + 1) * self.length.total_seconds(), UTC)

    def use(self) -> bool:
        """Count one request; return whether it is allowed."""
        self.used[self.number] = self.used.get(self.number, 0) + 1
        return self.used[self.number] <= self.limit


def limit_headers(window: Window, software: Software) -> tuple[tuple[str, str], ...]:
    """Return the headers that describe a window, in the software's spelling."""
    if software.reset is None:
        return ()
    moment = window.resets_at
    reset = moment.strftime("%Y-%m-%dT%H:%M:%S.000000Z") if software.reset == "iso" else str(int(moment.timestamp()))
    return (
        ("X-RateLimit-Limit", str(window.limit)),
        ("X-RateLimit-Remaining", str(window.remaining)),
        ("X-RateLimit-Reset", reset),
    )
