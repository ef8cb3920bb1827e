"""The languages of the pages: choosing one, and its sentences, numbers, dates and country names.

A language is one catalogue in extension/locales/, for the extension and for these pages; `locales` is a link to it, and
the wheel holds copies. The pages' sentences are those under `site.`, in ICU MessageFormat.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from pathlib import Path

from babel import Locale
from babel.dates import format_date, format_skeleton
from babel.numbers import format_decimal
from icu4py.messageformat import MessageFormat

from passerelle_directory.countries import name_country

CATALOGUES = Path(__file__).parent / "locales"
DEFAULT = "en"
LANGUAGES = (DEFAULT, *sorted(path.stem for path in CATALOGUES.glob("*.json") if path.stem != DEFAULT))
PREFIX = "site."  # of the sentences of these pages


class MissingSentence(LookupError):
    """A page asks for a sentence that its catalogue does not have."""


class Language:
    """One language: `say` returns sentences, the other methods format values."""

    def __init__(self, code: str, sentences: Mapping[str, str]) -> None:
        self.code = code
        self._sentences = sentences
        self._formats: dict[str, MessageFormat] = {}
        self._locale = Locale.parse(code)

    @property
    def name(self) -> str:
        """Return the language's own name for itself."""
        return self._sentence("language.name")

    @property
    def is_reviewed(self) -> bool:
        """Return whether a native speaker has read the whole catalogue."""
        return self._sentence("language.reviewed") == "yes"

    @property
    def direction(self) -> str:
        """Return "rtl" or "ltr"."""
        return self._locale.text_direction

    @property
    def separator(self) -> str:
        """Return what stands between two entries of a list (Unicode CLDR).

        >>> find_language("en").separator, find_language("ar").separator
        (', ', ' و')
        """
        pattern: str = self._locale.list_patterns["standard"]["middle"]
        return pattern.format("", "")

    def say(self, key: str, /, **values: str | int) -> str:
        """Return the sentence `site.<key>` with its values filled in. Raises MissingSentence."""
        return self._format(PREFIX + key).format(dict(values))

    def say_shared(self, key: str) -> str:
        """Return the sentence `language.<key>`, which the extension has, too. Raises MissingSentence."""
        return self._sentence(f"language.{key}")

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
            written = "d MMMM y" if self.code == "en" else "long"  # CLDR's English is that of the United States
            return format_date(moment, written, locale=self._locale)
        return format_skeleton("yMMMM" if rest else "y", moment, locale=self._locale)

    def country(self, code: str) -> str:
        """Name a country."""
        return name_country(code, self.code)

    def _format(self, key: str) -> MessageFormat:
        if key not in self._formats:
            self._formats[key] = MessageFormat(self._sentence(key), self.code)
        return self._formats[key]

    def _sentence(self, key: str) -> str:
        try:
            return self._sentences[key]
        except KeyError:
            raise MissingSentence(f"extension/locales/{self.code}.json has no sentence {key!r}.") from None


@cache
def find_language(code: str) -> Language:
    """Return one of LANGUAGES by its code."""
    sentences = json.loads((CATALOGUES / f"{code}.json").read_text(encoding="utf-8"))
    return Language(code, sentences)


def choose_language(asked: str | None, accepted: Iterable[str]) -> Language:
    """Return the language asked for by ?lang=, else the first of the browser's that there is, whatever its region.

    >>> choose_language(None, ["pt-BR", "de-AT", "en"]).code, choose_language("fr", ["de"]).code
    ('de', 'fr')
    """
    if asked in LANGUAGES:
        return find_language(asked)
    codes = (tag.partition("-")[0].lower() for tag in accepted)
    return find_language(next((code for code in codes if code in LANGUAGES), DEFAULT))
