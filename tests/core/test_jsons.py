"""Untrusted JSON: nesting up to the limit is read, deeper nesting is refused before it can end the interpreter."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from passerelle.jsons import MAX_DEPTH, parse_json

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(VALUES)
def test_what_json_writes_is_read_back(value: Any) -> None:
    assert parse_json(json.dumps(value).encode()) == value


@pytest.mark.parametrize("depth", [1, MAX_DEPTH])
def test_honest_depth_is_read(depth: int) -> None:
    assert isinstance(parse_json(b"[" * depth + b"]" * depth), list)


@pytest.mark.parametrize(
    "body", [b"[" * 100_000, b'{"a":' * 5000, b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1), b'"' + b"[" * 5000]
)
def test_what_would_overflow_the_stack_is_no_json(body: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  json's own error is one too
        parse_json(body)


def test_half_an_emoji_is_read() -> None:
    assert parse_json(b'["\\ud83d", {"a\\uDD8B": "\\ud83e\\udd8b"}]') == ["\ud83d", {"a\udd8b": "\U0001f98b"}]


def test_half_an_emoji_lets_no_deep_nesting_through() -> None:
    deep = b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1)
    with pytest.raises(ValueError, match="too deeply"):
        parse_json(b'["\\ud83d", ' + deep + b"]")


def test_brackets_in_strings_do_not_count() -> None:
    text = '\\"[{' * 5000
    assert parse_json(json.dumps([text]).encode()) == [text]


def test_many_values_side_by_side_are_not_deep() -> None:
    assert len(parse_json(b"[" + b",".join([b'{"a":[]}'] * 10_000) + b"]")) == 10_000
