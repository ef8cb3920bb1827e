"""The text of the post that carries a claim code: the person's own sentence, and the code on its last line."""

from __future__ import annotations

from passerelle.claims.codes import ClaimCode

MAX_WEIGHT = 280  # https://docs.x.com/fundamentals/counting-characters
# Characters in these ranges weigh 1, others 2: config v3 of https://github.com/twitter/twitter-text
_LIGHT = ((0, 4351), (8192, 8205), (8208, 8223), (8242, 8247))


def make_post_text(message: str, code: ClaimCode) -> str:
    """Return the post: as much of the message as X allows, and the code."""
    end = f"\n{code}"
    return shorten(message.strip(), MAX_WEIGHT - weigh(end)) + end


def weigh(text: str) -> int:
    """Return the length of a text as X counts it; links and emoji may count less, never more.

    >>> weigh("été"), weigh("日本")
    (3, 4)
    """
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
