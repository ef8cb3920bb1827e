"""The syntax of archive files: strict, damaged, cut anywhere, and always the same rows."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from passerelle.archive.syntax import CHUNK, MAX_ROW, Rows, parse_loose, read_object

from tests.data.archives import tweet
from tests.data.people import ADA


def read_rows(content: bytes, key: str = "tweet") -> tuple[list[Any], Rows]:
    rows = Rows(io.BytesIO(content), key)
    return [row for batch in rows for row in batch], rows


def js(rows: list[Any], prefix: str = "window.YTD.tweets.part0 = ", **style: Any) -> bytes:
    return prefix.encode() + json.dumps(rows, ensure_ascii=False, **style).encode()


ROWS = [tweet(number, f"number {number} 🌉 é", mentions=[ADA]) for number in range(400)]


def test_rows_come_out_as_they_went_in() -> None:
    found, rows = read_rows(js(ROWS, indent=2))
    assert found == ROWS
    assert (rows.count, rows.bad, rows.repaired, rows.complete) == (400, 0, 0, True)


@pytest.mark.parametrize("shift", range(12))
def test_no_character_is_lost_where_a_piece_ends(shift: int) -> None:
    padding = "🌉" * (CHUNK // 4 - 20)
    rows = [{"tweet": {"full_text": "a" * shift + padding}}, {"tweet": {"full_text": '\\"é🌉]},{'}}] * 3
    assert read_rows(js(rows))[0] == rows


def test_a_row_longer_than_a_piece_is_read() -> None:
    rows = [{"tweet": {"full_text": "x" * CHUNK * 5}}, {"tweet": {}}]
    assert read_rows(js(rows))[0] == rows


def test_a_broken_row_is_lost_alone() -> None:
    content = js(ROWS, indent=2).replace(b'"number 7 ', b'"number 7 "')
    found, rows = read_rows(content)
    assert found == ROWS[:7] + ROWS[8:]
    assert (rows.bad, rows.repaired, rows.complete) == (1, 0, True)


def test_rows_that_a_formatter_changed_are_repaired() -> None:
    content = b"""window.YTD.tweets.part0 = [
      { tweet: { id_str: "1", full_text: 'it\\'s "quoted", http://x.example // no comment', }, }, // a comment
      { tweet: { id_str: "2", nested: [1, 2, { a: null, }, ], }, },
    ];
    """
    found, rows = read_rows(content)
    assert found == [
        {"tweet": {"id_str": "1", "full_text": 'it\'s "quoted", http://x.example // no comment'}},
        {"tweet": {"id_str": "2", "nested": [1, 2, {"a": None}]}},
    ]
    assert (rows.repaired, rows.bad, rows.complete) == (2, 0, True)


def test_a_row_that_speaks_of_rows_is_one_row() -> None:
    rows = [{"tweet": {"full_text": 'they wrote }, { "tweet" : { and , {tweet: {'}}, {"tweet": {"id": "2"}}]
    assert read_rows(js(rows))[0] == rows


@pytest.mark.parametrize("end", [b"", b",", b'{"tweet": {"id'])
def test_a_file_without_its_end_says_so(end: bytes) -> None:
    found, rows = read_rows(b'= [ {"tweet": {"id": "1"}}' + end)
    assert found[0] == {"tweet": {"id": "1"}}
    assert not rows.complete


@pytest.mark.parametrize("content", [b"", b"window.YTD.tweets.part0", b"<html></html>", bytes(1000)])
def test_what_is_no_list_is_not_found(content: bytes) -> None:
    found, rows = read_rows(content)
    assert found == []
    assert not rows.found


def test_control_characters_in_texts_are_kept() -> None:
    assert read_rows(b'= [{"tweet": {"full_text": "a\tb\nc"}}]')[0] == [{"tweet": {"full_text": "a\tb\nc"}}]


def test_deep_brackets_never_reach_the_parser() -> None:
    deep = b'{"tweet": ' + b'{"a":' * 3000 + b"1" + b"}" * 3000 + b"}"
    found, rows = read_rows(b"= [" + deep + b', {"tweet": {"id": "2"}}]')
    assert found == [{"tweet": {"id": "2"}}]
    assert rows.bad == 1


def test_brackets_hidden_by_quotes_do_not_hide_deep_ones() -> None:
    deep = b'{"tweet": ' + b'{"}\\"]":' * 3000 + b"1" + b"}" * 3000 + b"}"
    found, rows = read_rows(b"= [" + deep + b', {"tweet": {"id": "2"}}]')
    assert found == [{"tweet": {"id": "2"}}]
    assert rows.bad == 1


def test_an_escaped_quote_does_not_hide_deep_brackets() -> None:
    deep = b'{"tweet": {"\\"":' + b'{"a":' * 3000 + b"1" + b"}" * 3001 + b"}"
    found, rows = read_rows(b"= [" + deep + b', {"tweet": {"id": "2"}}]')
    assert found == [{"tweet": {"id": "2"}}]
    assert rows.bad == 1


def test_a_broken_row_does_not_keep_the_rest_of_the_file_waiting() -> None:
    content = b'= [{"tweet": oops}' + b', {"tweet": {"id": "2"}}' * 300_000 + b"]"
    rows = Rows(io.BytesIO(content), "tweet")
    assert next(batch for batch in rows if batch)
    assert rows.bytes < MAX_ROW + 2 * CHUNK < len(content)


def test_many_brackets_that_are_not_deep_are_fine() -> None:
    rows = [{"tweet": {"list": [[["[{", {}]]] * 5000}}]
    assert read_rows(js(rows))[0] == rows


def test_an_object_is_read_whatever_stands_before_it() -> None:
    for prefix in ("window.__THAR_CONFIG = ", "var user_details =  ", "", "// { not this\nx =\n"):
        assert read_object(io.BytesIO(f'{prefix}{{"a" : "b"}}'.encode())) == {"a": "b"}


@pytest.mark.parametrize("content", [b"", b"x = 7", b"x = [1]", b"x = { oops", b"=" + b'{"a":' * 10_000])
def test_what_is_no_object_is_refused(content: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_object(io.BytesIO(content))


def test_loose_json_keeps_the_escapes_of_strings() -> None:
    assert parse_loose("""{ a: 'tab\\t "q" \\'s', "b": "\\u00e9\\"", }""")[0] == {"a": 'tab\t "q" \'s', "b": 'é"'}
