"""Clean untrusted names and texts: no invisible characters, none that reorder text.

What counts as invisible is the same in TypeScript (extension/lib/rules/text.ts); tests/data/vectors/invisible.json
lists the ranges, and both languages try every code point.
"""

from __future__ import annotations

import re

MAX_DISPLAY_NAME = 100  # characters; X allows 50
MAX_RAW = 4 * MAX_DISPLAY_NAME  # of a name with its invisible characters

# Unicode's Default_Ignorable_Code_Point (https://www.unicode.org/reports/tr44/#Default_Ignorable_Code_Point) without
# JOINING below, and with the bidi controls (https://www.unicode.org/reports/tr36/#Bidirectional_Text_Spoofing), the
# blank Braille pattern, interlinear annotation, private use and BMP noncharacters.
_INVISIBLE = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164"
    "\ue000-\uf8ff\ufdd0-\ufdef\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0000-\U000e00ff\U000e01f0-\U000e0fff\U000f0000-\U0010ffff"
)
# Invisible too, but needed to show Persian and Indic words, emoji, Mongolian and variants of Chinese characters.
_JOINING = "\u180b-\u180d\u180f\u200c\u200d\ufe00-\ufe0f\U000e0100-\U000e01ef"
_NOT_SHOWN = re.compile(f"[{_INVISIBLE}]")
_NOT_COMPARED = re.compile(f"[{_INVISIBLE}{_JOINING}]")
# Tabs, line breaks and other controls: Unicode's categories Cc, Zl, Zp.
_BREAK = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
# What must not reach a terminal.
UNPRINTABLE = re.compile(f"[{_INVISIBLE}\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_EMPTY_LINES = re.compile("\n{3,}")
# Half of a surrogate pair, left by a cut `\ud83d`: no encoder takes it.
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


def without_invisible(text: str) -> str:
    """Return a text as it may be shown: joiners and variation selectors stay, as names are written with them."""
    return _NOT_SHOWN.sub("", text)


def without_any_invisible(text: str) -> str:
    """Return a text as it is searched and compared: without joiners and variation selectors, too."""
    return _NOT_COMPARED.sub("", text)


def without_lone_surrogates(text: str) -> str:
    """Return a text that can be encoded: U+FFFD for each half of a surrogate pair."""
    return _LONE_SURROGATE.sub("\ufffd", text)


def clean_display_name(text: object, limit: int = MAX_DISPLAY_NAME) -> str | None:
    """Return a display name as one line of at most `limit` characters that is safe to show, or None.

    >>> clean_display_name("Ada \\u202egnol\\u202c\\n Lovelace ")
    'Ada gnol Lovelace'
    """
    if not isinstance(text, str):
        return None
    one_line = _BREAK.sub(" ", without_lone_surrogates(without_invisible(text[: 4 * limit])))
    return " ".join(one_line.split())[:limit].rstrip() or None


def clean_paragraphs(text: object, limit: int) -> str | None:
    """Return a text of several lines, at most `limit` characters that are safe to show, or None.

    >>> clean_paragraphs("  Poet. \\n\\n\\n\\nAt sea.\\u202e ", 100)
    'Poet.\\n\\nAt sea.'
    """
    if not isinstance(text, str):
        return None
    lines = (clean_display_name(line, limit) or "" for line in text[: 4 * limit].splitlines())
    return _EMPTY_LINES.sub("\n\n", "\n".join(lines))[:limit].strip() or None


def escape_for_terminal(text: str) -> str:
    """Return one line for a terminal: controls, line breaks and reordering marks are written as `\\x1b`, never sent.

    >>> print(escape_for_terminal("Ada\\x1b]0;owned\\x07"))
    Ada\\x1b]0;owned\\x07
    """
    return UNPRINTABLE.sub(_escaped, text)


def _escaped(found: re.Match[str]) -> str:
    return found[0].encode("unicode_escape", "surrogatepass").decode("ascii")
