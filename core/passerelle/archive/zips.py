"""Open untrusted ZIPs: seekable, never in memory, with bounds on every size they claim."""

from __future__ import annotations

import importlib
import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

from passerelle.archive.locate import Entry, Member

READ_SIZE = 1024 * 1024  # bytes; in the browser every read is a slice of a Blob and costs a turn
MAX_DIRECTORY = 32 * 1024 * 1024  # bytes of central directory: some 300,000 members; real archives have 9,000
MAX_FILE = 1024**3  # bytes; X splits its files at 100 MiB
# Deflate packs at most 1,032 to 1 (zlib.net/zlib_tech.html); what X writes packs 10 to 1.
MAX_RATIO = 300
RATIO_MATTERS_FROM = 16 * 1024 * 1024  # bytes; below that even a bomb does no harm
MAGIC = b"PK"
ENCRYPTED = 0x1  # general purpose bit 0; APPNOTE.TXT, section 4.4.4
LOCAL_HEADER = struct.Struct("<4s22xHH")  # signature, and the lengths of name and extra field; APPNOTE.TXT, 4.3.7
LOCAL_SIGNATURE = b"PK\3\4"
UTF8_NAME = 0x800  # general purpose bit 11
WRAP = 2**32  # where offsets without zip64 begin again
CHECKPOINT = 32 * 1024 * 1024  # bytes unpacked between two places to start again from

# Packing methods that this Python has no module for, and members that zipfile cannot read at all (Deflate64, strong
# encryption): the file may be whole.
UNSUPPORTED = (NotImplementedError, RuntimeError)


def _errors_of_unpackers() -> Iterator[type[Exception]]:
    """Return the errors of the unpackers that not every Python has; they are neither OSError nor ValueError."""
    for module, error in (("lzma", "LZMAError"), ("compression.zstd", "ZstdError")):
        try:
            yield getattr(importlib.import_module(module), error)
        except ModuleNotFoundError:
            continue


