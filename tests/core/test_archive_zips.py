"""Untrusted ZIPs: ZIPs inside ZIPs, past 4 GiB, of rare packing methods, with impossible sizes."""

from __future__ import annotations

import io
import random
import struct
import zipfile
import zlib
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO

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
    """The archive's files lie behind a hole of 5 GB, as in an archive with many videos."""
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


def finder_zip(path: Path, archive: Path, order: str, large: int) -> Path:
    """Write the members of `archive` and films of `large` bytes in the order of `order` (m: a third of the members,
    L: a film), as Finder does above 4 GiB: without zip64, offsets and sizes modulo 2**32. The file is sparse."""
    with zipfile.ZipFile(archive) as source:
        members = [(info.filename, source.read(info)) for info in source.infolist()]
    third = -(-len(members) // order.count("m"))
    films = 0
    directory = b""
    with path.open("wb") as file:
        for step in order:
            if step == "L":
                films += 1
                directory += _finder_member(file, f"data/tweets_media/{films}.mp4", None, large)
                continue
            for name, content in members[:third]:
                directory += _finder_member(file, name, content, len(content))
            members = members[third:]
        start = file.tell()
        count = directory.count(b"PK\1\2")
        end = struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, count, count, len(directory), start % 2**32, 0)
        file.write(directory + end)
    return path


def _finder_member(file: BinaryIO, name: str, content: bytes | None, size: int) -> bytes:
    """Write one member, stored; return its entry in the central directory."""
    start, packed_size, check = file.tell(), size % 2**32, zlib.crc32(content or b"")
    fields = (0, 0, 0, 0, check, packed_size, packed_size, len(name))
    file.write(struct.pack("<4sHHHHHIIIHH", b"PK\3\4", 20, *fields, 0) + name.encode())
    if content is None:
        file.seek(size, io.SEEK_CUR)
    else:
        file.write(content)
    entry = struct.pack("<4sHHHHHHIIIH", b"PK\1\2", 0x0315, 20, *fields)
    return entry + struct.pack("<HHHHII", 0, 0, 0, 0, 0, start % 2**32) + name.encode()


@pytest.mark.desktop
@pytest.mark.parametrize("order", ["Lm", "mL", "mLm", "mLmLm", "LLmLm"])
@pytest.mark.parametrize("large", [2**32 - 5_000, 2**32, 4_400_000_000])
def test_a_zip_past_four_gigabytes_without_zip64_is_read(order: str, large: int, tmp_path: Path) -> None:
    archive = make_archive(tmp_path / "a.zip")
    whole = read([archive])
    assert read([finder_zip(tmp_path / "large.zip", archive, order, large)]) == whole


def repacked(path: Path, archive: Path, method: int) -> Path:
    """Pack an archive's members again by another method."""
    with zipfile.ZipFile(archive) as source, zipfile.ZipFile(path, "w", method) as target:
        for info in source.infolist():
            target.writestr(info.filename, source.read(info))
    return path


def damaged(path: Path, name: str) -> Path:
    """Change bytes in the middle of one member's packed content."""
    with zipfile.ZipFile(path) as file:
        info = file.getinfo(name)
    content = bytearray(path.read_bytes())
    middle = info.header_offset + 30 + len(name) + info.compress_size // 2
    content[middle : middle + 8] = bytes(byte ^ 0xA5 for byte in content[middle : middle + 8])
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA, zipfile.ZIP_STORED])
@pytest.mark.parametrize("name", ["data/tweets.js", "data/follower.js", "data/manifest.js"])
def test_a_damaged_member_of_any_method_is_named_and_the_rest_read(method: int, name: str, tmp_path: Path) -> None:
    path = damaged(repacked(tmp_path / "b.zip", make_archive(tmp_path / "a.zip"), method), name)
    result = read([path])
    assert len(result.following) == len(PEOPLE)
    assert name in {warning.file for warning in result.warnings}
    assert "file_unsupported" not in {warning.code for warning in result.warnings}


def with_method(path: Path, method: int, names: frozenset[str] | None = None) -> Path:
    """Set the packing method in the headers of members (all without `names`)."""
    content = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as file:
        chosen = [info for info in file.infolist() if names is None or info.filename in names]
    for info in chosen:
        struct.pack_into("<H", content, info.header_offset + 8, method)
        entry = content.index(info.filename.encode(), content.index(b"PK\1\2")) - 46
        struct.pack_into("<H", content, entry + 10, method)
    path.write_bytes(content)
    return path


DEFLATE64, XZ, PPMD = 9, 95, 98  # APPNOTE.TXT, section 4.4.5


@pytest.mark.parametrize("method", [DEFLATE64, XZ, PPMD])
def test_a_zip_packed_by_an_unknown_method_is_not_called_damaged(method: int, tmp_path: Path) -> None:
    path = with_method(make_archive(tmp_path / "a.zip"), method)
    with pytest.raises(UnreadableArchive, match="packed in a way that cannot be read here") as refusal:
        read([path])
    assert refusal.value.code == "unsupported_zip"


def test_one_file_packed_by_an_unknown_method_is_named_and_the_rest_read(tmp_path: Path) -> None:
    path = with_method(make_archive(tmp_path / "a.zip"), DEFLATE64, frozenset({"data/tweets.js"}))
    result = read([path])
    assert [(one.code, one.file) for one in result.warnings] == [
        ("file_unsupported", "data/tweets.js"),
        ("tweets_missing", None),
    ]


def test_lists_of_people_packed_by_an_unknown_method_end_the_reading(tmp_path: Path) -> None:
    names = frozenset({"data/following.js", "data/follower.js"})
    with pytest.raises(UnreadableArchive, match="packed in a way") as refusal:
        read([with_method(make_archive(tmp_path / "a.zip"), DEFLATE64, names)])
    assert refusal.value.code == "unsupported_zip"


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("name", ["data/following.js", "./data/following.js", "data\\following.js"])
def test_of_a_member_that_is_there_twice_the_later_one_counts(name: str, tmp_path: Path) -> None:
    later = make_archive(tmp_path / "later", following=PEOPLE[:3]) / "data/following.js"
    path = make_archive(tmp_path / "a.zip", omit=["manifest.js"])
    with zipfile.ZipFile(path, "a") as file:
        file.writestr(name, later.read_bytes())
    result = read([path])
    assert len(result.following) == 3
    assert result.warnings == ()


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
