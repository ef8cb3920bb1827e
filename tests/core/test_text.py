"""Display names and descriptions made harmless."""

from __future__ import annotations

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from passerelle.text import (
    MAX_DISPLAY_NAME,
    clean_display_name,
    clean_paragraphs,
    escape_for_terminal,
    without_any_invisible,
    without_invisible,
)

from tests.core.vectors import read_vectors

EVERY_CHARACTER = [chr(code) for code in range(sys.maxunicode + 1)]


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


def characters(name: str) -> set[str]:
    ranges = read_vectors("invisible")[name]
    return {chr(code) for first, last in ranges for code in range(int(first, 16), int(last, 16) + 1)}


def test_exactly_the_listed_characters_are_never_shown() -> None:
    hidden = characters("never_shown")
    assert [one for one in EVERY_CHARACTER if (without_invisible(one) == "") != (one in hidden)] == []


def test_exactly_the_listed_characters_are_not_compared() -> None:
    hidden = characters("never_shown") | characters("not_compared")
    assert [one for one in EVERY_CHARACTER if (without_any_invisible(one) == "") != (one in hidden)] == []


def test_a_terminal_gets_no_control_character() -> None:
    escaped = escape_for_terminal("".join(EVERY_CHARACTER))
    assert escaped.isprintable() or not any(ord(one) < 32 or 127 <= ord(one) < 160 for one in escaped)
    assert escape_for_terminal("\x1b[2JA\nb\u202ec\ud83d\U000e0041") == r"\x1b[2JA\nb\u202ec\ud83d\U000e0041"
    assert escape_for_terminal("Zoë 👩\u200d🚀 فريد") == "Zoë 👩\u200d🚀 فريد"
