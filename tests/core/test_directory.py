"""The index on this machine: built from the files of the directory, searched by id and name."""

from __future__ import annotations

import gzip
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from passerelle import directory
from passerelle.directory import BuiltIndex, DirectoryIndex, Row
from passerelle.errors import DirectoryError
from passerelle.identifiers import RestId, ScreenName

from tests.core.fakes import (
    Directory,
    json_lines,
    row,
    source,
)

ROWS = [
    row("a", rest_id="11", screen_name="Ada_L", handle="ada.example.org"),
    row("b", screen_name="bruno", acct="bruno@quai.example.org"),
    row("c", rest_id="13", did="did:plc:ccccccccccccccccccccccc2"),
]


def merged(snapshot: bytes, evidence: bytes, rows: int = 1000) -> BuiltIndex:
    steps = directory.build_index(directory.read_lines(snapshot), directory.read_lines(evidence), rows)
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return cast(BuiltIndex, end.value)


def old_index_of(*rows: Row) -> DirectoryIndex:
    whole = merged(*Directory(rows).files())
    return DirectoryIndex(whole.rows, whole.keys, whole.offsets)


def test_rows_are_found_by_id_and_by_name_in_any_case() -> None:
    index = old_index_of(*ROWS)
    assert index.find_by_id(RestId("11"))[0].handle == "ada.example.org"
    assert index.find_by_name(ScreenName("ADA_l"))[0].row_id == "a"
    assert index.find_by_name(ScreenName("Bruno"))[0].sources == (source(),)
    assert index.find_by_id(RestId("12")) == ()
    assert index.find_by_name(ScreenName("nobody")) == ()


def test_a_row_with_a_colliding_key_is_never_returned() -> None:
    # A real collision is hard to construct, so the key of another name points at Bruno's line.
    whole = merged(*Directory(ROWS).files())
    key = directory.name_key(ScreenName("bruno")).to_bytes(4, "little")
    offset = whole.offsets[whole.keys.index(key) :][:4]
    elsewhere = directory.name_key(ScreenName("nobody")).to_bytes(4, "little")
    index = DirectoryIndex(whole.rows, elsewhere, offset)
    assert index.find_by_name(ScreenName("nobody")) == ()


def test_keys_are_the_crc_that_javascript_computes_too() -> None:
    assert directory.name_key(ScreenName("Ada_L")) == directory.name_key(ScreenName("ada_l")) == 0xC3203F5B
    assert directory.id_key(RestId("12")) == 0x401C51E1


def test_bad_rows_are_left_out_and_counted() -> None:
    good = [one.to_json() for one in ROWS]
    lines = json_lines([good[0], {"row_id": "aa"}, good[1]]) + b"not json\n" + json_lines([good[0], good[2]])
    whole = merged(lines, b"")
    assert (whole.count, whole.skipped) == (3, 3)


def test_a_file_that_unpacks_to_too_much_is_refused() -> None:
    bomb = gzip.compress(b"a\n" * 10_000_000)
    with pytest.raises(DirectoryError):
        list(directory.read_lines(bomb, rows=10))
    with pytest.raises(DirectoryError):
        list(directory.read_lines(gzip.compress(b"a" * 200_000), rows=1000))


def test_a_file_cut_short_is_refused() -> None:
    snapshot, _ = Directory(ROWS).files()
    with pytest.raises(DirectoryError) as caught:
        list(directory.read_lines(snapshot[:-20]))
    assert caught.value.code == "directory_corrupt"


def test_more_rows_than_promised_are_refused() -> None:
    with pytest.raises(DirectoryError):
        merged(*Directory(ROWS).files(), rows=2)


@given(st.lists(st.binary(max_size=20).filter(lambda line: b"\n" not in line and line), max_size=50))
def test_lines_are_read_as_they_were_written(lines: list[bytes]) -> None:
    text = b"\n".join(lines)
    assert list(directory.read_lines(gzip.compress(text))) == lines
    assert list(directory.read_lines(gzip.compress(text + b"\n"))) == lines


@given(st.sets(st.integers(1, 10**6), min_size=1, max_size=60))
def test_every_row_is_found_by_its_own_keys_only(ids: set[int]) -> None:
    rows = [row(f"{number:06}", rest_id=str(number), screen_name=f"n{number}") for number in ids]
    index = old_index_of(*rows)
    for one in rows:
        assert one.rest_id
        assert one.screen_name
        assert [found.row_id for found in index.find_by_id(one.rest_id)] == [one.row_id]
        assert [found.row_id for found in index.find_by_name(one.screen_name)] == [one.row_id]
    assert index.find_by_id(RestId(str(max(ids) + 1))) == ()
