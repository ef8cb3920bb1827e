"""The published files: rows in blocks, keys, places. What is packed is found again, and lying files only hide rows."""

from __future__ import annotations

import asyncio
import gzip
import json
import zlib
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from passerelle.directory import (
    MAX_BLOCK,
    MAX_LINE,
    BlockIndex,
    Evidence,
    FoundRows,
    KeyTable,
    PackedRows,
    Place,
    Places,
    Row,
    encode_keys,
    encode_places,
    id_key,
    name_key,
    open_block,
    pack_block,
    pack_rows,
    published_line,
)
from passerelle.directory.keys import MAX_SAME_KEY, TABLE_FROM
from passerelle.directory.looks import look_of
from passerelle.directory.lookup import READ_AT_ONCE
from passerelle.directory.packing import keys_of
from passerelle.directory.places import NARROW
from passerelle.errors import DirectoryError
from passerelle.identifiers import RestId, ScreenName

from tests.core.fakes import row, source
from tests.core.vectors import read_vectors

ROWS = [
    row("a", rest_id="11", screen_name="Ada_L", handle="ada.example.org"),
    row("b", screen_name="bruno", acct="bruno@quai.example.org"),
    row("c", rest_id="13", did="did:plc:ccccccccccccccccccccccc2"),
]

numbers = st.integers(0, 2**32 - 1)


def packed(rows: Sequence[Row], **options: Any) -> PackedRows:
    evidence = (Evidence(one.row_id, (source(),)) for one in rows)
    pairs = ((one, published_line(one, reasons)) for one, reasons in zip(rows, evidence, strict=True))
    return pack_rows(pairs, **options)


def index_of(whole: PackedRows) -> BlockIndex:
    return BlockIndex(whole.keys, whole.places, [len(file) for file in whole.rows])


def collect(whole: PackedRows, ids: Iterable[str] = (), names: Iterable[str] = ()) -> FoundRows:
    async def read(file: int, start: int, end: int) -> bytes:
        assert 0 < end - start <= READ_AT_ONCE
        return whole.rows[file][start:end]

    return asyncio.run(index_of(whole).collect(map(RestId, ids), map(ScreenName, names), read))


def many(count: int) -> list[Row]:
    return [row(f"{n:06}", rest_id=str(n + 1), screen_name=f"Name{n}") for n in range(count)]


def test_rows_are_found_by_id_and_by_name_in_any_case() -> None:
    found = collect(packed(ROWS), ["11", "12"], ["ADA_l", "Bruno", "stranger"])
    assert found.find_by_id(RestId("11"))[0].handle == "ada.example.org"
    assert found.find_by_name(ScreenName("ADA_l"))[0].row_id == "a"
    assert found.find_by_name(ScreenName("Bruno"))[0].sources == (source(),)
    assert found.find_by_id(RestId("12")) == found.find_by_name(ScreenName("stranger")) == ()
    assert found.find_named("a", "11", "Ada_L") == found.find_by_id(RestId("11"))[0]
    assert found.find_named("b", "11", "Ada_L") is None


def test_a_person_who_was_not_looked_for_is_not_found() -> None:
    assert collect(packed(ROWS), ["11"]).find_by_id(RestId("13")) == ()


