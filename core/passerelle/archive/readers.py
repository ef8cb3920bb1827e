"""One reader per file of an archive: READERS says which file is read when, in which shape, and what it tells.

A reader takes one row (JSON of a stranger) and adds what it says to the Draft of its export. What does not
have the expected shape is passed over: a bad row never spoils a file. Source: facts/archive-format.md, 2 to 5.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import parsedate_to_datetime
from enum import IntEnum
from typing import Any

from passerelle.archive.locate import Export
from passerelle.archive.names import NameBook, Sighting
from passerelle.archive.records import ArchiveWarning, Owner
from passerelle.archive.syntax import Salvage
from passerelle.errors import InvalidIdentifier
from passerelle.identifiers import RestId, ScreenName, parse_rest_id, parse_screen_name
from passerelle.text import clean_display_name

_USER_LINK = re.compile(r"[?&]user_id=(\d{1,20})\b")
_ACCOUNT_ID = re.compile(r"""accountId["']?\s*:\s*["'](\d{1,20})["']""")
_STATUS_LINK = re.compile(r"https?://(?:mobile\.|www\.)?(?:twitter|x)\.com/(\w{1,20})/status/(\d{1,20})", re.ASCII)


class Stage(IntEnum):
    """When a file is read: first whose archive it is, then whom they follow, then what those are called."""

    WHO = 1
    GRAPH = 2
    NAMES = 3


@dataclass(slots=True)
class Draft:
    """What one export has told so far; `kinds` are the kinds of files that were there and held what they should."""

    export: Export
    owners: dict[str, Owner] = field(default_factory=dict)
    exported_at: datetime | None = None
    counts: dict[str, int] = field(default_factory=dict)
    kinds: set[str] = field(default_factory=set)
    following: dict[RestId, None] = field(default_factory=dict)
    followers: dict[RestId, None] = field(default_factory=dict)
    blocked: dict[RestId, None] = field(default_factory=dict)
    muted: dict[RestId, None] = field(default_factory=dict)
    tweets: set[str] = field(default_factory=set)
    names: NameBook = field(default_factory=lambda: NameBook(frozenset()))
    warnings: list[ArchiveWarning] = field(default_factory=list)

    def warn(self, code: str, file: str | None, message: str) -> None:
        """Remember that something was missing or wrong."""
        self.warnings.append(ArchiveWarning(code, file, message))


Take = Callable[[Draft, Any], None]


@dataclass(frozen=True, slots=True)
class Reader:
    """How one kind of file is read: `key` is the word around each row, None for a file with a single object."""

    stage: Stage
    key: str | None
    take: Take
    salvage: Salvage | None = None


def take_manifest(draft: Draft, manifest: Any) -> None:
    """`{userInfo: {accountId, userName, displayName}, archiveInfo: {generationDate}, dataTypes: {...: {files}}}`."""
    user, info = _dict(manifest, "userInfo"), _dict(manifest, "archiveInfo")
    draft.owners["manifest"] = _owner(user.get("accountId"), user.get("userName"), user.get("displayName"))
    draft.exported_at = parse_date(info.get("generationDate"))
    for data_type in _dict(manifest, "dataTypes").values():
        for file in _list(data_type, "files"):
            name, count = _text(file, "fileName"), _text(file, "count")
            if name and count.isascii() and count.isdigit() and len(count) < 16:
                draft.counts[name] = int(count)


def take_account(draft: Draft, row: Any) -> None:
    """`{account: {username, accountId, accountDisplayName, email, ...}}`; the e-mail is never looked at."""
    account = _dict(row, "account")
    draft.owners["account"] = _owner(
        account.get("accountId"), account.get("username"), account.get("accountDisplayName")
    )


def take_following(draft: Draft, row: Any) -> None:
    """`{following: {accountId, userLink?}}`."""
    _take_id(draft.following, _dict(row, "following"))


def take_follower(draft: Draft, row: Any) -> None:
    """`{follower: {accountId, userLink?}}`."""
    _take_id(draft.followers, _dict(row, "follower"))


def take_block(draft: Draft, row: Any) -> None:
    """`{blocking: {accountId, userLink?}}`."""
    _take_id(draft.blocked, _dict(row, "blocking"))


def take_mute(draft: Draft, row: Any) -> None:
    """`{muting: {accountId, userLink?}}`."""
    _take_id(draft.muted, _dict(row, "muting"))


def take_tweet(draft: Draft, row: Any) -> None:
    """`{tweet: {id_str, entities, in_reply_to_..., ...}}`; bare before mid-January 2020."""
    tweet = _dict(row, "tweet") or row
    tweet_id = _id_text(tweet, "id_str", "id")
    if tweet_id:
        draft.tweets.add(tweet_id)
        _take_names(draft.names, tweet, int(tweet_id))


READERS: dict[str, Reader] = {
    "manifest": Reader(Stage.WHO, None, take_manifest),
    "account": Reader(Stage.WHO, "account", take_account),
    "following": Reader(Stage.GRAPH, "following", take_following),
    "follower": Reader(Stage.GRAPH, "follower", take_follower),
    "block": Reader(Stage.GRAPH, "blocking", take_block),
    "mute": Reader(Stage.GRAPH, "muting", take_mute),
    "tweets": Reader(Stage.NAMES, "tweet", take_tweet),
    "tweet": Reader(Stage.NAMES, "tweet", take_tweet),
}


def parse_date(text: object) -> datetime | None:
    """Take a date in any of X's forms (ISO 8601, RFC 5322-like); None for anything else: no date stops a reading."""
    if not isinstance(text, str):
        return None
    for parse in (datetime.fromisoformat, _parse_tweet_date):
        try:
            date = parse(text)
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
        return date if date.tzinfo else None
    return None


