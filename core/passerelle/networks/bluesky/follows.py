"""Bluesky: who a handle is, whom an account follows, and writing follows. Lexicons: github.com/bluesky-social/atproto.

Requests with `account` go to that person's own server, whose address and token the sessions module adds; the others
go to public services and carry nothing about whoever asks.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlencode, urlsplit

from passerelle.errors import InvalidIdentifier, ServerRefused
from passerelle.identifiers import Did, Handle, parse_did, parse_handle
from passerelle.transport import Fetch, Request, Response

PUBLIC_API = "https://public.api.bsky.app"  # cached, without sign-in: docs.bsky.app/docs/advanced-guides/api-directory
PLC_DIRECTORY = "https://plc.directory"  # https://web.plc.directory
# Servers that everybody's handle needs; where another one is silent, only that one person cannot be found.
SHARED_HOSTS = frozenset({"public.api.bsky.app", "plc.directory"})
FOLLOW = "app.bsky.graph.follow"
MAX_WRITES = 200  # per applyWrites: packages/pds/src/api/com/atproto/repo/applyWrites.ts
MAX_LISTED = 100  # per listRecords: lexicons/com/atproto/repo/listRecords.json
MAX_PAGES = 5000  # half a million follows: far more than anybody has; a server that never ends is not believed
POINTS_PER_CREATE = 3  # docs.bsky.app/docs/advanced-guides/rate-limits
LONGEST_LIMIT = timedelta(hours=24)  # the longest window a PDS has: packages/pds/src/rate-limits.ts

_TID_DIGITS = "234567abcdefghijklmnopqrstuvwxyz"  # https://atproto.com/specs/tid
_TID_LENGTH = 13
# What a server says when the token it was given no longer counts. An expired one is a 400, not a 401 (measured).
_SESSION_ERRORS = frozenset({"ExpiredToken", "InvalidToken", "AuthMissing", "AuthenticationRequired"})
_NOT_FOUND_ERRORS = frozenset({"RecordNotFound", "HandleNotFound", "RepoNotFound"})


@dataclass(frozen=True, slots=True)
class Identity:
    """What a DID document says: the handle it claims (None if none), and the https origin of its server."""

    did: Did
    handle: Handle | None
    pds: str


@dataclass(frozen=True, slots=True)
class Follow:
    """One follow record to write: under which key, whom, and when it was decided (ISO 8601)."""

    rkey: str
    did: Did
    created_at: str


@dataclass(frozen=True, slots=True)
class FollowsPage:
    """One page of whom an account follows, and where the next one begins (None: this was the last)."""

    dids: tuple[Did, ...]
    cursor: str | None


def profile_url(account: str) -> str:
    """Give the web page of a did or handle."""
    return f"https://bsky.app/profile/{account}"


def make_tid(microseconds: int, clock_id: int) -> str:
    """Make a record key that sorts by time: 53 bits of microseconds since 1970, 10 bits of chance.

    >>> make_tid(0, 0)
    '2222222222222'
    """
    number = (microseconds & (1 << 53) - 1) << 10 | clock_id & 0x3FF
    return "".join(_TID_DIGITS[number >> 5 * place & 31] for place in reversed(range(_TID_LENGTH)))


def resolve_handle_request(handle: Handle) -> Request:
    """Ask which did a handle points to."""
    return Request("GET", f"{PUBLIC_API}/xrpc/com.atproto.identity.resolveHandle?{urlencode({'handle': handle})}")


def read_resolved_handle(response: Response) -> Did:
    """Give the did. Raises ServerRefused("account_not_found") where there is none."""
    if response.status == 400:
        raise ServerRefused("There is no such Bluesky account.", code="account_not_found")
    expect_ok(response)
    try:
        return parse_did(_json_object(response).get("did"))
    except InvalidIdentifier:
        raise _garbled() from None


def did_document_request(did: Did) -> Request:
    """Ask for a DID document: did:plc at its directory, did:web at its own host. Raises ServerRefused for others."""
    _, method, rest = did.split(":", 2)
    if method == "plc":
        return Request("GET", f"{PLC_DIRECTORY}/{did}")
    if method == "web":
        return Request("GET", f"https://{_web_host(rest)}/.well-known/did.json")
    raise _unusable("This kind of identity is not used on Bluesky.")


def read_did_document(response: Response, did: Did) -> Identity:
    """Give handle and server. Raises ServerRefused("account_not_found") for a deleted or unusable identity."""
    if response.status in (404, 410):
        raise ServerRefused("This Bluesky account no longer exists.", code="account_not_found")
    expect_ok(response)
    document = _json_object(response)
    if document.get("id") != did:
        raise _unusable("The identity document is about somebody else.")
    return Identity(did, _claimed_handle(document), _server(document, did))


async def find_identity(handle: Handle, fetch: Fetch) -> Identity:
    """Find who a handle is, checked both ways: the identity must claim the handle too.

    Raises ServerRefused("account_not_found") where it does not, NetworkError. https://atproto.com/specs/handle
    """
    did = read_resolved_handle(await fetch(resolve_handle_request(handle)))
    identity = read_did_document(await fetch(did_document_request(did)), did)
    if identity.handle != handle:
        raise ServerRefused("There is no such Bluesky account.", code="account_not_found")
    return identity


async def list_follows(account: Did, fetch: Fetch) -> frozenset[Did]:
    """Read whom an account follows, from its own server. Raises ServerRefused, NetworkError."""
    dids: set[Did] = set()
    cursor = None
    for _ in range(MAX_PAGES):
        page = read_follows(await fetch(list_follows_request(account, cursor)))
        dids.update(page.dids)
        if page.cursor is None or page.cursor == cursor:
            break
        cursor = page.cursor
    return frozenset(dids)


def list_follows_request(account: Did, cursor: str | None) -> Request:
    """Ask an account's own server for a page of its follow records."""
    query = {"repo": account, "collection": FOLLOW, "limit": str(MAX_LISTED)}
    return _get(account, "com.atproto.repo.listRecords", query | ({"cursor": cursor} if cursor else {}))


