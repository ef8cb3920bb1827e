"""Media types of published files (https://www.iana.org/assignments/media-types)."""

from __future__ import annotations

from collections.abc import Mapping

SUFFIXES: Mapping[str, str] = {
    "jsonl.gz": "application/gzip",  # rows and deltas
    "json": "application/json",  # campaigns
    "keys": "application/octet-stream",
    "places": "application/octet-stream",
}
"""What a file's name ends with, after its checksum and a dot, and its media type."""


def media_type(name: str) -> str:
    """Return the media type of a published file by its name."""
    return SUFFIXES[name.partition(".")[2]]
