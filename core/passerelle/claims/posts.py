"""Public X posts, as the data for embedded posts shows them: author's id and name, and the post's own text.

Shapes: the types of the npm package react-tweet (https://github.com/vercel/react-tweet). Only what an author wrote
counts as text: no quoted or replied-to post, no link, mention or hashtag, no stale version of an edited post.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, NewType
from urllib.parse import urlencode, urlsplit

from passerelle.errors import InputError, InvalidIdentifier, ServerRefused
from passerelle.identifiers import RestId, ScreenName, parse_rest_id, parse_screen_name
from passerelle.transport import Request, Response

PostId = NewType("PostId", str)

POST_DATA = "https://cdn.syndication.twimg.com/tweet-result"
HOST = "cdn.syndication.twimg.com"
X_HOSTS = frozenset(f"{name}{domain}" for domain in ("x.com", "twitter.com") for name in ("", "www.", "mobile.", "m."))
RETWEET = "RT @"  # a retweet by hand: the text is another author's
ENTITIES = ("urls", "media", "user_mentions", "hashtags", "symbols")
DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
MAX_FRACTION = 1100  # digits; a double has fewer

_PATH = re.compile(r"/(?:[A-Za-z0-9_]{1,20}|i(?:/web)?)/status(?:es)?/([1-9][0-9]{0,19})(?:/.*)?\Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class Post:
    """A public post. `text` is what its author wrote, without links, mentions, hashtags and quotes."""

    post_id: PostId
    author_id: RestId
    author_name: ScreenName
    text: str
    is_stale: bool = False


class PostMissing(ServerRefused):
    """X answered that there is no such public post; `code` says why."""

    code = "post_gone"
    CODES: ClassVar[Mapping[str, str]] = {
        "post_gone": "There is no such post.",
        "post_hidden": "The post is protected, withheld or deleted.",
    }


def parse_post_url(text: object) -> PostId:
    """Parse the address of a post on X, with or without `https://`. Raises InputError.

    >>> parse_post_url("https://twitter.com/ada/status/20?s=21"), parse_post_url("x.com/i/status/20")
    ('20', '20')
    """
    try:
        parts = urlsplit(_with_scheme(text.strip())) if isinstance(text, str) and len(text) <= 2048 else None
        is_on_x = parts is not None and parts.scheme == "https" and parts.netloc.lower() in X_HOSTS
        found = _PATH.match(parts.path) if parts and is_on_x else None
    except ValueError:
        found = None
    if found is None:
        raise InputError(InputError.CODES["post_address"], code="post_address")
    return PostId(found[1])


def _with_scheme(address: str) -> str:
    return address if "://" in address else f"https://{address}"


def post_url(name: ScreenName, post: PostId) -> str:
    """Return the address of a post."""
    return f"https://x.com/{name}/status/{post}"


def post_request(post: PostId) -> Request:
    """Return the request for the public data of a post."""
    query = {"id": post, "lang": "en", "token": make_token(post)}
    return Request("GET", f"{POST_DATA}?{urlencode(query)}", purpose="x_post")


def read_post(response: Response, post: PostId) -> Post:
    """Parse the public data of a post. Raises PostMissing, other ServerRefused where it is unknown."""
    if response.status == 404:
        raise PostMissing("There is no such post.", host=HOST)
    if response.status == 429:
        raise ServerRefused("X asks to wait.", code="rate_limited", host=HOST)
    if response.status != 200:
        raise ServerRefused("X did not show the post.", code="server_error", host=HOST, status=response.status)
    try:
        document = response.json()
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, Mapping):
        raise _unreadable()
    if document.get("__typename") == "TweetTombstone":
        raise PostMissing("The post is protected, withheld or deleted.", code="post_hidden", host=HOST)
    return _read_found(document, post)


def _read_found(document: Mapping[str, Any], post: PostId) -> Post:
    user = document.get("user")
    text = document.get("text")
    is_asked = document.get("id_str") == post
    if not isinstance(user, Mapping) or not isinstance(text, str) or not is_asked:
        raise _unreadable()
    try:
        author_id, author_name = parse_rest_id(user.get("id_str")), parse_screen_name(user.get("screen_name"))
    except InvalidIdentifier:
        raise _unreadable() from None
    is_stale = document.get("isStaleEdit") is True or _has_newer(document.get("edit_control"), post)
    return Post(post, author_id, author_name, own_text(document), is_stale)


def own_text(document: Mapping[str, Any]) -> str:
    """Return what the author of a post wrote: its text, with entities blanked out. Positions count code points."""
    characters = list(str(document.get("text") or ""))
    if "".join(characters).startswith(RETWEET):
        return ""
    for start, end in _entity_ranges(document.get("entities")):
        characters[start:end] = " " * len(characters[start:end])
    start, end = _range(document.get("display_text_range")) or (0, len(characters))
    return "".join(characters[start:end])


def _entity_ranges(entities: object) -> Iterator[tuple[int, int]]:
    listed = entities if isinstance(entities, Mapping) else {}
    for kind in ENTITIES:
        many = listed.get(kind)
        for one in many if isinstance(many, list) else ():
            found = _range(one.get("indices")) if isinstance(one, Mapping) else None
            if found:
                yield found


def _range(value: object) -> tuple[int, int] | None:
    if isinstance(value, list) and len(value) == 2 and all(type(one) is int and one >= 0 for one in value):
        return value[0], value[1]
    return None


def _has_newer(control: object, post: PostId) -> bool:
    """Return whether a later version of an edited post exists."""
    ids = control.get("edit_tweet_ids") if isinstance(control, Mapping) else None
    return isinstance(ids, list) and bool(ids) and ids[-1] != post


def _unreadable() -> ServerRefused:
    return ServerRefused("X sent something that is not a post.", code="server_error", host=HOST)


def make_token(post: PostId) -> str:
    """Return the parameter `token` that embedded posts send: the id times pi / 10**15 in base 36, without 0 and dot.

    The digits are those of JavaScript's `Number.prototype.toString(36)`.
    """
    text = _to_base36(float(post) / 1e15 * math.pi)
    return re.sub(r"0+|\.", "", text)


def _to_base36(value: float) -> str:
    """Return the shortest digits in base 36 that tell a double from its neighbours, as V8 writes them."""
    whole, fraction = int(value), value - int(value)
    delta = 0.5 * (math.nextafter(value, math.inf) - value)
    digits: list[int] = []
    while fraction >= delta and len(digits) < MAX_FRACTION:
        fraction, delta = fraction * 36, delta * 36
        digits.append(int(fraction))
        fraction -= digits[-1]
        is_upper_half = fraction > 0.5 or (fraction == 0.5 and digits[-1] % 2 == 1)
        if is_upper_half and fraction + delta > 1:
            whole += _round_up(digits)
            break
    shown = "".join(DIGITS[digit] for digit in digits)
    return _whole_digits(whole) + (f".{shown}" if shown else "")


def _round_up(digits: list[int]) -> int:
    """Add one to the last digit, in place; return what is carried into the whole part."""
    while digits:
        last = digits.pop()
        if last + 1 < len(DIGITS):
            digits.append(last + 1)
            return 0
    return 1


def _whole_digits(whole: int) -> str:
    text = ""
    while whole:
        whole, digit = divmod(whole, len(DIGITS))
        text = DIGITS[digit] + text
    return text or "0"
