"""Archive(s) and observations -> FollowGraph: who is followed, who follows back, who is blocked, and known names."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

import pydantic_core

from passerelle.archive.names import newest_first
from passerelle.archive.records import Archive, Name, Owner
from passerelle.identifiers import RestId, ScreenName, canonicalize_screen_name

# The bits of a stored person, lowest first; Person's fields in the same order.
FLAGS = ("following", "followed_by", "blocked", "muted")
# The owner's own lists on x.com.
Listed = Literal["following", "followers"]


@dataclass(frozen=True, slots=True)
class Person:
    """One X account in a graph. `name` is the newest known, `aliases` the older ones."""

    rest_id: RestId
    name: Name | None
    aliases: tuple[ScreenName, ...]
    following: bool
    followed_by: bool
    blocked: bool
    muted: bool


@dataclass(frozen=True, slots=True)
class FollowGraph:
    """The people that the owner follows, blocks or mutes or is followed by, by rest_id."""

    owner: Owner
    people: Mapping[RestId, Person]

    def is_closed_to(self, rest_id: str) -> bool:
        """Return whether an account is never proposed: the owner's own, and blocked ones."""
        person = self.people.get(RestId(rest_id))
        return rest_id == self.owner.rest_id or (person is not None and person.blocked)

    def names_of(self, rest_id: RestId) -> tuple[ScreenName, ...]:
        """Return the known names of an account, the newest first."""
        person = self.people.get(rest_id)
        return names_of(person) if person else ()


def names_of(person: Person) -> tuple[ScreenName, ...]:
    """Return the known names of a person, the newest first."""
    return person.aliases if person.name is None else (person.name.screen_name, *person.aliases)


def make_graph(archive: Archive) -> FollowGraph:
    """Build the graph of an archive: followed people first, in the archive's order."""
    following, followers = frozenset(archive.following), frozenset(archive.followers)
    everyone = dict.fromkeys((*archive.following, *archive.followers, *sorted(archive.blocked | archive.muted)))
    people = {
        rest_id: Person(
            rest_id=rest_id,
            name=archive.names.get(rest_id),
            aliases=tuple(archive.aliases.get(rest_id, ())),
            following=rest_id in following,
            followed_by=rest_id in followers,
            blocked=rest_id in archive.blocked,
            muted=rest_id in archive.muted,
        )
        for rest_id in everyone
    }
    return FollowGraph(archive.owner, people)


def add_seen(graph: FollowGraph, seen: Mapping[RestId, Name], listed: Listed | None) -> FollowGraph:
    """Return the graph with people seen on x.com added or renamed, as members of the list `listed`."""
    people = {**graph.people}
    for rest_id, name in seen.items():
        person = _named(people.get(rest_id) or _unknown(rest_id), name)
        people[rest_id] = replace(
            person,
            following=person.following or listed == "following",
            followed_by=person.followed_by or listed == "followers",
        )
    return FollowGraph(graph.owner, people)


def not_after(graph: FollowGraph, now: datetime) -> FollowGraph:
    """Return the graph with no name seen after `now`, where the clock was ahead when it was stored."""
    people = {
        rest_id: replace(person, name=replace(person.name, seen=now))
        for rest_id, person in graph.people.items()
        if person.name and person.name.seen and person.name.seen > now
    }
    return FollowGraph(graph.owner, {**graph.people, **people}) if people else graph


def combine(archive: FollowGraph, page: FollowGraph) -> FollowGraph:
    """Combine the graphs of an archive and of X's pages of the same account, by id, in the archive's order.

    Of people who are not in the archive, only those in the owner's own lists are added.
    """
    people = {**archive.people}
    for rest_id, seen in page.people.items():
        if person := people.get(rest_id):
            flags = {flag: getattr(person, flag) or getattr(seen, flag) for flag in FLAGS}
            labelled = _named(person, seen.name, seen.aliases) if seen.name else person
            people[rest_id] = replace(labelled, **flags)
        elif seen.following or seen.followed_by:
            people[rest_id] = seen
    return FollowGraph(fuller_owner(archive.owner, page.owner), people)


def fuller_owner(one: Owner, other: Owner) -> Owner:
    """Return the first owner, its unknown parts filled from the second."""
    return Owner(
        one.rest_id or other.rest_id, one.screen_name or other.screen_name, one.display_name or other.display_name
    )


def is_same_account(one: Owner, other: Owner, *, unknown: bool = True) -> bool:
    """Return whether two owners are the same: by id where both are known, else by name, else `unknown`."""
    if one.rest_id and other.rest_id:
        return one.rest_id == other.rest_id
    if one.screen_name and other.screen_name:
        return canonicalize_screen_name(one.screen_name) == canonicalize_screen_name(other.screen_name)
    return unknown


def to_json(graph: FollowGraph) -> str:
    """Write a graph as compact JSON text that from_json reads."""
    owner = graph.owner
    people = [
        [person.rest_id, _flags(person), _name_to_list(person.name), list(person.aliases)]
        for person in graph.people.values()
    ]
    document = {"owner": [owner.rest_id, owner.screen_name, owner.display_name], "people": people}
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))


def from_json(text: str) -> FollowGraph:
    """Read what to_json wrote. Raises ValueError, KeyError or TypeError for anything else: it is our own store."""
    document = pydantic_core.from_json(text)
    people = (
        Person(RestId(rest_id), _name_from_list(name), tuple(map(ScreenName, aliases)), *_unflag(flags))
        for rest_id, flags, name, aliases in document["people"]
    )
    return FollowGraph(Owner(*document["owner"]), {person.rest_id: person for person in people})


def _named(person: Person, name: Name, aliases: Iterable[ScreenName] = ()) -> Person:
    """Return a person with one more name: the newest is the name, the others are aliases, each once."""
    newest, *older = newest_first([name, *filter(None, [person.name])])
    names = (*(one.screen_name for one in older), *person.aliases, *aliases)
    former = {canonicalize_screen_name(one): one for one in names}
    former.pop(canonicalize_screen_name(newest.screen_name), None)
    return replace(person, name=newest, aliases=tuple(former.values()))


def _unknown(rest_id: RestId) -> Person:
    return Person(rest_id, None, (), following=False, followed_by=False, blocked=False, muted=False)


def _flags(person: Person) -> int:
    return sum(1 << bit for bit, name in enumerate(FLAGS) if getattr(person, name))


def _unflag(flags: int) -> tuple[bool, ...]:
    return tuple(bool(flags >> bit & 1) for bit in range(len(FLAGS)))


def _name_to_list(name: Name | None) -> list[str | None] | None:
    if name is None:
        return None
    return [name.screen_name, name.display_name, name.seen.isoformat() if name.seen else None, name.source]


def _name_from_list(parts: list[str | None] | None) -> Name | None:
    if parts is None:
        return None
    screen_name, display_name, seen, source = parts
    date = datetime.fromisoformat(seen) if seen else None
    return Name(ScreenName(screen_name or ""), display_name, date, source or "")
