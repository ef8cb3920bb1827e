"""The directory that comes with the program: organisations and people in public office, as of a fixed date.

The build makes it from the server's seed (build/packaged_directory.py). It is part of the package and trusted as such:
no signature. With it a person finds people before any server has answered; a newer directory replaces it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files

from passerelle.directory.packing import PackedRows, pack_rows
from passerelle.directory.rows import Evidence, Row, published_line
from passerelle.jsons import parse_json

DATA = "data"


@dataclass(frozen=True, slots=True)
class PackagedDirectory:
    """Snapshot and evidence as a server publishes them, not compressed; `generated_at` is an aware UTC time."""

    generated_at: datetime
    rows: int
    snapshot: bytes
    evidence: bytes

    @property
    def version(self) -> int:
        """The time in Unix seconds, as for every directory."""
        return int(self.generated_at.timestamp())

    def packed(self) -> PackedRows:
        """Return its files as a server publishes them."""
        reasons = {
            one.row_id: one for one in (Evidence.from_json(parse_json(line)) for line in self.evidence.splitlines())
        }
        rows = (Row.from_json(parse_json(line)) for line in self.snapshot.splitlines())
        return pack_rows((row, published_line(row, reasons[row.row_id])) for row in rows)


def read_packaged() -> PackagedDirectory | None:
    """Read the directory that comes with the program; None where the build has not made it."""
    folder = files("passerelle.directory") / DATA
    if not (folder / "about.json").is_file():
        return None
    about = json.loads((folder / "about.json").read_bytes())
    return PackagedDirectory(
        generated_at=datetime.fromisoformat(about["generated_at"]),
        rows=about["rows"],
        snapshot=(folder / "rows.jsonl").read_bytes(),
        evidence=(folder / "evidence.jsonl").read_bytes(),
    )
