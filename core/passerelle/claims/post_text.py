"""The text of the post that carries a claim code: the person's own sentence, and the code on its last line.

Its length is mirrored by extension/lib/rules/post-length.ts; vectors in tests/data/vectors/post-lengths.json.
"""

from __future__ import annotations

import re
import unicodedata

from passerelle.claims.codes import ClaimCode

MAX_WEIGHT = 280  # https://docs.x.com/fundamentals/counting-characters
LINK_WEIGHT = 23  # of every address that X makes a link of, also of shorter ones
# Characters in these ranges weigh 1, others 2: config v3 of https://github.com/twitter/twitter-text
_LIGHT = ((0, 4351), (8192, 8205), (8208, 8223), (8242, 8247))
_LINK = r"https?://[!-~]*[A-Za-z0-9/=_-]"
# X makes links of names of hosts, too, where it knows their ending; here each counts as one.
_HOST = r"(?<![A-Za-z0-9_@.#$-])(?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,}(?:/[!-~]*[A-Za-z0-9/=_-])?"
_SIGN = "[\u2300-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff][\ufe0f\U0001f3fb-\U0001f3ff]*"
# One emoji, however many signs it is joined from, or a flag: each weighs 2.
_EMOJI = f"[\U0001f1e6-\U0001f1ff]{{2}}|{_SIGN}(?:\u200d{_SIGN})*"
_PARTS = re.compile(f"(?P<link>{_LINK})|(?P<host>{_HOST})|(?P<emoji>{_EMOJI})")
_EMOJI_WEIGHT = 2


def make_post_text(message: str, code: ClaimCode) -> str:
    """Return the post: as much of the message as X allows, and the code."""
    end = f"\n{code}"
    return shorten(message.strip(), MAX_WEIGHT - weigh(end)) + end


def weigh(text: str) -> int:
    """Return the length of a text as X counts it; a host's name may count less, never more.

    >>> weigh("été"), weigh("日本"), weigh("https://example.org/a/long/path/to/a/page")
    (3, 4, 23)
    """
    composed = unicodedata.normalize("NFC", text)
    parts = sum(_weigh_part(found) for found in _PARTS.finditer(composed))
    return parts + _weigh_characters(_PARTS.sub("", composed))


def _weigh_part(found: re.Match[str]) -> int:
    if found["host"]:
        return max(LINK_WEIGHT, len(found["host"]))
    return LINK_WEIGHT if found["link"] else _EMOJI_WEIGHT


def _weigh_characters(text: str) -> int:
    return sum(1 if any(first <= ord(one) <= last for first, last in _LIGHT) else 2 for one in text)


def shorten(text: str, weight: int) -> str:
    """Return a text that weighs no more than `weight`, cut at a blank where it is too long, with an ellipsis.

    >>> shorten("one two three", 9)
    'one two…'
    """
    if weigh(text) <= weight:
        return text
    while text and weigh(text) > weight - weigh("…"):
        text = text.rpartition(" ")[0] if " " in text else text[:-1]
    return f"{text}…"
