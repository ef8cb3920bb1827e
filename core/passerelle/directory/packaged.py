"""The directory that comes with the program: organisations and people in public office, as of a fixed date.

The build makes it from the server's seed (build/packaged_directory.py). It is part of the package and trusted as such:
no signature. With it a person finds people before any server has answered; a newer directory replaces it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files

from passerelle.directory.packing import PackedRows

DATA = "data"
ABOUT, ROWS, KEYS, PLACES = "about.json", "rows.jsonl", "keys", "places"  # names of the files in DATA


@dataclass(frozen=True, slots=True)
class PackagedDirectory:
    """Files as a server publishes them, the blocks not compressed; `generated_at` is an aware UTC time."""

    generated_at: datetime
    rows: int
    files: PackedRows

    @property
    def version(self) -> int:
        """The time in Unix seconds, as for every directory."""
        return int(self.generated_at.timestamp())


def read_packaged() -> PackagedDirectory | None:
    """Read the directory that comes with the program; None where the build has not made it."""
    folder = files("passerelle.directory") / DATA
    if not (folder / ABOUT).is_file():
        return None
    about = json.loads((folder / ABOUT).read_bytes())
    rows, keys, places = ((folder / name).read_bytes() for name in (ROWS, KEYS, PLACES))
    return PackagedDirectory(
        datetime.fromisoformat(about["generated_at"]), about["rows"], PackedRows((rows,), keys, places)
    )
