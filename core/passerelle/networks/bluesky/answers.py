"""What an answer of a Bluesky server means: success, refusal, how long to wait, and whether a write is confirmed.

Answers are those of the reference server: https://github.com/bluesky-social/atproto/tree/main/packages/xrpc-server.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from passerelle.errors import ServerRefused
from passerelle.transport import Response

LONGEST_LIMIT = timedelta(hours=24)  # the longest window a PDS has: packages/pds/src/rate-limits.ts
CUT_OFF = timedelta(seconds=1)  # what is lost of a moment in whole seconds
ON_THE_WAY = timedelta(seconds=5)  # an answer may take so long: the moment that it names is then over
DEFAULT_WINDOW = timedelta(hours=1)  # where the server names no window; the hourly one is hit first
MAX_ERROR_NAME = 80  # characters

# A token that no longer counts. The reference server answers 400 for an expired one, not 401.
_SESSION_ERRORS = frozenset({"ExpiredToken", "InvalidToken", "AuthMissing", "AuthenticationRequired"})


def expect_ok(response: Response) -> None:
    """Raise what `refusal` returns unless the status is a success."""
    if response.status >= 300:
        raise refusal(response)


def refusal(response: Response) -> ServerRefused:
    """Return the error of a refusal: `session_expired`, `rate_limited`, `server_error` or `server_refused`."""
    name = error_name(response)
    if response.status == 401 or name in _SESSION_ERRORS:
        return ServerRefused("The sign-in to Bluesky has ended; sign in again.", code="session_expired")
    if response.status == 429:
        return ServerRefused("The Bluesky server asks to wait.", code="rate_limited")
    if response.status >= 500:
        return ServerRefused("The Bluesky server had a problem.", code="server_error", status=response.status)
    return ServerRefused("The Bluesky server refused the request.", reason=name, status=response.status)


def error_name(response: Response) -> str:
    """Return the name of an XRPC error, or "" without one. https://atproto.com/specs/xrpc#error-responses"""
    document = _document(response)
    name = document.get("error") if document else None
    return name[:MAX_ERROR_NAME] if isinstance(name, str) else ""


def read_object(response: Response) -> Mapping[str, Any]:
    """Parse the JSON object of an answer. Raises ServerRefused("server_error")."""
    document = _document(response)
    if document is None:
        raise unreadable()
    return document


def unreadable() -> ServerRefused:
    """Return the error for an answer that does not have the shape its lexicon promises."""
    return ServerRefused("The Bluesky server sent something that cannot be read.", code="server_error")


def confirms_create(response: Response, uri: str) -> bool:
    """Return whether an answer to createRecord has the promised shape and names the record `uri`.

    False means unknown: look the record up. lexicons/com/atproto/repo/createRecord.json
    """
    document = _document(response) if response.status == 200 else None
    return document is not None and _is_created(document, uri)


def confirms_writes(response: Response, uris: Sequence[str]) -> bool:
    """Return whether an answer to applyWrites names exactly the records `uris`, in their order.

    False means unknown: look one up. `results` is optional: lexicons/com/atproto/repo/applyWrites.json
    """
    document = _document(response) if response.status == 200 else None
    results = document.get("results") if document else None
    if not isinstance(results, list) or len(results) != len(uris):
        return False
    return all(_is_created(result, uri) for result, uri in zip(results, uris, strict=True))


def confirms_deletes(response: Response, count: int) -> bool:
    """Return whether an answer says that so many records were deleted; to deleteRecord where it is one.

    False means unknown: list the records. lexicons/com/atproto/repo/{deleteRecord,applyWrites}.json
    """
    document = _document(response) if response.status == 200 else None
    if document is None:
        return False
    commit, results = document.get("commit"), document.get("results")
    has_all = count == 1 or (isinstance(results, list) and len(results) == count)
    return has_all and isinstance(commit, Mapping) and isinstance(commit.get("rev"), str)


def commit_of(response: Response) -> str | None:
    """Return the CID of the commit that a write has made; optional in com.atproto.repo.defs#commitMeta's places."""
    commit = (_document(response) or {}).get("commit")
    cid = commit.get("cid") if isinstance(commit, Mapping) else None
    return cid if isinstance(cid, str) else None


def retry_at(response: Response, now: datetime) -> datetime | None:
    """Return when a 429 allows the next request, on our clock; None where it cannot be known.

    `Retry-After` in seconds needs no clock (RFC 9110, 10.2.3). A moment of the server's clock, in it or in
    `RateLimit-Reset` (Unix seconds), counts only within the server's own window: `Date` cannot be read in a browser, so
    outside it our clock or the server's is wrong. The reference server cuts off the fraction of a second
    (packages/xrpc-server/src/rate-limiter.ts), so that its window ends up to one second after the moment that it names.
    """
    headers = response.headers
    if (seconds := _seconds(headers.get("retry-after"))) is not None:
        return now + min(max(seconds, CUT_OFF), LONGEST_LIMIT)
    window = _window(headers.get("ratelimit-policy"))
    moments = (_http_date(headers.get("retry-after")), _unix(headers.get("ratelimit-reset")))
    named = next((moment for moment in moments if moment and now - ON_THE_WAY < moment <= now + window), None)
    return min(max(named, now) + CUT_OFF, now + LONGEST_LIMIT) if named else None


def _document(response: Response) -> Mapping[str, Any] | None:
    try:
        value = response.json()
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, Mapping) else None


def _is_created(result: object, uri: str) -> bool:
    return isinstance(result, Mapping) and result.get("uri") == uri and isinstance(result.get("cid"), str)


def _window(policy: str | None) -> timedelta:
    """Parse `5000;w=3600`, several separated by commas: the longest window, at most LONGEST_LIMIT."""
    windows = [window for window in _windows(policy or "") if window]
    return min(max(windows, default=DEFAULT_WINDOW), LONGEST_LIMIT)


def _windows(policy: str) -> Iterator[timedelta | None]:
    for parameter in policy.replace(",", ";").split(";"):
        name, _, value = parameter.partition("=")
        if name.strip() == "w":
            yield _seconds(value.strip())


def _unix(text: str | None) -> datetime | None:
    is_moment = text and text.isascii() and text.isdecimal() and len(text) <= 11
    return datetime.fromtimestamp(int(text), UTC) if text and is_moment else None


def _seconds(text: str | None) -> timedelta | None:
    is_count = text and text.isascii() and text.isdecimal() and len(text) <= 9
    return timedelta(seconds=int(text)) if text and is_count else None


def _http_date(text: str | None) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text) if text else None
    except ValueError:
        return None
    return moment if moment is None or moment.tzinfo else moment.replace(tzinfo=UTC)
