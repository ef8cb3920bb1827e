"""One reader per file of an archive: READERS says which file is read when, in which shape, and what it tells.

A reader gets one row (untrusted JSON) and adds its data to the Draft of its export. Values of the wrong shape count as
missing, so a bad row never spoils a file. X publishes no format; shapes and dates come from public exports since 2018.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum, IntEnum
from functools import partial
from typing import Any

from passerelle.archive.drafts import Draft
from passerelle.archive.fields import count_at, dict_at, id_at, list_at, parse_date, screen_name_at, text_at
from passerelle.archive.locate import file_key
from passerelle.archive.names import NameBook, Sighting
from passerelle.archive.records import Owner
from passerelle.archive.syntax import Salvage
from passerelle.identifiers import RestId, ScreenName
from passerelle.text import MAX_RAW, clean_display_name

_USER_LINK = re.compile(r"[?&]user_id=([1-9]\d{0,19})\b", re.ASCII)
_ACCOUNT_ID = re.compile(r"""accountId["']?\s*:\s*["']([1-9]\d{0,19})["']""", re.ASCII)
_ACCOUNT_FIELD = re.compile(r"""\b(accountId|username|accountDisplayName)["']?\s*:\s*["']([^"'\n]{1,200})["']""")
_STATUS_LINK = re.compile(r"https?://(?:mobile\.|www\.)?(?:twitter|x)\.com/(\w{1,20})/status/(\d{1,20})", re.ASCII)
_FIRST_WORD = re.compile(r"@(\w{1,20})", re.ASCII)
_README_NAME = re.compile(r"^- @username at the time the archive was generated:\s*@?(\w{1,20})\s*$", re.M | re.ASCII)
_README_ID = re.compile(r"^- Account ID:\s*(\d{1,20})\s*$", re.M | re.ASCII)


MAX_ID_TEXT = 40  # characters of an id that is none; 20 digits, or 18 and an exponent
MAX_ABOUT = 1_000  # characters of a bio; X allows 160


class Stage(IntEnum):
    """When a file is read: first for the owner, then for the lists of people, then for their names."""

    WHO = 1
    GRAPH = 2
    NAMES = 3


class Shape(Enum):
    """The content of a file: a list of rows, one object, or text for people."""

    ROWS = 1
    OBJECT = 2
    TEXT = 3


Take = Callable[[Draft, Any], None]


@dataclass(frozen=True, slots=True)
class Reader:
    """How one kind of file is read: `key` is the word around each row; `salvage` finds rows in broken text."""

    stage: Stage
    take: Take
    shape: Shape = Shape.ROWS
    key: str = ""
    salvage: Salvage | None = None
    only_if_owner_unknown: bool = False


def take_manifest(draft: Draft, manifest: Any) -> None:
    """`{userInfo: {accountId, userName, displayName}, archiveInfo: {generationDate}, dataTypes: {...: {files}}}`."""
    user, info = dict_at(manifest, "userInfo"), dict_at(manifest, "archiveInfo")
    draft.owners["manifest"] = _owner(user, "accountId", "userName", "displayName")
    draft.exported_at = parse_date(text_at(info, "generationDate"))
    draft.partial = info.get("isPartialArchive") is True
    for data_type in dict_at(manifest, "dataTypes").values():
        for file in list_at(data_type, "files"):
            name = text_at(file, "fileName")
            if key := file_key(name):
                draft.promised[key] = (name, count_at(file, "count"))


def take_account(draft: Draft, row: Any) -> None:
    """`{account: {username, accountId, accountDisplayName, email, ...}}`; the e-mail is never looked at."""
    draft.owners.setdefault("account", _owner(dict_at(row, "account"), "accountId", "username", "accountDisplayName"))


def take_profile(draft: Draft, row: Any) -> None:
    """`{profile: {description: {bio, website, location}, avatarMediaUrl, ...}}`: the owner's own words."""
    description = dict_at(dict_at(row, "profile"), "description")
    texts = (text_at(description, key)[:MAX_ABOUT] for key in ("bio", "location", "website"))
    draft.about = tuple(filter(None, texts))


def take_screen_name_change(draft: Draft, row: Any) -> None:
    """`{screenNameChange: {screenNameChange: {changedAt, changedFrom, changedTo}}}`: the owner's former names."""
    change = dict_at(dict_at(row, "screenNameChange"), "screenNameChange")
    draft.former_names |= {name.lower() for key in ("changedFrom", "changedTo") if (name := text_at(change, key))}


