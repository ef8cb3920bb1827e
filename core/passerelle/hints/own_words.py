"""Bios and websites of people of the graph, as X's pages showed them: kept to compare them with accounts elsewhere."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import UTC, datetime

from passerelle.errors import InvalidIdentifier
from passerelle.hints.records import OwnWords, SeenProfile
from passerelle.identifiers import RestId, parse_rest_id

# X allows 160 characters and one website; a bio is longer where short links were replaced by their targets.
# extension/lib/rules/profile.ts cuts off the same.
MAX_BIO = 1_000
MAX_URLS, MAX_URL = 10, 500
# A person's own picture on X, as its answers name it; the picture that X gives to everyone has another host.
# extension/lib/rules/profile.ts has the same.
PICTURE = re.compile(r"https://pbs\.twimg\.com/profile_images/[A-Za-z0-9_./-]{1,300}")


def read_own_words(
    people: Iterable[SeenProfile], known: Collection[RestId], before: Mapping[str, OwnWords], now: datetime
) -> dict[str, OwnWords]:
    """Return what is news of the people in `known`, by rest_id; an older observation is none."""
    read = ((rest_id, words) for rest_id, words in _parsed(people, now) if rest_id in known)
    return {rest_id: words for rest_id, words in read if _is_news(words, before.get(rest_id))}


def _parsed(people: Iterable[SeenProfile], now: datetime) -> Iterator[tuple[RestId, OwnWords]]:
    for one in people:
        try:
            rest_id = parse_rest_id(one.rest_id)
        except InvalidIdentifier:
            continue
        seen = one.seen if one.seen.tzinfo else one.seen.replace(tzinfo=UTC)
        urls = [url[:MAX_URL] for url in one.urls[:MAX_URLS]]
        bio, at = (one.bio or "")[:MAX_BIO] or None, min(seen, now).isoformat()
        yield rest_id, OwnWords(bio=bio, urls=urls, seen=at, picture=_picture(one.picture))


def _picture(url: str | None) -> str | None:
    return url if url and PICTURE.fullmatch(url) and ".." not in url else None


def _is_news(words: OwnWords, before: OwnWords | None) -> bool:
    if words.bio is None and not words.urls and words.picture is None:
        return False
    return before is None or (_said(words) != _said(before) and words.seen > before.seen)


def _said(words: OwnWords) -> tuple[str | None, list[str], str | None]:
    return words.bio, words.urls, words.picture
