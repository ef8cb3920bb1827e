"""Fediverse profiles, read without sign-in from the account's own server: WebFinger, then the actor's document.

https://www.w3.org/TR/activitypub/#actor-objects
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import islice
from typing import Any

from passerelle.errors import NetworkError, ServerRefused
from passerelle.hosts import public_host
from passerelle.identifiers import Acct
from passerelle.networks.fediverse import mastodon
from passerelle.networks.fediverse.webfinger import ACTIVITY, find_account
from passerelle.networks.html import MAX_LINKS, read_html
from passerelle.networks.profile import MAX_DESCRIPTION, Profile, load_picture, read_document
from passerelle.text import clean_display_name, clean_paragraphs
from passerelle.transport import Fetch, Request


async def read_profile(acct: Acct, random_name: str, fetch: Fetch) -> Profile:
    """Read an account's profile. `random_name` is a random username; a server that accepts it is a catch-all.

    Raises ServerRefused: `account_not_found`, `knows_everybody`, or what the server answered; NetworkError.
    """
    found = await find_account(acct, random_name, fetch)
    address = found.subject if found.subject.domain == acct.domain else acct
    profile = Profile("fediverse", str(address), None, mastodon.profile_url(address))
    actor = await load_actor(found.actor, fetch)
    if actor is None:
        return profile
    icon = picture_url(actor)
    return replace(
        profile,
        display_name=clean_display_name(actor.get("name")),
        description=clean_paragraphs(read_html(actor.get("summary")).text, MAX_DESCRIPTION),
        picture=await load_picture(Request("GET", icon), fetch) if icon else None,
        texts=tuple(islice(actor_texts(actor), MAX_LINKS)),
    )


def actor_request(url: str) -> Request:
    """Return the request for an actor's document."""
    return Request("GET", url, {"accept": ACTIVITY})


def picture_url(actor: Mapping[str, Any]) -> str | None:
    """Return the URL of the actor's first picture, if it is https on a public host."""
    icons = actor.get("icon")
    icon = icons[0] if isinstance(icons, list) and icons else icons
    url = icon.get("url") if isinstance(icon, Mapping) else icon
    return url if isinstance(url, str) and public_host(url) else None


async def load_actor(url: str, fetch: Fetch) -> Mapping[str, Any] | None:
    """Fetch the actor's document; None where the server shows it to other servers only, or not to web pages.

    Raises ServerRefused("account_not_found") for 410 Gone.
    """
    try:
        response = await fetch(actor_request(url))
    except NetworkError:
        return None
    if response.status == 410:
        raise ServerRefused("This account no longer exists.", code="account_not_found")
    return read_document(response)


def actor_texts(actor: Mapping[str, Any]) -> Iterator[str]:
    """Yield everything in the document that may name another account: name, bio, fields, and their links."""
    fields = actor.get("attachment")
    html = [actor.get("summary")]
    for one in fields if isinstance(fields, list) else [fields]:
        if isinstance(one, Mapping):
            html += [one.get("value"), one.get("href")]
    for text in (actor.get("name"), *html):
        if isinstance(text, str):
            read = read_html(text)
            yield from (read.text, *read.links)
