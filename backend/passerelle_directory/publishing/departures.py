"""Statements of sources about organisations that left X -> one entry per organisation, with all its sources."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from passerelle.directory import EvidenceSource, Row
from passerelle.directory.departures import Departed

from passerelle_directory.models import Departure
from passerelle_directory.publishing.rows import UNKNOWN_KIND, make_source

MONTHS = 12  # of a year


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


def find_leaving_dates(statements: Iterable[Departure]) -> dict[str, date]:
    """Return the day from which an organisation is known to have left X, by its handle and by its acct.

    Where only a month, a year, or "no later than" is known, it is the last day that this can mean; where nothing is
    known of the date, the newest source's own date. Accounts that were merely closed are left out: they may have been
    merged.
    """
    dates: dict[str, date] = {}
    for entry in make_departures(statements):
        if entry.how != "closed" and (day := _last_day(entry)):
            dates.update({name.lower(): day for name in (entry.handle, entry.acct) if name})
    return dates


def find_departed(statements: Iterable[Departure]) -> list[Departed]:
    """Return the organisations known to have left X, with the day and one source each, ordered by name.

    Left out are people, who say it themselves or not at all, and accounts that were merely closed.
    """
    entries = (entry for entry in make_departures(statements) if entry.how != "closed" and entry.kind != "person")
    found = ((entry, day) for entry in entries if (day := _last_day(entry)))
    departed = (Departed(entry.organisation, day, entry.sources[0].name, entry.sources[0].url) for entry, day in found)
    return sorted(departed, key=lambda one: (one.organisation.casefold(), one.day))


def leaves_on(row: Row, dates: Mapping[str, date]) -> date | None:
    """Return the day of the organisation that a row is about; None for people, who say it themselves or not at all."""
    if row.kind == "person":
        return None
    names = (row.handle, str(row.acct) if row.acct else None)
    return next((dates[name.lower()] for name in names if name and name.lower() in dates), None)


def _last_day(entry: Left) -> date | None:
    text = entry.day or entry.by
    if text is None:
        return max((source.date for source in entry.sources if source.date), default=None)
    year, month, day = (*map(int, text.split("-")), None, None)[:3]
    month = month or MONTHS
    return date(year or 0, month, day or monthrange(year or 0, month)[1])


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
