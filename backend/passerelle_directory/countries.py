"""Countries: ISO 3166 codes of two letters (and EU), from codes or English names; names in the reader's language."""

from __future__ import annotations

from functools import cache

from babel import Locale
from passerelle.errors import InputError

# Codes in Unicode CLDR that are no countries: currency areas, outlying regions, test locales.
NO_COUNTRIES = frozenset({"EZ", "QO", "UN", "XA", "XB", "ZZ"})
ALIASES = {"UK": "GB"}


class InvalidCountry(InputError):
    """The text is not a country."""

    code = "invalid_country"


def parse_country(text: str) -> str:
    """Parse a country's code of two letters, or its English name. Raises InvalidCountry.

    >>> parse_country("Germany"), parse_country("uk"), parse_country("European Union")
    ('DE', 'GB', 'EU')
    """
    wanted = text.strip()
    code = ALIASES.get(wanted.upper(), wanted.upper())
    if code in _names("en"):
        return code
    if found := _codes().get(wanted.casefold()):
        return found
    raise InvalidCountry(f"This is not a country: {text[:40]!r}.")


def name_country(code: str, language: str) -> str:
    """Return the name of a country in a language (`en`, `fr`, ...), or its code where there is no name."""
    return _names(language).get(code, code)


@cache
def _names(language: str) -> dict[str, str]:
    territories = Locale.parse(language).territories
    return {
        code: name
        for code, name in territories.items()
        if len(code) == 2 and code.isalpha() and code not in NO_COUNTRIES
    }


@cache
def _codes() -> dict[str, str]:
    return {name.casefold(): code for code, name in _names("en").items()}
