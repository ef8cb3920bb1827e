"""Blocks of rows: JSON Lines of about 64 kB, each block packed by itself, so that one row costs one block.

A block is one gzip member (RFC 1952) without name and time, so equal lines give equal bytes and `zcat` unpacks a file
of blocks whole; in a package, where gzip is not welcome, it is the plain text. What cannot be unpacked is left out.
"""

from __future__ import annotations

import zlib

BLOCK_TEXT = 1 << 16  # bytes of lines after which a block ends
MAX_LINE = 1 << 16  # bytes of one line; a row with its sources has about 450
MAX_BLOCK = BLOCK_TEXT + MAX_LINE  # bytes of an unpacked block
MAX_PACKED_BLOCK = MAX_BLOCK + (1 << 12)  # deflate adds 5 bytes for each 16 kB at worst, gzip 18

_GZIP = b"\x1f\x8b"
_WITH_GZIP_HEADER = 31  # zlib's wbits
_COMPRESSION = 9


def pack_block(text: bytes) -> bytes:
    """Return lines as one gzip member."""
    packer = zlib.compressobj(_COMPRESSION, zlib.DEFLATED, _WITH_GZIP_HEADER)
    return packer.compress(text) + packer.flush()


def open_block(packed: bytes) -> bytes | None:
    """Return the lines of a block; None where it is cut short, damaged, or larger than a block may be."""
    if not packed.startswith(_GZIP):
        return packed if len(packed) <= MAX_BLOCK else None
    unpacker = zlib.decompressobj(_WITH_GZIP_HEADER)
    try:
        text = unpacker.decompress(packed, MAX_BLOCK + 1)
    except zlib.error:
        return None
    is_whole = unpacker.eof and not unpacker.unused_data and len(text) <= MAX_BLOCK
    return text if is_whole else None
