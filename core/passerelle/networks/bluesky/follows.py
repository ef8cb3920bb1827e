"""Follow records on Bluesky: list them, write them, look one up. Lexicons: https://github.com/bluesky-social/atproto

The requests go to the account's own server; the sessions module adds its address and the token.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from passerelle.errors import InvalidIdentifier, ServerRefused
from passerelle.identifiers import AccountId, Did, parse_did
from passerelle.networks.bluesky.answers import error_name, expect_ok, read_object, unreadable
from passerelle.transport import Fetch, Request, Response

FOLLOW = "app.bsky.graph.follow"
BLOCK = "app.bsky.graph.block"  # records of the same shape, so that what is here serves for both
MAX_WRITES = 200  # per applyWrites: packages/pds/src/api/com/atproto/repo/applyWrites.ts
MAX_LISTED = 100  # per listRecords: lexicons/com/atproto/repo/listRecords.json
MAX_PAGES = 5000  # half a million records, far more than any account has
MAX_IDLE_PAGES = 20  # in a row that name no new account: 2,000 doubles or other records; then the list has no end
MAX_CID = 200  # characters; those of repositories have 59: https://atproto.com/specs/repository
MAX_CURSOR = 1000  # characters; the reference server's is a record key of 13
POINTS_PER_CREATE = 3  # docs.bsky.app/docs/advanced-guides/rate-limits

_TID_DIGITS = "234567abcdefghijklmnopqrstuvwxyz"  # https://atproto.com/specs/tid
_TID_LENGTH = 13
_NOT_FOUND_ERRORS = frozenset({"RecordNotFound", "HandleNotFound", "RepoNotFound"})


@dataclass(frozen=True, slots=True)
class Follow:
    """One follow record to write: its key, the account to follow, and when it was decided (ISO 8601)."""

    rkey: str
    did: Did
    created_at: str


@dataclass(frozen=True, slots=True)
class FollowsPage:
    """One page of follow records (key, account followed), and the cursor of the next one (None: this was the last)."""

    records: tuple[tuple[str, Did], ...]
    cursor: str | None

    @property
    def dids(self) -> tuple[Did, ...]:
        """The accounts followed."""
        return tuple(did for _, did in self.records)


def make_tid(microseconds: int, clock_id: int) -> str:
    """Return a record key that sorts by time: 53 bits of microseconds since 1970, 10 random bits.

    >>> make_tid(0, 0)
    '2222222222222'
    """
    number = (microseconds & (1 << 53) - 1) << 10 | clock_id & 0x3FF
    return "".join(_TID_DIGITS[number >> 5 * place & 31] for place in reversed(range(_TID_LENGTH)))


def record_uri(account: Did, rkey: str, collection: str = FOLLOW) -> str:
    """Return the AT URI of a record. https://atproto.com/specs/at-uri-scheme"""
    return f"at://{account}/{collection}/{rkey}"


async def list_follows(account: Did, fetch: Fetch, collection: str = FOLLOW) -> Mapping[str, Did]:
    """Return the follow records of `account` (key -> account followed), read to the end from its own server.

    Raises ServerRefused, NetworkError; ServerRefused("server_error") for a list that does not end: part of a list
    would look like accounts that are not followed.
    """
    records: dict[str, Did] = {}
    dids: set[Did] = set()
    cursors: set[str] = set()
    cursor = None
    idle = 0
    for _ in range(MAX_PAGES):
        page = read_follows(await fetch(list_follows_request(account, cursor, collection)))
        idle = idle + 1 if dids.issuperset(page.dids) else 0
        dids.update(page.dids)
        records.update(page.records)
        if page.cursor is None:
            return records
        if page.cursor in cursors or idle == MAX_IDLE_PAGES:
            break
        cursors.add(page.cursor)
        cursor = page.cursor
    raise ServerRefused("The Bluesky server does not end its list of follows.", code="server_error")


async def list_new_follows(account: Did, newest: str, fetch: Fetch) -> Mapping[str, Did]:
    """Return the newest follow records: page by page, until one that has a key which is not above `newest`.

    Servers list the newest first: packages/pds/src/api/com/atproto/repo/listRecords.ts. Raises ServerRefused,
    NetworkError.
    """
    records: dict[str, Did] = {}
    cursor = None
    for _ in range(MAX_PAGES):
        page = read_follows(await fetch(list_follows_request(account, cursor)))
        records.update(page.records)
        if page.cursor is None or page.cursor == cursor or any(key <= newest for key, _ in page.records):
            return records
        cursor = page.cursor
    raise ServerRefused("The Bluesky server does not end its list of follows.", code="server_error")


def list_follows_request(account: Did, cursor: str | None, collection: str = FOLLOW) -> Request:
    """Return the request for a page of an account's follow records."""
    query = {"repo": account, "collection": collection, "limit": str(MAX_LISTED)}
    return _get(account, "com.atproto.repo.listRecords", query | ({"cursor": cursor} if cursor else {}))


def read_follows(response: Response) -> FollowsPage:
    """Parse a page of follow records; other records are left out. Raises ServerRefused."""
    expect_ok(response)
    page = read_object(response)
    records = page.get("records")
    if not isinstance(records, list):
        raise unreadable()
    return FollowsPage(tuple(_follows(records)), _cursor(page.get("cursor")))