def take_readme(draft: Draft, text: Any) -> None:
    """`- @username at the time the archive was generated: X` and `- Account ID: N`, since April 2020."""
    name, rest_id = _README_NAME.search(text), _README_ID.search(text)
    fields = {"name": name[1] if name else None, "id": rest_id[1] if rest_id else None}
    draft.owners["readme"] = _owner(fields, "id", "name", "")


def take_tweet_header(draft: Draft, row: Any) -> None:
    """`{tweet: {tweet_id, user_id, created_at}}`: the most common user_id is the owner's."""
    if rest_id := id_at(dict_at(row, "tweet"), "user_id"):
        draft.headers[rest_id] += 1
        draft.owners["tweet-headers"] = Owner(draft.headers.most_common(1)[0][0], None, None)


def take_user_details(draft: Draft, details: Any) -> None:
    """`var user_details = {screen_name, full_name, id, ...}` of the old tweet archive."""
    draft.owners["user-details"] = _owner(details, "id", "screen_name", "full_name")


def take_payload_details(draft: Draft, details: Any) -> None:
    """`var payload_details = {tweets, created_at, lang}` of the old tweet archive; created_at is the export's date."""
    draft.exported_at = parse_date(text_at(details, "created_at"))


def take_person(ids: str, key: str, draft: Draft, row: Any) -> None:
    """`{following: {accountId, userLink?}}` and its like; `ids` names the list of the Draft that it goes to."""
    person = dict_at(row, key)
    link = _USER_LINK.search(text_at(person, "userLink"))
    if rest_id := id_at(person, "accountId") or (RestId(link[1]) if link else None):
        getattr(draft, ids)[rest_id] = None


def take_tweet(draft: Draft, row: Any) -> None:
    """`{tweet: {id_str, entities, in_reply_to_..., ...}}`; without the wrapper before mid-January 2020.

    In mid-2018 ids were written as "1.01456537218219622E18": no id, but it tells one tweet from another.
    """
    tweet = dict_at(row, "tweet") or row
    tweet_id = id_at(tweet, "id_str", "id")
    if known_by := tweet_id or (text_at(tweet, "id_str") or text_at(tweet, "id"))[:MAX_ID_TEXT]:
        draft.tweets.add(known_by)
        _take_names(draft.names, tweet, int(tweet_id or 0))


def take_community_tweet(draft: Draft, row: Any) -> None:
    """As take_tweet; X counts posts in communities apart."""
    tweet = dict_at(row, "tweet")
    _take_names(draft.names, tweet, int(id_at(tweet, "id_str", "id") or 0))


def take_grailbird_tweet(draft: Draft, tweet: Any) -> None:
    """A tweet of the old tweet archive: with `text`, and with the whole retweeted tweet and its author.

    Third-party programs that went on with such an archive rounded ids; those belong to no account and match nothing.
    """
    take_tweet(draft, tweet)
    retweeted = dict_at(tweet, "retweeted_status")
    author = dict_at(retweeted, "user")
    order = int(id_at(tweet, "id_str", "id") or 0)
    _take_pair(draft.names, author, ("id_str", "id"), "screen_name", "name", "retweet", order)
    _take_names(draft.names, retweeted, order)


def take_moment(draft: Draft, row: Any) -> None:
    """`{moment: {tweets: [{tweet: {id, mentions: [{userId, screenName, name}], coreData: {...}}}]}}`."""
    for entry in list_at(dict_at(row, "moment"), "tweets"):
        tweet = dict_at(entry, "tweet")
        core, order = dict_at(tweet, "coreData"), int(id_at(tweet, "id") or 0)
        for mention in (*list_at(tweet, "mentions"), dict_at(core, "directedAtUser")):
            _take_pair(draft.names, mention, ("userId",), "screenName", "name", "moment", order)
        reply = dict_at(core, "reply")
        _take_pair(draft.names, reply, ("inReplyToUserId",), "inReplyToScreenName", "", "moment", order)


def salvage_people(key: str, text: str) -> list[Any]:
    """Return the ids in text that is not JSON any more, as rows for take_person."""
    return [{key: {"accountId": rest_id}} for rest_id in _ACCOUNT_ID.findall(text)]


def salvage_account(text: str) -> list[Any]:
    """Return the fields of account.js in text that is not JSON any more, as a row for take_account."""
    fields = {found[1]: found[2] for found in _ACCOUNT_FIELD.finditer(text)}
    return [{"account": fields}] if "accountId" in fields else []


