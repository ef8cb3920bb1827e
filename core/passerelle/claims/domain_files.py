"""The file by which an organisation's own domain states its accounts: /.well-known/passerelle.json. docs/claims.md"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from passerelle.claims.models import Claim
from passerelle.errors import InputError, InvalidIdentifier
from passerelle.hosts import is_public_host
from passerelle.identifiers import (
    Acct,
    Did,
    Handle,
    Network,
    RestId,
    ScreenName,
    canonicalize_acct,
    parse_acct,
    parse_did,
    parse_rest_id,
    parse_screen_name,
)
from passerelle.transport import Request

PATH = "/.well-known/passerelle.json"
MAX_CLAIMS = 10_000  # of one file
ABOUT = ("display_name", "kind", "country")  # as in a row


def domain_file_request(domain: str) -> Request:
    """Return the request for a domain's file."""
    return Request("GET", f"https://{domain}{PATH}")


def parse_domain(text: str) -> str:
    """Parse the domain of a website, or its address. Raises InputError("own_domain").

    >>> parse_domain(" https://Museum.example.org/about "), parse_domain("museum.example.org")
    ('museum.example.org', 'museum.example.org')
    """
    address = text.strip() if "://" in text else f"https://{text.strip()}"
    try:
        domain = urlsplit(address).netloc.lower().removeprefix("www.")
    except ValueError:
        domain = ""
    if not is_public_host(domain):
        raise InputError(InputError.CODES["own_domain"], code="own_domain")
    return domain


def make_domain_file(claim: Claim) -> str:
    """Return the text of the file by which a domain states the accounts of a claim."""
    fields = {"rest_id": claim.rest_id, "screen_name": claim.screen_name, "did": claim.did}
    entry = {**fields, "acct": str(claim.acct) if claim.acct else None}
    return json.dumps({"claims": [{name: value for name, value in entry.items() if value}]}, indent=2) + "\n"


def networks_of(domain: str, claim: Claim, handle: str | None) -> tuple[Network, ...]:
    """Return the networks on which an account of the claim is the domain's own; `handle` as the client knows it."""
    names: Mapping[Network, str | None] = {"bluesky": handle, "fediverse": claim.acct.domain if claim.acct else None}
    return tuple(network for network, name in names.items() if name == domain)


@dataclass(frozen=True, slots=True)
class Listed:
    """One entry of a file: an X account, and at least one account elsewhere.

    `domain` is the member's own one where the file is a coalition's. `about` are its other texts, such as a name.
    """

    rest_id: RestId
    screen_name: ScreenName
    did: Did | None
    acct: Acct | None
    domain: str | None
    about: Mapping[str, str]


def parse_listed(entry: object) -> Listed:
    """Parse one entry of a file. Raises InputError, which says what is wrong with it."""
    if not isinstance(entry, Mapping):
        raise InputError("It is not a JSON object.")
    did, acct, domain = (entry.get(name) for name in ("did", "acct", "domain"))
    if did is None and acct is None:
        raise InputError("It names no did and no acct.")
    if domain is not None and not (isinstance(domain, str) and is_public_host(domain)):
        raise InputError("Its domain is not the name of a public host.")
    return Listed(
        rest_id=parse_rest_id(entry.get("rest_id")),
        screen_name=parse_screen_name(entry.get("screen_name")),
        did=parse_did(did) if did is not None else None,
        acct=parse_acct(acct) if acct is not None else None,
        domain=domain,
        about={name: text for name in ABOUT if isinstance(text := entry.get(name), str)},
    )


def listed_entries(document: object) -> Sequence[object]:
    """Return the entries of a file, at most MAX_CLAIMS; none for another document."""
    entries = document.get("claims") if isinstance(document, Mapping) else None
    return entries[:MAX_CLAIMS] if isinstance(entries, list) else ()


def find_listed(document: object, rest_id: RestId) -> Iterator[Listed]:
    """Yield the readable entries about an X account."""
    for entry in listed_entries(document):
        try:
            listed = parse_listed(entry)
        except InputError:
            continue
        if listed.rest_id == rest_id:
            yield listed


def states_target(document: object, claim: Claim, network: Network) -> bool:
    """Return whether a domain's file states this claim's X account and its target on `network`."""
    return any(_states(one, claim, network) for one in listed_entries(document) if isinstance(one, Mapping))


def own_domain(claim: Claim, network: Network, handle: Handle | None) -> str | None:
    """Return the domain that may speak for a target: the handle, which resolves both ways, or the acct's domain."""
    if network == "bluesky":
        return str(handle) if handle and claim.did else None
    return claim.acct.domain if claim.acct else None


def is_own_domain(domain: str, registrable: Callable[[str], str | None]) -> bool:
    """Return whether a domain belongs to an organisation, and not to a visitor of a host that gives names away.

    `registrable` returns the registrable domain of a host by the public part of the public suffix list and by all of
    it alike; None where the two differ, as for `name.github.io`, or where the host is a suffix. https://publicsuffix.org
    """
    return registrable(domain) is not None


def _states(entry: Mapping[str, Any], claim: Claim, network: Network) -> bool:
    if entry.get("rest_id") != claim.rest_id:
        return False
    if network == "bluesky":
        return claim.did is not None and entry.get("did") == claim.did
    try:
        stated = canonicalize_acct(parse_acct(entry.get("acct")))
    except InvalidIdentifier:
        return False
    return claim.acct is not None and stated == canonicalize_acct(claim.acct)
