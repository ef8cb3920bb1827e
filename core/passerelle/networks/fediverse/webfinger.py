"""WebFinger: from `user@domain` to the actor's document; RFC 7033, https://docs.joinmastodon.org/spec/webfinger/.

A domain may delegate to the server that has its accounts: by a redirect (RFC 7033, section 4.2), or by the template of
its host-meta document (RFC 6415, section 3.1.1), which Mastodon reads when WebFinger answers 404
(app/lib/webfinger.rb).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any
from urllib.parse import quote

from passerelle.errors import InvalidIdentifier, NetworkError, ServerRefused
from passerelle.hosts import public_host
from passerelle.identifiers import Acct, parse_acct
from passerelle.networks.profile import MAX_BODY, read_document
from passerelle.transport import Fetch, Request, Response

# https://www.w3.org/TR/activitypub/#retrieving-objects. As `Accept` the first is enough, and needs no preflight.
ACTIVITY = "application/activity+json"
ACTIVITY_TYPES = frozenset({ACTIVITY, "application/ld+json"})
JRD = "application/jrd+json"
XRD = "application/xrd+xml"
LRDD = "lrdd"  # the relation of a WebFinger template in host-meta
MAX_HOST_META = 20_000  # characters read; Mastodon's has 300, and html.parser is quadratic
DEFAULT_TEMPLATE = "https://{domain}/.well-known/webfinger?resource={{uri}}"


@dataclass(frozen=True, slots=True)
class WebFinger:
    """What a server says about an acct: the name it uses for it, and the URL of the actor's document."""

    subject: Acct
    actor: str


async def find_account(acct: Acct, random_name: str, fetch: Fetch) -> WebFinger:
    """Return the WebFinger answer for an acct, from its domain or the server that this delegates to.

    `random_name` is a random username; a server that accepts it is a catch-all. Raises ServerRefused:
    `account_not_found`, `knows_everybody`, or what the server answered; NetworkError.
    """
    template = DEFAULT_TEMPLATE.format(domain=acct.domain)
    try:
        found = await _ask(acct, template, fetch)
    except (ServerRefused, NetworkError) as error:
        delegate = await _find_template(acct.domain, fetch) if _may_be_delegated(error) else None
        if delegate is None or delegate == template:
            raise
        template = delegate
        found = await _ask(acct, template, fetch)
    if await _accepts(Acct(random_name, acct.domain), template, fetch):
        raise ServerRefused("This server accepts every name.", code="knows_everybody", host=acct.domain)
    return found


def webfinger_request(acct: Acct, template: str | None = None) -> Request:
    """Return the request for an acct; `template` is a URL with `{uri}`, by default that of the acct's domain.

    One domain in eight redirects to the server of its accounts. Raises ServerRefused("account_not_found") where the
    host is not public.
    """
    template = template or DEFAULT_TEMPLATE.format(domain=acct.domain)
    url = template.replace("{uri}", quote(f"acct:{acct}", safe=""))
    if public_host(url) is None:
        raise ServerRefused("This address names no server.", code="account_not_found")
    return Request("GET", url, {"accept": JRD}, may_redirect=True)


def read_webfinger(response: Response, acct: Acct) -> WebFinger:
    """Parse the answer. Raises ServerRefused: `account_not_found` for 404 and 410, others where it is unknown."""
    if response.status in (404, 410):
        raise ServerRefused("There is no such account on this server.", code="account_not_found")
    if response.status == 429:
        raise ServerRefused("The server asks to wait.", code="rate_limited", host=acct.domain)
    if response.status >= 300:
        code = "server_error" if response.status >= 500 else "server_refused"
        raise ServerRefused("The server did not say who this is.", code=code, host=acct.domain, status=response.status)
    document = read_document(response)
    actor = _actor_link(document) if document else None
    if document is None or actor is None:
        raise ServerRefused("The server sent something that cannot be read.", code="server_error", host=acct.domain)
    return WebFinger(_subject(document) or acct, actor)


def host_meta_request(domain: str) -> Request:
    """Return the request for a domain's host-meta document."""
    return Request("GET", f"https://{domain}/.well-known/host-meta", {"accept": XRD}, may_redirect=True)


def read_host_meta(response: Response) -> str | None:
    """Return the WebFinger template of a host-meta document in XML or JSON; None without a usable one.

    Usable is an https URL on a public host that contains `{uri}`.
    """
    if response.status != 200 or len(response.body) > MAX_BODY:
        return None
    document = read_document(response)
    links = _json_links(document) if document is not None else _xml_links(response.body)
    templates = (link.get("template") for link in links if link.get("rel") == LRDD)
    return next((one for one in templates if isinstance(one, str) and "{uri}" in one and public_host(one)), None)


async def _ask(acct: Acct, template: str, fetch: Fetch) -> WebFinger:
    return read_webfinger(await fetch(webfinger_request(acct, template)), acct)


async def _accepts(acct: Acct, template: str, fetch: Fetch) -> bool:
    try:
        await _ask(acct, template, fetch)
    except ServerRefused:
        return False
    return True


def _may_be_delegated(error: ServerRefused | NetworkError) -> bool:
    """Return whether another server may have the account: this one has none, or has no WebFinger at all.

    A domain with a website only answers 404, often unreadable for browsers, or its start page for every path.
    """
    is_page = error.code == "server_error" and "status" not in error.params
    return isinstance(error, NetworkError) or is_page or error.code == "account_not_found"


async def _find_template(domain: str, fetch: Fetch) -> str | None:
    try:
        return read_host_meta(await fetch(host_meta_request(domain)))
    except (NetworkError, ServerRefused):
        return None


def _actor_link(document: Mapping[str, Any]) -> str | None:
    for link in _json_links(document):
        if link.get("rel") == "self" and _is_activity(link.get("type")):
            href = link.get("href")
            if isinstance(href, str) and public_host(href):
                return href
    return None


def _json_links(document: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    links = document.get("links")
    return (link for link in (links if isinstance(links, list) else ()) if isinstance(link, Mapping))


def _xml_links(body: bytes) -> Iterator[Mapping[str, Any]]:
    """Read the links of an XRD document with html.parser, which expands no entities of the document's own."""
    reader = _LinkReader()
    with suppress(AssertionError):  # html.parser raises it for a broken "<!["; the links before it count
        reader.feed(body.decode(errors="replace")[:MAX_HOST_META])
    return iter(reader.links)


class _LinkReader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.links: list[dict[str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag.rpartition(":")[2] == "link":
            self.links.append(dict(attrs))


def _is_activity(media_type: object) -> bool:
    return isinstance(media_type, str) and media_type.partition(";")[0].strip().lower() in ACTIVITY_TYPES


def _subject(document: Mapping[str, Any]) -> Acct | None:
    subject = document.get("subject")
    try:
        return parse_acct(subject.removeprefix("acct:")) if isinstance(subject, str) else None
    except InvalidIdentifier:
        return None
