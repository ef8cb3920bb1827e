"""What the pages show, as files written at snapshot time: the process that serves them opens no database."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date as day
from pathlib import Path
from typing import Any

from passerelle.directory import EvidenceSource

from passerelle_directory.publishing.departures import Left
from passerelle_directory.publishing.files import WORLD_READABLE, write_whole

DEPARTURES = "departures.json"  # as GET /v1/departures.json answers
COUNTS = "counts.json"
PAGES = "pages"  # folder beside `public`, which mirrors copy whole


def write_pages(folder: Path, departures: Iterable[Left], people: int, organisations: int) -> None:
    """Write the files of the pages into `folder`, each in one step."""
    folder.mkdir(exist_ok=True)
    listed = {"departures": [_to_json(entry) for entry in departures]}
    _write(folder / DEPARTURES, listed)
    _write(folder / COUNTS, {"people": people, "organisations": organisations})


def read_departures(folder: Path) -> list[Left]:
    """Return the organisations that left X; none before the first snapshot."""
    return [_from_json(entry) for entry in (_read(folder / DEPARTURES) or {"departures": []})["departures"]]


def read_counts(folder: Path) -> dict[str, int] | None:
    """Return how many rows are about people and about organisations, or None before the first snapshot."""
    counts: dict[str, int] | None = _read(folder / COUNTS)
    return counts


def _to_json(entry: Left) -> dict[str, Any]:
    return {
        "organisation": entry.organisation,
        "kind": entry.kind,
        "country": entry.country,
        "date": entry.day,
        "by": entry.by,
        "how": entry.how,
        "handle": entry.handle,
        "acct": entry.acct,
        "office": entry.office,
        "rest_id": entry.rest_id,
        "screen_name": entry.screen_name,
        "row_id": entry.row_id,
        "sources": [source.to_json() for source in entry.sources],
    }


def _from_json(fields: dict[str, Any]) -> Left:
    names = set(fields) - {"date", "sources"}
    sources = tuple(_source(**source) for source in fields["sources"])
    return Left(day=fields["date"], sources=sources, **{name: fields[name] for name in names})


def _source(name: str, url: str | None, date: str | None) -> EvidenceSource:
    return EvidenceSource(name, url, day.fromisoformat(date) if date else None)


def _write(path: Path, content: dict[str, Any]) -> None:
    write_whole(path, json.dumps(content, ensure_ascii=False).encode() + b"\n", WORLD_READABLE, overwrite=True)


def _read(path: Path) -> Any:
    try:
        return json.loads(path.read_bytes())
    except FileNotFoundError:
        return None