def _parse_tweet_date(text: str) -> datetime:
    # "Sat Feb 18 12:33:11 +0000 2023": the order of RFC 5322, turned round.
    _, month, day, time, zone, year = text.split()
    return parsedate_to_datetime(f"{day} {month} {year} {time} {zone}")


def _take_names(book: NameBook, tweet: dict[str, Any], order: int) -> None:
    for mention in _list(_dict(tweet, "entities"), "user_mentions"):
        _take_pair(book, _id_text(mention, "id_str", "id"), mention, "screen_name", "name", "mention", order)
    target = _id_text(tweet, "in_reply_to_user_id_str", "in_reply_to_user_id")
    _take_pair(book, target, tweet, "in_reply_to_screen_name", None, "reply", order)
    for rest_id, screen_name in _media_pairs(tweet):
        sighting = Sighting(screen_name, None, "media", order, parse_date(tweet.get("created_at")))
        if rest_id in book.wanted:
            book.add(rest_id, sighting)


def _take_pair(
    book: NameBook, rest_id: str, where: Any, name_key: str, display_key: str | None, source: str, order: int
) -> None:
    if rest_id in book.wanted and (screen_name := _screen_name(where.get(name_key))):
        display_name = clean_display_name(where.get(display_key)) if display_key else None
        book.add(RestId(rest_id), Sighting(screen_name, display_name, source, order))


def _media_pairs(tweet: dict[str, Any]) -> Iterator[tuple[RestId, ScreenName]]:
    """Whose picture a tweet shows: the link names the author of the source tweet as they were called then."""
    for entities in ("extended_entities", "entities"):
        for media in _list(_dict(tweet, entities), "media"):
            rest_id = _id_text(media, "source_user_id_str")
            link = _STATUS_LINK.match(_text(media, "expanded_url"))
            if rest_id and link and link[2] == _text(media, "source_status_id_str"):
                yield RestId(rest_id), ScreenName(link[1])


def _take_id(ids: dict[RestId, None], row: dict[str, Any]) -> None:
    rest_id = _id_text(row, "accountId")
    if not rest_id and (link := _USER_LINK.search(_text(row, "userLink"))):
        rest_id = link[1]
    if rest_id:
        ids[RestId(rest_id)] = None


def _owner(rest_id: object, screen_name: object, display_name: object) -> Owner:
    return Owner(
        RestId(found) if (found := _as_id(rest_id)) else None,
        _screen_name(screen_name),
        clean_display_name(display_name),
    )


def _id_text(row: Any, *keys: str) -> str:
    """Give the first id under `keys`, as text; "" where there is none. Floats and exponents have lost digits."""
    for key in keys:
        if found := _as_id(row.get(key) if isinstance(row, dict) else None):
            return found
    return ""


def _as_id(value: object) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    try:
        return parse_rest_id(value)
    except InvalidIdentifier:
        return ""


def _screen_name(value: object) -> ScreenName | None:
    try:
        return parse_screen_name(value)
    except InvalidIdentifier:
        return None


def _dict(value: Any, key: str) -> dict[str, Any]:
    found = value.get(key) if isinstance(value, dict) else None
    return found if isinstance(found, dict) else {}


def _list(value: Any, key: str) -> list[Any]:
    found = value.get(key) if isinstance(value, dict) else None
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _text(value: Any, key: str) -> str:
    found = value.get(key) if isinstance(value, dict) else None
    return found if isinstance(found, str) else ""
