"""The command `coverage`: for each group, how many of its members have an address, an X id, a departure."""

from __future__ import annotations

import json
from collections.abc import Sequence

from passerelle_directory.console import print_line
from passerelle_directory.publishing.groups import NO_ACCOUNT, Covered, Group, count, group_to_json


def print_json(covered: Sequence[tuple[Group, Sequence[Covered]]]) -> None:
    """Print one JSON object: the groups with their counts and members."""
    groups = [group_to_json(group, members) for group, members in covered]
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


def _departure_text(one: Covered) -> str:
    if one.left is None:
        return ""
    when = one.left.day or (f"by {one.left.by}" if one.left.by else "date unknown")
    return f"; {one.left.how}, {when}"
