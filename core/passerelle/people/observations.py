"""Add what X's pages show to the graph: names for ids, and the owner's own lists.

All input is untrusted. It may name a known id; only a list that the owner reads adds people.
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
    """One account as a page of x.com showed it at `seen` (ISO 8601); untrusted."""

    rest_id: str
    screen_name: str
    display_name: str | None
    seen: datetime


class SeenList(Fields):
    """The owner's own list on x.com that shows the people."""

    kind: Literal["following", "followers"]
    screen_name: str
    rest_id: str | None = None
    display_name: str | None = None


def parse_people(people: Iterable[SeenPerson], now: datetime) -> Mapping[RestId, Name]:
    """Return valid names by id, none seen later than `now`; invalid ones are left out."""
    return dict(_parsed(people, now))


def learn(
    archive: FollowGraph | None, page: FollowGraph | None, seen: Mapping[RestId, Name], listed: SeenList | None
) -> FollowGraph | None:
    """Return the graph of X's pages with these people; None where no list was read and no graph exists.

    Raises InputError where the list belongs to another account than the archive or the lists read before.
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
