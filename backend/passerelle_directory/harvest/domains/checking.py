"""What an organisation's own domain says: its page, its atproto handle, and whether the accounts name the domain."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from passerelle.claims.domain_files import is_own_domain
from passerelle.domains import canonicalize_host
from passerelle.errors import InvalidIdentifier, ServerRefused
from passerelle.hints.find import is_under
from passerelle.identifiers import Acct, canonicalize_acct, parse_acct, parse_did, parse_handle
from passerelle.networks import bluesky
from passerelle.networks.bluesky import Identity
from passerelle.networks.bluesky.profile import (
    expect_active,
    is_hidden,
    profile_request,
    profile_texts,
    read_profile_record,
    status_request,
)
from passerelle.networks.fediverse.profile import actor_texts, load_actor
from passerelle.proofs.fediverse import find_canonical
from passerelle.transport import Fetch, Request

from passerelle_directory.harvest.domains.organisations import Organisation
from passerelle_directory.harvest.domains.page import read_page
from passerelle_directory.harvest.found import SHARED_DOMAIN

Registrable = Callable[[str], str | None]

PATIENCE = 20.0  # seconds for a page with its redirects
MAX_PAGE = 4 << 20  # bytes; start pages of universities have up to 1.5 MB
GONE = frozenset({"account_not_found", "account_moved", "knows_everybody"})

_HOST_IN_TEXT = re.compile(r"[\w-]+(?:\.[\w-]+)+")


class NotUsed(Exception):
    """Nothing of this organisation is imported; the text says why."""


@dataclass(frozen=True, slots=True)
class Target:
    """One account elsewhere; `is_own`: it is the domain's own, or its profile names the domain."""

    fields: dict[str, str]
    is_own: bool


@dataclass(frozen=True, slots=True)
class Site:
    """What the website of an organisation says. `remarks` are addresses that it names and that are left out."""

    screen_name: str
    targets: tuple[Target, ...]
    remarks: tuple[str, ...] = ()

    @property
    def is_attested(self) -> bool:
        """Return whether an account is the domain's own; then only such accounts count."""
        return any(target.is_own for target in self.targets)

    def fields(self) -> dict[str, str]:
        """Return the addresses that count."""
        counted = (target.fields for target in self.targets if target.is_own or not self.is_attested)
        return {name: value for fields in counted for name, value in fields.items()}


