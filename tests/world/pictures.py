"""pbs.twimg.com: the pictures of people on X, all of them the same one."""

from __future__ import annotations

import struct
import zlib

from tests.world.exchange import Answer, Ask, page

SIDE = 24


def make_png(side: int = SIDE) -> bytes:
    """Return a grey picture with a pattern: https://www.w3.org/TR/png-3/#5DataRep"""
    rows = b"".join(b"\0" + bytes((x * x + 7 * y * (x % 5)) % 256 for x in range(side)) for y in range(side))
    header = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*part) for part in parts)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


X_PICTURE = make_png()


def site(ask: Ask) -> Answer:
    """Answer every address of a picture, readable for every origin, as the real host does."""
    if not ask.path.startswith("/profile_images/"):
        return page(404, b"", "text/plain")
    return page(200, X_PICTURE, "image/png", ("Access-Control-Allow-Origin", "*"))
