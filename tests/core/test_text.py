"""Display names made harmless."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from passerelle.text import MAX_DISPLAY_NAME, clean_display_name


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("Ada Nouvelle", "Ada Nouvelle"),
        ("  Ada \t Nouvelle\r\n", "Ada Nouvelle"),
        ("Ada \u202egnol\u202c", "Ada gnol"),
        ("A\u200bd\u2060a\ufeff\u00ad", "Ada"),
        ("\u200f\u061cفريد", "فريد"),
        ("نور پل\u200cساز", "نور پل\u200cساز"),
        ("👨\u200d👩\u200d👧", "👨\u200d👩\u200d👧"),
        ("A\ud83d", "A\ufffd"),
        ("\u200b", None),
        ("", None),
        (None, None),
        (7, None),
        ("<b>&amp;</b>", "<b>&amp;</b>"),
    ],
)
def test_names(text: object, clean: str | None) -> None:
    assert clean_display_name(text) == clean


@given(st.text(st.characters()))
def test_any_name_becomes_one_short_line_that_can_be_written(text: str) -> None:
    clean = clean_display_name(text)
    if clean is not None:
        assert clean.encode()
        assert len(clean) <= MAX_DISPLAY_NAME
        assert clean == clean_display_name(clean)
        assert len(clean.splitlines()) == 1
