"""Read claims again whose time has come: in the order of their time, each stored by itself, politely.

A run that is stopped goes on at the next one where it was, for what was read has a later time.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from passerelle.errors import NetworkError
from passerelle.transport import Fetch, Request, Response
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from passerelle_directory.models import StoredClaim
from passerelle_directory.registrar.checking import Registrar
from passerelle_directory.registrar.store import write

PAUSE = 1.0  # seconds between two requests to one host
ENOUGH_FAILURES = 3  # in a row; then a host is not asked again in this run
ASKS_TO_WAIT = frozenset({429, 503})


@dataclass(slots=True)
class Counts:
    """How many claims were read, and how many are left for a later run because a server did not answer."""

    read: int = 0
    unanswered: int = 0


class PoliteFetch:
    """A fetch that leaves a pause between requests to one host, and stops asking one that fails or asks to wait."""

    def __init__(
        self,
        fetch: Fetch,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._fetch, self._clock, self._sleep = fetch, clock, sleep
        self._asked_at: dict[str, float] = {}
        self._failures: dict[str, int] = {}

    async def __call__(self, request: Request) -> Response:
        """Answer as the core's `Fetch` does. Raises NetworkError for a host that is left alone."""
        host = urlsplit(request.url).netloc
        if self._failures.get(host, 0) >= ENOUGH_FAILURES:
            raise NetworkError("This server is left alone for now.", host=host)
        self._wait(host)
        try:
            response = await self._fetch(request)
        except NetworkError:
            self._failures[host] = self._failures.get(host, 0) + 1
            raise
        self._failures[host] = ENOUGH_FAILURES if response.status in ASKS_TO_WAIT else 0
        return response

    def _wait(self, host: str) -> None:
        due = self._asked_at.get(host, -PAUSE) + PAUSE
        if (left := due - self._clock()) > 0:
            self._sleep(left)
        self._asked_at[host] = self._clock()


def recheck(registrar: Registrar, now: datetime, limit: int | None = None) -> Counts:
    """Read the claims that are due, at most `limit`; delete those of which nothing is proven for long."""
    write(registrar.sessions, lambda session: _delete_unproven(session, now))
    counts = Counts()
    for claim_id in _due(registrar, now, limit):
        registrar.check(claim_id)
        counts.read += 1
        counts.unanswered += _is_unanswered(registrar, claim_id)
    return counts


def _due(registrar: Registrar, now: datetime, limit: int | None) -> list[str]:
    query = select(StoredClaim.claim_id).where(StoredClaim.next_at <= now).order_by(StoredClaim.next_at, StoredClaim.id)
    with registrar.sessions() as session:
        return list(session.scalars(query.limit(limit) if limit is not None else query))


def _is_unanswered(registrar: Registrar, claim_id: str) -> bool:
    with registrar.sessions() as session:
        return bool(session.scalar(select(StoredClaim.failures).where(StoredClaim.claim_id == claim_id)))


def _delete_unproven(session: Session, now: datetime) -> None:
    is_over = StoredClaim.kept_until <= now
    session.execute(delete(StoredClaim).where(StoredClaim.grade.is_(None), StoredClaim.failures == 0, is_over))
