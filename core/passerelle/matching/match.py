"""FollowGraph x RowLookup x hints -> matches: which accounts the people of an archive have elsewhere, and why.

Ids first, because an id is permanent. A name counts only for rows without an id, and only while it is fresh. Accounts
that a person's own X profile names stand beside those of the directory and never replace them. Matches come in the
order: mutual, then followed, then followers.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from passerelle.directory import GRADES, Grade, Row, RowLookup
from passerelle.hints.records import HintView, ProfileHints
from passerelle.identifiers import RestId, canonicalize_screen_name
from passerelle.matching.evidence import DEMOTING, PRESELECTED_GRADES, Evidence, MatchGrade, find_mover, grade_of
from passerelle.matching.listing import Account, join_hints, list_accounts
from passerelle.matching.views import MatchView
from passerelle.people.graph import FollowGraph, Person

# X gives names to new owners; after a year a name alone no longer identifies an account.
NAME_MAX_AGE = timedelta(days=365)
# A name seen further in the future was dated by a wrong clock: its age is unknown.
CLOCK_TOLERANCE = timedelta(days=1)
DEMOTED_GRADE: Grade = "claimed"
NO_HINTS: Mapping[str, ProfileHints] = {}


@dataclass(frozen=True, slots=True)
class Match:
    """One person of the graph, the row about them (None: only their X profile names accounts), and their accounts.

    A demoted match has the lowest grade of rows. `evidence` is about the row; that of a hint stands in the hint.
    `profile` is their X profile, as far as it names accounts.
    """

    person: Person
    row: Row | None
    grade: MatchGrade
    evidence: tuple[Evidence, ...]
    preselected: bool
    accounts: tuple[Account, ...]
    profile: ProfileHints | None = None


@dataclass(frozen=True, slots=True)
class _Found:
    row: Row
    reason: Evidence
    doubts: tuple[Evidence, ...]


def find_matches(
    graph: FollowGraph,
    index: RowLookup,
    now: datetime,
    hints: Mapping[str, ProfileHints] = NO_HINTS,
    only: Collection[str] | None = None,
    added: Sequence[RowLookup] = (),
) -> Iterator[Match | None]:
    """Yield, for each person of the graph in order, their match or None, so that the caller can yield in between.

    Never proposed: the owner, and blocked people. Never preselected: mere followers, muted people, grades below
    `attested`, names older than a year, rows that contradict the archive, and people without a row.
    `only` are the rest_ids to match (None: all). `added` are further directories, searched for people that those
    before do not know.
    """
    holders, indexes = _name_holders(graph.people.values()), (index, *added)
    for person in sorted(graph.people.values() if only is None else _some(graph, only), key=distance):
        is_proposable = _is_proposable(person, graph)
        yield (
            _match(person, _find_first(person, indexes, holders, now), hints.get(person.rest_id))
            if is_proposable
            else None
        )


def find_excluded(
    graph: FollowGraph, index: RowLookup, now: datetime, added: Sequence[RowLookup] = ()
) -> Iterator[Match]:
    """Yield, as matches, the people who have a row and are never proposed: the owner, and people blocked on X."""
    holders = _name_holders(graph.people.values())
    for person in graph.people.values():
        is_closed = graph.is_closed_to(person.rest_id)
        found = _find_first(person, (index, *added), holders, now) if is_closed else None
        if found:
            yield _match_row(person, found, None)


def _some(graph: FollowGraph, only: Collection[str]) -> Iterator[Person]:
    return (person for rest_id, person in graph.people.items() if rest_id in only)


def distance(one: Person | MatchView) -> int:
    """Return the sort key of a person: 0 for mutual, 1 for followed, 2 for followers."""
    return 0 if one.following and one.followed_by else 1 if one.following else 2


def _find_first(
    person: Person, indexes: Iterable[RowLookup], holders: Mapping[str, RestId], now: datetime
) -> _Found | None:
    """Find a person in the first directory that knows them, so that no other one contradicts it."""
    found = (_find(person, index, holders, now) for index in indexes)
    return next((one for one in found if one), None)


def _find(person: Person, index: RowLookup, holders: Mapping[str, RestId], now: datetime) -> _Found | None:
    return _find_by_id(person, index) or _find_by_name(person, index, holders, now)


def _match(person: Person, found: _Found | None, profile: ProfileHints | None) -> Match | None:
    if found:
        return _match_row(person, found, profile)
    if profile is None:
        return None
    return Match(person, None, grade_of(*profile.hints), (), False, tuple(join_hints((), profile.hints)), profile)


def _match_row(person: Person, found: _Found, profile: ProfileHints | None) -> Match:
    hints = profile.hints if profile else ()
    doubts = (*found.doubts, *_target_doubts(found.row, hints))
    grade = DEMOTED_GRADE if any(doubt.code in DEMOTING for doubt in doubts) else found.row.grade
    is_wanted = person.following and not person.muted and not doubts and grade in PRESELECTED_GRADES
    sources = (Evidence("source", source.name, source.url, source.date) for source in found.row.sources)
    accounts = tuple(join_hints(list_accounts(found.row), hints))
    muted = (Evidence("muted_on_x"),) if person.muted else ()
    return Match(person, found.row, grade, (found.reason, *doubts, *muted, *sources), is_wanted, accounts, profile)


def _target_doubts(row: Row, hints: Iterable[HintView]) -> Iterator[Evidence]:
    hint = find_mover(row, hints)
    if hint and hint.check:
        yield Evidence("target_contradicts", row.handle, date=datetime.fromisoformat(hint.check.at).date())


def _find_by_id(person: Person, index: RowLookup) -> _Found | None:
    row = _best(index.find_by_id(person.rest_id))
    if row is None:
        return None
    contradicts = person.name and row.screen_name and canonicalize_screen_name(row.screen_name) not in _names(person)
    doubts = (Evidence("name_contradicts", row.screen_name, date=row.name_seen),) if contradicts else ()
    return _Found(row, Evidence("same_rest_id"), doubts)


def _find_by_name(person: Person, index: RowLookup, holders: Mapping[str, RestId], now: datetime) -> _Found | None:
    """Find a row without id by the newest name, then by older ones, which may belong to another person by now."""
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
    """Return the row of the best grade; among equals the one whose name was seen last, then a fixed order."""
    return min(rows, key=lambda row: (GRADES.index(row.grade), -_ordinal(row.name_seen), row.row_id), default=None)


def _names(person: Person) -> set[str]:
    names = person.aliases if person.name is None else (person.name.screen_name, *person.aliases)
    return {canonicalize_screen_name(name) for name in names}


def _name_holders(people: Iterable[Person]) -> Mapping[str, RestId]:
    """Return the current owner of each name: of two ids that had it, the one seen with it last."""
    holders: dict[str, tuple[int, RestId]] = {}
    for person in people:
        if person.name is not None:
            sighting = (_ordinal(_day(person.name.seen)), person.rest_id)
            name = canonicalize_screen_name(person.name.screen_name)
            holders[name] = max(sighting, holders.get(name, sighting))
    return {name: rest_id for name, (_, rest_id) in holders.items()}


def _is_proposable(person: Person, graph: FollowGraph) -> bool:
    return (person.following or person.followed_by) and not graph.is_closed_to(person.rest_id)


def _is_fresh(seen: date | None, now: datetime) -> bool:
    return seen is not None and -CLOCK_TOLERANCE <= now.astimezone(UTC).date() - seen <= NAME_MAX_AGE


def _day(moment: datetime | None) -> date | None:
    return moment.astimezone(UTC).date() if moment else None


def _ordinal(day: date | None) -> int:
    return day.toordinal() if day else 0


def _older(*days: date | None) -> date | None:
    return min((day for day in days if day), default=None)
