"""ZIPs of strangers: a ZIP inside a ZIP is as good as a file, and nothing is read in one absurd piece."""

from __future__ import annotations

import io
import random
import struct
import zipfile
from contextlib import ExitStack
from pathlib import Path

import pytest
from passerelle.archive import read
from passerelle.archive.locate import Member
from passerelle.archive.zips import (
    MAX_DIRECTORY,
    MAX_FILE,
    TROUBLE,
    Inner,
    Zip,
    bounded,
    claims_too_much,
    open_file,
    open_zip,
)
from passerelle.errors import UnreadableArchive

from tests.data.archives import chatter, make_archive
from tests.data.people import PEOPLE

# Half of it packs well, half does not.
CONTENT = b"the bridge is long " * 20_000 + random.Random(7).randbytes(400_000) + b"and wide " * 40_000


def outer_zip(path: Path, content: bytes, method: int, stack: ExitStack) -> tuple[Zip, zipfile.ZipInfo]:
    with zipfile.ZipFile(path, "w", method) as file:
        file.writestr("before.txt", b"before")
        file.writestr("inner.zip", content)
        file.writestr("after.txt", b"after")
    outer = open_zip("outer.zip", stack.enter_context(open_file(path)), stack)
    return outer, outer.archive.getinfo("inner.zip")


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_an_inner_file_can_be_read_from_anywhere(method: int, tmp_path: Path) -> None:
    places = random.Random(11)
    with ExitStack() as stack:
        inner = Inner(*outer_zip(tmp_path / "o.zip", CONTENT, method, stack), checkpoint=100_000)
        scanned = list(inner.scan())
        assert scanned == sorted(scanned)
        for _ in range(300):
            start, length = places.randrange(len(CONTENT) + 10), places.choice([1, 22, 5_000, 300_000])
            inner.seek(start)
            file = io.BufferedReader(inner, 1024)
            assert file.read(length) == CONTENT[start : start + length]
            file.detach()
        assert inner.seek(-22, io.SEEK_END) == len(CONTENT) - 22
        assert inner.read(100) == CONTENT[-22:]


def test_an_inner_file_that_ends_too_soon_is_noticed(tmp_path: Path) -> None:
    with ExitStack() as stack:
        outer, info = outer_zip(tmp_path / "o.zip", CONTENT, zipfile.ZIP_DEFLATED, stack)
        info.file_size *= 2
        with pytest.raises(TROUBLE):
            list(Inner(outer, info).scan())


def test_a_large_archive_inside_a_zip_is_read(tmp_path: Path) -> None:
    archive = make_archive(tmp_path / "a.zip", tweets=chatter(PEOPLE, 2_000), padding=40_000_000)
    path = tmp_path / "outer.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as file:
        file.write(archive, "mine/archive.zip")
    result = read([path])
    assert result.tweets == 2_000
    assert [warning.code for warning in result.warnings] == ["nested_zip"]


@pytest.mark.desktop
def test_a_file_past_four_gigabytes_is_found(tmp_path: Path) -> None:
    """The archive's files lie behind a hole of 5 GB, as in the archive of somebody with many videos."""
    hole = 5 * 1024**3
    archive = make_archive(tmp_path / "a.zip").read_bytes()
    count, size, offset = struct.unpack_from("<HII", archive, len(archive) - 12)
    entries = bytearray(archive[offset : offset + size])
    directory = bytearray()
    while entries:
        name, extra, comment = struct.unpack_from("<HHH", entries, 28)
        length = 46 + name + extra + comment
        entry, entries = bytearray(entries[:length]), entries[length:]
        (start,) = struct.unpack_from("<I", entry, 42)
        struct.pack_into("<I", entry, 42, 0xFFFFFFFF)
        struct.pack_into("<H", entry, 30, extra + 12)
        field = struct.pack("<HHQ", 1, 8, hole + start)  # zip64 extended information: the offset; APPNOTE.TXT 4.5.3
        directory += entry[: 46 + name] + field + entry[46 + name :]
    path = tmp_path / "large.zip"
    with path.open("wb") as file:
        file.write(b"PK\3\4")
        file.seek(hole)
        file.write(archive[:offset])
        start = file.tell()
        file.write(directory)
        end = file.tell()
        file.write(struct.pack("<4sQHHIIQQQQ", b"PK\6\6", 44, 45, 45, 0, 0, count, count, len(directory), start))
        file.write(struct.pack("<4sIQI", b"PK\6\7", 0, end, 1))
        file.write(struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0))
    assert len(read([path]).following) == len(PEOPLE)


def test_an_absurdly_long_list_of_files_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with path.open("wb") as file:
        file.write(b"PK\3\4")
        file.seek(MAX_DIRECTORY + 1_000)
        length = file.tell()
        file.write(struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, 65_535, 65_535, length, 0, 0))
    with pytest.raises(UnreadableArchive) as refusal:
        read([path])
    assert refusal.value.code == "truncated_zip"


def test_a_file_is_read_whole_or_not_at_all(tmp_path: Path) -> None:
    with bounded(io.FileIO(_sparse(tmp_path / "fits", MAX_DIRECTORY))) as file:
        assert len(file.read()) == MAX_DIRECTORY
    with bounded(io.FileIO(_sparse(tmp_path / "too_long", MAX_DIRECTORY + 1))) as file, pytest.raises(TROUBLE):
        file.read()


@pytest.mark.parametrize(
    ("size", "packed", "too_much"),
    [
        (100 * 1024**2, 10 * 1024**2, False),
        (MAX_FILE + 1, MAX_FILE, True),
        (100 * 1024**2, 100 * 1024, True),
        (1024**2, 1024, False),
        (MAX_FILE, None, False),
    ],
)
def test_sizes_that_cannot_be_true(size: int, packed: int | None, *, too_much: bool) -> None:
    assert claims_too_much(Member("data/tweets.js", size, io.BytesIO, packed)) is too_much


def _sparse(path: Path, size: int) -> Path:
    with path.open("wb") as file:
        file.truncate(size)
    return path
