"""Rows -> blocks, keys and places: what a server publishes, and what comes with the program."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from passerelle.directory.blocks import BLOCK_TEXT, MAX_LINE, pack_block
from passerelle.directory.keys import encode_keys, id_key, name_key
from passerelle.directory.looks import LOOK_BITS, look_of
from passerelle.directory.places import encode_places
from passerelle.directory.rows import Row

MAX_PUBLISHED_FILE = 1 << 23  # bytes; a file that was cut off costs a phone that much again
_KEY_SHIFT = 32
_LOOK = (1 << LOOK_BITS) - 1


class Packer:
    """Collect lines into blocks, and remember where each row stands. Rows come sorted by `row_id`."""

    def __init__(self, *, compress: bool = True) -> None:
        self._compress = compress
        self._lines: list[bytes] = []
        self._size = 0
        self._lengths = array("I")
        self._entries = array("Q")  # key << 32 | block << 4 | look: sorts as the key does

    def add(self, row: Row, line: bytes) -> bytes | None:
        """Add a row and its line, which ends with a newline; return the packed block that it completes, if any.

        Raises ValueError for a line that no client would read.
        """
        if len(line) > MAX_LINE:
            raise ValueError(f"The row {row.row_id} has {len(line)} bytes; a line has {MAX_LINE} at most.")
        place = len(self._lengths) << LOOK_BITS | look_of(row)
        self._entries.extend(key << _KEY_SHIFT | place for key in keys_of(row))
        self._lines.append(line)
        self._size += len(line)
        return self.flush() if self._size >= BLOCK_TEXT else None

    def flush(self) -> bytes | None:
        """Return the packed block of the lines that are left, if any."""
        if not self._lines:
            return None
        text = b"".join(self._lines)
        block = pack_block(text) if self._compress else text
        self._lengths.append(len(block))
        self._lines, self._size = [], 0
        return block

    def index(self) -> tuple[bytes, bytes]:
        """Return the files `keys` and `places` of all blocks."""
        entries = sorted(self._entries)
        keys = array("I", (entry >> _KEY_SHIFT for entry in entries))
        blocks = array("I", ((entry & 0xFFFFFFFF) >> LOOK_BITS for entry in entries))
        looks = bytes(entry & _LOOK for entry in entries)
        return _encode_keys(keys, looks), encode_places(self._lengths, blocks)


@dataclass(frozen=True, slots=True)
class PackedRows:
    """A whole directory in memory: the files of rows in their order, and the files `keys` and `places`."""

    rows: tuple[bytes, ...]
    keys: bytes
    places: bytes


def pack_rows(
    pairs: Iterable[tuple[Row, bytes]], *, compress: bool = True, max_file: int = MAX_PUBLISHED_FILE
) -> PackedRows:
    """Pack rows and their lines, sorted by `row_id`."""
    packer = Packer(compress=compress)
    files: list[list[bytes]] = []
    size = 0
    for block in _blocks(packer, pairs):
        if not files or size + len(block) > max_file:
            files.append([])
            size = 0
        files[-1].append(block)
        size += len(block)
    keys, places = packer.index()
    return PackedRows(tuple(map(b"".join, files)), keys, places)


def keys_of(row: Row) -> Iterator[int]:
    """Return the keys under which a row is found."""
    if row.screen_name is not None:
        yield name_key(row.screen_name)
    if row.rest_id is not None:
        yield id_key(row.rest_id)


def _encode_keys(keys: array[int], looks: bytes) -> bytes:
    """Return the file `keys`; without looks where they find no room: marks then wait until the row was looked up."""
    packed = encode_keys(keys, looks)
    return packed if len(packed) <= MAX_PUBLISHED_FILE else encode_keys(keys)


def _blocks(packer: Packer, pairs: Iterable[tuple[Row, bytes]]) -> Iterator[bytes]:
    for row, line in pairs:
        if block := packer.add(row, line):
            yield block
    if block := packer.flush():
        yield block
