"""Bluesky profiles, read without sign-in from the account's own server. https://atproto.com/specs/xrpc"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlencode

from passerelle.errors import ServerRefused
from passerelle.hosts import public_host
from passerelle.identifiers import Did, parse_did, parse_handle
from passerelle.networks import bluesky
from passerelle.networks.bluesky import Identity
from passerelle.networks.profile import MAX_DESCRIPTION, Profile, load_picture, read_document
from passerelle.text import clean_display_name, clean_paragraphs
from passerelle.transport import Fetch, Request, Response

PROFILE = "app.bsky.actor.profile"  # lexicons/app/bsky/actor/profile.json
SIGNED_IN_ONLY = "!no-unauthenticated"  # https://atproto.com/specs/label#global-label-values
_MAX_CID = 200  # characters; a CID in base32 has 59


async def read_profile(address: str, did: Did | None, fetch: Fetch) -> Profile:
    """Read the profile of a handle or did. With `did` (pinned) the address is ignored.

    Raises ServerRefused("account_not_found") where it is not there, other ServerRefused, NetworkError.
    """
    pinned = did or (parse_did(address) if address.startswith("did:") else None)
    identity = (
        await bluesky.find_identity_of_did(pinned, fetch)
        if pinned
        else await bluesky.find_identity(parse_handle(address), fetch)
    )
    response = await fetch(profile_request(identity))
    if response.status in (400, 404):  # a profile is optional; without an account the answer is the same
        expect_active(await fetch(status_request(identity)))
        return _profile(identity)
    record = read_profile_record(response)
    if is_hidden(record):
        return _profile(identity, texts=tuple(profile_texts(record)), is_hidden=True)
    cid = picture_cid(record)
    return _profile(
        identity,
        display_name=clean_display_name(record.get("displayName")),
        description=clean_paragraphs(record.get("description"), MAX_DESCRIPTION),
        picture=await load_picture(picture_request(identity, cid), fetch) if cid else None,
        texts=tuple(profile_texts(record)),
    )


def profile_request(identity: Identity) -> Request:
    """Return the request for a profile record. Raises ServerRefused where the account's server is not public."""
    if public_host(identity.pds) is None:
        raise ServerRefused("The server of this account has no usable address.", code="account_not_found")
    query = {"repo": identity.did, "collection": PROFILE, "rkey": "self"}
    return Request("GET", f"{identity.pds}/xrpc/com.atproto.repo.getRecord?{urlencode(query)}")


def read_profile_record(response: Response) -> Mapping[str, Any]:
    """Return the profile record, empty where the answer has none. Raises ServerRefused."""
    bluesky.expect_ok(response)
    document = read_document(response)
    record = document.get("value") if document else None
    return record if isinstance(record, Mapping) else {}


def status_request(identity: Identity) -> Request:
    """Return the request for the state of an account on its own server."""
    return Request("GET", f"{identity.pds}/xrpc/com.atproto.sync.getRepoStatus?{urlencode({'did': identity.did})}")


def expect_active(response: Response) -> None:
    """Raise ServerRefused: `account_not_found` for a deleted, deactivated or suspended account, others as they come."""
    document = read_document(response) or {}
    if bluesky.error_name(response) == "RepoNotFound" or document.get("active") is False:
        raise ServerRefused("This Bluesky account is not in use.", code="account_not_found")
    bluesky.expect_ok(response)


def is_hidden(record: Mapping[str, Any]) -> bool:
    """Return whether the owner asks apps not to show the account to people who are not signed in."""
    labels = record.get("labels")
    values = labels.get("values") if isinstance(labels, Mapping) else None
    listed = values if isinstance(values, list) else ()
    return any(isinstance(one, Mapping) and one.get("val") == SIGNED_IN_ONLY for one in listed)


def picture_cid(record: Mapping[str, Any]) -> str | None:
    """Return the content id of the picture, in the current or the legacy form: https://atproto.com/specs/data-model."""
    blob = record.get("avatar")
    if not isinstance(blob, Mapping):
        return None
    ref = blob.get("ref")
    cid = ref.get("$link") if isinstance(ref, Mapping) else blob.get("cid")
    return cid if isinstance(cid, str) and cid.isascii() and cid.isalnum() and len(cid) <= _MAX_CID else None


def picture_request(identity: Identity, cid: str) -> Request:
    """Return the request for a picture on the account's own server."""
    query = urlencode({"did": identity.did, "cid": cid})
    return Request("GET", f"{identity.pds}/xrpc/com.atproto.sync.getBlob?{query}")


def _profile(identity: Identity, **fields: Any) -> Profile:
    address = identity.handle or identity.did
    return Profile("bluesky", address, identity.did, bluesky.profile_url(identity.did), **fields)


def profile_texts(record: Mapping[str, Any]) -> Iterator[str]:
    """Yield everything in the profile that may name another account; `website` is in the lexicon since 2025."""
    for field in ("displayName", "description", "website", "pronouns"):
        if isinstance(text := record.get(field), str):
            yield text
