"""Bluesky identities: handle to did to DID document, checked both ways. https://atproto.com/specs/handle

The requests go to public services and carry nothing about the person who asks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode, urlsplit

from passerelle.errors import InvalidIdentifier, ServerRefused
from passerelle.hosts import is_public_host
from passerelle.identifiers import Did, Handle, parse_did, parse_handle
from passerelle.networks.bluesky.answers import expect_ok, read_object, unreadable
from passerelle.transport import Fetch, Request, Response

PUBLIC_API = "https://public.api.bsky.app"  # cached, without sign-in: docs.bsky.app/docs/advanced-guides/api-directory
PLC_DIRECTORY = "https://plc.directory"  # https://web.plc.directory
# Services that every handle needs. When another host does not answer, only one person cannot be found.
SHARED_HOSTS = frozenset({"public.api.bsky.app", "plc.directory"})


@dataclass(frozen=True, slots=True)
class Identity:
    """A DID document: the handle it claims (None without one), and the https origin of its server."""

    did: Did
    handle: Handle | None
    pds: str


def profile_url(account: str) -> str:
    """Return the web page of a did or handle."""
    return f"https://bsky.app/profile/{account}"


def resolve_handle_request(handle: Handle) -> Request:
    """Return the request for the did of a handle."""
    return Request("GET", f"{PUBLIC_API}/xrpc/com.atproto.identity.resolveHandle?{urlencode({'handle': handle})}")


def read_resolved_handle(response: Response) -> Did:
    """Parse the did of a handle. Raises ServerRefused("account_not_found") where there is none."""
    if response.status == 400:
        raise ServerRefused("There is no such Bluesky account.", code="account_not_found")
    expect_ok(response)
    try:
        return parse_did(read_object(response).get("did"))
    except InvalidIdentifier:
        raise unreadable() from None


def did_document_request(did: Did) -> Request:
    """Return the request for a DID document: did:plc at its directory, did:web at its own host.

    Raises ServerRefused("account_not_found") for other methods.
    """
    _, method, rest = did.split(":", 2)
    if method == "plc":
        return Request("GET", f"{PLC_DIRECTORY}/{did}")
    if method == "web":
        return Request("GET", f"https://{_web_host(rest)}/.well-known/did.json")
    raise _unusable("This kind of identity is not used on Bluesky.")


def read_did_document(response: Response, did: Did) -> Identity:
    """Parse a DID document. Raises ServerRefused("account_not_found") for a deleted or unusable identity."""
    if response.status in (404, 410):
        raise ServerRefused("This Bluesky account no longer exists.", code="account_not_found")
    expect_ok(response)
    document = read_object(response)
    if document.get("id") != did:
        raise _unusable("The identity document belongs to another account.")
    return Identity(did, _claimed_handle(document), _server(document, did))


async def find_identity(handle: Handle, fetch: Fetch) -> Identity:
    """Return the identity of a handle, if it claims the handle too.

    Raises ServerRefused("account_not_found") where it does not, NetworkError.
    """
    did = read_resolved_handle(await fetch(resolve_handle_request(handle)))
    identity = read_did_document(await fetch(did_document_request(did)), did)
    if identity.handle != handle:
        raise ServerRefused("There is no such Bluesky account.", code="account_not_found")
    return identity


async def find_identity_of_did(did: Did, fetch: Fetch) -> Identity:
    """Return the identity of a did. Its handle is None unless that resolves to the same did.

    Raises ServerRefused("account_not_found") for a deleted or unusable identity, NetworkError.
    """
    identity = read_did_document(await fetch(did_document_request(did)), did)
    is_own = identity.handle is not None and await _resolves_to(identity.handle, did, fetch)
    return identity if is_own else replace(identity, handle=None)


async def find_named(name: Handle | Did, fetch: Fetch) -> Identity:
    """Return the identity of a handle or did, as find_identity and find_identity_of_did do."""
    is_did = name.startswith("did:")
    return await (find_identity_of_did(Did(name), fetch) if is_did else find_identity(Handle(name), fetch))


async def _resolves_to(handle: Handle, did: Did, fetch: Fetch) -> bool:
    try:
        return read_resolved_handle(await fetch(resolve_handle_request(handle))) == did
    except ServerRefused as error:
        if error.code != "account_not_found":
            raise
        return False


def _unusable(message: str) -> ServerRefused:
    return ServerRefused(message, code="account_not_found")


def _web_host(text: str) -> str:
    """did:web on Bluesky is a bare host name, without port or path: https://atproto.com/specs/did."""
    if is_public_host(text):
        return text
    raise _unusable("This did:web names no public host.")


def _claimed_handle(document: Mapping[str, Any]) -> Handle | None:
    names = document.get("alsoKnownAs")
    for name in names if isinstance(names, list) else ():
        if isinstance(name, str) and name.startswith("at://"):
            try:
                return parse_handle(name.removeprefix("at://"))
            except InvalidIdentifier:
                return None
    return None


def _server(document: Mapping[str, Any], did: Did) -> str:
    services = document.get("service")
    for service in services if isinstance(services, list) else ():
        if isinstance(service, Mapping) and service.get("id") in ("#atproto_pds", f"{did}#atproto_pds"):
            return _https_origin(service.get("serviceEndpoint"))
    raise _unusable("This identity has no Bluesky server.")


def _https_origin(url: object) -> str:
    """Return the origin of a server on a public host; a port is allowed. A password may be sent there."""
    try:
        parts = urlsplit(url if isinstance(url, str) else "")
        is_bare = parts.scheme == "https" and parts.path in ("", "/") and "@" not in parts.netloc
        is_origin = is_bare and not parts.query and not parts.fragment and is_public_host(parts.hostname or "")
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        is_origin = False
    if not is_origin:
        raise _unusable("The server of this identity has no usable address.")
    return f"https://{parts.hostname}{port}"
