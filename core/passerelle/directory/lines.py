"""Files of lines, packed or not: read in pieces, so that a bomb costs no memory."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

from passerelle.directory.blocks import MAX_LINE
from passerelle.errors import DirectoryError

MAX_ROWS = 2_000_000  # of a directory
MEAN_LINE = 1 << 12  # bytes that lines may have on average, once unpacked: an honest file stays far below
CHUNK = 1 << 18  # bytes unpacked at a time
FEED = 1 << 16  # packed bytes given to zlib at a time: it copies what follows a member of gzip

_GZIP = b"\x1f\x8b"
_WITH_GZIP_HEADER = 31  # zlib's wbits


def read_lines(packed: bytes, *, rows: int = MAX_ROWS) -> Iterator[bytes]:
    """Yield the lines of gzip (one member or many) or of plain text; at most a chunk and a line are in memory.

    Raises DirectoryError for damaged gzip, a line over MAX_LINE, or more text than `rows` lines can have.
    """
    room = (rows + 1) * MEAN_LINE
    rest = b""
    for chunk in _unpacked(packed):
        room -= len(chunk)
        *lines, rest = (rest + chunk).split(b"\n")
        if room < 0 or len(rest) > MAX_LINE or any(len(line) > MAX_LINE for line in lines):
            raise DirectoryError("A directory file is larger than it may be.")
        yield from filter(None, lines)
    if rest:
        yield rest


def _unpacked(packed: bytes) -> Iterator[bytes]:
    if not packed.startswith(_GZIP):
        yield from (packed[start : start + CHUNK] for start in range(0, len(packed), CHUNK))
        return
    try:
        yield from _members(packed)
    except zlib.error:
        raise DirectoryError("A directory file cannot be unpacked.", code="directory_corrupt") from None


def _members(packed: bytes) -> Iterator[bytes]:
    """Yield the content of the members of gzip, which stand one after the other (RFC 1952, section 2.2)."""
    unpacker = zlib.decompressobj(_WITH_GZIP_HEADER)
    for start in range(0, len(packed), FEED):
        rest = packed[start : start + FEED]
        while rest:
            if unpacker.eof:
                unpacker = zlib.decompressobj(_WITH_GZIP_HEADER)
            yield unpacker.decompress(rest, CHUNK)
            rest = unpacker.unused_data if unpacker.eof else unpacker.unconsumed_tail
    while not unpacker.eof:
        chunk = unpacker.decompress(b"", CHUNK)
        if not chunk and not unpacker.eof:
            raise DirectoryError("A directory file is cut short.", code="directory_corrupt")
        yield chunk
