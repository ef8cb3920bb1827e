"""Deltas: what changed between two versions, and the overlay that a client makes of them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
from passerelle.directory import (
    BlockIndex,
    Evidence,
    FoundRows,
    Overlay,
    Row,
    drop_rows,
    make_delta,
    pack_rows,
    published_line,
    row_ids,
)
from passerelle.directory.deltas import gone_line
from passerelle.identifiers import RestId, ScreenName

from tests.core.fakes import row, source

# row id -> a number that stands for what the row says
versions = st.dictionaries(st.integers(0, 30), st.integers(0, 3), max_size=20)


def rows_of(version: dict[int, int]) -> list[Row]:
    return [
        row(f"{n:03}", rest_id=str(n + 1), screen_name=f"Name{n}", handle=f"h{said}.example.org")
        for n, said in sorted(version.items())
    ]


def line(one: Row) -> bytes:
    return published_line(one, Evidence(one.row_id, (source(),))).rstrip()


def lines_of(version: dict[int, int]) -> list[bytes]:
    return list(map(line, rows_of(version)))


def found_with(base: Sequence[Row], overlay: Overlay) -> FoundRows:
    whole = pack_rows((one, line(one) + b"\n") for one in base)

    async def read(file: int, start: int, end: int) -> bytes:
        return whole.rows[file][start:end]

    index = BlockIndex(whole.keys, whole.places, [len(file) for file in whole.rows])
    ids, names = [RestId(str(n + 1)) for n in range(31)], [ScreenName(f"name{n}") for n in range(31)]
    return asyncio.run(index.collect(ids, names, read, overlay))


def said(found: FoundRows) -> dict[int, int]:
    """Return the version that can be read from what was found; both ways of finding must agree."""
    by_id = {n: found.find_by_id(RestId(str(n + 1))) for n in range(31)}
    by_name = {n: found.find_by_name(ScreenName(f"NAME{n}")) for n in range(31)}
    assert by_id == by_name
    assert all(len(rows) <= 1 for rows in by_id.values())
    return {n: int(str(rows[0].handle)[1]) for n, rows in by_id.items() if rows}


def test_a_delta_has_added_changed_and_removed_rows_only() -> None:
    delta = list(make_delta(lines_of({1: 0, 2: 0, 3: 0}), lines_of({2: 0, 3: 1, 4: 0})))
    assert delta == [gone_line("001"), *lines_of({3: 1, 4: 0})]
    assert row_ids(delta) == {b"001", b"003", b"004"}


@given(versions, versions)
def test_base_and_delta_are_the_next_version(before: dict[int, int], after: dict[int, int]) -> None:
    delta = list(make_delta(lines_of(before), lines_of(after)))
    assert delta == sorted(delta, key=lambda one: one[one.index(b'"row_id"') :])
    assert said(found_with(rows_of(before), Overlay.read(delta))) == after


@given(st.lists(versions, min_size=1, max_size=6))
def test_a_chain_of_deltas_without_what_later_ones_replace_leads_to_the_newest_version(
    chain: list[dict[int, int]],
) -> None:
    deltas = [list(make_delta(lines_of(one), lines_of(two))) for one, two in pairwise(chain)]
    published = [
        list(drop_rows(delta, row_ids(one for later in deltas[n + 1 :] for one in later)))
        for n, delta in enumerate(deltas)
    ]
    overlay = Overlay()
    for delta in published:
        overlay = overlay.apply(delta)
    assert said(found_with(rows_of(chain[0]), overlay)) == chain[-1]
    assert said(found_with(rows_of(chain[0]), Overlay.read(overlay.to_bytes().splitlines()))) == chain[-1]
    stated = [row_id for delta in published for row_id in row_ids(delta)]
    assert len(stated) == len(set(stated))  # so what was erased is only named as gone


def test_an_overlay_hides_rows_of_the_base_and_leaves_out_what_is_no_row() -> None:
    lines = [
        gone_line("000"),
        b'{"row_id":"001","rest_id":"2","screen_name":"name1"}',  # names no account
        b"not json",
        b"[]",
        b'{"gone":true}',
        b'{"gone":true,"row_id":7}',
        b'{"gone":true,"row_id":"a\\"b","rest_id":[1],"screen_name":{}}',
        b'{"row_id":"x","rest_id":[1],"screen_name":7}',
        b"[" * 100_000,
        b'{"row_id":"002","display_name":"' + b"a" * (1 << 16) + b'"}',
    ]
    overlay = Overlay.read(lines)
    assert said(found_with(rows_of({0: 1, 1: 1, 2: 1}), overlay)) == {2: 1}
    assert 'a"b' in overlay
    assert len(Overlay.read(overlay.to_bytes().splitlines())) == len(overlay) == 4
    assert list(overlay.rows()) == []
