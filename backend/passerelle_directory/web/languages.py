"""The languages of the pages: choosing one, and its sentences, numbers, dates and country names."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from babel import Locale
from babel.dates import format_date, format_skeleton
from babel.numbers import format_decimal

from passerelle_directory.countries import name_country

CATALOGUES = Path(__file__).parent / "languages"
LANGUAGES = ("en", "fr", "ar")  # the first is the default; each calls itself by `language` in its catalogue


class Language:
    """One language: `say` returns sentences, the other methods format values."""

    def __init__(self, code: str, sentences: Mapping[str, Any]) -> None:
        self.code = code
        self._sentences = sentences
        self._locale = Locale.parse(code)

    @property
    def direction(self) -> str:
        """Return "rtl" or "ltr"."""
        return self._locale.text_direction

    def say(self, key: str, /, **values: str | int) -> str:
        """Return a sentence with its values filled in; `n` picks the plural form (Unicode CLDR's categories)."""
        sentence = self._sentences[key]
        if isinstance(sentence, dict):
            form = self._locale.plural_form(int(values["n"]))
            sentence = sentence.get(form, sentence["other"])
        shown = {name: self.number(value) if isinstance(value, int) else value for name, value in values.items()}
        return str(sentence).format(**shown)

    def number(self, value: int) -> str:
        """Write a number with its separators."""
        return format_decimal(value, locale=self._locale)

    def day(self, text: str) -> str:
        """Write a year, month or day given as ISO 8601 text.

        >>> find_language("fr").day("2025-01"), find_language("en").day("2025-01-20"), find_language("en").day("2025")
        ('janvier 2025', '20 January 2025', '2025')
        """
        year, *rest = (int(part) for part in text.split("-"))
        month, day = [*rest, 1, 1][:2]
        moment = date(year, month, day)
        if len(rest) == 2:
            return format_date(moment, "d MMMM y", locale=self._locale)
        return format_skeleton("yMMMM" if rest else "y", moment, locale=self._locale)

    def country(self, code: str) -> str:
        """Name a country."""
        return name_country(code, self.code)


@cache
def find_language(code: str) -> Language:
    """Return one of LANGUAGES by its code."""
    sentences = json.loads((CATALOGUES / f"{code}.json").read_text(encoding="utf-8"))
    return Language(code, sentences)


def choose_language(asked: str | None, accepted: str | None) -> Language:
    """Return the language asked for by ?lang=, else the one the browser prefers."""
    if asked in LANGUAGES:
        return find_language(asked)
    return find_language(accepted or LANGUAGES[0])
