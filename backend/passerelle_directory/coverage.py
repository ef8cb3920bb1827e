"""The command `coverage`: for each group, how many of its members have an address, an X id, a departure."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from passerelle_directory.console import print_line
from passerelle_directory.publishing.groups import Covered, Group

NO_ACCOUNT = "no account found"


def print_json(covered: Sequence[tuple[Group, Sequence[Covered]]]) -> None:
    """Print one JSON object: the groups with their counts and members."""
    groups = [_group_json(group, members) for group, members in covered]
    print_line(json.dumps({"groups": groups}, ensure_ascii=False))


def print_text(covered: Sequence[tuple[Group, Sequence[Covered]]], *, with_members: bool) -> None:
    """Print a line for each group, with `with_members` also one for each member."""
    for group, members in covered:
        counts = count(members)
        size = group.size or len(members)
        print_line(
            f"{group.name}: of {size}, {len(members)} known by name, {counts['address']} with an address, "
            f"{counts['id']} with an id, {counts['departure']} with a departure"
        )
        for one in members if with_members else ():
            print_line(f"  {one.member.name}: {one.address or NO_ACCOUNT}{_departure_text(one)}")


def count(members: Sequence[Covered]) -> dict[str, int]:
    """Return how many members have an address, the id of their X account, and a departure."""
    return {
        "address": sum(one.address is not None for one in members),
        "id": sum(one.rest_id is not None for one in members),
        "departure": sum(one.left is not None for one in members),
    }


def _departure_text(one: Covered) -> str:
    if one.left is None:
        return ""
    when = one.left.day or (f"by {one.left.by}" if one.left.by else "date unknown")
    return f"; {one.left.how}, {when}"


def _group_json(group: Group, members: Sequence[Covered]) -> dict[str, Any]:
    size = group.size or len(members)
    own = {"group": group.key, "name": group.name, "size": size, "named": len(members)}
    return own | count(members) | {"members": [_member_json(one) for one in members]}


def _member_json(one: Covered) -> dict[str, Any]:
    departure = {"how": one.left.how, "date": one.left.day, "by": one.left.by} if one.left else None
    return {
        "member": one.member.name,
        "address": one.address or NO_ACCOUNT,
        "rest_id": one.rest_id,
        "row_id": one.row.row_id if one.row else None,
        "departure": departure,
    }