@dataclass(slots=True)
class SiteReader:
    """Reads organisations' websites. `random_name` is a random username that no server has."""

    registrable: Registrable
    random_name: str
    fetch: Fetch
    _remarks: list[str] = field(default_factory=list)

    async def read(self, organisation: Organisation) -> Site:
        """Return what the website says. Raises NotUsed, NetworkError, ServerRefused."""
        self._remarks = []
        domain = organisation.domain
        if not is_own_domain(domain, self.registrable):
            raise NotUsed(SHARED_DOMAIN)
        page = await self._load_page(domain)
        accounts = read_page(*page)
        name = _one_x_name(accounts.x, organisation.screen_name)
        targets = [
            await self._find_bluesky(domain, accounts.bluesky),
            await self._find_fediverse(domain, accounts.fediverse),
        ]
        found = tuple(target for target in targets if target is not None)
        if not found:
            raise NotUsed("; ".join(["its page names no account elsewhere", *self._remarks]))
        return Site(name, found, tuple(self._remarks))

    async def _load_page(self, domain: str) -> tuple[bytes, str]:
        """Return the start page and its address, which must be on the same registered domain."""
        request = Request(
            "GET", f"https://{domain}/", {"accept": "text/html"}, timeout=PATIENCE, limit=MAX_PAGE, may_redirect=True
        )
        response = await self.fetch(request)
        url = response.url or request.url
        host = urlsplit(url).hostname or ""
        if self.registrable(host) != self.registrable(domain):
            raise NotUsed(f"it leads to another website, {host}")
        if response.status != 200:
            raise NotUsed(f"it answers with status {response.status}")
        return response.body, url

    async def _find_bluesky(self, domain: str, named: tuple[str, ...]) -> Target | None:
        own = await self._find_own_handle(domain)
        linked = await self._find_linked(named)
        if own and linked and own.did != linked.did:
            self._remarks.append(f"its page names {linked.handle or linked.did}, which is not {domain}")
        identity = own or linked
        if identity is None:
            return None
        record = await self._load_record(identity)
        if is_hidden(record):
            self._remarks.append("its Bluesky account asks not to be shown to everyone")
            return None
        is_own = own is not None or is_under(str(identity.handle or ""), domain)
        fields = {"did": str(identity.did), "handle": str(identity.handle or "")}
        return Target(fields, is_own or self._names(profile_texts(record), domain))

    async def _find_own_handle(self, domain: str) -> Identity | None:
        """Return the identity whose handle is the domain, both ways."""
        try:
            return await bluesky.find_identity(parse_handle(domain), self.fetch)
        except InvalidIdentifier:
            return None
        except ServerRefused as error:
            _raise_unless_gone(error)
            return None

    async def _find_linked(self, named: tuple[str, ...]) -> Identity | None:
        address = self._only("Bluesky", named)
        if address is None:
            return None
        try:
            name = parse_did(address) if address.startswith("did:") else parse_handle(address)
            return await bluesky.find_named(name, self.fetch)
        except InvalidIdentifier:
            return None
        except ServerRefused as error:
            _raise_unless_gone(error)
            self._remarks.append(f"{address} is no Bluesky account")
            return None

    async def _load_record(self, identity: Identity) -> dict[str, object]:
        response = await self.fetch(profile_request(identity))
        if response.status in (400, 404):  # a profile is optional
            expect_active(await self.fetch(status_request(identity)))
            return {}
        return dict(read_profile_record(response))

    async def _find_fediverse(self, domain: str, named: tuple[str, ...]) -> Target | None:
        address = self._only("fediverse", named)
        if address is None:
            return None
        try:
            acct = parse_acct(address)
            found = await find_canonical(acct, self.random_name, self.fetch)
        except InvalidIdentifier:
            return None
        except ServerRefused as error:
            _raise_unless_gone(error)
            self._remarks.append(f"{address} is no account of that server")
            return None
        actor = await load_actor(found.actor, self.fetch)
        if actor is not None and (actor.get("discoverable") is False or actor.get("indexable") is False):
            self._remarks.append(f"{address} asks not to be listed")
            return None
        is_own = is_under(found.subject.domain, domain)
        fields = {"acct": _spelled(acct, found.subject)}
        return Target(fields, is_own or (actor is not None and self._names(actor_texts(actor), domain)))

    def _only(self, network: str, named: tuple[str, ...]) -> str | None:
        if len(named) > 1:
            self._remarks.append(f"its page names several {network} accounts")
        return named[0] if len(named) == 1 else None

    def _names(self, texts: Iterable[str], domain: str) -> bool:
        """Return whether a profile names the domain, or a host of the same organisation."""
        registered = self.registrable(domain) or domain
        hosts = (canonicalize_host(found[0]) for text in texts for found in _HOST_IN_TEXT.finditer(text))
        return any(host is not None and is_under(host, registered) for host in hosts)


def _one_x_name(named: tuple[str, ...], expected: str) -> str:
    """Return the X name. Raises NotUsed where there is none, are several, or another than the list has."""
    if len(named) != 1:
        raise NotUsed("its page names several X accounts" if named else "its page names no X account")
    if expected and expected.lower() != named[0]:
        raise NotUsed(f"its page names @{named[0]} on X, the list @{expected}")
    return named[0]


def _raise_unless_gone(error: ServerRefused) -> None:
    if error.code not in GONE:
        raise error


def _spelled(asked: Acct, answered: Acct) -> str:
    """Return the address as the page has it, where the server answers with the same."""
    return str(asked if canonicalize_acct(asked) == canonicalize_acct(answered) else answered)
