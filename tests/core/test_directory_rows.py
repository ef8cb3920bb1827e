"""Rows of the directory: parsed strictly, with errors that name the field."""

from __future__ import annotations

import json
from typing import Any

import pytest
from passerelle.directory import InvalidRow, Row

from tests.core.fakes import row

ROWS = [
    row("a", rest_id="11", screen_name="Ada_L", handle="ada.example.org"),
    row("b", screen_name="bruno", acct="bruno@quai.example.org"),
    row("c", rest_id="13", did="did:plc:ccccccccccccccccccccccc2"),
]


def test_a_row_is_read_back_as_it_was_written() -> None:
    for one in ROWS:
        assert Row.from_json(json.loads(json.dumps(one.to_json()))) == one


@pytest.mark.parametrize(
    "bad",
    [
        {"screen_name": "not a name"},
        {"rest_id": 11},
        {"rest_id": "99999999999999999999999"},
        {"handle": "nodot"},
        {"acct": "nodomain"},
        {"did": "plc:abc"},
        {"grade": "certain"},
        {"kind": []},
        {"name_seen": "yesterday"},
        {"country": "France"},
        {"platform": "y"},
        {"row_id": ""},
        {"row_id": "b" * 65},
        {"screen_name": None},
        {"handle": None},
        {"display_name": ["x"]},
    ],
)
def test_a_bad_row_is_refused(bad: dict[str, Any]) -> None:
    good = row("b", screen_name="bruno", handle="bruno.example.org").to_json()
    assert Row.from_json(good).row_id == "b"
    with pytest.raises(InvalidRow):
        Row.from_json(good | bad)


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"rest_id": 11}, "rest_id"),
        ({"grade": None}, "grade"),
        ({"sources": {}}, "sources"),
        ({"sources": [{"name": "a"}, {"name": "b", "url": "ftp://x"}]}, "sources[1].url: "),
        ({"sources": [{}]}, "sources[0].name: "),
        ({"sources": ["x"]}, "sources[0]: "),
    ],
)
def test_the_error_of_a_bad_row_names_the_path_of_the_field(fields: dict[str, Any], path: str) -> None:
    good = row("b", screen_name="bruno", handle="bruno.example.org").to_json()
    with pytest.raises(InvalidRow) as caught:
        Row.from_json(good | fields)
    assert caught.value.message.startswith(path)


def test_display_names_lose_marks_that_reorder_text() -> None:
    one = row("a", display_name="Alice \u202egro.live\u202c\nx")
    assert one.display_name == "Alice gro.live x"