def read_follows(response: Response) -> FollowsPage:
    """Give the dids of a page. Records that are no follows are left out: a repository may hold anything."""
    expect_ok(response)
    page = _json_object(response)
    records = page.get("records")
    if not isinstance(records, list):
        raise _garbled()
    cursor = page.get("cursor")
    # The reference server gives a cursor with the last full page too, then one empty page (measured).
    return FollowsPage(tuple(_subjects(records)), cursor if isinstance(cursor, str) and records else None)


def apply_writes_request(account: Did, follows: Sequence[Follow]) -> Request:
    """Write up to MAX_WRITES follows in one commit: all of them or none. It does not look for doubles (measured)."""
    writes = [
        {"$type": "com.atproto.repo.applyWrites#create", "collection": FOLLOW, "rkey": f.rkey, "value": _record(f)}
        for f in follows
    ]
    return _post(account, "com.atproto.repo.applyWrites", {"repo": account, "writes": writes})


def create_follow_request(account: Did, follow: Follow) -> Request:
    """Write one follow. The server replaces an older follow of the same person (createRecord.ts), so none is double."""
    body = {"repo": account, "collection": FOLLOW, "rkey": follow.rkey, "record": _record(follow)}
    return _post(account, "com.atproto.repo.createRecord", body)


def get_follow_request(account: Did, rkey: str) -> Request:
    """Ask whether a follow record is there."""
    return _get(account, "com.atproto.repo.getRecord", {"repo": account, "collection": FOLLOW, "rkey": rkey})


def read_follow_exists(response: Response) -> bool:
    """Say whether the record is there. Raises ServerRefused when the server does not say."""
    if response.status == 400 and error_name(response) in _NOT_FOUND_ERRORS:
        return False
    expect_ok(response)
    return True


