"""Archive(s) and observations -> FollowGraph: who is followed, who follows back, who is blocked, and known names."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Literal

from passerelle.archive.names import newest_first
from passerelle.archive.records import Archive, Name, Owner
from passerelle.identifiers import RestId, ScreenName, canonicalize_screen_name

# The bits of a stored person, lowest first; Person's fields in the same order.
FLAGS = ("following", "followed_by", "blocked", "muted")
# The owner's own lists on x.com.
Listed = Literal["following", "followers"]


@dataclass(frozen=True, slots=True)
class Person:
    """One X account in somebody's graph. `name` is the newest known, `aliases` the older ones."""

    rest_id: RestId
    name: Name | None
    aliases: tuple[ScreenName, ...]
    following: bool
    followed_by: bool
    blocked: bool
    muted: bool


@dataclass(frozen=True, slots=True)
class FollowGraph:
    """Everyone the owner follows or is followed by, by rest_id; those blocked or muted too."""

    owner: Owner
    people: Mapping[RestId, Person]

    def is_closed_to(self, rest_id: str) -> bool:
        """Say whether somebody is never proposed: the owner, and who is blocked."""
        person = self.people.get(RestId(rest_id))
        return rest_id == self.owner.rest_id or (person is not None and person.blocked)

    def names_of(self, rest_id: RestId) -> tuple[ScreenName, ...]:
        """Give every name that somebody is known to have had, the newest first."""
        person = self.people.get(rest_id)
        if person is None:
            return ()
        return person.aliases if person.name is None else (person.name.screen_name, *person.aliases)


def make_graph(archive: Archive) -> FollowGraph:
    """Put together what an archive says about each person in it, the followed first, in the archive's order."""
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


def merge(graph: FollowGraph, seen: Mapping[RestId, Name]) -> FollowGraph:
    """Give the graph with names seen elsewhere (on x.com); a newer name makes the one before it an alias.

    Only people who are in the graph already: what was seen never adds anybody.
    """
    named = {rest_id: _named(graph.people[rest_id], name) for rest_id, name in seen.items() if rest_id in graph.people}
    return FollowGraph(graph.owner, {**graph.people, **named})


def add_seen(graph: FollowGraph, seen: Mapping[RestId, Name], listed: Listed | None) -> FollowGraph:
    """Give the graph with people seen on x.com, old and new, under their newest names, and as members of that list."""
    people = {**graph.people}
    for rest_id, name in seen.items():
        person = _named(people.get(rest_id) or _nobody(rest_id), name)
        people[rest_id] = replace(
            person,
            following=person.following or listed == "following",
            followed_by=person.followed_by or listed == "followers",
        )
    return FollowGraph(graph.owner, people)


def join(archive: FollowGraph, page: FollowGraph) -> FollowGraph:
    """Put together what an archive and X's pages say of the same account, by id: everyone once, in the archive's order.

    Of people whom the archive does not have, only those listed on the owner's pages are taken.
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
    """Give an owner with what the second knows where the first knows nothing."""
    return Owner(
        one.rest_id or other.rest_id, one.screen_name or other.screen_name, one.display_name or other.display_name
    )


def is_same_account(one: Owner, other: Owner) -> bool:
    """Say whether two owners can be the same: by id where both are known, else by name, else they can."""
    if one.rest_id and other.rest_id:
        return one.rest_id == other.rest_id
    if one.screen_name and other.screen_name:
        return canonicalize_screen_name(one.screen_name) == canonicalize_screen_name(other.screen_name)
    return True


def count(graph: FollowGraph) -> dict[str, int]:
    """Count the people of a graph as `summary` counts those of an archive."""
    people = graph.people.values()
    return {
        "following": sum(person.following for person in people),
        "followers": sum(person.followed_by for person in people),
        "mutuals": sum(person.following and person.followed_by for person in people),
        "named_following": sum(person.following and person.name is not None for person in people),
        "named_followers": sum(person.followed_by and person.name is not None for person in people),
    }


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
    document = json.loads(text)
    people = (
        Person(RestId(rest_id), _name_from_list(name), tuple(map(ScreenName, aliases)), *_unflag(flags))
        for rest_id, flags, name, aliases in document["people"]
    )
    return FollowGraph(Owner(*document["owner"]), {person.rest_id: person for person in people})


def summary(archive: Archive, *, full: bool = False) -> dict[str, Any]:
    """Give the counts that `passerelle read --json` prints and ArchiveView shows; with `full`, everyone too."""
    warnings = [{"code": one.code, "file": one.file, "message": one.message} for one in archive.warnings]
    return describe(make_graph(archive), iso_date(archive.exported_at), archive.tweets, warnings, full=full)


def describe(
    graph: FollowGraph, exported_at: str | None, tweets: int, warnings: list[dict[str, Any]], *, full: bool = False
) -> dict[str, Any]:
    """Give the summary of an archive by its graph and by what a graph does not hold: the engine keeps these apart."""
    people, counts = graph.people.values(), count(graph)
    numbers = {
        "account": _labels(graph.owner),
        "exported_at": exported_at,
        "following": counts["following"],
        "followers": counts["followers"],
        "mutuals": counts["mutuals"],
        "blocked": sum(person.blocked for person in people),
        "muted": sum(person.muted for person in people),
        "tweets": tweets,
        "named_following": counts["named_following"],
        "named_followers": counts["named_followers"],
        "warnings": warnings,
    }
    return {**numbers, "people": list(map(_line, people))} if full else numbers


def summary_json(summary: Mapping[str, Any]) -> str:
    """Write a summary as the text that every interface gives: the same archive, the same bytes."""
    return json.dumps(summary, ensure_ascii=False, indent=2) + "\n"


def iso_date(date: datetime | None) -> str | None:
    """Write a date in UTC to the second: `2026-03-06T13:15:31Z`."""
    return date.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if date else None


def _named(person: Person, name: Name, aliases: Iterable[ScreenName] = ()) -> Person:
    """Give a person with one more name: the newest is theirs, all others are aliases, each once."""
    newest, *older = newest_first([name, *filter(None, [person.name])])
    names = (*(one.screen_name for one in older), *person.aliases, *aliases)
    former = {canonicalize_screen_name(one): one for one in names}
    former.pop(canonicalize_screen_name(newest.screen_name), None)
    return replace(person, name=newest, aliases=tuple(former.values()))


def _nobody(rest_id: RestId) -> Person:
    return Person(rest_id, None, (), following=False, followed_by=False, blocked=False, muted=False)


def _line(person: Person) -> dict[str, Any]:
    return {
        "rest_id": person.rest_id,
        "screen_name": person.name.screen_name if person.name else None,
        "display_name": person.name.display_name if person.name else None,
        **{flag: getattr(person, flag) for flag in FLAGS},
    }


def _labels(owner: Owner) -> dict[str, str | None]:
    return {"rest_id": owner.rest_id, "screen_name": owner.screen_name, "display_name": owner.display_name}


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
