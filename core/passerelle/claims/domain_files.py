"""The file by which an organisation's own domain states its accounts: /.well-known/passerelle.json. docs/claims.md"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from passerelle.claims.models import Claim
from passerelle.identifiers import Handle, Network, canonicalize_acct, parse_acct
from passerelle.transport import Request

PATH = "/.well-known/passerelle.json"
MAX_CLAIMS = 10_000  # of one file


def domain_file_request(domain: str) -> Request:
    """Return the request for a domain's file."""
    return Request("GET", f"https://{domain}{PATH}")


def states_target(document: object, claim: Claim, network: Network) -> bool:
    """Return whether a domain's file states this claim's X account and its target on `network`."""
    listed = document.get("claims") if isinstance(document, Mapping) else None
    return isinstance(listed, list) and any(
        _states(one, claim, network) for one in listed[:MAX_CLAIMS] if isinstance(one, Mapping)
    )


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
    except ValueError:
        return False
    return claim.acct is not None and stated == canonicalize_acct(claim.acct)
