"""Directories of invented people: rows for the real server, or what it would publish of a large one."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from passerelle_directory.publishing.counts import Counts
from passerelle_directory.publishing.files import LATEST
from passerelle_directory.publishing.keys import load_key, make_keys
from passerelle_directory.publishing.named import FILES_PATH
from passerelle_directory.publishing.snapshot import sign_latest, write_files

from tests.bench.inside.invented import make_rows
from tests.data.people import Someone
from tests.world.directory import KEYS

SOURCES = ("Invented list", "Another invented list")  # two sources: attested, so preselected
SEEN = "2026-03-01"


def rows_for(people: Sequence[Someone]) -> Iterator[dict[str, str]]:
    """Return two sources' rows for each of `people`, as `passerelle-directory import` reads them."""
    for one in people:
        handle = f"{one.screen_name.replace('_', '-')}.bsky.social"
        row = {"rest_id": one.rest_id, "screen_name": one.screen_name, "handle": handle, "kind": "person"}
        for source in SOURCES:
            yield {**row, "source": source, "source_date": SEEN}


def publish_large(folder: Path, rows: int) -> None:
    """Write a signed directory of so many rows in `folder`, to be served as it is: an import takes minutes."""
    files = folder / FILES_PATH
    files.mkdir(parents=True)
    make_keys(KEYS)
    written = write_files(files, make_rows(rows), Counts())
    now = datetime.now(UTC)
    latest = sign_latest(load_key(KEYS), int(now.timestamp()), now, rows, written)
    (files.parent / LATEST).write_text(json.dumps(latest))
