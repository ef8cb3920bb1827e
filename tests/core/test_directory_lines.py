"""Files of lines, as they are downloaded: read in pieces, and no further than an honest file goes."""

from __future__ import annotations

import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st
from passerelle import directory
from passerelle.errors import DirectoryError
from passerelle.identifiers import RestId, ScreenName

lists_of_lines = st.lists(st.binary(max_size=20).filter(lambda line: b"\n" not in line and line), max_size=50)


def test_keys_are_the_crc_that_javascript_computes_too() -> None:
    assert directory.name_key(ScreenName("Ada_L")) == directory.name_key(ScreenName("ada_l")) == 0xC3203F5B
    assert directory.id_key(RestId("12")) == 0x401C51E1


def test_a_file_that_unpacks_to_too_much_is_refused() -> None:
    bomb = gzip.compress(b"a\n" * 10_000_000)
    with pytest.raises(DirectoryError):
        list(directory.read_lines(bomb, rows=10))
    with pytest.raises(DirectoryError):
        list(directory.read_lines(bomb[:20_000] + bomb, rows=10))
    with pytest.raises(DirectoryError):
        list(directory.read_lines(gzip.compress(b"a" * 200_000), rows=1000))


@pytest.mark.parametrize("members", [1, 3])
def test_a_file_cut_short_is_refused(members: int) -> None:
    packed = gzip.compress(b"a line\n" * 1000, mtime=0) * members
    with pytest.raises(DirectoryError) as caught:
        list(directory.read_lines(packed[:-10]))
    assert caught.value.code == "directory_corrupt"


def test_a_file_with_something_else_behind_its_gzip_is_refused() -> None:
    with pytest.raises(DirectoryError) as caught:
        list(directory.read_lines(gzip.compress(b"a line\n") + b"more"))
    assert caught.value.code == "directory_corrupt"


@given(lists_of_lines)
def test_lines_are_read_as_they_were_written(lines: list[bytes]) -> None:
    text = b"\n".join(lines)
    assert list(directory.read_lines(gzip.compress(text))) == lines
    assert list(directory.read_lines(gzip.compress(text + b"\n"))) == lines


@given(st.lists(lists_of_lines, max_size=10))
def test_lines_of_many_blocks_are_read_in_their_order(blocks: list[list[bytes]]) -> None:
    packed = b"".join(directory.pack_block(b"".join(line + b"\n" for line in block)) for block in blocks)
    assert list(directory.read_lines(packed)) == [line for block in blocks for line in block]


def test_a_large_file_is_read_whole() -> None:
    lines = [b"%d" % number for number in range(300_000)]
    packed = b"".join(
        directory.pack_block(b"\n".join(lines[n : n + 10_000]) + b"\n") for n in range(0, 300_000, 10_000)
    )
    assert list(directory.read_lines(packed)) == lines
