"""Facets of a post's text: which bytes are a hashtag or a link. Lexicon: app.bsky.richtext.facet.

Positions are bytes of the text in UTF-8, not characters:
https://docs.bsky.app/docs/advanced-guides/post-richtext
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

MAX_TAG = 64  # graphemes of a tag: lexicons/app/bsky/richtext/facet.json; code points here, of which there are more
FACET = "app.bsky.richtext.facet"
# As readers of Bluesky see them: after a blank or at the start, up to a blank or an invisible sign.
_TAG = re.compile("(?:^|(?<=\\s))[#\uff03](?!\ufe0f)([^\\s\u00ad\u200a-\u200d\u2060]+)")
_LINK = re.compile(r"(?:^|(?<=[\s(]))https?://\S+", re.IGNORECASE)
_AFTER_LINK = ".,;:!?\"'»”’…。、！？،؛؟"  # signs that end a sentence, not an address
_PUNCTUATION = ("P",)  # the categories of Unicode that a tag does not end with


def find_facets(text: str) -> list[dict[str, Any]]:
    """Return the facets of a text in their order: hashtags, and addresses that are written with https:// or http://.

    >>> find_facets("Salut #eXit !")[0]["index"]
    {'byteStart': 6, 'byteEnd': 11}
    """
    links = list(_links(text))
    tags = [one for one in _tags(text) if not any(start <= one[0] < end for start, end, _ in links)]
    return [_facet(text, *one) for one in sorted([*links, *tags], key=lambda one: one[0])]


def _links(text: str) -> Iterator[tuple[int, int, dict[str, str]]]:
    for found in _LINK.finditer(text):
        address = _without_end(found[0])
        if _names_host(address):
            yield found.start(), found.start() + len(address), {"$type": f"{FACET}#link", "uri": address}


def _tags(text: str) -> Iterator[tuple[int, int, dict[str, str]]]:
    for found in _TAG.finditer(text):
        tag = _without_punctuation(found[1])
        if 0 < len(tag) <= MAX_TAG and not all(_is_digit_or_punctuation(one) for one in tag):
            yield found.start(), found.start() + 1 + len(tag), {"$type": f"{FACET}#tag", "tag": tag}


def _facet(text: str, start: int, end: int, feature: dict[str, str]) -> dict[str, Any]:
    return {"index": {"byteStart": _bytes(text[:start]), "byteEnd": _bytes(text[:end])}, "features": [feature]}


def _names_host(address: str) -> bool:
    try:
        return "." in (urlsplit(address).hostname or "").strip(".")
    except ValueError:
        return False


def _bytes(text: str) -> int:
    return len(text.encode())


def _without_end(address: str) -> str:
    """Cut off what ends a sentence, and a closing bracket that none opens within the address."""
    while address and (address[-1] in _AFTER_LINK or (address[-1] == ")" and address.count("(") < address.count(")"))):
        address = address[:-1]
    return address


def _without_punctuation(tag: str) -> str:
    while tag and unicodedata.category(tag[-1]).startswith(_PUNCTUATION):
        tag = tag[:-1]
    return tag


def _is_digit_or_punctuation(character: str) -> bool:
    return character.isdecimal() or unicodedata.category(character).startswith(_PUNCTUATION)
