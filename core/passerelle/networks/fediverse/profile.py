"""Fediverse accounts looked at on their own server, without sign-in: WebFinger, then the actor's document.

RFC 7033 (WebFinger), https://docs.joinmastodon.org/spec/webfinger/, https://www.w3.org/TR/activitypub/#actor-objects
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from html.parser import HTMLParser
from itertools import islice
from typing import Any
from urllib.parse import urlencode

from passerelle.errors import InvalidIdentifier, NetworkError, ServerRefused
from passerelle.identifiers import Acct, parse_acct
from passerelle.networks.fediverse import mastodon
from passerelle.networks.hosts import public_host
from passerelle.networks.profile import MAX_DESCRIPTION, MAX_LINKS, Profile, load_picture, read_document
from passerelle.text import clean_display_name, clean_paragraphs
from passerelle.transport import Fetch, Request, Response

# https://www.w3.org/TR/activitypub/#retrieving-objects. As `Accept` the first is enough, and needs no preflight.
ACTIVITY = "application/activity+json"
ACTIVITY_TYPES = frozenset({ACTIVITY, "application/ld+json"})
JRD = "application/jrd+json"
# Elements that begin on a line of their own in what Mastodon writes (app/lib/text_formatter.rb) and lets through.
_BLOCKS = frozenset({"p", "br", "li", "div", "blockquote", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6"})
MAX_HTML = 5_000  # characters of one field: Mastodon allows 500 besides its markup, and html.parser is quadratic
_SILENT = frozenset({"script", "style", "template"})


@dataclass(frozen=True, slots=True)
class Finger:
    """What WebFinger says of an acct: the name its server has for it, and where its actor's document is."""

    subject: Acct
    actor: str


async def look(acct: Acct, stranger: str, fetch: Fetch) -> Profile:
    """Look at an account. `stranger` is a name by chance that nobody can have: a server that knows it knows everybody.

    Raises ServerRefused: `account_not_found`, `knows_everybody`, or what the server had to say; NetworkError.
    """
    finger = read_finger(await fetch(finger_request(acct)), acct)
    if await _is_known(Acct(stranger, acct.domain), fetch):
        raise ServerRefused("This server knows every name.", code="knows_everybody", host=acct.domain)
    address = finger.subject if finger.subject.domain == acct.domain else acct
    profile = Profile("fediverse", str(address), None, mastodon.profile_url(address))
    actor = await _load_actor(finger.actor, fetch)
    if actor is None:
        return profile
    icon = picture_url(actor)
    return Profile(
        "fediverse",
        str(address),
        None,
        profile.url,
        display_name=clean_display_name(actor.get("name")),
        description=clean_paragraphs(read_html(actor.get("summary")).text, MAX_DESCRIPTION),
        picture=await load_picture(Request("GET", icon), fetch) if icon else None,
        texts=tuple(islice(_texts(actor), MAX_LINKS)),
    )


def finger_request(acct: Acct) -> Request:
    """Ask an acct's host who that is. Raises ServerRefused where the host has no public name.

    One domain in eight hands the question on to the server where its accounts are (facts/handles-in-bios.md, section
    2); RFC 7033, section 4.2, lets it.
    """
    url = f"https://{acct.domain}/.well-known/webfinger?{urlencode({'resource': f'acct:{acct}'})}"
    if public_host(url) is None:
        raise ServerRefused("This address names no server.", code="account_not_found")
    return Request("GET", url, {"accept": JRD}, may_redirect=True)


def read_finger(response: Response, acct: Acct) -> Finger:
    """Give the account. Raises ServerRefused: `account_not_found` for 404 and 410, others where it is not said."""
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
    return Finger(_subject(document) or acct, actor)


def actor_request(url: str) -> Request:
    """Ask for an actor's document."""
    return Request("GET", url, {"accept": ACTIVITY})


def picture_url(actor: Mapping[str, Any]) -> str | None:
    """Give the address of the actor's picture, the first if there are several; https and a public host only."""
    icons = actor.get("icon")
    icon = icons[0] if isinstance(icons, list) and icons else icons
    url = icon.get("url") if isinstance(icon, Mapping) else icon
    return url if isinstance(url, str) and public_host(url) else None


@dataclass(frozen=True, slots=True)
class Html:
    """What is left of HTML: its text, a line for each block, and where its links lead."""

    text: str
    links: tuple[str, ...]


def read_html(html: object) -> Html:
    """Take text and links out of HTML from anywhere; anything but text is empty.

    >>> read_html('<p>Poet</p><p><a href="https://x.com/ada">here</a></p>')
    Html(text='\\nPoet\\n\\nhere\\n', links=('https://x.com/ada',))
    """
    reader = _Reader()
    if isinstance(html, str):
        with suppress(AssertionError):  # what html.parser says of a broken "<![": the text before it counts
            reader.feed(html[:MAX_HTML])
            reader.close()
    return Html("".join(reader.words), tuple(reader.links[:MAX_LINKS]))


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self.links: list[str] = []
        self._silence = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silence += tag in _SILENT
        if tag in _BLOCKS:
            self.words.append("\n")
        if tag == "a" and (href := dict(attrs).get("href")):
            self.links.append(href)

    def handle_endtag(self, tag: str) -> None:
        self._silence = max(self._silence - (tag in _SILENT), 0)
        if tag in _BLOCKS:
            self.words.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._silence:
            self.words.append(data)


async def _is_known(acct: Acct, fetch: Fetch) -> bool:
    try:
        read_finger(await fetch(finger_request(acct)), acct)
    except ServerRefused:
        return False
    return True


async def _load_actor(url: str, fetch: Fetch) -> Mapping[str, Any] | None:
    """Fetch the actor's document; None where the server shows it to other servers only, or not to web pages.

    Raises ServerRefused("account_not_found"): it was there, and is gone.
    """
    try:
        response = await fetch(actor_request(url))
    except NetworkError:
        return None
    if response.status == 410:
        raise ServerRefused("This account no longer exists.", code="account_not_found")
    return read_document(response)


def _actor_link(document: Mapping[str, Any]) -> str | None:
    links = document.get("links")
    for link in links if isinstance(links, list) else ():
        if isinstance(link, Mapping) and link.get("rel") == "self" and _is_activity(link.get("type")):
            href = link.get("href")
            if isinstance(href, str) and public_host(href):
                return href
    return None


def _is_activity(media_type: object) -> bool:
    return isinstance(media_type, str) and media_type.partition(";")[0].strip().lower() in ACTIVITY_TYPES


def _subject(document: Mapping[str, Any]) -> Acct | None:
    subject = document.get("subject")
    try:
        return parse_acct(subject.removeprefix("acct:")) if isinstance(subject, str) else None
    except InvalidIdentifier:
        return None


def _texts(actor: Mapping[str, Any]) -> Iterator[str]:
    """Everything in the document that may name another account: name, bio, its links, and the fields beside it."""
    fields = actor.get("attachment")
    html = [actor.get("summary")]
    for one in fields if isinstance(fields, list) else [fields]:
        if isinstance(one, Mapping):
            html += [one.get("value"), one.get("href")]
    for text in (actor.get("name"), *html):
        if isinstance(text, str):
            read = read_html(text)
            yield from (read.text, *read.links)
