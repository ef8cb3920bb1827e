"""A small fediverse server of the closed world: WebFinger and the actors of its accounts, as Mastodon answers.

Shapes: https://docs.joinmastodon.org/spec/webfinger/ and https://docs.joinmastodon.org/spec/activitypub/
"""

from __future__ import annotations

import html
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.world.world import Answer, Ask, Site, page

# Mastodon lets every web page read both: config/initializers/cors.rb
ANY_ORIGIN = ("Access-Control-Allow-Origin", "*")
# The smallest PNG there is: one black dot.
DOT = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c6360606000000004000160"
    "0a1e6f0000000049454e44ae426082"
)


@dataclass(frozen=True, slots=True)
class Inhabitant:
    """One account: `link` is where one of the fields of its profile leads, "" for no such field."""

    username: str
    display_name: str
    bio: str = ""
    link: str = ""


def fediverse(host: str, inhabitants: Iterable[Inhabitant], *, is_secure: bool = False) -> Site:
    """Answer as the Mastodon at `host`; `is_secure`: actors are shown to other servers only (AUTHORIZED_FETCH)."""
    by_name = {one.username.lower(): one for one in inhabitants}

    def site(ask: Ask) -> Answer:
        url = urlsplit(ask.path)
        if url.path == "/.well-known/webfinger":
            resource = parse_qs(url.query).get("resource", [""])[0]
            name, _, domain = resource.removeprefix("acct:").lower().partition("@")
            found = by_name.get(name) if domain == host else None
            return _json(_finger(host, found), "application/jrd+json") if found else _missing()
        if url.path == "/authorize_interaction":
            return page(200, b"<!doctype html><title>Follow</title>", "text/html")
        if url.path == "/dot.png":
            return page(200, DOT, "image/png", ANY_ORIGIN)
        found = by_name.get(url.path.removeprefix("/users/").lower())
        if found and is_secure:
            return page(401, b'{"error":"Request not signed"}', "application/json", ANY_ORIGIN)
        return _json(_actor(host, found), "application/activity+json") if found else _missing()

    return site


def _finger(host: str, one: Inhabitant) -> dict[str, Any]:
    profile = {"rel": "http://webfinger.net/rel/profile-page", "type": "text/html"}
    myself = {"rel": "self", "type": "application/activity+json", "href": f"https://{host}/users/{one.username}"}
    template = f"https://{host}/authorize_interaction?uri={{uri}}"
    subscribe = {"rel": "http://ostatus.org/schema/1.0/subscribe", "template": template}
    return {
        "subject": f"acct:{one.username}@{host}",
        "aliases": [f"https://{host}/@{one.username}"],
        "links": [{**profile, "href": f"https://{host}/@{one.username}"}, myself, subscribe],
    }


def _actor(host: str, one: Inhabitant) -> dict[str, Any]:
    link = html.escape(one.link)
    anchor = f'<a href="{link}" rel="me nofollow noopener" target="_blank"><span class="invisible">https://</span></a>'
    field = {"type": "PropertyValue", "name": "Elsewhere", "value": anchor}
    return {
        "@context": "https://www.w3.org/ns/activitystreams",
        "id": f"https://{host}/users/{one.username}",
        "type": "Person",
        "preferredUsername": one.username,
        "name": one.display_name,
        "summary": f"<p>{html.escape(one.bio)}</p>",
        "url": f"https://{host}/@{one.username}",
        "icon": {"type": "Image", "mediaType": "image/png", "url": f"https://{host}/dot.png"},
        "attachment": [field] if one.link else [],
    }


def _json(document: dict[str, Any], media_type: str) -> Answer:
    return page(200, json.dumps(document).encode(), f"{media_type}; charset=utf-8", ANY_ORIGIN)


def _missing() -> Answer:
    return page(404, b"", "text/plain", ANY_ORIGIN)
