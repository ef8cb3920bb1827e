"""Links to profiles -> the accounts that they lead to."""

from __future__ import annotations

from urllib.parse import parse_qs, unquote, urlsplit

from passerelle.claims.posts import X_HOSTS
from passerelle.errors import InvalidIdentifier
from passerelle.hints.find import find_hints
from passerelle.identifiers import parse_screen_name

X_FOLLOW = frozenset({"/intent/follow", "/intent/user"})  # with the name as `screen_name`
# First parts of paths that are X's own pages, never a person's name; tests/data/vectors/x-own-pages.json has them all.
X_PAGES = frozenset(
    [
        "about",
        "account",
        "bookmarks",
        "communities",
        "compose",
        "connect_people",
        "download",
        "explore",
        "hashtag",
        "help",
        "home",
        "i",
        "intent",
        "jobs",
        "lists",
        "login",
        "logout",
        "messages",
        "notifications",
        "privacy",
        "search",
        "settings",
        "share",
        "signup",
        "topics",
        "tos",
    ]
)


def account_of_link(link: str) -> tuple[str, str] | None:
    """Return kind (`x`, `bluesky`, `fediverse`) and address of the account whose profile a link leads to.

    None for other links, and for links to posts, which speak of other people, too.

    >>> account_of_link("https://x.com/Museum?lang=fr"), account_of_link("https://x.com/museum/status/20")
    (('x', 'museum'), None)
    """
    if name := _x_name(link):
        return "x", name
    hints = (hint for hint in find_hints(urls=[link]) if hint.where == "url" and _is_profile(link, hint.address))
    return next(((hint.network, hint.address) for hint in hints), None)


def _x_name(link: str) -> str | None:
    try:
        parts = urlsplit(link)
        host = (parts.hostname or "").removeprefix("m.")
        name = parse_qs(parts.query).get("screen_name", [""])[0] if parts.path in X_FOLLOW else parts.path.strip("/")
        return str(parse_screen_name(name)).lower() if host in X_HOSTS and name.lower() not in X_PAGES else None
    except (ValueError, InvalidIdentifier):
        return None


def _is_profile(link: str, address: str) -> bool:
    path = unquote(urlsplit(link).path).rstrip("/").lower()
    return path.endswith((address.lower(), address.partition("@")[0].lower()))
