"""An account as its own server shows it, the same record for every network, and what makes a stranger's word usable."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from passerelle.errors import NetworkError
from passerelle.identifiers import Did, Network
from passerelle.transport import Fetch, Request, Response

PATIENCE = 15.0  # seconds for each request: somebody is looking at the card and waits
# Bytes of an answer: lexicons/app/bsky/actor/profile.json allows 1,000,000 for a picture, Mastodon itself takes
# 1 MB of an actor (app/helpers/json_ld_helper.rb).
MAX_BODY = 1 << 20
MAX_DESCRIPTION = 1_000  # characters shown; Bluesky allows 256, Mastodon 500
MAX_LINKS = 50

# The first bytes of the pictures that browsers draw without running anything: https://mimesniff.spec.whatwg.org
_PICTURES = (
    ("image/png", b"\x89PNG\r\n\x1a\n", b""),
    ("image/jpeg", b"\xff\xd8\xff", b""),
    ("image/webp", b"RIFF", b"WEBP"),  # between the two stand four bytes of length
)


@dataclass(frozen=True, slots=True)
class Profile:
    """One account. `texts` is everything it says of itself, links too; `picture` a data: URL.

    `address` is the handle or acct it goes by (a did where no handle is its own), `is_hidden` that the owner asks not
    to be shown to people who are not signed in: then name, description and picture are missing.
    """

    network: Network
    address: str
    did: Did | None
    url: str
    display_name: str | None = None
    description: str | None = None
    picture: str | None = None
    texts: tuple[str, ...] = ()
    is_hidden: bool = False


def bounded(fetch: Fetch) -> Fetch:
    """Give a fetch that waits PATIENCE at most, and reads one byte more than MAX_BODY: that byte tells of too much."""

    async def fetch_within(request: Request) -> Response:
        return await fetch(replace(request, timeout=PATIENCE, limit=MAX_BODY + 1))

    return fetch_within


def read_document(response: Response) -> Mapping[str, Any] | None:
    """Give the JSON object that a server answered with, or None: no success, too long, no object."""
    if response.status != 200 or len(response.body) > MAX_BODY:
        return None
    try:
        value = response.json()
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, Mapping) else None


async def load_picture(request: Request, fetch: Fetch) -> str | None:
    """Fetch a picture; None where there is none to show. A card without a picture is a card all the same."""
    try:
        return read_picture(await fetch(request))
    except NetworkError:
        return None


def read_picture(response: Response) -> str | None:
    """Give a picture as a data: URL, by its own first bytes; None where it is none that we show, or too large."""
    body = response.body
    if response.status != 200 or len(body) > MAX_BODY:
        return None
    for media_type, start, rest in _PICTURES:
        if body.startswith(start) and body[8:].startswith(rest):
            return f"data:{media_type};base64,{base64.b64encode(body).decode()}"
    return None
