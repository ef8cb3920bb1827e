"""The file of a coalition -> its members, each judged by the file of the member's own domain. docs/claims.md"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from passerelle.claims.domain_files import (
    PATH,
    Listed,
    domain_file_request,
    find_listed,
    listed_entries,
    parse_listed,
)
from passerelle.errors import InputError, NetworkError, ServerRefused
from passerelle.hosts import public_host
from passerelle.identifiers import Acct, Did, Handle, RestId, canonicalize_acct
from passerelle.networks import bluesky
from passerelle.networks.profile import bounded, read_document
from passerelle.proofs.domains import Registrable, find_own_handle, has_own_acct, load_domain_file
from passerelle.proofs.outcome import Outcome
from passerelle.transport import Fetch

from passerelle_directory.harvest.found import SHARED_DOMAIN
from passerelle_directory.harvest.patience import HarvestStopped

SENTENCES = {
    "shared_domain": SHARED_DOMAIN,
    "no_file": "it has no file",
    "server_error": "its file cannot be read",
}


@dataclass(frozen=True, slots=True)
class Member:
    """One entry of a coalition's file, and which of its accounts the member's own domain states, too.

    `reason` says why there are none; `is_unknown`: because a server did not answer, so that nothing may be concluded.
    """

    number: int
    listed: Listed | None
    domain: str | None = None
    did: Did | None = None
    handle: Handle | None = None
    acct: Acct | None = None
    reason: str = ""
    is_unknown: bool = False

    @property
    def rest_id(self) -> RestId | None:
        """Return the X account."""
        return self.listed.rest_id if self.listed else None


class NotOwn(Exception):
    """A member's own domain does not state what the coalition's file does; the text says what."""


def parse_address(text: str) -> str:
    """Return the host of a coalition from `https://host`, with the path of its file or without. Raises InputError."""
    parts = urlsplit(text)
    host = public_host(text)
    if host is None or host != parts.netloc or parts.path not in ("", "/", PATH) or parts.query or parts.fragment:
        raise InputError(f"Give the coalition's address as https://host, not {text!r}.")
    return host


async def read_members(host: str, registrable: Registrable, random_name: str, fetch: Fetch) -> list[Member]:
    """Read a coalition's file and those of its members. Raises HarvestStopped where its own cannot be read."""
    fetch = bounded(fetch)
    reader = _Reader(registrable, random_name, fetch)
    return [await reader.read(number, entry) for number, entry in enumerate(await _load_entries(host, fetch), start=1)]


async def _load_entries(host: str, fetch: Fetch) -> list[object]:
    request = domain_file_request(host)
    try:
        document = read_document(await fetch(request))
    except (NetworkError, ServerRefused) as error:
        raise HarvestStopped(f"{request.url} cannot be read: {error.message}") from None
    if document is None or not isinstance(document.get("claims"), list):
        raise HarvestStopped(f"{request.url} is not the file of a coalition; nothing was changed.")
    return list(listed_entries(document))


class _Reader:
    """Reads members one by one; the file of a domain that several entries name is fetched once."""

    def __init__(self, registrable: Registrable, random_name: str, fetch: Fetch) -> None:
        self._registrable, self._random_name, self._fetch = registrable, random_name, fetch
        self._files: dict[str, object] = {}

    async def read(self, number: int, entry: object) -> Member:
        """Return one member."""
        try:
            listed = parse_listed(entry)
        except InputError as error:
            return Member(number, None, reason=error.message)
        domain = None
        try:
            domain = await self._find_domain(listed)
            return await self._judge(number, listed, domain)
        except NotOwn as error:
            return Member(number, listed, domain, reason=str(error))
        except (NetworkError, ServerRefused) as error:
            return Member(number, listed, domain, reason=f"left for the next run: {error.message}", is_unknown=True)

    async def _find_domain(self, listed: Listed) -> str:
        """Return the member's own domain: the one it is listed with, else its acct's or its handle."""
        if listed.domain:
            return listed.domain
        if listed.acct:
            return listed.acct.domain
        assert listed.did is not None
        try:
            identity = await bluesky.find_identity_of_did(listed.did, self._fetch)
        except ServerRefused as error:
            if error.code != "account_not_found":
                raise
            raise NotOwn("this did is no Bluesky account") from None
        if identity.handle is None:
            raise NotOwn("it names no domain, and its did has no handle that leads back to it")
        return str(identity.handle)

    async def _judge(self, number: int, listed: Listed, domain: str) -> Member:
        own = _find_same(await self._load(domain), listed, domain)
        handle = await find_own_handle(own, domain, self._fetch)
        has_acct = await has_own_acct(own, domain, self._random_name, self._fetch)
        if not (handle and listed.did) and not (has_acct and listed.acct):
            raise NotOwn(f"none of these accounts is {domain}'s own")
        did = own.did if handle else None
        return Member(number, listed, domain, did, handle, own.acct if has_acct else None)

    async def _load(self, domain: str) -> object:
        if domain not in self._files:
            self._files[domain] = await load_domain_file(domain, self._registrable, self._fetch)
        file = self._files[domain]
        if not isinstance(file, Outcome):
            return file
        if file.state == "unknown":
            raise ServerRefused(f"{domain}: {SENTENCES['server_error']}.", code="server_error", host=domain)
        raise NotOwn(f"{domain}: {SENTENCES[str(file.reason)]}")


def _find_same(document: object, listed: Listed, domain: str) -> Listed:
    """Return what the member's own file states about the X account, if the coalition states nothing else."""
    found = next(find_listed(document, listed.rest_id), None)
    if found is None:
        raise NotOwn(f"{domain} does not list this X account")
    if any(_differences(found, listed)):
        raise NotOwn(f"{domain} and the coalition list different accounts")
    return found


def _differences(one: Listed, other: Listed) -> Iterator[bool]:
    yield one.screen_name.lower() != other.screen_name.lower()
    yield bool(one.did and other.did) and one.did != other.did
    if one.acct and other.acct:
        yield canonicalize_acct(one.acct) != canonicalize_acct(other.acct)
