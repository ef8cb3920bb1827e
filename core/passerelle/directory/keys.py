"""The file `keys`: the 32-bit keys of all rows in ascending order, searched as it comes (docs/directory-format.md).

    magic "PKEY" · format number u16 · bits of the table u16 (16, or 0: no table) · number of keys u32
    table:  how many keys have each upper half, 65,536 × u16
    keys:   with a table the lower halves, u16; without one the whole keys, u32
    looks:  in format 2 only, what a mark shows of each key's row, two in a byte (looks.py)

A key is a CRC-32, so two accounts may share one: what it leads to is compared with the real id or name.
"""

from __future__ import annotations

import struct
import zlib
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import accumulate

from passerelle.directory.little_endian import read_numbers, write_numbers
from passerelle.directory.looks import pack_looks
from passerelle.errors import DirectoryError
from passerelle.identifiers import RestId, ScreenName, canonicalize_screen_name

TABLE_BITS = 16
UPPER_HALVES = 1 << TABLE_BITS
LOWER_HALF = UPPER_HALVES - 1
TABLE_FROM = UPPER_HALVES  # keys; with fewer, a table is larger than what it saves
MAX_SAME_KEY = 8  # positions read for one key: an X account has one row, its name at most another one

_HEADER = struct.Struct("<4sHHI")
_MAGIC = b"PKEY"
_FORMAT, _FORMAT_WITH_LOOKS = 1, 2


def name_key(screen_name: ScreenName) -> int:
    """Return the key of an X name: CRC-32 of "n:" and the name in lower case. An unsigned 32-bit integer."""
    return zlib.crc32(b"n:" + canonicalize_screen_name(screen_name).encode())


def id_key(rest_id: RestId) -> int:
    """Return the key of an X id: CRC-32 of "i:" and the id. An unsigned 32-bit integer."""
    return zlib.crc32(b"i:" + rest_id.encode())


def encode_keys(keys: Sequence[int], looks: Sequence[int] | None = None) -> bytes:
    """Return the file `keys` of keys in ascending order, with the look of each one's row where `looks` are given."""
    bits = TABLE_BITS if len(keys) > TABLE_FROM else 0
    header = _HEADER.pack(_MAGIC, _FORMAT if looks is None else _FORMAT_WITH_LOOKS, bits, len(keys))
    return header + _encode_numbers(keys, bits) + (b"" if looks is None else pack_looks(looks))


def _encode_numbers(keys: Sequence[int], bits: int) -> bytes:
    if not bits:
        return write_numbers("I", keys)
    counts = array("I", bytes(UPPER_HALVES * 4))
    for key in keys:
        counts[key >> TABLE_BITS] += 1
    return write_numbers("H", counts) + write_numbers("H", (key & LOWER_HALF for key in keys))


class KeyTable:
    """The file `keys`, ready to search."""

    def __init__(self, packed: bytes) -> None:
        """Check the lengths that the header promises. Raises DirectoryError (directory_corrupt)."""
        try:
            magic, number, bits, count = _HEADER.unpack_from(packed)
        except struct.error:
            raise _damaged() from None
        if magic != _MAGIC or number not in (_FORMAT, _FORMAT_WITH_LOOKS) or bits not in (0, TABLE_BITS):
            raise _damaged()
        table = memoryview(packed)[_HEADER.size : _HEADER.size + (UPPER_HALVES * 2 if bits else 0)]
        start = _HEADER.size + len(table)
        end = start + count * (2 if bits else 4)
        looks = (count + 1) // 2 if number == _FORMAT_WITH_LOOKS else 0
        keys = memoryview(packed)[start:end]
        if len(packed) != end + looks or (bits and len(table) != UPPER_HALVES * 2):
            raise _damaged()
        self._keys = read_numbers("H" if bits else "I", keys)
        self._ends = array("I", accumulate(read_numbers("H", table), initial=0)) if bits else None
        if self._ends and self._ends[-1] != count:
            raise _damaged()

    def __len__(self) -> int:
        return len(self._keys)

    def find(self, key: int) -> range:
        """Return the positions of a key, at most MAX_SAME_KEY."""
        start, end, wanted = 0, len(self._keys), key
        if self._ends:
            upper, wanted = key >> TABLE_BITS, key & LOWER_HALF
            start, end = self._ends[upper], self._ends[upper + 1]
        first = bisect_left(self._keys, wanted, start, end)
        return range(first, bisect_right(self._keys, wanted, first, end))[:MAX_SAME_KEY]


def _damaged() -> DirectoryError:
    return DirectoryError("The directory's keys cannot be read.", code="directory_corrupt")
