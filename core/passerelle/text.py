"""Names and texts of strangers made harmless to show: without invisible marks and marks that turn the text around."""

from __future__ import annotations

import re

MAX_DISPLAY_NAME = 100  # characters; X allows 50
MAX_RAW = 4 * MAX_DISPLAY_NAME  # of a name with its invisible marks

# Marks that reorder or hide what follows: bidi embeddings, overrides, isolates, soft hyphen, fillers, zero-width
# space, BOM, tags. Zero-width joiner and non-joiner stay: Persian, Indic scripts and emoji are written with them.
# https://www.unicode.org/reports/tr36/#Bidirectional_Text_Spoofing
_HIDDEN = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0"
    "\U000e0000-\U000e007f]"
)
# Tabs, line breaks and other controls: Unicode's categories Cc, Zl, Zp.
_BREAK = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_EMPTY_LINES = re.compile("\n{3,}")
# Half of a surrogate pair, left by a cut `\ud83d`: no encoder takes it.
_HALF = re.compile("[\ud800-\udfff]")


def clean_display_name(text: object, limit: int = MAX_DISPLAY_NAME) -> str | None:
    """Take a display name from anywhere; give one line of at most `limit` characters that is safe to show, or None.

    >>> clean_display_name("Ada \\u202egnol\\u202c\\n Lovelace ")
    'Ada gnol Lovelace'
    """
    if not isinstance(text, str):
        return None
    visible = _HIDDEN.sub("", text[: 4 * limit])
    one_line = _BREAK.sub(" ", _HALF.sub("\ufffd", visible))
    return " ".join(one_line.split())[:limit].rstrip() or None


def clean_paragraphs(text: object, limit: int) -> str | None:
    """Take a text of several lines from anywhere; give at most `limit` characters that are safe to show, or None.

    >>> clean_paragraphs("  Poet. \\n\\n\\n\\nAt sea.\\u202e ", 100)
    'Poet.\\n\\nAt sea.'
    """
    if not isinstance(text, str):
        return None
    lines = (clean_display_name(line, limit) or "" for line in text[: 4 * limit].splitlines())
    return _EMPTY_LINES.sub("\n\n", "\n".join(lines))[:limit].strip() or None
