"""What X's pages say about people, parsed and taken into the graph: names for ids, and the owner's own lists.

Everything here is a stranger's claim. It may name an id; it adds somebody only from a list that the owner reads.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Literal

from passerelle.archive.records import Name, Owner
from passerelle.errors import InputError, InvalidIdentifier
from passerelle.identifiers import RestId, parse_rest_id, parse_screen_name
from passerelle.people.graph import FollowGraph, add_seen, fuller_owner, is_same_account
from passerelle.text import clean_display_name
from passerelle.view import Fields

SOURCE = "page"  # of a Name


class SeenPerson(Fields):
    """What a page of x.com said about one account at `seen` (ISO 8601): a stranger's claim."""

    rest_id: str
    screen_name: str
    display_name: str | None
    seen: datetime


class SeenList(Fields):
    """Whose list on x.com the people stand in: the owner's own, read while they looked at it."""

    kind: Literal["following", "followers"]
    screen_name: str
    rest_id: str | None = None
    display_name: str | None = None


def parse_people(people: Iterable[SeenPerson], now: datetime) -> Mapping[RestId, Name]:
    """Give the names that can be used, by id; nothing was seen later than `now`. Nonsense is left out."""
    return dict(_parsed(people, now))


def learn(
    archive: FollowGraph | None, page: FollowGraph | None, seen: Mapping[RestId, Name], listed: SeenList | None
) -> FollowGraph | None:
    """Give what X's pages have said by now; None where that is nothing: no list was read, and nobody is known.

    Raises InputError: the list is that of another account than the archive, or than the lists read before.
    """
    known = archive or page
    if listed is None:
        if known is None:
            return None
        near = {rest_id: name for rest_id, name in seen.items() if _is_known(rest_id, archive, page)}
        return add_seen(page or FollowGraph(known.owner, {}), near, None)
    owner = _owner_of(listed)
    for graph in (archive, page):
        if graph and not is_same_account(graph.owner, owner):
            names = {"here": graph.owner.screen_name or "", "there": listed.screen_name}
            raise InputError("This list belongs to another account.", code="other_x_account", **names)
    others = {rest_id: name for rest_id, name in seen.items() if rest_id != owner.rest_id}
    known_owner = fuller_owner(owner, page.owner) if page else owner
    return add_seen(FollowGraph(known_owner, page.people if page else {}), others, listed.kind)


def _parsed(people: Iterable[SeenPerson], now: datetime) -> Iterator[tuple[RestId, Name]]:
    for one in people:
        try:
            rest_id, screen_name = parse_rest_id(one.rest_id), parse_screen_name(one.screen_name)
        except InvalidIdentifier:
            continue
        seen = one.seen if one.seen.tzinfo else one.seen.replace(tzinfo=UTC)
        yield rest_id, Name(screen_name, clean_display_name(one.display_name), min(seen, now), SOURCE)


def _owner_of(listed: SeenList) -> Owner:
    rest_id = parse_rest_id(listed.rest_id) if listed.rest_id else None
    return Owner(rest_id, parse_screen_name(listed.screen_name), clean_display_name(listed.display_name))


def _is_known(rest_id: RestId, *graphs: FollowGraph | None) -> bool:
    return any(graph and rest_id in graph.people for graph in graphs)
