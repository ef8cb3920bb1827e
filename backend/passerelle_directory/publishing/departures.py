"""Statements of sources about organisations that left X -> one entry per organisation, with all its sources."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID, uuid5

from passerelle.directory import GRADES, EvidenceSource, Row
from passerelle.directory.departures import Departed

from passerelle_directory.folding import fold
from passerelle_directory.models import Departure
from passerelle_directory.publishing.rows import UNKNOWN_KIND, make_source

MONTHS = 12  # of a year
ENTRY_IDS = UUID("5d0fdc2f-3b67-4c4e-9a0c-9a1f4f1f7f0e")  # random; entries have the same id in every directory

# Which statements count, where sources state several things: what was done comes before an account that is gone for an
# unknown reason, and both before what was announced. Among the first, the latest decides: who left may have returned.
PRECEDENCE = (("suspended", "left", "returned"), ("closed",), ("announced",))
# A departure that was announced for a day has that day, unless a source says when it was.
DATED_BY = {"left": ("left", "announced"), "suspended": ("suspended", "announced")}
NOT_GONE = ("closed", "returned")  # an account that is closed may have been merged


def organisation_key(country: str | None, name: str) -> str:
    """Return what makes statements speak of the same organisation: its country, and its name in lower case."""
    return f"{country or ''} {' '.join(name.casefold().split())}"


@dataclass(frozen=True, slots=True)
class Left:
    """An organisation, or a person in `office`, that left X: `day` is a year, month or day.

    Where it is None, `by` may say the latest. `rest_id` and `screen_name` are the X account's, where it is known;
    `row_id` is the row of the directory about it, whose `handle`, `did` and `acct` come before what the sources say.
    `updated` is the time of the snapshot that first published the entry as it is now.
    """

    organisation: str
    kind: str
    country: str | None
    day: str | None
    by: str | None
    how: str
    handle: str | None
    acct: str | None
    sources: tuple[EvidenceSource, ...]
    office: str | None = None
    rest_id: str | None = None
    screen_name: str | None = None
    row_id: str | None = None
    did: str | None = None
    updated: str | None = None

    @property
    def entry_id(self) -> str:
        """Return the permanent id of this organisation's entry, a UUID."""
        return str(uuid5(ENTRY_IDS, organisation_key(self.country, self.organisation)))

    @property
    def last_day(self) -> date | None:
        """Return the last day on which it can have left; where nothing is known, the newest source's own date."""
        text = self.day or self.by
        if text is None:
            return max((source.date for source in self.sources if source.date), default=None)
        year, month, day = (*map(int, text.split("-")), None, None)[:3]
        month = month or MONTHS
        return date(year or 0, month, day or monthrange(year or 0, month)[1])

    def has_happened(self, today: date) -> bool:
        """Return whether it is gone, by what the sources say."""
        return self.how not in NOT_GONE and (self.how != "announced" or (self.last_day or today) <= today)


def make_departures(statements: Iterable[Departure]) -> list[Left]:
    """Return one entry for each organisation, the latest departures first.

    Where sources differ in the date, the most exact one wins, then the earliest; every source is named.
    """
    groups: dict[str, list[Departure]] = {}
    for one in statements:
        groups.setdefault(one.key, []).append(one)
    entries = sorted(map(_left, groups.values()), key=lambda entry: fold(entry.organisation))
    return sorted(entries, key=lambda entry: entry.day or "", reverse=True)


