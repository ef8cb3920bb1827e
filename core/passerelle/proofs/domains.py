"""Read the file of a domain, and which of the accounts in it are the domain's own. docs/claims.md"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from passerelle.claims.domain_files import Listed, domain_file_request, is_own_domain
from passerelle.errors import ServerRefused
from passerelle.hosts import is_public_host
from passerelle.identifiers import Handle, canonicalize_acct
from passerelle.networks import bluesky
from passerelle.networks.profile import read_document
from passerelle.proofs.fediverse import find_canonical
from passerelle.proofs.outcome import Outcome
from passerelle.transport import Fetch

# host -> its registrable domain; None where visitors of a company get names there (domain_files.is_own_domain)
Registrable = Callable[[str], str | None]


async def load_domain_file(domain: str, registrable: Registrable, fetch: Fetch) -> Mapping[str, Any] | Outcome:
    """Return the file of a domain, or why there is none. Raises NetworkError, ServerRefused: unknown."""
    request = domain_file_request(domain)
    if not is_public_host(domain) or not is_own_domain(domain, registrable):
        return Outcome(request.url, "contradicts", "shared_domain")
    response = await fetch(request)
    if response.status in (404, 410):
        return Outcome(request.url, "gone", "no_file")
    document = read_document(response)
    return Outcome(request.url, "unknown", "server_error") if document is None else document


async def find_own_handle(listed: Listed, domain: str, fetch: Fetch) -> Handle | None:
    """Return the handle of a did, if it is the domain, both ways. Raises NetworkError, ServerRefused: unknown."""
    if listed.did is None:
        return None
    try:
        identity = await bluesky.find_identity_of_did(listed.did, fetch)
    except ServerRefused as error:
        if error.code != "account_not_found":
            raise
        return None
    return identity.handle if identity.handle == domain else None


async def has_own_acct(listed: Listed, domain: str, random_name: str, fetch: Fetch) -> bool:
    """Return whether an acct is an account of the domain under this address. Raises NetworkError, ServerRefused."""
    if listed.acct is None or listed.acct.domain != domain:
        return False
    try:
        found = await find_canonical(listed.acct, random_name, fetch)
    except ServerRefused as error:
        if error.code not in ("account_not_found", "account_moved", "knows_everybody"):
            raise
        return False
    return canonicalize_acct(found.subject) == canonicalize_acct(listed.acct)
