"""Handle to did without asking Bluesky's own service: by the DNS and the handle's host, as the protocol says.

The core asks `com.atproto.identity.resolveHandle`; this answers in its place. Where neither the DNS nor the host
answers, the service is asked after all: what it knows is better than nothing.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

from passerelle.errors import InvalidIdentifier, NetworkError, ServerRefused
from passerelle.identifiers import Did, Handle, parse_handle
from passerelle.networks.bluesky.handles import read_txt_records, read_well_known, txt_name, well_known_request
from passerelle.networks.bluesky.identity import PUBLIC_API
from passerelle.transport import Fetch, Request, Response

# name, seconds -> the texts of its TXT records, none where there is no such name. Raises NetworkError: no answer.
LookUpTxt = Callable[[str, float], Sequence[str]]

RESOLVE_HANDLE = "/xrpc/com.atproto.identity.resolveHandle"
NOT_FOUND = {"error": "InvalidRequest", "message": "Unable to resolve handle"}


class ResolvingFetch:
    """A fetch that resolves handles itself and hands every other request on."""

    def __init__(self, fetch: Fetch, look_up_txt: LookUpTxt) -> None:
        self._fetch, self._look_up_txt = fetch, look_up_txt

    async def __call__(self, request: Request) -> Response:
        """Answer as the core's `Fetch` does."""
        handle = _asked_handle(request.url)
        if handle is None:
            return await self._fetch(request)
        try:
            did = await self._resolve(handle, request.timeout)
        except NetworkError:
            return await self._fetch(request)
        except ServerRefused as error:
            return await self._fetch(request) if error.code != "account_not_found" else _answer(None, request)
        return _answer(did, request)

    async def _resolve(self, handle: Handle, timeout: float) -> Did | None:
        """Return the did of a handle, or None. Raises NetworkError, ServerRefused where it remains unknown."""
        silent: NetworkError | None = None
        wanted = well_known_request(handle)
        seconds = min(timeout, wanted.timeout)
        try:
            did = read_txt_records(self._look_up_txt(txt_name(handle), seconds))
        except NetworkError as error:
            did, silent = None, error
        if did is None:
            did = read_well_known(await self._fetch(replace(wanted, timeout=seconds)))
        if did is None and silent:
            raise silent
        return did


def _asked_handle(url: str) -> Handle | None:
    """Return the handle that a request to the service asks about; None for other requests."""
    parts = urlsplit(url)
    if f"https://{parts.netloc}{parts.path}" != PUBLIC_API + RESOLVE_HANDLE:
        return None
    try:
        return parse_handle(parse_qs(parts.query).get("handle", [""])[0])
    except InvalidIdentifier:
        return None


def _answer(did: Did | None, request: Request) -> Response:
    """Return the answer of the service. lexicons/com/atproto/identity/resolveHandle.json"""
    body = json.dumps({"did": did} if did else NOT_FOUND).encode()
    return Response(200 if did else 400, {"content-type": "application/json"}, body, request.url)
