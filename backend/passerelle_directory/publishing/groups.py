"""Groups of organisations whose number is known, such as the signatories of a letter, and how many of them are listed.

`groups.csv` and `members.csv` in a folder; those that come with the program are in `seed/`.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from passerelle.directory import KINDS, Kind, Row

from passerelle_directory.publishing.departures import Left

GROUPS, MEMBERS = "groups.csv", "members.csv"


class InvalidGroups(ValueError):
    """The files of the groups cannot be read; the message names file and line."""


@dataclass(frozen=True, slots=True)
class Member:
    """One member of a group: its name and country, and its X account where the source names it."""

    name: str
    kind: Kind
    country: str | None
    rest_id: str | None
    screen_name: str | None
    source_url: str | None


@dataclass(frozen=True, slots=True)
class Group:
    """A group: `size` is how many members it has by its source; None where it is a selection."""

    key: str
    name: str
    size: int | None
    source: str
    members: tuple[Member, ...]


@dataclass(frozen=True, slots=True)
class Covered:
    """What the directory has of one member: `row` where there is an account elsewhere, `left` where it left X."""

    member: Member
    row: Row | None
    left: Left | None

    @property
    def address(self) -> str | None:
        """Return one account elsewhere, of the row or as the departure states it."""
        stated = (self.row.handle, self.row.acct, self.row.did) if self.row else ()
        named = (self.left.handle, self.left.acct) if self.left else ()
        return next((str(one) for one in (*stated, *named) if one), None)

    @property
    def rest_id(self) -> str | None:
        """Return the permanent id of the X account."""
        return (self.row.rest_id if self.row else None) or self.member.rest_id


def read_groups(folder: Path) -> list[Group]:
    """Read the groups of a folder. Raises InvalidGroups, OSError."""
    members: dict[str, list[Member]] = {}
    for where, line in _lines(folder / MEMBERS, ("group", "member", "kind")):
        members.setdefault(line["group"], []).append(_parse_member(where, line))
    groups = [_parse_group(where, line, members) for where, line in _lines(folder / GROUPS, ("group", "name"))]
    if unknown := members.keys() - {group.key for group in groups}:
        raise InvalidGroups(f"{folder / MEMBERS}: there is no group {min(unknown)!r} in {GROUPS}.")
    return groups


def cover(group: Group, rows: Sequence[Row], departures: Iterable[Left]) -> list[Covered]:
    """Return what rows and departures there are for each member of a group."""
    by_account = {key: row for row in rows for key in _accounts(row.rest_id, row.screen_name)}
    by_name = {_name_key(row.country, row.display_name): row for row in rows if row.display_name}
    by_id = {row.row_id: row for row in rows}
    left_by_row: dict[str, Left] = {}
    left_by_name: dict[tuple[str, str], Left] = {}
    for one in departures:
        left_by_name[_name_key(one.country, one.organisation)] = one
        if one.row_id:
            left_by_row[one.row_id] = one
    covered = []
    for member in group.members:
        name = _name_key(member.country, member.name)
        keys = _accounts(member.rest_id, member.screen_name)
        row = next((by_account[key] for key in keys if key in by_account), by_name.get(name))
        left = left_by_row.get(row.row_id) if row else None
        left = left or left_by_name.get(name)
        row = row or (by_id.get(left.row_id) if left and left.row_id else None)
        covered.append(Covered(member, row, left))
    return covered


def _accounts(rest_id: str | None, screen_name: str | None) -> Iterator[tuple[str, str]]:
    return ((kind, text.lower()) for kind, text in (("id", rest_id), ("name", screen_name)) if text)


def _name_key(country: str | None, name: str | None) -> tuple[str, str]:
    return country or "", " ".join((name or "").casefold().split())


def _lines(path: Path, needed: Sequence[str]) -> Iterator[tuple[str, Mapping[str, str]]]:
    """Yield the lines of a CSV file with their place. Raises InvalidGroups where a needed cell is empty."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        for number, line in enumerate(csv.DictReader(file, restval=""), start=2):
            where = f"{path} line {number}"
            if missing := next((name for name in needed if not line.get(name)), None):
                raise InvalidGroups(f"{where}: it has no {missing}.")
            yield where, line


def _parse_member(where: str, line: Mapping[str, str]) -> Member:
    kind = next((kind for kind in KINDS if kind == line["kind"]), None)
    if kind is None:
        raise InvalidGroups(f"{where}: the kind {line['kind']!r} is not one of {', '.join(KINDS)}.")
    optional = (line.get(name) or None for name in ("country", "rest_id", "screen_name", "source_url"))
    return Member(line["member"], kind, *optional)


def _parse_group(where: str, line: Mapping[str, str], members: Mapping[str, Sequence[Member]]) -> Group:
    size = line.get("members") or ""
    if size and not (size.isascii() and size.isdigit()):
        raise InvalidGroups(f"{where}: members is a number, not {size!r}.")
    known = tuple(members.get(line["group"], ()))
    return Group(line["group"], line["name"], int(size) if size else None, line.get("source") or "", known)
