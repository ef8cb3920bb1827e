"""Display names and descriptions made harmless."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from passerelle.text import MAX_DISPLAY_NAME, clean_display_name, clean_paragraphs


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


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("Poet.\nAt sea.", "Poet.\nAt sea."),
        ("\n\n  Poet. \r\n\r\n\r\n\r\nAt   sea.\n", "Poet.\n\nAt sea."),
        ("Poet \u202enrut\u202c\x00\u2028round", "Poet nrut\nround"),
        ("\ud83d", "\ufffd"),
        ("x" * 50, "x" * 20),
        (" \n\u200b\n", None),
        (["text"], None),
    ],
)
def test_descriptions(text: object, clean: str | None) -> None:
    assert clean_paragraphs(text, 20) == clean


@given(st.text(st.characters()))
def test_any_description_becomes_a_short_text_that_can_be_written(text: str) -> None:
    clean = clean_paragraphs(text, 20)
    if clean is not None:
        assert 0 < len(clean.encode().decode()) <= 20
        assert "\n\n\n" not in clean
