"""A page in HTML -> the accounts that it links to: by rel=me, else in its header and footer, else anywhere."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import urljoin

from selectolax.lexbor import LexborHTMLParser

from passerelle_directory.harvest.links import account_of_link

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
    found = [[one for link in dict.fromkeys(links) if link and (one := account_of_link(link))] for links in places]
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
