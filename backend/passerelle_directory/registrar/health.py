"""Whether the registrar can work, and how many claims wait to be read again."""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from sqlalchemy import func, select
from sqlalchemy.exc import DatabaseError

from passerelle_directory.models import StoredClaim
from passerelle_directory.registrar.checking import Registrar


def find_database_fault(registrar: Registrar) -> str | None:
    """Return `database` where claims cannot be read from it, else None."""
    try:
        with registrar.sessions() as session:
            session.scalars(select(StoredClaim).limit(1)).all()
    except DatabaseError:
        return "database"
    return None


class Waiting(Collector):
    """Counts the claims whenever Prometheus asks; none where the database does not answer."""

    def __init__(self, registrar: Registrar) -> None:
        self._registrar = registrar

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield the number of claims by grade, and of those that are due."""
        try:
            with self._registrar.sessions() as session:
                is_due = StoredClaim.next_at <= self._registrar.clock()
                due = session.scalar(select(func.count()).select_from(StoredClaim).where(is_due)) or 0
                grades = session.execute(select(StoredClaim.grade, func.count()).group_by(StoredClaim.grade)).all()
        except DatabaseError:
            return
        claims = GaugeMetricFamily("passerelle_claims", "Claims and objections by grade", labels=["grade"])
        for grade, count in grades:
            claims.add_metric([grade or "none"], count)
        yield claims
        yield GaugeMetricFamily("passerelle_claims_due", "Claims to be read again by now", due)