def _people(ids: str, key: str) -> Reader:
    return Reader(Stage.GRAPH, partial(take_person, ids, key), key=key, salvage=partial(salvage_people, key))


READERS: dict[str, Reader] = {
    "manifest": Reader(Stage.WHO, take_manifest, Shape.OBJECT),
    "account": Reader(Stage.WHO, take_account, key="account", salvage=salvage_account),
    "profile": Reader(Stage.WHO, take_profile, key="profile"),
    "readme": Reader(Stage.WHO, take_readme, Shape.TEXT),
    "user-details": Reader(Stage.WHO, take_user_details, Shape.OBJECT),
    "payload-details": Reader(Stage.WHO, take_payload_details, Shape.OBJECT),
    "screen-name-change": Reader(Stage.WHO, take_screen_name_change, key="screenNameChange"),
    "tweet-headers": Reader(Stage.WHO, take_tweet_header, key="tweet", only_if_owner_unknown=True),
    "following": _people("following", "following"),
    "follower": _people("followers", "follower"),
    "block": _people("blocked", "blocking"),
    "mute": _people("muted", "muting"),
    "tweets": Reader(Stage.NAMES, take_tweet, key="tweet"),
    "tweet": Reader(Stage.NAMES, take_tweet, key="tweet"),
    "community-tweet": Reader(Stage.NAMES, take_community_tweet, key="tweet"),
    "moment": Reader(Stage.NAMES, take_moment, key="moment"),
    "grailbird-month": Reader(Stage.NAMES, take_grailbird_tweet, key="source"),
}


def _take_names(book: NameBook, tweet: dict[str, Any], order: int) -> None:
    book.newest_tweet = max(book.newest_tweet, order)
    mentions = list_at(dict_at(tweet, "entities"), "user_mentions")
    for mention in mentions:
        _take_pair(book, mention, ("id_str", "id"), "screen_name", "name", "mention", order)
    target = ("in_reply_to_user_id_str", "in_reply_to_user_id")
    _take_pair(book, tweet, target, "in_reply_to_screen_name", "", "reply", order)
    for rest_id, screen_name, source in (*_media_names(tweet), *_former_names(tweet, mentions)):
        if rest_id in book.wanted:
            book.add(rest_id, Sighting(screen_name, "", source, order))


def _take_pair(
    book: NameBook, where: Any, id_keys: tuple[str, ...], name_key: str, display_key: str, source: str, order: int
) -> None:
    # The busiest line of all: most ids are not wanted, and those in `wanted` have been parsed.
    rest_id = first if type(first := where.get(id_keys[0])) is str else id_at(where, *id_keys)
    if rest_id in book.wanted and (screen_name := screen_name_at(where, name_key)):
        book.add(RestId(rest_id), Sighting(screen_name, text_at(where, display_key)[:MAX_RAW], source, order))


def _media_names(tweet: dict[str, Any]) -> Iterator[tuple[RestId, ScreenName, str]]:
    """Yield the authors of pictures in a tweet: the link has the author's name of the day of the source tweet."""
    for entities in ("extended_entities", "entities"):
        for media in list_at(dict_at(tweet, entities), "media"):
            rest_id = id_at(media, "source_user_id_str")
            link = _STATUS_LINK.match(text_at(media, "expanded_url")) if rest_id else None
            if rest_id and link and link[2] == text_at(media, "source_status_id_str"):
                yield rest_id, ScreenName(link[1]), "media"


def _former_names(tweet: dict[str, Any], mentions: list[dict[str, Any]]) -> Iterator[tuple[RestId, ScreenName, str]]:
    """Yield the old name in a reply: its first word, unless X names another account so today."""
    target = id_at(tweet, "in_reply_to_user_id_str", "in_reply_to_user_id")
    first = _FIRST_WORD.match(text_at(tweet, "full_text") or text_at(tweet, "text")) if target else None
    if target and first:
        called = first[1].lower()
        today = {text_at(one, "screen_name").lower() for one in mentions}
        if called not in today and called != text_at(tweet, "in_reply_to_screen_name").lower():
            yield target, ScreenName(first[1]), "text"


def _owner(where: Any, id_key: str, name_key: str, display_key: str) -> Owner:
    return Owner(id_at(where, id_key), screen_name_at(where, name_key), clean_display_name(text_at(where, display_key)))