# All that zipfile and its unpackers raise on bytes that are not what they claim (tests/core/test_archive_hostile.py).
TROUBLE: tuple[type[Exception], ...] = (
    *_errors_of_unpackers(),
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
    """A file that is read in large pieces, and never in one absurdly large piece."""

    def read(self, size: int | None = -1, /) -> bytes:
        left = MAX_DIRECTORY + 1 if size is None or size < 0 else min(size, MAX_DIRECTORY + 1)
        pieces = []
        while left and (piece := super().read(min(left, READ_SIZE))):
            pieces.append(piece)
            left -= len(piece)
        data = b"".join(pieces)
        if len(data) > MAX_DIRECTORY:
            raise zipfile.BadZipFile("its list of files is absurdly long")
        return data


@dataclass(frozen=True, slots=True)
class Zip:
    """An open ZIP: `name` for people, the `stream` it is read from, and what is in it."""

    name: str
    stream: BinaryIO
    archive: zipfile.ZipFile

    def entries(self) -> Iterator[Entry]:
        """List the files in the ZIP; opening one of them may raise TROUBLE."""
        for info in self.archive.infolist():
            if not info.filename.endswith("/"):
                yield info.filename, partial(_member, self, info)


def open_file(path: Path) -> BinaryIO:
    """Open a file to be read in pieces of READ_SIZE. Raises OSError."""
    return bounded(io.FileIO(path))


def bounded(raw: io.RawIOBase) -> BinaryIO:
    """Read `raw` in pieces of READ_SIZE; one of more than MAX_DIRECTORY raises BadZipFile."""
    return _Bounded(raw, READ_SIZE)


def open_zip(name: str, stream: BinaryIO, stack: ExitStack) -> Zip:
    """Open the ZIP in `stream`; `stack` closes it. Raises TROUBLE."""
    return Zip(name, stream, stack.enter_context(zipfile.ZipFile(stream)))


def claims_too_much(member: Member) -> bool:
    """Return whether a member claims a size that no file of X has."""
    packed = member.size if member.packed_size is None else member.packed_size
    return member.size > MAX_FILE or packs_too_well(member.size, packed)


def _member(zipped: Zip, info: zipfile.ZipInfo) -> Member:
    def open_member() -> BinaryIO:
        return zipped.archive.open(at_its_place(zipped.stream, info))  # type: ignore[return-value]  # typeshed: IO[bytes]

    encrypted = bool(info.flag_bits & ENCRYPTED)
    return Member(info.filename, info.file_size, open_member, info.compress_size, encrypted)


def at_its_place(stream: BinaryIO, info: zipfile.ZipInfo) -> zipfile.ZipInfo:
    """Return `info` with the offset at which its member really is.

    Finder writes ZIPs of more than 4 GiB without zip64: offsets are kept modulo 2**32 (https://github.com/thejoshwolfe/
    yauzl/issues/69). Of the places that are possible, the member's is the one with a local header of its name.
    """
    length = stream.seek(0, io.SEEK_END)
    if length <= WRAP or _is_member(stream, info, info.header_offset):
        return info
    places = range(info.header_offset % WRAP, length, WRAP)
    found = next((place for place in places if _is_member(stream, info, place)), None)
    return info if found is None else _moved(info, found)


def _is_member(stream: BinaryIO, info: zipfile.ZipInfo, place: int) -> bool:
    """Return whether the local header at `place` has the member's name."""
    name = info.orig_filename.encode("utf-8" if info.flag_bits & UTF8_NAME else "cp437")
    stream.seek(place)
    header = stream.read(LOCAL_HEADER.size)
    if len(header) < LOCAL_HEADER.size or not header.startswith(LOCAL_SIGNATURE):
        return False
    return stream.read(LOCAL_HEADER.unpack(header)[1]) == name


def _moved(info: zipfile.ZipInfo, place: int) -> zipfile.ZipInfo:
    """Return a copy of `info` at another offset. zipfile's check against overlapping members goes by the wrong ones."""
    moved = zipfile.ZipInfo(info.orig_filename, info.date_time)
    for field in ("filename", "compress_type", "flag_bits", "CRC", "compress_size", "file_size"):
        setattr(moved, field, getattr(info, field))
    moved.header_offset = place
    return moved


def packs_too_well(size: int, packed: int) -> bool:
    """Return whether `size` bytes cannot be packed into `packed` bytes, unless the file is a ZIP bomb."""
    return size > RATIO_MATTERS_FROM and size > packed * MAX_RATIO


class Inner(io.RawIOBase):
    """A ZIP inside a ZIP as a seekable file, without unpacking it to memory or disk.

    `scan` must run first: it unpacks the whole once and keeps, every CHECKPOINT bytes, the state of the decompressor
    (some 40 kB), from which any later read starts again.
    """

    def __init__(self, outer: Zip, info: zipfile.ZipInfo, checkpoint: int = CHECKPOINT) -> None:
        super().__init__()
        readable = info.compress_type in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) and not info.flag_bits & ENCRYPTED
        if not readable or packs_too_well(info.file_size, info.compress_size):
            raise zipfile.BadZipFile(f"{info.filename} is packed in a way that cannot be read")
        self.size = info.file_size
        self._checkpoint = checkpoint
        self._stored = info.compress_type == zipfile.ZIP_STORED
        self._stream = outer.stream
        start = at_its_place(self._stream, info).header_offset
        self._stream.seek(start)
        signature, name_length, extra_length = LOCAL_HEADER.unpack(self._stream.read(LOCAL_HEADER.size))
        if signature != LOCAL_SIGNATURE:
            raise zipfile.BadZipFile(f"{info.filename} is not where the ZIP says")
        self._start = start + LOCAL_HEADER.size + name_length + extra_length
        self._position = 0
        self._here = _Place(0, 0, zlib.decompressobj(-zlib.MAX_WBITS))
        self._places = [self._here.copy()]

    def scan(self) -> Iterator[int]:
        """Go through the file once; yields how many bytes are unpacked. Raises TROUBLE."""
        while not self._stored and self._here.unpacked < self.size:
            if not self._unpack(READ_SIZE):
                raise EOFError("the inner ZIP is cut short")
            if self._here.unpacked - self._places[-1].unpacked >= self._checkpoint:
                self._places.append(self._here.copy())
            yield self._here.unpacked

    def seekable(self) -> bool:
        return True

    def readable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self.size}[whence]
        self._position = max(0, start + offset)
        return self._position

    def readinto(self, buffer: Any, /) -> int:
        wanted = min(len(buffer), max(0, self.size - self._position))
        data = self._read_stored(wanted) if self._stored else self._read_packed(wanted)
        buffer[: len(data)] = data
        self._position += len(data)
        return len(data)

    def _read_stored(self, wanted: int) -> bytes:
        self._stream.seek(self._start + self._position)
        return self._stream.read(wanted)

    def _read_packed(self, wanted: int) -> bytes:
        if self._here.unpacked > self._position or self._position - self._here.unpacked > self._checkpoint:
            nearest = max((one for one in self._places if one.unpacked <= self._position), key=lambda one: one.unpacked)
            self._here = nearest.copy()
        while self._here.unpacked < self._position:
            if not self._unpack(min(READ_SIZE, self._position - self._here.unpacked)):
                return b""
        return self._unpack(wanted)

    def _unpack(self, wanted: int) -> bytes:
        """Unpack at most `wanted` bytes from where the decompressor stands; b"" at the end."""
        here = self._here
        while wanted and not here.decompressor.eof:
            packed = here.decompressor.unconsumed_tail
            if not packed:
                self._stream.seek(self._start + here.packed)
                packed = self._stream.read(64 * 1024)
                here.packed += len(packed)
                if not packed:
                    break
            data: bytes = here.decompressor.decompress(packed, wanted)
            if data:
                here.unpacked += len(data)
                return data
        return b""


@dataclass(slots=True)
class _Place:
    """A decompressor and its position in the packed and the unpacked stream."""

    packed: int
    unpacked: int
    decompressor: Any  # zlib._Decompress, which has no public name

    def copy(self) -> _Place:
        return _Place(self.packed, self.unpacked, self.decompressor.copy())
