"""People who are looked for, and accounts that are proposed for them: the records of sources and scoring."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from passerelle.hints.records import OwnWords, ProfileHints
from passerelle.identifiers import Did, Network, RestId, ScreenName
from passerelle.networks.profile import MAX_DESCRIPTION
from passerelle.people.graph import FollowGraph, Person
from passerelle.text import clean_paragraphs

SourceName = Literal["handles", "search", "neighbours", "servers"]


@dataclass(frozen=True, slots=True)
class Sought:
    """One person of the graph who has no account yet, with all that X's side says about them.

    `screen_names`: the newest first. `bio` and `websites` are set where a page of X showed them. `named`: addresses
    that their own X profile names.
    """

    rest_id: RestId
    screen_names: tuple[ScreenName, ...]
    display_name: str | None = None
    bio: str | None = None
    websites: tuple[str, ...] = ()
    named: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Candidate:
    """One account that may be a person's; fields that the source does not show are None or empty.

    `followed_by`: accounts of people already found that follow it. `same_picture`: whether its picture looks like the
    person's on X; None where the two were not compared.
    """

    network: Network
    address: str
    did: Did | None = None
    display_name: str | None = None
    description: str | None = None
    websites: tuple[str, ...] = ()
    created_at: datetime | None = None
    posts: int | None = None
    labels: frozenset[str] = frozenset()
    followed_by: frozenset[Did] = frozenset()
    same_picture: bool | None = None

    @property
    def key(self) -> str:
        """Return the permanent id where there is one, else the address."""
        return self.did or self.address


@dataclass(frozen=True, slots=True)
class Proposal:
    """One account proposed for one person by one source."""

    rest_id: RestId
    candidate: Candidate
    source: SourceName


def find_sought(
    graph: FollowGraph, found: frozenset[RestId], words: Mapping[str, OwnWords], hints: Mapping[str, ProfileHints]
) -> Iterator[Sought]:
    """Yield the people that sources may be asked about: named, followed or followers, without an account in `found`.

    Never the owner, and never blocked or muted people. `words`: what they write of themselves on X.
    """
    for person in graph.people.values():
        if is_askable(person, graph) and person.rest_id not in found:
            yield _sought(person, graph, words.get(person.rest_id), hints.get(person.rest_id))


def is_askable(person: Person, graph: FollowGraph) -> bool:
    """Return whether any server may be asked about a person."""
    is_near = person.following or person.followed_by
    return is_near and person.name is not None and not person.muted and not graph.is_closed_to(person.rest_id)


def join_proposals(proposals: Iterable[Proposal]) -> dict[RestId, tuple[Candidate, ...]]:
    """Return the candidates of each person, each account once with all that its sources said."""
    joined: dict[RestId, dict[str, Candidate]] = {}
    for one in proposals:
        mine = joined.setdefault(one.rest_id, {})
        known = mine.get(one.candidate.key)
        mine[one.candidate.key] = combine(known, one.candidate) if known else one.candidate
    return {rest_id: tuple(mine.values()) for rest_id, mine in joined.items()}


def combine(one: Candidate, other: Candidate) -> Candidate:
    """Return one record of an account from two sources: a known field wins over a missing one."""
    return Candidate(
        network=one.network,
        address=one.address,
        did=one.did or other.did,
        display_name=one.display_name or other.display_name,
        description=one.description or other.description,
        websites=one.websites or other.websites,
        created_at=one.created_at or other.created_at,
        posts=one.posts if one.posts is not None else other.posts,
        labels=one.labels | other.labels,
        followed_by=one.followed_by | other.followed_by,
        same_picture=one.same_picture if one.same_picture is not None else other.same_picture,
    )


def _sought(person: Person, graph: FollowGraph, words: OwnWords | None, hints: ProfileHints | None) -> Sought:
    return Sought(
        rest_id=person.rest_id,
        screen_names=graph.names_of(person.rest_id),
        display_name=person.name.display_name if person.name else None,
        bio=clean_paragraphs(words.bio, MAX_DESCRIPTION) if words else None,
        websites=tuple(words.urls) if words else (),
        named=frozenset(one.address for one in hints.hints if one.confidence != "inferred") if hints else frozenset(),
    )
