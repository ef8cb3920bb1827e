"""A page in HTML -> the accounts that it links to: by rel=me, else in its header and footer, else anywhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import parse_qs, unquote, urljoin, urlsplit

from passerelle.claims.posts import X_HOSTS
from passerelle.errors import InvalidIdentifier
from passerelle.hints.find import find_hints
from passerelle.identifiers import parse_screen_name
from selectolax.lexbor import LexborHTMLParser

MAX_LINKS = 5_000  # of a page
# Where links stand: each place is asked only where the one before names no account of the kind.
# https://microformats.org/wiki/rel-me
PLACES = (
    'a[rel~="me"][href], link[rel~="me"][href]',
    ", ".join(
        f"{part} a[href]"
        for part in ("footer", "header", "nav", "[role=contentinfo]", "[id*=footer]", "[class*=footer]")
    ),
    "a[href]",
)
X_FOLLOW = frozenset({"/intent/follow", "/intent/user"})  # with the name as `screen_name`
# First parts of paths that are X's own pages, never a person's name: as in extension/lib/x/pages/selectors.ts.
X_PAGES = frozenset(
    {
        "home",
        "explore",
        "notifications",
        "messages",
        "i",
        "search",
        "settings",
        "compose",
        "login",
        "logout",
        "signup",
        "hashtag",
        "intent",
        "share",
        "jobs",
        "tos",
        "privacy",
        "about",
        "help",
        "download",
        "account",
        "bookmarks",
        "lists",
        "topics",
        "communities",
        "connect_people",
    }
)
KINDS = ("x", "bluesky", "fediverse")


@dataclass(frozen=True, slots=True)
class PageAccounts:
    """The accounts that a page names as its own, by kind; several where it does not say which."""

    x: tuple[str, ...] = ()
    bluesky: tuple[str, ...] = ()
    fediverse: tuple[str, ...] = ()


def read_page(html: bytes, url: str) -> PageAccounts:
    """Return the accounts that a page at `url` links to."""
    parsed = LexborHTMLParser(html)
    places = [[_link(node.attributes.get("href"), url) for node in parsed.css(place)[:MAX_LINKS]] for place in PLACES]
    found = [list(_accounts(filter(None, links))) for links in places]
    return PageAccounts(*(_first_place(kind, found) for kind in KINDS))


def _first_place(kind: str, found: Iterable[list[tuple[str, str]]]) -> tuple[str, ...]:
    """Return the accounts of a kind in the first place that names any."""
    for accounts in found:
        if named := dict.fromkeys(address for one, address in accounts if one == kind):
            return tuple(named)
    return ()


def _link(href: str | None, base: str) -> str | None:
    with suppress(ValueError):
        return urljoin(base, (href or "").strip()) or None
    return None


def _accounts(links: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield kind and address of the accounts whose profiles are linked; links to posts speak of other people, too."""
    for link in dict.fromkeys(links):
        if name := _x_name(link):
            yield "x", name
            continue
        for hint in find_hints(urls=[link]):
            if hint.where == "url" and _is_profile(link, hint.address):
                yield hint.network, hint.address


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
