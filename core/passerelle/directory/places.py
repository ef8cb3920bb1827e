"""The file `places`: in which block each key's row stands, and where each block lies (docs/directory-format.md).

    magic "PPLC" · format number u16 · bytes of a block number u16 (2 or 4) · number of blocks u32 · number of keys u32
    the packed length of each block, u32; the blocks lie one after the other in the files of rows
    for each key of the file `keys`, in its order: the number of the block

The numbers are not believed: a block outside its file is left out.
"""

from __future__ import annotations

import struct
from array import array
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from passerelle.directory.blocks import MAX_PACKED_BLOCK
from passerelle.directory.little_endian import Width, read_numbers, write_numbers
from passerelle.errors import DirectoryError

NARROW = 1 << 16  # blocks whose numbers fit in two bytes

_HEADER = struct.Struct("<4sHHII")
_MAGIC = b"PPLC"
_FORMAT = 1
_WIDTHS: dict[int, Width] = {2: "H", 4: "I"}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a block lies: the number of the file of rows, and its first byte and the byte after its last one."""

    file: int
    start: int
    end: int


def encode_places(lengths: Sequence[int], blocks: Sequence[int]) -> bytes:
    """Return the file `places`: the packed `lengths` of the blocks, and the block number of each key."""
    width = 2 if len(lengths) <= NARROW else 4
    header = _HEADER.pack(_MAGIC, _FORMAT, width, len(lengths), len(blocks))
    return header + write_numbers("I", lengths) + write_numbers(_WIDTHS[width], blocks)


class Places:
    """The file `places`, ready to search; `file_sizes` are the bytes of the files of rows, in their order."""

    def __init__(self, packed: bytes, file_sizes: Sequence[int]) -> None:
        """Check the lengths that the header promises. Raises DirectoryError (directory_corrupt)."""
        try:
            magic, number, width, blocks, keys = _HEADER.unpack_from(packed)
        except struct.error:
            raise _damaged() from None
        if magic != _MAGIC or number != _FORMAT or width not in _WIDTHS:
            raise _damaged()
        if len(packed) != _HEADER.size + blocks * 4 + keys * width:
            raise _damaged()
        numbers_at = _HEADER.size + blocks * 4
        self._blocks = read_numbers(_WIDTHS[width], memoryview(packed)[numbers_at:])
        lengths = read_numbers("I", memoryview(packed)[_HEADER.size : numbers_at])
        self._starts = array("Q", accumulate(lengths, initial=0))
        self._file_starts = tuple(accumulate(file_sizes, initial=0))

    def __len__(self) -> int:
        return len(self._blocks)

    def block_of(self, position: int) -> int:
        """Return the block number of the key at a position."""
        return self._blocks[position]

    def find(self, block: int) -> Place | None:
        """Return where a block lies; None where it is not whole in one file, or larger than a block may be."""
        if block >= len(self._starts) - 1:
            return None
        start, end = self._starts[block], self._starts[block + 1]
        file = bisect_right(self._file_starts, start) - 1
        if file >= len(self._file_starts) - 1 or end > self._file_starts[file + 1] or end - start > MAX_PACKED_BLOCK:
            return None
        return Place(file, start - self._file_starts[file], end - self._file_starts[file])


def _damaged() -> DirectoryError:
    return DirectoryError("The directory's list of blocks cannot be read.", code="directory_corrupt")
