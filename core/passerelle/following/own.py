"""What a server says about the own account: how old it is, and which labels it bears."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

UNKNOWN_AGE = timedelta(days=7)  # neither brand-new nor established: the second tier of each network


@dataclass(frozen=True, slots=True)
class OwnAccount:
    """The own account as its server shows it. `labels`: those that moderation has put on it and that stop the queue.

    `created_at` is None where it is not known; `read_at` is on our clock.
    """

    created_at: datetime | None
    labels: frozenset[str]
    read_at: datetime

    def age(self, now: datetime) -> timedelta:
        """Return how old the account is; UNKNOWN_AGE where that is not known, or lies in the future."""
        is_known = self.created_at is not None and self.created_at <= now
        return now - self.created_at if is_known and self.created_at else UNKNOWN_AGE
