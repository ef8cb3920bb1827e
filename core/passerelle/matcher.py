"""FollowGraph x DirectoryIndex -> Match with Evidence: who of one's people is where, and why we believe it.

Ids first: an id is permanent. A name counts only for rows that know no id, and only while it is fresh. The order of
matches is that of the archive: people who follow each other, then those one follows, then followers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime

from passerelle.directory import GRADES, DirectoryIndex, Row
from passerelle.graph import FollowGraph, Person
from passerelle.identifiers import Did, RestId, canonicalize_screen_name
from passerelle.networks import bluesky, mastodon
from passerelle.presets import NAME_MAX_AGE
from passerelle.views import EvidenceCode, Grade, MatchView, Network

PRESELECTED_GRADES: frozenset[Grade] = frozenset({"proven", "attested"})
DEMOTED_GRADE: Grade = "claimed"


@dataclass(frozen=True, slots=True)
class Evidence:
    """One reason to believe a match, or (`old_name`, `name_contradicts`) to doubt it."""

    code: EvidenceCode
    detail: str | None = None
    url: str | None = None
    date: date | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """One account elsewhere that a row names. `address` is a handle, an acct, or a did where no handle is known."""

    network: Network
    address: str
    did: Did | None
    url: str


@dataclass(frozen=True, slots=True)
class Match:
    """One person of the graph and the row we believe is theirs. A demoted match has the lowest grade."""

    person: Person
    row: Row
    grade: Grade
    evidence: tuple[Evidence, ...]
    preselected: bool

    @property
    def accounts(self) -> tuple[Account, ...]:
        """Where the row says this person is."""
        return tuple(_accounts(self.row))


@dataclass(frozen=True, slots=True)
class _Found:
    row: Row
    reason: Evidence
    doubts: tuple[Evidence, ...]


def find_matches(graph: FollowGraph, index: DirectoryIndex, now: datetime) -> Iterator[Match | None]:
    """Give, for each person of the graph in order, their match or None, so that the caller can breathe in between.

    Never proposed: the owner, and who is blocked. Never preselected: who is only a follower or muted, a grade below
    `attested`, a name older than a year, a row that contradicts what the archive knows.
    """
    holders = _name_holders(graph.people.values())
    for person in sorted(graph.people.values(), key=distance):
        found = _find(person, index, holders, now) if _is_proposable(person, graph) else None
        yield _match(person, found) if found else None


def distance(one: Person | MatchView) -> int:
    """Order people: 0 for those who follow each other, 1 for those one follows, 2 for followers."""
    return 0 if one.following and one.followed_by else 1 if one.following else 2


def _find(person: Person, index: DirectoryIndex, holders: Mapping[str, RestId], now: datetime) -> _Found | None:
    return _find_by_id(person, index) or _find_by_name(person, index, holders, now)


def _match(person: Person, found: _Found) -> Match:
    is_demoted = any(doubt.code == "name_contradicts" for doubt in found.doubts)
    grade = DEMOTED_GRADE if is_demoted else found.row.grade
    is_wanted = person.following and not person.muted and not found.doubts and grade in PRESELECTED_GRADES
    sources = (Evidence("source", source.name, source.url, source.date) for source in found.row.sources)
    return Match(person, found.row, grade, (found.reason, *found.doubts, *sources), preselected=is_wanted)


def _find_by_id(person: Person, index: DirectoryIndex) -> _Found | None:
    row = _best(index.find_by_id(person.rest_id))
    if row is None:
        return None
    contradicts = person.name and row.screen_name and canonicalize_screen_name(row.screen_name) not in _names(person)
    doubts = (Evidence("name_contradicts", row.screen_name, date=row.name_seen),) if contradicts else ()
    return _Found(row, Evidence("same_rest_id"), doubts)


def _find_by_name(person: Person, index: DirectoryIndex, holders: Mapping[str, RestId], now: datetime) -> _Found | None:
    """Look for a row without id under the newest name, then under older ones, which somebody else may have by now."""
    if person.name is None:
        return None
    newest, seen = person.name.screen_name, _day(person.name.seen)
    for name in (newest, *person.aliases):
        row = _best(row for row in index.find_by_name(name) if row.rest_id is None)
        if row is None or holders.get(canonicalize_screen_name(name), person.rest_id) != person.rest_id:
            continue
        is_certain = name == newest and _is_fresh(seen, now) and _is_fresh(row.name_seen, now)
        doubts = () if is_certain else (Evidence("old_name", name, date=_older(seen, row.name_seen)),)
        return _Found(row, Evidence("same_name", name, date=seen), doubts)
    return None


def _best(rows: Iterable[Row]) -> Row | None:
    """Give the row of the best grade; among equals the one whose name was seen last, then a fixed order."""
    return min(rows, key=lambda row: (GRADES.index(row.grade), -_ordinal(row.name_seen), row.row_id), default=None)


def _names(person: Person) -> set[str]:
    names = person.aliases if person.name is None else (person.name.screen_name, *person.aliases)
    return {canonicalize_screen_name(name) for name in names}


def _name_holders(people: Iterable[Person]) -> Mapping[str, RestId]:
    """Say whose a name is now: where two ids bore it, the one seen with it last."""
    holders: dict[str, tuple[int, RestId]] = {}
    for person in people:
        if person.name is not None:
            sighting = (_ordinal(_day(person.name.seen)), person.rest_id)
            name = canonicalize_screen_name(person.name.screen_name)
            holders[name] = max(sighting, holders.get(name, sighting))
    return {name: rest_id for name, (_, rest_id) in holders.items()}


def _is_proposable(person: Person, graph: FollowGraph) -> bool:
    is_near = person.following or person.followed_by
    return is_near and not person.blocked and person.rest_id != graph.owner.rest_id


def _is_fresh(seen: date | None, now: datetime) -> bool:
    return seen is not None and now.astimezone(UTC).date() - seen <= NAME_MAX_AGE


def _day(moment: datetime | None) -> date | None:
    return moment.astimezone(UTC).date() if moment else None


def _ordinal(day: date | None) -> int:
    return day.toordinal() if day else 0


def _older(*days: date | None) -> date | None:
    return min((day for day in days if day), default=None)


def _accounts(row: Row) -> Iterator[Account]:
    if row.did or row.handle:
        address = row.handle or str(row.did)
        yield Account("bluesky", address, row.did, bluesky.profile_url(row.did or address))
    if row.acct:
        yield Account("fediverse", str(row.acct), None, mastodon.profile_url(row.acct))
