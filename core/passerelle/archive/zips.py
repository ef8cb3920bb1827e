"""Open ZIP files of strangers: seekable, never in memory, with bounds on everything they claim."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from passerelle.archive.locate import Member
from passerelle.errors import UnreadableArchive

READ_SIZE = 1024 * 1024  # bytes; in the browser every read is a slice of a Blob and costs a turn
MAX_DIRECTORY = 64 * 1024 * 1024  # bytes of central directory: some 500,000 members; real archives have 9,000
ZIP_MAGIC = b"PK"
ENCRYPTED = 0x1  # general purpose bit 0; APPNOTE.TXT, section 4.4.4

# All that zipfile and zlib raise on hostile bytes; found by tests/core/test_archive_hostile.py.
ZIP_TROUBLE = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    OSError,
    NotImplementedError,
    RuntimeError,
    ValueError,
    OverflowError,
    IndexError,
    struct.error,
)


class _Bounded(io.BufferedReader):
    """A file that is read in large pieces, and that refuses one absurdly large piece."""

    def read(self, size: int | None = -1, /) -> bytes:
        if size is not None and size > MAX_DIRECTORY:
            raise zipfile.BadZipFile(f"a piece of {size} bytes")
        return super().read(size)


def open_source(path: Path) -> BinaryIO:
    """Open a file for reading in pieces of READ_SIZE. Raises OSError."""
    return _Bounded(io.FileIO(path), READ_SIZE)


def zip_members(stream: BinaryIO, name: str, stack: ExitStack) -> list[Member]:
    """List what is in the ZIP `stream`, called `name`; `stack` closes it. Raises UnreadableArchive(truncated_zip)."""
    try:
        archive = stack.enter_context(zipfile.ZipFile(stream))
    except ZIP_TROUBLE as error:
        raise UnreadableArchive(
            f"{name} is cut short or damaged: download it again, or copy it again from where it is whole.",
            code="truncated_zip",
            file=name,
        ) from error
    return list(_members(archive))


def _members(archive: zipfile.ZipFile) -> Iterator[Member]:
    for info in archive.infolist():
        if not info.is_dir():
            yield Member(
                path=info.filename,
                size=info.file_size,
                open=_opener(archive, info),
                packed_size=info.compress_size,
                encrypted=bool(info.flag_bits & ENCRYPTED),
            )


def _opener(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Callable[[], BinaryIO]:
    def open_member() -> BinaryIO:
        return archive.open(info)  # type: ignore[return-value]  # typeshed calls it IO[bytes]

    return open_member


def base_name(path: str) -> str:
    """Give the last part of a member's path."""
    return PurePosixPath(path).name
