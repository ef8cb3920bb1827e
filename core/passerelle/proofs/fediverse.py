"""Read the fediverse side of a claim: a field of the profile that links to the claim page.

The address is the canonical one: https://docs.joinmastodon.org/spec/webfinger/
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote, urlsplit

from passerelle.errors import NetworkError, ServerRefused
from passerelle.hosts import public_host
from passerelle.identifiers import Acct, canonicalize_acct
from passerelle.networks.fediverse.profile import load_actor
from passerelle.networks.fediverse.webfinger import WebFinger, find_account, read_webfinger, webfinger_request
from passerelle.networks.html import read_html
from passerelle.networks.profile import read_document
from passerelle.proofs.outcome import Outcome
from passerelle.transport import Fetch, Request

MAX_FIELDS = 20  # Mastodon has 4, others up to 20


async def find_canonical(acct: Acct, random_name: str, fetch: Fetch) -> WebFinger:
    """Return the WebFinger answer under the account's canonical address, which must answer to itself with one actor.

    Raises ServerRefused: `account_not_found`, `knows_everybody`, `account_moved` where the subject does not answer so.
    """
    found = await find_account(acct, random_name, fetch)
    if canonicalize_acct(found.subject) == canonicalize_acct(acct):
        return found
    again = read_webfinger(await fetch(webfinger_request(found.subject)), found.subject)
    if canonicalize_acct(again.subject) != canonicalize_acct(found.subject) or again.actor != found.actor:
        raise ServerRefused("The server gives this account another address.", code="account_moved", host=acct.domain)
    return again


async def read_field_proof(acct: Acct, page: str, random_name: str, fetch: Fetch) -> Outcome:
    """Return whether a field of the profile links to `page`. Raises ServerRefused, NetworkError: unknown."""
    found = await find_canonical(acct, random_name, fetch)
    actor = await load_actor(found.actor, fetch)
    if actor is not None and actor.get("id") != found.actor:
        return Outcome(found.actor, "contradicts", "other_actor")
    if canonicalize_acct(found.subject) != canonicalize_acct(acct):
        return Outcome(found.actor, "contradicts", "other_address")
    profile = actor if actor is not None else await _load_account(found, fetch)
    return Outcome(found.actor, *_judge(profile, page))


def _judge(profile: Mapping[str, Any], page: str) -> tuple[Any, str | None]:
    if profile.get("movedTo") or profile.get("moved"):
        return "contradicts", "account_moved"
    if profile.get("suspended") is True:
        return "gone", "account_gone"
    return ("holds", None) if page in set(field_links(profile)) else ("gone", "no_link")


def field_links(profile: Mapping[str, Any]) -> Iterator[str]:
    """Yield the links in the fields of an actor (`attachment`) or of an Account entity (`fields`)."""
    for name in ("attachment", "fields"):
        fields = profile.get(name)
        for one in (fields if isinstance(fields, list) else [])[:MAX_FIELDS]:
            if isinstance(one, Mapping):
                html = read_html(one.get("value"))
                yield from (*html.links, html.text.strip())


async def _load_account(found: WebFinger, fetch: Fetch) -> Mapping[str, Any]:
    """Fetch the profile by the Mastodon API of the actor's server, where the actor is shown to other servers only."""
    host = urlsplit(found.actor).netloc
    path = f"/api/v1/accounts/lookup?acct={quote(found.subject.username, safe='')}"
    url = f"https://{host}{path}"
    if public_host(url) is None:
        raise ServerRefused("This address names no server.", code="account_not_found")
    document = read_document(await fetch(Request("GET", url)))
    username = document.get("username") if document else None
    if document is None or str(username).lower() != found.subject.username.lower():
        raise NetworkError("The account's server did not show the profile.", host=host)
    return document