def expect_ok(response: Response) -> None:
    """Raise what `refusal` says for anything but success."""
    if response.status >= 300:
        raise refusal(response)


def refusal(response: Response) -> ServerRefused:
    """Say why a server refused: `session_expired`, `rate_limited`, `server_error` or `server_refused`."""
    name = error_name(response)
    if response.status == 401 or name in _SESSION_ERRORS:
        return ServerRefused("The sign-in to Bluesky has ended; sign in again.", code="session_expired")
    if response.status == 429:
        return ServerRefused("The Bluesky server asks to wait.", code="rate_limited")
    if response.status >= 500:
        return ServerRefused("The Bluesky server had a problem.", code="server_error", status=response.status)
    return ServerRefused("The Bluesky server refused the request.", reason=name, status=response.status)


def error_name(response: Response) -> str:
    """Give the name of an XRPC error, or "" where the body is none. https://atproto.com/specs/xrpc#error-responses"""
    try:
        name = response.json()["error"]
    except (ValueError, TypeError, KeyError, RecursionError):
        return ""
    return name[:80] if isinstance(name, str) else ""


def retry_at(response: Response, now: datetime) -> datetime | None:
    """Say when a 429 lets us try again, on our clock; None where it does not say.

    `RateLimit-Reset` is in Unix seconds of the server's clock, `Retry-After` in seconds or a date (RFC 9110, 10.2.3).
    """
    server_now = _http_date(response.headers.get("date")) or now
    moment = _unix(response.headers.get("ratelimit-reset")) or _after(response.headers.get("retry-after"), server_now)
    return None if moment is None else now + min(max(moment - server_now, timedelta(seconds=1)), LONGEST_LIMIT)


def _record(follow: Follow) -> dict[str, str]:
    return {"$type": FOLLOW, "subject": follow.did, "createdAt": follow.created_at}


def _get(account: Did, method: str, query: Mapping[str, str]) -> Request:
    return Request("GET", f"/xrpc/{method}?{urlencode(query)}", account=account)


def _post(account: Did, method: str, body: Mapping[str, Any]) -> Request:
    text = json.dumps(body, ensure_ascii=False).encode()
    return Request("POST", f"/xrpc/{method}", {"content-type": "application/json"}, text, account)


def _json_object(response: Response) -> Mapping[str, Any]:
    try:
        value = response.json()
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, Mapping):
        raise _garbled()
    return value


def _garbled() -> ServerRefused:
    return ServerRefused("The Bluesky server sent something that cannot be read.", code="server_error")


def _unusable(message: str) -> ServerRefused:
    return ServerRefused(message, code="account_not_found")


def _web_host(text: str) -> str:
    """did:web on Bluesky is a bare host name, without port or path: https://atproto.com/specs/did."""
    try:
        return parse_handle(text)
    except InvalidIdentifier:
        raise _unusable("This did:web names no host.") from None


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
    try:
        parts = urlsplit(url if isinstance(url, str) else "")
        origin = f"https://{parts.netloc}"
        is_bare = parts.scheme == "https" and parts.hostname and parts.path in ("", "/") and "@" not in parts.netloc
    except ValueError:
        is_bare = False
    if not is_bare or parts.query or parts.fragment:
        raise _unusable("The server of this identity has no usable address.")
    return origin


def _subjects(records: Iterable[Any]) -> Iterable[Did]:
    for record in records:
        try:
            yield parse_did(record["value"]["subject"])
        except (InvalidIdentifier, KeyError, TypeError):
            continue


def _unix(text: str | None) -> datetime | None:
    return datetime.fromtimestamp(int(text), UTC) if text and text.isdecimal() and len(text) <= 11 else None


def _after(text: str | None, start: datetime) -> datetime | None:
    if text and text.isdecimal() and len(text) <= 9:
        return start + timedelta(seconds=int(text))
    return _http_date(text)


def _http_date(text: str | None) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text) if text else None
    except ValueError:
        return None
    return moment if moment is None or moment.tzinfo else moment.replace(tzinfo=UTC)
