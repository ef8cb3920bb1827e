"""Statements of sources about organisations that left X -> one entry per organisation, with all its sources."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from passerelle.directory import EvidenceSource

from passerelle_directory.models import Departure
from passerelle_directory.publishing.rows import UNKNOWN_KIND, make_source


@dataclass(frozen=True, slots=True)
class Left:
    """An organisation that left X: `day` is a year, month or day; where it is None, `by` may say the latest."""

    organisation: str
    kind: str
    country: str | None
    day: str | None
    by: str | None
    how: str
    handle: str | None
    acct: str | None
    sources: tuple[EvidenceSource, ...]


def make_departures(statements: Iterable[Departure]) -> list[Left]:
    """Return one entry for each organisation, the latest departures first.

    Where sources differ, the most exact date wins, then the earliest; every source is named.
    """
    groups: dict[str, list[Departure]] = {}
    for one in statements:
        groups.setdefault(one.key, []).append(one)
    entries = sorted(map(_left, groups.values()), key=lambda entry: entry.organisation.casefold())
    return sorted(entries, key=lambda entry: entry.day or "", reverse=True)


def _left(group: Sequence[Departure]) -> Left:
    best = min(group, key=lambda one: (-len(one.left or ""), one.left or "", one.id))
    return Left(
        organisation=best.organisation,
        kind=next((one.kind for one in group if one.kind != UNKNOWN_KIND), UNKNOWN_KIND),
        country=best.country,
        day=best.left,
        by=None if best.left else best.by,
        how=best.how,
        handle=next((one.handle for one in group if one.handle), None),
        acct=next((one.acct for one in group if one.acct), None),
        sources=tuple(map(make_source, group)),
    )