def apply_writes_request(account: Did, follows: Sequence[Follow], swap_commit: str | None = None) -> Request:
    """Return the request that writes up to MAX_WRITES follows in one commit: all or none. Doubles are written too.

    With `swap_commit` the server refuses with `InvalidSwap` unless that is the repository's last commit:
    lexicons/com/atproto/repo/applyWrites.json
    """
    writes = [
        {"$type": "com.atproto.repo.applyWrites#create", "collection": FOLLOW, "rkey": f.rkey, "value": _record(f)}
        for f in follows
    ]
    swap = {"swapCommit": swap_commit} if swap_commit else {}
    return _post(account, "com.atproto.repo.applyWrites", {"repo": account, "writes": writes, **swap})


def create_follow_request(account: Did, follow: Follow, collection: str = FOLLOW) -> Request:
    """Return the request that writes one follow; the server replaces an older one of the same account.

    packages/pds/src/api/com/atproto/repo/createRecord.ts
    """
    return create_record_request(account, collection, follow.rkey, _record(follow, collection))


def create_record_request(account: Did, collection: str, rkey: str, record: Mapping[str, Any]) -> Request:
    """Return the request that writes a record under a new key. lexicons/com/atproto/repo/createRecord.json"""
    body = {"repo": account, "collection": collection, "rkey": rkey, "record": record}
    return _post(account, "com.atproto.repo.createRecord", body)


def delete_follows_request(account: Did, rkeys: Sequence[str]) -> Request:
    """Return the request that deletes up to MAX_WRITES follows in one commit; a single missing one is no error.

    packages/pds/src/api/com/atproto/repo/{applyWrites,deleteRecord}.ts
    """
    if len(rkeys) == 1:
        return delete_record_request(account, FOLLOW, rkeys[0])
    delete = {"$type": "com.atproto.repo.applyWrites#delete", "collection": FOLLOW}
    writes = [{**delete, "rkey": rkey} for rkey in rkeys]
    return _post(account, "com.atproto.repo.applyWrites", {"repo": account, "writes": writes})


def get_follow_request(account: Did, rkey: str, collection: str = FOLLOW) -> Request:
    """Return the request for one follow record."""
    return _get(account, "com.atproto.repo.getRecord", {"repo": account, "collection": collection, "rkey": rkey})


def put_record_request(account: Did, collection: str, rkey: str, record: Mapping[str, Any]) -> Request:
    """Return the request that writes a record under its key, in place of an earlier one.

    lexicons/com/atproto/repo/putRecord.json
    """
    body = {"repo": account, "collection": collection, "rkey": rkey, "record": record}
    return _post(account, "com.atproto.repo.putRecord", body)


def delete_record_request(account: Did, collection: str, rkey: str) -> Request:
    """Return the request that deletes one record; a missing one is no error."""
    return _post(account, "com.atproto.repo.deleteRecord", {"repo": account, "collection": collection, "rkey": rkey})


def latest_commit_request(account: Did) -> Request:
    """Return the request for the repository's last commit. lexicons/com/atproto/sync/getLatestCommit.json"""
    return _get(account, "com.atproto.sync.getLatestCommit", {"did": account})


def read_latest_commit(response: Response) -> str:
    """Parse the CID of the repository's last commit. Raises ServerRefused."""
    expect_ok(response)
    cid = read_object(response).get("cid")
    if isinstance(cid, str) and 0 < len(cid) <= MAX_CID:
        return cid
    raise unreadable()


def read_follow_exists(response: Response) -> bool:
    """Return whether the record exists. Raises ServerRefused when the answer does not tell.

    A record has `uri` and `value`: lexicons/com/atproto/repo/getRecord.json
    """
    if response.status == 400 and error_name(response) in _NOT_FOUND_ERRORS:
        return False
    expect_ok(response)
    record = read_object(response)
    if not isinstance(record.get("uri"), str) or not isinstance(record.get("value"), Mapping):
        raise unreadable()
    return True


def expect_no_record(response: Response) -> None:
    """Raise ServerRefused unless an answer to `get_follow_request` says that there is no such record."""
    if read_follow_exists(response):
        raise ServerRefused("The Bluesky server did not delete the record.", code="server_error")


def _record(follow: Follow, collection: str = FOLLOW) -> dict[str, str]:
    return {"$type": collection, "subject": follow.did, "createdAt": follow.created_at}


def _get(account: Did, method: str, query: Mapping[str, str]) -> Request:
    return Request("GET", f"/xrpc/{method}?{urlencode(query)}", account=AccountId(account))


def _post(account: Did, method: str, body: Mapping[str, Any]) -> Request:
    text = json.dumps(body, ensure_ascii=False).encode()
    return Request("POST", f"/xrpc/{method}", {"content-type": "application/json"}, text, AccountId(account))


def _cursor(value: object) -> str | None:
    """Parse a cursor; a number counts as its text, null and "" as the end. Raises ServerRefused for anything else."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if value is None or value == "":
        return None
    if isinstance(value, str) and len(value) <= MAX_CURSOR and value.isprintable():
        return value
    raise unreadable()


def _follows(records: Iterable[Any]) -> Iterable[tuple[str, Did]]:
    for record in records:
        try:
            yield str(record["uri"]).rpartition("/")[2], parse_did(record["value"]["subject"])
        except (InvalidIdentifier, KeyError, TypeError):
            continue
