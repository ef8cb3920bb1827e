"""Who on Bluesky cannot be followed: gone accounts, and blocks in either direction, by the public AppView.

actor/getProfiles.json and graph/getRelationships.json in
https://github.com/bluesky-social/atproto/tree/main/lexicons/app/bsky. The AppView leaves deactivated and suspended
accounts out of a list of profiles; asked about one alone, it names the reason.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from passerelle.errors import ServerRefused
from passerelle.identifiers import Did
from passerelle.networks.bluesky.answers import error_name, expect_ok, read_object, unreadable
from passerelle.networks.bluesky.identity import PUBLIC_API
from passerelle.networks.bluesky.own import DEACTIVATED, SUSPENDED, profile_request
from passerelle.transport import Fetch, Request, Response

MAX_PROFILES = 25  # of one getProfiles
MAX_OTHERS = 30  # of one getRelationships
_BLOCKS = ("blocking", "blockedBy", "blockingByList", "blockedByList")


async def find_closed(account: Did, dids: Sequence[Did], fetch: Fetch) -> Mapping[Did, ServerRefused]:
    """Return the accounts that `account` cannot follow, and why. Raises ServerRefused, NetworkError.

    Only what the AppView says counts: an account that it does not know at all may be on a network of its own.
    """
    closed: dict[Did, ServerRefused] = {}
    for part in _parts(dids, MAX_PROFILES):
        missing = await _find_missing(part, fetch)
        # Where it knows none of them, they are on another network: nothing to learn from asking about each.
        for did in missing if len(missing) < len(part) or len(part) == 1 else ():
            if error := _why_missing(await fetch(profile_request(did))):
                closed[did] = error
    for part in _parts(dids, MAX_OTHERS):
        for did in _read_blocked(await fetch(_relationships_request(account, part))):
            closed.setdefault(did, ServerRefused("One of the two accounts blocks the other.", code="account_blocked"))
    return {did: closed[did] for did in dids if did in closed}


async def _find_missing(dids: Sequence[Did], fetch: Fetch) -> Sequence[Did]:
    response = await fetch(_get("app.bsky.actor.getProfiles", [("actors", did) for did in dids]))
    expect_ok(response)
    listed = read_object(response).get("profiles")
    if not isinstance(listed, list):
        raise unreadable()
    found = [one.get("did") for one in listed if isinstance(one, Mapping)]
    return [did for did in dids if did not in found]


def _why_missing(response: Response) -> ServerRefused | None:
    """Return why a profile is left out; None where the AppView does not say that the account is closed."""
    if error_name(response) in SUSPENDED:
        return ServerRefused("Bluesky has suspended this account.", code="account_suspended_there")
    if error_name(response) in DEACTIVATED:
        return ServerRefused("This account is deactivated.", code="account_deactivated")
    return None


def _read_blocked(response: Response) -> Iterator[Did]:
    expect_ok(response)
    listed = read_object(response).get("relationships")
    for one in listed if isinstance(listed, list) else []:
        if isinstance(one, Mapping) and any(isinstance(one.get(name), str) for name in _BLOCKS):
            yield Did(str(one.get("did")))


def _relationships_request(account: Did, others: Sequence[Did]) -> Request:
    return _get("app.bsky.graph.getRelationships", [("actor", account), *(("others", did) for did in others)])


def _get(method: str, query: Sequence[tuple[str, Any]]) -> Request:
    return Request("GET", f"{PUBLIC_API}/xrpc/{method}?{urlencode(query)}", purpose="people")


def _parts(dids: Sequence[Did], size: int) -> Iterator[Sequence[Did]]:
    return (dids[first : first + size] for first in range(0, len(dids), size))
