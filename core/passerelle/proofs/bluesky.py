"""Read the Bluesky side of a claim: its record in the repository of the did, from the account's own server."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from passerelle.claims.models import Claim
from passerelle.claims.records import COLLECTION, states_claim
from passerelle.errors import ServerRefused
from passerelle.hosts import public_host
from passerelle.networks import bluesky
from passerelle.networks.bluesky import Identity
from passerelle.networks.bluesky.profile import expect_active, status_request
from passerelle.networks.profile import read_document
from passerelle.proofs.outcome import Outcome
from passerelle.transport import Fetch, Request, Response

RECORD_NOT_FOUND = "RecordNotFound"  # lexicons/com/atproto/repo/getRecord.json


async def read_record_proof(claim: Claim, identity: Identity, fetch: Fetch) -> Outcome:
    """Return whether the claim's record stands in the repository. Raises ServerRefused, NetworkError: unknown."""
    record = await load_record(identity, COLLECTION, claim.claim_id, fetch)
    url = record_url(identity, COLLECTION, claim.claim_id)
    if record is None:
        return Outcome(url, "gone", "no_record")
    if not states_claim(record, claim):
        return Outcome(url, "contradicts", "other_record")
    return Outcome(url, "holds")


async def load_record(identity: Identity, collection: str, rkey: str, fetch: Fetch) -> Mapping[str, Any] | None:
    """Fetch a record from the account's own server; None where there is none.

    Raises ServerRefused: `account_not_found` for an account that is deactivated or taken down, for which the reference
    server answers as for any bad request; others where it is unknown. Raises NetworkError.
    """
    response = await fetch(record_request(identity, collection, rkey))
    if response.status in (400, 404):
        if bluesky.error_name(response) == RECORD_NOT_FOUND:
            return None
        expect_active(await fetch(status_request(identity)))
    return read_record(response, f"at://{identity.did}/{collection}/{rkey}")


def record_url(identity: Identity, collection: str, rkey: str) -> str:
    """Return the public URL of a record."""
    query = {"repo": identity.did, "collection": collection, "rkey": rkey}
    return f"{identity.pds}/xrpc/com.atproto.repo.getRecord?{urlencode(query)}"


def record_request(identity: Identity, collection: str, rkey: str) -> Request:
    """Return the request for a record. Raises ServerRefused where the account's server is not public."""
    if public_host(identity.pds) is None:
        raise ServerRefused("The server of this account has no usable address.", code="account_not_found")
    return Request("GET", record_url(identity, collection, rkey))


def read_record(response: Response, uri: str) -> Mapping[str, Any]:
    """Parse the answer of getRecord for the record `uri`. Raises ServerRefused."""
    bluesky.expect_ok(response)
    document = read_document(response)
    record = document.get("value") if document else None
    if document is None or document.get("uri") != uri or not isinstance(record, Mapping):
        raise ServerRefused("The Bluesky server sent something that cannot be read.", code="server_error")
    return record
