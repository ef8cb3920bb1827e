"""Files that are written whole: they get their name once all of it is on the disk, or never."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

LATEST = "latest.json"
FILES = "files"  # folder of the files that latest.json names
MAKING = ".making-"  # how the names of unfinished files begin
OWNER_ONLY = 0o600
WORLD_READABLE = 0o644


def write_whole(path: Path, content: bytes, mode: int, *, overwrite: bool) -> None:
    """Write a file in one step: a reader sees the old content or the new one, never half.

    Without `overwrite`, raises FileExistsError where `path` has content; an empty file counts as missing.
    """
    descriptor, name = tempfile.mkstemp(prefix=MAKING, dir=path.parent)  # readable and writable by the owner only
    made = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        made.chmod(mode)
        if not overwrite and has_content(path):
            raise FileExistsError(f"{path} was made by another process meanwhile.")
        made.replace(path)
    except BaseException:
        made.unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def has_content(path: Path) -> bool:
    """Return whether a file is there and not empty."""
    return path.exists() and path.stat().st_size > 0


def _sync_folder(folder: Path) -> None:
    """Make the names in a folder survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
