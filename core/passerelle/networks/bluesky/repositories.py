"""Public repositories: which hold records of a collection, by a relay's list, and the records, from their own server.

lexicons/com/atproto/sync/listReposByCollection.json and repo/listRecords.json in
https://github.com/bluesky-social/atproto
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from passerelle.errors import InvalidIdentifier, ServerRefused
from passerelle.hosts import public_host
from passerelle.identifiers import Did, parse_did
from passerelle.networks.bluesky.answers import expect_ok, read_object, unreadable
from passerelle.networks.bluesky.follows import MAX_LISTED
from passerelle.networks.bluesky.identity import Identity
from passerelle.transport import Request, Response

MAX_REPOSITORIES = 1_000  # of one page; the lexicon allows 2,000
MAX_CURSOR = 2_048  # characters
NO_SUCH_REPOSITORY = 400  # packages/pds/src/api/com/atproto/repo/listRecords.ts, also for a closed account


@dataclass(frozen=True, slots=True)
class RepositoryPage:
    """One page of a relay's list; `cursor` leads to the next one, None at the end."""

    dids: tuple[Did, ...]
    cursor: str | None


@dataclass(frozen=True, slots=True)
class Record:
    """One record of a repository."""

    rkey: str
    value: Mapping[str, Any]


def repositories_request(relay: str, collection: str, cursor: str | None) -> Request:
    """Return the request for the repositories that hold records of a collection."""
    query = {"collection": collection, "limit": str(MAX_REPOSITORIES)} | ({"cursor": cursor} if cursor else {})
    return Request("GET", f"{relay}/xrpc/com.atproto.sync.listReposByCollection?{urlencode(query)}")


def read_repositories(response: Response) -> RepositoryPage:
    """Parse one page; a did of an unknown kind is left out. Raises ServerRefused."""
    expect_ok(response)
    document = read_object(response)
    repositories, cursor = document.get("repos"), document.get("cursor")
    if not isinstance(repositories, list):
        raise unreadable()
    is_more = isinstance(cursor, str) and 0 < len(cursor) <= MAX_CURSOR
    return RepositoryPage(tuple(_dids(repositories)), str(cursor) if is_more else None)


def records_request(identity: Identity, collection: str) -> Request:
    """Return the request for the newest records of a collection. Raises ServerRefused for a server inside a network."""
    if public_host(identity.pds) is None:
        raise ServerRefused("The server of this account has no usable address.", code="account_not_found")
    query = {"repo": identity.did, "collection": collection, "limit": str(MAX_LISTED)}
    return Request("GET", f"{identity.pds}/xrpc/com.atproto.repo.listRecords?{urlencode(query)}")


def read_records(response: Response, did: Did, collection: str) -> list[Record]:
    """Parse the newest records of a collection; those of another repository are left out. Raises ServerRefused.

    A repository that is closed has none.
    """
    if response.status == NO_SUCH_REPOSITORY:
        return []
    expect_ok(response)
    listed = read_object(response).get("records")
    if not isinstance(listed, list):
        raise unreadable()
    return list(_records(listed[:MAX_LISTED], f"at://{did}/{collection}/"))


def _dids(repositories: list[Any]) -> Iterator[Did]:
    for one in repositories[: 2 * MAX_REPOSITORIES]:
        try:
            yield parse_did(one.get("did") if isinstance(one, Mapping) else None)
        except InvalidIdentifier:
            continue


def _records(listed: list[Any], prefix: str) -> Iterator[Record]:
    for one in listed:
        uri, value = (one.get("uri"), one.get("value")) if isinstance(one, Mapping) else (None, None)
        if isinstance(uri, str) and uri.startswith(prefix) and isinstance(value, Mapping):
            yield Record(uri.removeprefix(prefix), value)
