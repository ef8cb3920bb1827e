"""Text from strangers made harmless to look at: no control characters, nothing that turns the line around."""

from __future__ import annotations

import unicodedata

# Cc: control characters. Cf except the joiners that Persian, Indic scripts and emoji need: bidi marks and overrides
# (Unicode TR 9, "Trojan Source"), zero-width spaces, tags. Cs: half characters. Zl, Zp: line breaks in disguise.
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_JOINERS = frozenset("\u200c\u200d")


def strip_invisible(text: str) -> str:
    """Give `text` on one line, without control, bidi and other invisible characters, and without outer spaces.

    >>> strip_invisible("Ada\\u202e\\n L.")
    'Ada L.'
    """
    if text.isascii() and text.isprintable():
        return text.strip()
    return "".join(c for c in text if c in _JOINERS or unicodedata.category(c) not in _INVISIBLE).strip()