@settings(deadline=None, max_examples=20)
@given(st.integers(1, 1500), st.integers(300, 40_000), st.booleans())
def test_every_row_is_found_by_its_own_keys_in_any_split_of_files(count: int, max_file: int, compress: bool) -> None:
    rows = many(count)
    whole = packed(rows, max_file=max_file, compress=compress)
    wanted = rows[:: max(1, count // 50)]
    found = collect(whole, [str(one.rest_id) for one in wanted], [str(one.screen_name) for one in wanted])
    for one in wanted:
        assert [hit.row_id for hit in found.find_by_id(RestId(str(one.rest_id)))] == [one.row_id]
        assert [hit.row_id for hit in found.find_by_name(ScreenName(str(one.screen_name)))] == [one.row_id]


def test_only_blocks_with_people_looked_for_are_read() -> None:
    whole = packed(many(5000))
    read: list[tuple[int, int]] = []

    async def reading(file: int, start: int, end: int) -> bytes:
        read.append((start, end))
        return whole.rows[file][start:end]

    asyncio.run(index_of(whole).collect([RestId("1"), RestId("5000")], [], reading))
    assert len(read) == 2
    assert sum(end - start for start, end in read) < len(whole.rows[0]) / 5


def test_equal_rows_give_equal_bytes_that_zcat_unpacks_to_the_whole_directory() -> None:
    rows = many(1000)
    whole = packed(rows, max_file=4_000)
    assert whole == packed(rows, max_file=4_000)
    assert len(whole.rows) > 1
    lines = b"".join(gzip.decompress(file) for file in whole.rows).splitlines()
    assert [Row.from_json(json.loads(line)).row_id for line in lines] == [one.row_id for one in rows]
    assert whole.rows[0][4:8] == bytes(4)  # gzip's modification time, RFC 1952


def test_keys_say_what_a_mark_shows_of_each_row() -> None:
    keys = sorted((key, look_of(one)) for one in ROWS for key in keys_of(one))
    packed_keys = packed(ROWS).keys
    assert packed_keys == encode_keys([key for key, _ in keys], [look for _, look in keys])
    pairs = packed_keys[-((len(keys) + 1) // 2) :]
    assert [pairs[at // 2] >> 4 * (at % 2) & 15 for at in range(len(keys))] == [look for _, look in keys]


@pytest.mark.parametrize("looks", [None, [5, 0, 12]])
def test_keys_are_found_with_and_without_looks_and_damage_is_seen(looks: list[int] | None) -> None:
    file = encode_keys([1, 70_000, 4_000_000_000], looks)
    assert [list(KeyTable(file).find(key)) for key in (1, 70_000, 5)] == [[0], [1], []]
    for damaged in (file[:-1], file + b"\0", file[:4] + b"\3" + file[5:]):
        with pytest.raises(DirectoryError):
            KeyTable(damaged)


def test_an_empty_directory_is_packed_and_read() -> None:
    assert collect(packed([]), ["11"]).find_by_id(RestId("11")) == ()


def test_a_line_that_no_client_would_read_is_not_packed() -> None:
    with pytest.raises(ValueError, match="a line has 65536 at most"):
        pack_rows([(ROWS[0], b"a" * (MAX_LINE + 1))])


@given(st.lists(numbers, max_size=200), st.lists(numbers, max_size=20))
def test_keys_are_found_where_they_stand(keys: list[int], others: list[int]) -> None:
    ordered = sorted(keys)
    table = KeyTable(encode_keys(ordered))
    for key in [*keys, *others]:
        assert [ordered[n] for n in table.find(key)] == [key] * min(ordered.count(key), MAX_SAME_KEY)


@settings(deadline=None, max_examples=5)
@given(st.integers(0, 10**9))
def test_many_keys_cost_two_bytes_each_and_are_found_where_they_stand(seed: int) -> None:
    random = Random(seed)
    ordered = sorted(random.getrandbits(32) for _ in range(TABLE_FROM + 1000))
    packed_keys = encode_keys(ordered)
    assert len(packed_keys) == 12 + 2 * 65_536 + 2 * len(ordered)
    table = KeyTable(packed_keys)
    for position in range(0, len(ordered), 997):
        assert position in table.find(ordered[position])
    for _ in range(200):
        other = random.getrandbits(32)
        assert bool(table.find(other)) == (other in ordered)


@given(st.lists(st.integers(1, 5000), max_size=50), st.data())
def test_places_are_found_where_they_were_put(lengths: list[int], data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(lengths)))
    blocks = data.draw(st.lists(st.integers(0, len(lengths) - 1), max_size=50)) if lengths else []
    sizes = [sum(lengths[:cut]), sum(lengths[cut:])]
    places = Places(encode_places(lengths, blocks), sizes)
    assert [places.block_of(n) for n in range(len(blocks))] == blocks
    for number, length in enumerate(lengths):
        place = places.find(number)
        assert place == Place(
            0 if number < cut else 1,
            sum(lengths[:number]) - (0 if number < cut else sizes[0]),
            sum(lengths[: number + 1]) - (0 if number < cut else sizes[0]),
        )
        assert place.end - place.start == length


def test_many_blocks_have_numbers_of_four_bytes() -> None:
    lengths = [1] * (NARROW + 1)
    places = Places(encode_places(lengths, [NARROW]), [len(lengths)])
    assert places.block_of(0) == NARROW
    assert places.find(NARROW) == Place(0, NARROW, NARROW + 1)


# Lies.


def test_keys_that_lead_to_another_persons_block_find_nobody() -> None:
    whole = packed(ROWS)
    keys = sorted([name_key(ScreenName("stranger")), id_key(RestId("99"))])
    lying = replace(whole, keys=encode_keys(keys), places=encode_places([len(whole.rows[0])], [0, 0]))
    found = collect(lying, ["99", "11"], ["stranger", "bruno"])
    assert found.find_by_id(RestId("99")) == found.find_by_name(ScreenName("stranger")) == ()
    assert found.find_by_id(RestId("11")) == ()  # hidden: its key is missing


def test_a_line_that_names_a_person_outside_the_rows_own_fields_is_not_that_person() -> None:
    liar = row("l", rest_id="99", screen_name="liar")
    text = published_line(liar, Evidence("l", (source(),)))
    block = pack_block(text.replace(b"{", b'{"aside":{"rest_id":"11","screen_name":"bruno"},', 1))
    keys = sorted([name_key(ScreenName("bruno")), id_key(RestId("11")), id_key(RestId("99"))])
    found = collect(
        PackedRows((block,), encode_keys(keys), encode_places([len(block)], [0] * 3)), ["11", "99"], ["bruno"]
    )
    assert [one.row_id for one in found.find_by_id(RestId("99"))] == ["l"]
    assert found.find_by_id(RestId("11")) == found.find_by_name(ScreenName("bruno")) == ()


@pytest.mark.parametrize(
    "block",
    [
        pack_block(bytes(MAX_BLOCK + 1)),
        zlib.compress(bytes(200_000_000), 9, 31),  # 194 kB packed: larger than a packed block may be, too
        pack_block(b"{}\n")[:-4],
        pack_block(b"{}\n") + b"more",
        pack_block(b"{}\n") + pack_block(b"{}\n"),
        b"\x1f\x8b\x08\x00broken",
        b"a" * (MAX_BLOCK + 1),
    ],
    ids=["large", "bomb", "cut short", "trailing bytes", "two members", "no gzip", "large plain text"],
)
def test_a_block_that_is_not_one_is_left_out_and_others_are_read(block: bytes) -> None:
    assert open_block(block) is None
    good = packed(ROWS)
    lying = replace(
        good,
        rows=(block + good.rows[0],),
        keys=encode_keys(sorted([id_key(RestId("11")), id_key(RestId("13"))])),
        places=encode_places(
            [len(block), len(good.rows[0])], [0, 1] if id_key(RestId("11")) < id_key(RestId("13")) else [1, 0]
        ),
    )
    found = collect(lying, ["11", "13"])
    assert found.find_by_id(RestId("11")) == ()
    assert [one.row_id for one in found.find_by_id(RestId("13"))] == ["c"]


def test_a_bomb_in_a_block_is_unpacked_no_further_than_a_block_may_be(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    real = zlib.decompressobj

    class Watched:
        def __init__(self, wbits: int) -> None:
            self.inner = real(wbits)

        def decompress(self, packed: bytes, most: int) -> bytes:
            asked.append(most)
            return self.inner.decompress(packed, most)

        def __getattr__(self, name: str) -> Any:
            return getattr(self.inner, name)

    monkeypatch.setattr(zlib, "decompressobj", Watched)
    assert open_block(zlib.compress(bytes(100_000_000), 9, 31)) is None
    assert asked == [MAX_BLOCK + 1]


def test_a_block_across_two_files_or_behind_the_last_one_is_left_out() -> None:
    places = Places(encode_places([10, 10, 10, 2**32 - 1], []), [15, 15])
    assert places.find(0) == Place(0, 0, 10)
    assert places.find(1) is None  # ends in the second file
    assert places.find(2) == Place(1, 5, 15)
    assert places.find(3) is places.find(4) is places.find(2**31) is None


def test_one_key_leads_to_a_few_blocks_only() -> None:
    whole = packed(ROWS)
    keys = [id_key(RestId("11"))] * 50_000
    lying = replace(whole, keys=encode_keys(keys), places=encode_places([1] * 50_000, list(range(50_000))))
    assert len(index_of(lying).blocks_for(keys[:1])) == MAX_SAME_KEY


def test_a_block_full_of_one_person_yields_a_few_rows_only() -> None:
    line = published_line(ROWS[0], Evidence("a", (source(),)))
    lines = [(ROWS[0], line)] * 1000
    assert len(collect(pack_rows(lines), ["11"]).find_by_id(RestId("11"))) == MAX_SAME_KEY


@settings(deadline=None, max_examples=200)
@given(st.data())
def test_damaged_files_are_refused_or_hide_rows_but_never_yield_a_wrong_person(data: st.DataObject) -> None:
    whole = packed(many(300), max_file=3000)
    parts = {"keys": whole.keys, "places": whole.places, "rows": whole.rows[0]}
    name = data.draw(st.sampled_from(sorted(parts)))
    content = bytearray(parts[name])
    for _ in range(data.draw(st.integers(1, 5))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    end = data.draw(st.sampled_from([None, None, data.draw(st.integers(0, len(content)))]))
    broken = bytes(content[:end])
    parts[name] = broken
    lying = PackedRows((parts["rows"], *whole.rows[1:]), parts["keys"], parts["places"])
    with suppress(DirectoryError):
        found = collect(lying, map(str, range(1, 301)), [f"name{n}" for n in range(300)])
        for n in range(300):
            assert {one.row_id for one in found.find_by_id(RestId(str(n + 1)))} <= {f"{n:06}"}
            assert {one.row_id for one in found.find_by_name(ScreenName(f"NAME{n}"))} <= {f"{n:06}"}


@given(st.binary(max_size=200))
def test_any_bytes_as_keys_places_or_block_are_refused_or_left_out(content: bytes) -> None:
    for read in (KeyTable, lambda given: Places(given, [10])):
        for head in (b"", b"PKEY\1\0\0\0", b"PKEY\1\0\x10\0", b"PPLC\1\0\2\0"):
            with suppress(DirectoryError):
                read(head + content)
    assert open_block(content) in (None, content)


def test_keys_and_places_that_do_not_fit_together_are_refused() -> None:
    whole = packed(ROWS)
    with pytest.raises(DirectoryError, match="do not fit together"):
        BlockIndex(whole.keys, encode_places([1], [0]), [1])


def test_keys_stand_in_both_forms_as_the_browser_reads_them() -> None:
    for case in read_vectors("key-tables"):
        keys = case["keys"] if "keys" in case else [n * case["step"] for n in range(case["count"])]
        content = encode_keys(keys)
        assert len(content) == case["bytes"]
        assert zlib.crc32(content) == case["crc32"]
        table = KeyTable(content)
        for key in case["found"]:
            assert table.find(key), key
        for key in case["missing"]:
            assert not table.find(key), key
