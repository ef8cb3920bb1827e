"""Text as it is searched and ordered, without case and accents."""

from __future__ import annotations

import unicodedata


def fold(text: str) -> str:
    """Return a text without case, accents and outer blanks.

    >>> fold(" Université ")
    'universite'
    >>> sorted(["Zypern", "Österreich", "Polen"], key=fold)
    ['Österreich', 'Polen', 'Zypern']
    """
    letters = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter)).strip()
