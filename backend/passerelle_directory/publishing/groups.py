"""Groups of organisations whose number is known, such as the signatories of a letter, and how many of them are listed.

`groups.csv` and `members.csv` in a folder; those that come with the program are in `seed/`.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from passerelle.directory import GRADES, KINDS, Evidence, Kind, Row
from passerelle.hosts import is_web_page

from passerelle_directory.publishing.departures import Left, organisation_key

GROUPS, MEMBERS = "groups.csv", "members.csv"
NO_ACCOUNT = "no account found"
KEY = re.compile("[a-z0-9]+(?:-[a-z0-9]+)*")  # of a group: it stands in the address of its page
NAME_IN = "name_"  # how the columns of a group's name in other languages begin: name_fr


class InvalidGroups(ValueError):
    """The files of the groups cannot be read; the message names file and line."""


@dataclass(frozen=True, slots=True)
class Member:
    """One member of a group: its name and country, its X account and its web domain where the list names them."""

    name: str
    kind: Kind
    country: str | None
    rest_id: str | None
    screen_name: str | None
    source_url: str | None
    domain: str | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """A group: `size` is how many members it has by its source; None where it is a selection.

    `names` has its name in other languages, by their codes.
    """

    key: str
    name: str
    size: int | None
    source: str
    members: tuple[Member, ...]
    source_url: str | None = None
    source_date: str | None = None
    names: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Covered:
    """What the directory has of one member: `row` where there is an account elsewhere, `left` where it left X."""

    member: Member
    row: Row | None
    left: Left | None

    @property
    def did(self) -> str | None:
        """Return the account on Bluesky by its permanent id."""
        return self._stated("did")

    @property
    def handle(self) -> str | None:
        """Return the account on Bluesky by its name."""
        return self._stated("handle")

    @property
    def acct(self) -> str | None:
        """Return the account on Mastodon."""
        return self._stated("acct")

    @property
    def address(self) -> str | None:
        """Return one account elsewhere."""
        return self.handle or self.acct or self.did

    @property
    def rest_id(self) -> str | None:
        """Return the permanent id of the X account."""
        return self._stated("rest_id") or self.member.rest_id

    @property
    def row_id(self) -> str | None:
        """Return the row of the directory about the member."""
        return self._stated("row_id")

    def _stated(self, name: str) -> str | None:
        """Return what the row says, or else the departure."""
        stated = (getattr(one, name) for one in (self.row, self.left) if one)
        return next((str(value) for value in stated if value), None)


class MemberRows:
    """Keeps the rows that the members of groups may be about, as all rows pass; of several the surest."""

    def __init__(self, groups: Iterable[Group]) -> None:
        members = (member for group in groups for member in group.members)
        self._wanted = {key for member in members for key in _member_keys(member)}
        self._rows: dict[tuple[str, ...], Row] = {}

    def note(self, row: Row) -> None:
        """Keep a row where a member has its X account, or its name and country."""
        for key in _keys(row.rest_id, row.screen_name, row.kind, row.country, row.display_name):
            kept = self._rows.get(key)
            if key in self._wanted and (kept is None or GRADES.index(row.grade) < GRADES.index(kept.grade)):
                self._rows[key] = row

    def pass_on(self, rows: Iterable[tuple[Row, Evidence]]) -> Iterator[tuple[Row, Evidence]]:
        """Yield the rows as they come, and note each."""
        for row, evidence in rows:
            self.note(row)
            yield row, evidence

    def find(self, member: Member) -> Row | None:
        """Return the row about a member: by its X account, else by its name."""
        return next((self._rows[key] for key in _member_keys(member) if key in self._rows), None)


def read_groups(folder: Path) -> list[Group]:
    """Read the groups of a folder. Raises InvalidGroups, OSError."""
    members: dict[str, list[Member]] = {}
    for where, line in _lines(folder / MEMBERS, ("group", "member", "kind")):
        members.setdefault(line["group"], []).append(_parse_member(where, line))
    groups = [_parse_group(where, line, members) for where, line in _lines(folder / GROUPS, ("group", "name"))]
    if unknown := members.keys() - {group.key for group in groups}:
        raise InvalidGroups(f"{folder / MEMBERS}: there is no group {min(unknown)!r} in {GROUPS}.")
    return groups


def cover(group: Group, rows: MemberRows, departures: Iterable[Left]) -> list[Covered]:
    """Return what rows and departures there are for each member of a group."""
    departures = list(departures)
    by_row = {one.row_id: one for one in departures if one.row_id}
    by_name = {organisation_key(one.country, one.organisation): one for one in departures}
    covered = []
    for member in group.members:
        row = rows.find(member)
        left = by_row.get(row.row_id) if row else None
        covered.append(Covered(member, row, left or by_name.get(organisation_key(member.country, member.name))))
    return covered


def count(members: Sequence[Covered]) -> dict[str, int]:
    """Return how many members have an address, the id of their X account, and a departure."""
    return {
        "address": sum(one.address is not None for one in members),
        "id": sum(one.rest_id is not None for one in members),
        "departure": sum(one.left is not None for one in members),
    }


def group_to_json(group: Group, members: Sequence[Covered]) -> dict[str, Any]:
    """Return a group with its counts and members, as the coverage and the pages have it."""
    own = {
        "group": group.key,
        "name": group.name,
        "names": dict(group.names),
        "size": group.size or len(members),
        "is_selection": group.size is None,
        "named": len(members),
        "source": {"name": group.source, "url": group.source_url, "date": group.source_date},
    }
    return own | count(members) | {"members": [_member_to_json(one) for one in members]}


def _member_to_json(one: Covered) -> dict[str, Any]:
    left = one.left
    departure = {"id": left.entry_id, "how": left.how, "date": left.day, "by": left.by} if left else None
    return {
        "member": one.member.name,
        "kind": one.member.kind,
        "country": one.member.country,
        "address": one.address or NO_ACCOUNT,
        "did": one.did,
        "handle": one.handle,
        "acct": one.acct,
        "rest_id": one.rest_id,
        "row_id": one.row_id,
        "departure": departure,
    }


def _member_keys(member: Member) -> Iterator[tuple[str, ...]]:
    return _keys(member.rest_id, member.screen_name, member.kind, member.country, member.name)


def _keys(
    rest_id: str | None, screen_name: str | None, kind: str, country: str | None, name: str | None
) -> Iterator[tuple[str, ...]]:
    """Yield by what a member and a row are the same, the surest first; people and organisations never are."""
    yield from ((what, text.lower()) for what, text in (("id", rest_id), ("name", screen_name)) if text)
    if name:
        yield "person" if kind == "person" else "organisation", organisation_key(country, name)


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
    optional = (line.get(name) or None for name in ("country", "rest_id", "screen_name", "source_url", "domain"))
    return Member(line["member"], kind, *optional)


def _parse_group(where: str, line: Mapping[str, str], members: Mapping[str, Sequence[Member]]) -> Group:
    size = line.get("members") or ""
    if size and not (size.isascii() and size.isdigit()):
        raise InvalidGroups(f"{where}: members is a number, not {size!r}.")
    if not KEY.fullmatch(line["group"]):
        raise InvalidGroups(
            f"{where}: group is made of small letters, digits and single hyphens, not {line['group']!r}."
        )
    url = line.get("source_url") or None
    if url and not is_web_page(url):
        raise InvalidGroups(f"{where}: source_url is a web address, not {url[:80]!r}.")
    return Group(
        key=line["group"],
        name=line["name"],
        size=int(size) if size else None,
        source=line.get("source") or "",
        members=tuple(members.get(line["group"], ())),
        source_url=url,
        source_date=line.get("source_date") or None,
        names={name.removeprefix(NAME_IN): text for name, text in line.items() if text and name.startswith(NAME_IN)},
    )
