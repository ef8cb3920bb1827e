"""The directory on this machine: one text of rows and a sorted index of 32-bit keys (docs/architecture.md).

It is built from the two downloaded files, both gzip JSON Lines sorted by `row_id`: the snapshot (rows) and the
evidence (sources of each row).
"""

from __future__ import annotations

import io
import json
from array import array
from bisect import bisect_left
from collections.abc import Generator, Iterator
from dataclasses import dataclass

from passerelle.directory.blocks import MAX_LINE
from passerelle.directory.keys import id_key, name_key
from passerelle.directory.little_endian import read_numbers, write_numbers
from passerelle.directory.packing import keys_of
from passerelle.directory.rows import Evidence, Row, row_of
from passerelle.errors import DirectoryError
from passerelle.identifiers import RestId, ScreenName, canonicalize_screen_name, parse_rest_id, parse_screen_name
from passerelle.jsons import parse_json

MAX_TEXT_BYTES = 0xFFFFFFFF - MAX_LINE  # of all rows together: where a row begins is written in 32 bits
ROWS_PER_STEP = 500  # rows indexed between two chances to yield

_write_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode  # compact: it is kept in memory


@dataclass(frozen=True, slots=True)
class BuiltIndex:
    """Snapshot and evidence merged: the three texts of the index, the number of rows in it, and of invalid lines."""

    rows: bytes
    keys: bytes
    offsets: bytes
    count: int
    skipped: int


class DirectoryIndex:
    """Find rows by X id or X name in time that hardly depends on how many there are; rows are parsed when found."""

    def __init__(self, rows: bytes, keys: bytes, offsets: bytes) -> None:
        self._rows = rows
        self._keys = read_numbers("I", keys)
        self._offsets = read_numbers("I", offsets)
        if len(self._keys) != len(self._offsets):
            raise DirectoryError("The directory's index is damaged; update the directory.", code="directory_corrupt")

    def find_by_id(self, rest_id: RestId) -> tuple[Row, ...]:
        """Return the rows about this X id, usually none or one."""
        return tuple(row for row in self._at(id_key(rest_id)) if row.rest_id == rest_id)

    def find_by_name(self, screen_name: ScreenName) -> tuple[Row, ...]:
        """Return the rows with this X name in any case."""
        wanted = canonicalize_screen_name(screen_name)
        rows = self._at(name_key(screen_name))
        return tuple(row for row in rows if row.screen_name and canonicalize_screen_name(row.screen_name) == wanted)

    def find_named(self, row_id: str, rest_id: str | None, screen_name: str) -> Row | None:
        """Return the row of this `row_id`, if it has that id or that name. Raises InvalidIdentifier."""
        by_id = self.find_by_id(parse_rest_id(rest_id)) if rest_id else ()
        rows = (*by_id, *self.find_by_name(parse_screen_name(screen_name)))
        return next((row for row in rows if row.row_id == row_id), None)

    def _at(self, key: int) -> Iterator[Row]:
        position = bisect_left(self._keys, key)
        while position < len(self._keys) and self._keys[position] == key:
            start = self._offsets[position]
            yield Row.from_json(json.loads(self._rows[start : self._rows.index(b"\n", start)]))
            position += 1


def build_index(snapshot: Iterator[bytes], evidence: Iterator[bytes], rows: int) -> Generator[int, None, BuiltIndex]:
    """Join rows and their evidence, both sorted by row_id, and index them; at most `rows` rows.

    Yields the number of rows so far, now and then; returns a BuiltIndex. An invalid line is counted and left out: one
    bad row must not make the directory unusable. Raises DirectoryError when there are more than `rows`.
    """
    text = io.BytesIO()
    entries = array("Q")
    believed = _evidence(evidence)
    reason = next(believed, None)
    count = skipped = 0
    last = ""
    for line in snapshot:
        row = row_of(line)
        if row is None or row.row_id <= last:
            skipped += 1
            continue
        last = row.row_id
        while reason and reason.row_id < last:
            reason = next(believed, None)
        sources = reason.to_json()["sources"] if reason and reason.row_id == last else []
        entries.extend(key << 32 | text.tell() for key in keys_of(row))
        text.write(_write_json(row.to_json() | {"sources": sources}).encode() + b"\n")
        count += 1
        if count > rows or text.tell() > MAX_TEXT_BYTES:
            raise DirectoryError("The directory has more rows than it says.")
        if count % ROWS_PER_STEP == 0:
            yield count
    ordered = sorted(entries)
    keys = array("I", (entry >> 32 for entry in ordered))
    offsets = array("I", (entry & 0xFFFFFFFF for entry in ordered))
    return BuiltIndex(text.getvalue(), write_numbers("I", keys), write_numbers("I", offsets), count, skipped)


def _evidence(lines: Iterator[bytes]) -> Iterator[Evidence]:
    for line in lines:
        try:
            yield Evidence.from_json(parse_json(line))
        except (ValueError, RecursionError):
            continue
