"""Profiles: one record for every network, and the bounds for what a server sends."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from passerelle.errors import NetworkError, ServerRefused
from passerelle.hosts import public_host
from passerelle.identifiers import Did, Network
from passerelle.transport import Fetch, Request, Response

PATIENCE = 15.0  # seconds for each request: the person looks at the card and waits
# Bytes of an answer: lexicons/app/bsky/actor/profile.json allows 1,000,000 for a picture, Mastodon itself takes
# 1 MB of an actor (app/helpers/json_ld_helper.rb).
MAX_BODY = 1 << 20
MAX_DESCRIPTION = 1_000  # characters shown; Bluesky allows 256, Mastodon 500

# The first bytes of the pictures that browsers draw without running anything: https://mimesniff.spec.whatwg.org
_PICTURES = (
    ("image/png", b"\x89PNG\r\n\x1a\n", b""),
    ("image/jpeg", b"\xff\xd8\xff", b""),
    ("image/webp", b"RIFF", b"WEBP"),  # between the two stand four bytes of length
)


@dataclass(frozen=True, slots=True)
class Profile:
    """One account. `texts` are all its texts and links; `picture` is a data: URL.

    `address` is its handle or acct (a did where no handle is its own). `is_hidden`: the owner asks apps not to show the
    account to people who are not signed in; then name, description and picture are missing.
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
    """Return a fetch that waits PATIENCE at most, reads MAX_BODY + 1 bytes at most, and stays on public hosts.

    Raises ServerRefused("server_error") for an answer from another host: a redirect led into a local network.
    """

    async def fetch_within(request: Request) -> Response:
        response = await fetch(replace(request, timeout=PATIENCE, limit=MAX_BODY + 1))
        if response.url is not None and public_host(response.url) is None:
            host = urlsplit(request.url).netloc
            raise ServerRefused("The server redirects to an address inside a network.", code="server_error", host=host)
        return response

    return fetch_within


def read_document(response: Response) -> Mapping[str, Any] | None:
    """Return the JSON object of an answer, or None: no success, too long, not an object."""
    if response.status != 200 or len(response.body) > MAX_BODY:
        return None
    try:
        value = response.json()
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, Mapping) else None


async def load_picture(request: Request, fetch: Fetch) -> str | None:
    """Fetch a picture; None where there is none to show: the card is shown without it."""
    try:
        return read_picture(await fetch(request))
    except (NetworkError, ServerRefused):
        return None


def read_picture(response: Response) -> str | None:
    """Return a picture as a data: URL, by its own first bytes; None for other types, errors and large bodies."""
    body = response.body
    if response.status != 200 or len(body) > MAX_BODY:
        return None
    for media_type, start, rest in _PICTURES:
        if body.startswith(start) and body[8:].startswith(rest):
            return f"data:{media_type};base64,{base64.b64encode(body).decode()}"
    return None
