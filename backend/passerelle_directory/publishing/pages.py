"""What the pages show, as files written at snapshot time: the process that serves them opens no database."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields, replace
from datetime import date as day
from pathlib import Path
from typing import Any

from passerelle.directory import EvidenceSource

from passerelle_directory.publishing.departures import Left
from passerelle_directory.publishing.files import WORLD_READABLE, write_whole
from passerelle_directory.publishing.groups import Covered, Group, group_to_json

DEPARTURES = "departures.json"  # as GET /v1/departures.json answers
GROUPS = "groups.json"  # as GET /v1/groups.json answers
COUNTS = "counts.json"
PAGES = "pages"  # folder beside `public`, which mirrors copy whole


def write_pages(folder: Path, departures: Iterable[Left], people: int, organisations: int, now: str) -> None:
    """Write the files of the pages into `folder`, each in one step.

    An entry that says the same as in the files of before keeps the time from which it does; the others get `now`.
    """
    folder.mkdir(exist_ok=True)
    before = {entry.entry_id: entry for entry in read_departures(folder)}
    listed = [_dated(entry, before, now) for entry in departures]
    _write(folder / DEPARTURES, {"departures": [_to_json(entry) for entry in listed]})
    _write(folder / COUNTS, {"people": people, "organisations": organisations})


def write_groups(folder: Path, covered: Sequence[tuple[Group, Sequence[Covered]]]) -> None:
    """Write the file of the groups into `folder`."""
    _write(folder / GROUPS, {"groups": [group_to_json(group, members) for group, members in covered]})


def read_groups_file(folder: Path) -> dict[str, Any]:
    """Return the groups with their counts and members; none before the first snapshot."""
    groups: dict[str, Any] = _read(folder / GROUPS) or {"groups": []}
    return groups


def _dated(entry: Left, before: Mapping[str, Left], now: str) -> Left:
    """Return the entry with the time of the snapshot from which on it is as it is now."""
    known = before.get(entry.entry_id)
    is_same = known is not None and replace(known, updated=None) == replace(entry, updated=None)
    return replace(entry, updated=(known.updated if known and is_same else None) or now)


def read_departures(folder: Path) -> list[Left]:
    """Return the organisations that left X; none before the first snapshot."""
    return [_from_json(entry) for entry in (_read(folder / DEPARTURES) or {"departures": []})["departures"]]


def read_counts(folder: Path) -> dict[str, int] | None:
    """Return how many rows are about people and about organisations, or None before the first snapshot."""
    counts: dict[str, int] | None = _read(folder / COUNTS)
    return counts


def _to_json(entry: Left) -> dict[str, Any]:
    return {
        "id": entry.entry_id,
        "organisation": entry.organisation,
        "kind": entry.kind,
        "country": entry.country,
        "date": entry.day,
        "by": entry.by,
        "how": entry.how,
        "did": entry.did,
        "handle": entry.handle,
        "acct": entry.acct,
        "office": entry.office,
        "rest_id": entry.rest_id,
        "screen_name": entry.screen_name,
        "row_id": entry.row_id,
        "updated": entry.updated,
        "sources": [source.to_json() for source in entry.sources],
    }


def _from_json(entry: dict[str, Any]) -> Left:
    """Return the entry as an earlier snapshot wrote it; one of an older program has not every field."""
    named = {field.name: entry[field.name] for field in fields(Left) if field.name in entry}
    sources = tuple(_source(**source) for source in entry["sources"])
    return Left(**named | {"day": entry["date"], "sources": sources})


def _source(name: str, url: str | None, date: str | None) -> EvidenceSource:
    return EvidenceSource(name, url, day.fromisoformat(date) if date else None)


def _write(path: Path, content: dict[str, Any]) -> None:
    write_whole(path, json.dumps(content, ensure_ascii=False).encode() + b"\n", WORLD_READABLE, overwrite=True)


def _read(path: Path) -> Any:
    try:
        return json.loads(path.read_bytes())
    except FileNotFoundError:
        return None