class DepartureIndex:
    """Finds the departure that a row is about: by the X account's id or name, by handle, or by acct.

    A row that has only the organisation's name and country in common gets no day; an entry whose sources state no
    address elsewhere is linked to it.
    """

    def __init__(self, entries: Iterable[Left]) -> None:
        self._entries = list(entries)
        self._rows: dict[int, Row] = {}
        self._namesakes: dict[int, Row] = {}
        self._places: dict[tuple[str, str], int] = {}
        self._names = {organisation_key(one.country, one.organisation): n for n, one in enumerate(self._entries)}
        for place, entry in enumerate(self._entries):
            for key in _keys(entry.rest_id, entry.screen_name, entry.handle, entry.acct):
                self._places.setdefault(key, place)

    def find(self, row: Row) -> Left | None:
        """Return the departure of a row, and remember the row. People and organisations are never the same."""
        keys = _keys(row.rest_id, row.screen_name, row.handle, str(row.acct) if row.acct else None)
        place = next((self._places[key] for key in keys if key in self._places), None)
        if place is None or not self._is_of_its_kind(row, place):
            self._remember_namesake(row)
            return None
        self._rows.setdefault(place, row)
        return self._entries[place]

    def linked(self) -> list[Left]:
        """Return all departures, with the rows that were found so far."""
        rows = self._namesakes | self._rows
        return [_link(entry, rows.get(place)) for place, entry in enumerate(self._entries)]

    def _remember_namesake(self, row: Row) -> None:
        """Keep the surest row that has the name and country of an entry."""
        place = self._names.get(organisation_key(row.country, row.display_name)) if row.display_name else None
        if place is None or not self._is_of_its_kind(row, place) or _has_address(self._entries[place]):
            return
        kept = self._namesakes.get(place)
        if kept is None or GRADES.index(row.grade) < GRADES.index(kept.grade):
            self._namesakes[place] = row

    def _is_of_its_kind(self, row: Row, place: int) -> bool:
        return (row.kind == "person") == (self._entries[place].kind == "person")


def _has_address(entry: Left) -> bool:
    return bool(entry.handle or entry.acct)


def _link(entry: Left, row: Row | None) -> Left:
    """Return the entry with its row and the row's accounts."""
    if row is None:
        return entry
    return replace(
        entry,
        row_id=row.row_id,
        did=row.did,
        handle=row.handle or (None if row.did else entry.handle),
        acct=str(row.acct) if row.acct else entry.acct,
        rest_id=entry.rest_id or row.rest_id,
        screen_name=entry.screen_name or row.screen_name,
    )


def leaves_on(row: Row, departure: Left | None) -> date | None:
    """Return the day from which a row's organisation is known to have left X.

    None for people, who say it themselves or not at all, and for accounts that were merely closed.
    """
    if departure is None or row.kind == "person" or departure.how in NOT_GONE:
        return None
    return departure.last_day


def find_departed(statements: Iterable[Departure]) -> list[Departed]:
    """Return the organisations known to have left X, with the day and one source each, ordered by name.

    Left out are people, who say it themselves or not at all, accounts that were merely closed, and those who returned.
    """
    entries = (one for one in make_departures(statements) if one.how not in NOT_GONE and one.kind != "person")
    found = ((entry, day) for entry in entries if (day := entry.last_day))
    departed = (Departed(entry.organisation, day, entry.sources[0].name, entry.sources[0].url) for entry, day in found)
    return sorted(departed, key=lambda one: (fold(one.organisation), one.day))


def _keys(
    rest_id: str | None, screen_name: str | None, handle: str | None, acct: str | None
) -> Iterator[tuple[str, str]]:
    named = (("rest_id", rest_id), ("screen_name", screen_name), ("handle", handle), ("acct", acct))
    return ((kind, name.lower()) for kind, name in named if name)


def _left(group: Sequence[Departure]) -> Left:
    how = _find_how(group)
    dated = [one for one in group if one.how in DATED_BY.get(how, (how,))]
    best = min(dated, key=lambda one: (-len(one.left or ""), one.left or "", one.by is None, one.id))
    return Left(
        organisation=best.organisation,
        kind=next((one.kind for one in group if one.kind != UNKNOWN_KIND), UNKNOWN_KIND),
        country=best.country,
        day=best.left,
        by=None if best.left else best.by,
        how=how,
        handle=next((one.handle for one in group if one.handle), None),
        acct=next((one.acct for one in group if one.acct), None),
        sources=tuple(map(make_source, group)),
        office=next((one.office for one in group if one.office), None),
        rest_id=next((one.rest_id for one in group if one.rest_id), None),
        screen_name=next((one.screen_name for one in group if one.screen_name), None),
    )


def _find_how(group: Sequence[Departure]) -> str:
    """Return what counts of the things that sources state about one organisation."""
    counted = next(hows for hows in PRECEDENCE if any(one.how in hows for one in group))
    latest = max((one for one in group if one.how in counted), key=lambda one: (_when(one), counted.index(one.how)))
    return latest.how


def _when(one: Departure) -> str:
    return one.left or one.by or ""
