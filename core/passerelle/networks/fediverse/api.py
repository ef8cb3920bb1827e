"""The Mastodon API, as far as following needs it: find an account, read relationships, follow, unfollow, list.

https://docs.joinmastodon.org/methods/accounts/ and https://docs.joinmastodon.org/methods/search/. The requests go to
the own account's server; the sessions module adds its address and the token. Ids are text: only Mastodon's are numbers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from passerelle.errors import InvalidIdentifier, NetworkError, ServerRefused
from passerelle.identifiers import AccountId, Acct, canonicalize_acct, parse_acct
from passerelle.networks.fediverse.answers import document_of, expect_ok, unreadable
from passerelle.transport import Fetch, Request, Response

MAX_LISTED = 80  # accounts of one page: docs.joinmastodon.org/methods/accounts/#following
MAX_PAGES = 1000  # 80,000 follows; Mastodon itself allows 7,500 and a tenth of one's followers more
MAX_FOUND = 5  # accounts that a search may return: some servers search also for similar names
MAX_ID = 64  # characters
RESOLVE_SECONDS = 30.0  # the server asks another server meanwhile


@dataclass(frozen=True, slots=True)
class RemoteAccount:
    """An account as the own server shows it. `moved_to`: the account that replaced it."""

    id: str
    acct: Acct
    host: str
    is_suspended: bool
    moved_to: Acct | None
    created_at: datetime | None = None
    is_limited: bool = False


@dataclass(frozen=True, slots=True)
class Relationship:
    """What the own account has with another one; what a server leaves out counts as False."""

    id: str
    following: bool
    requested: bool
    blocking: bool
    blocked_by: bool
    muting: bool
    domain_blocking: bool


def server_of(account: AccountId) -> str:
    """Return the host of an own account.

    >>> server_of(AccountId("ada@quai.example.org"))
    'quai.example.org'
    """
    return account.partition("@")[2]


def lookup_request(account: AccountId, acct: Acct) -> Request:
    """Return the request for an account that the server knows already; it asks no other server."""
    return _get(account, f"/api/v1/accounts/lookup?{urlencode({'acct': str(acct)})}")


def search_request(account: AccountId, acct: Acct) -> Request:
    """Return the request by which the server looks for an account on its own server."""
    query = {"q": f"@{acct}", "type": "accounts", "resolve": "true", "limit": str(MAX_FOUND)}
    return Request("GET", f"/api/v2/search?{urlencode(query)}", account=account, timeout=RESOLVE_SECONDS)


def relationships_request(account: AccountId, account_id: str) -> Request:
    """Return the request for the relationship with one account."""
    return _get(account, f"/api/v1/accounts/relationships?{urlencode({'id[]': account_id})}")


def follow_request(account: AccountId, account_id: str) -> Request:
    """Return the request to follow; a server answers the same where the account is followed already."""
    return Request("POST", f"/api/v1/accounts/{quote(account_id, safe='')}/follow", account=account)


def unfollow_request(account: AccountId, account_id: str) -> Request:
    """Return the request to unfollow, or to withdraw a request to follow."""
    return Request("POST", f"/api/v1/accounts/{quote(account_id, safe='')}/unfollow", account=account)


def following_request(account: AccountId, own_id: str) -> Request:
    """Return the request for the first page of the accounts that the own account follows."""
    return _get(account, f"/api/v1/accounts/{quote(own_id, safe='')}/following?limit={MAX_LISTED}")


async def find_account(account: AccountId, acct: Acct, fetch: Fetch) -> RemoteAccount:
    """Return an account: from what the server knows, else by asking the account's own server.

    Raises ServerRefused("account_not_found"); what the own server refuses; NetworkError with the host of the account
    looked for where only that search failed.
    """
    host = server_of(account)
    response = await fetch(lookup_request(account, acct))
    if response.status not in (404, 410):  # Pleroma has no such address, which is a 404 too
        expect_ok(response, host)
        return read_account(document_of(response), host)
    try:
        response = await fetch(search_request(account, acct))
    except NetworkError:
        raise NetworkError("The account's server did not answer.", host=acct.domain) from None
    if response.status >= 500:
        raise NetworkError("The account's server did not answer.", host=acct.domain)
    expect_ok(response, host)
    return _the_one(response, acct, host)


async def find_relationship(account: AccountId, account_id: str, fetch: Fetch) -> Relationship:
    """Return what the own account has with another one. Raises ServerRefused, NetworkError."""
    response = await fetch(relationships_request(account, account_id))
    expect_ok(response, server_of(account))
    document = document_of(response)
    for one in document if isinstance(document, list) else []:
        if isinstance(one, Mapping) and one.get("id") == account_id:
            return read_relationship(one, server_of(account))
    raise unreadable(server_of(account))


async def find_own(account: AccountId, fetch: Fetch) -> RemoteAccount:
    """Return the own account as its server shows it. Raises ServerRefused, NetworkError."""
    response = await fetch(_get(account, "/api/v1/accounts/verify_credentials"))
    expect_ok(response, server_of(account))
    return read_account(document_of(response), server_of(account))


async def list_following(account: AccountId, fetch: Fetch) -> Mapping[str, Acct]:
    """Return id and acct of every account that the own account follows.

    Raises ServerRefused, NetworkError; ServerRefused("server_error") for a list that does not end.
    """
    host = server_of(account)
    request: Request | None = following_request(account, (await find_own(account, fetch)).id)
    found: dict[str, Acct] = {}
    for _ in range(MAX_PAGES):
        if request is None:
            return found
        response = await fetch(request)
        expect_ok(response, host)
        document = document_of(response)
        if not isinstance(document, list):
            raise unreadable(host)
        found |= {one.id: one.acct for one in _accounts(document, host)}
        request = _next_page(account, request, response)
    raise ServerRefused("The server does not end its list of follows.", code="server_error", host=host)


def read_account(document: Any, host: str) -> RemoteAccount:
    """Parse an Account entity of the server `host`. Raises ServerRefused("server_error")."""
    if not isinstance(document, Mapping):
        raise unreadable(host)
    try:
        acct = _whole_acct(document.get("acct"), host)
    except InvalidIdentifier:
        raise unreadable(host) from None
    is_suspended = document.get("suspended") is True
    return RemoteAccount(
        _id_in(document, host),
        acct,
        _host(document),
        is_suspended,
        _moved_to(document, host),
        _created_at(document),
        document.get("limited") is True,
    )


def read_relationship(document: Any, host: str) -> Relationship:
    """Parse a Relationship entity. Raises ServerRefused("server_error"): it does not say whether one follows."""
    if not isinstance(document, Mapping) or not isinstance(document.get("following"), bool):
        raise unreadable(host)
    flags = ("following", "requested", "blocking", "blocked_by", "muting", "domain_blocking")
    return Relationship(_id_in(document, host), *(document.get(flag) is True for flag in flags))


def _get(account: AccountId, path: str) -> Request:
    return Request("GET", path, account=account)


def _the_one(response: Response, acct: Acct, host: str) -> RemoteAccount:
    """Return the account that was looked for: some servers return similar ones too, some its canonical address."""
    document = document_of(response)
    listed = document.get("accounts") if isinstance(document, Mapping) else None
    if not isinstance(listed, list):
        raise unreadable(host)
    for one in _accounts(listed, host):
        is_same_name = one.acct.username.lower() == acct.username.lower()
        if canonicalize_acct(one.acct) == canonicalize_acct(acct) or (is_same_name and one.host == acct.domain):
            return one
    raise ServerRefused("There is no such account.", code="account_not_found", host=acct.domain)


def _accounts(listed: list[Any], host: str) -> Iterator[RemoteAccount]:
    for one in listed:
        try:
            yield read_account(one, host)
        except ServerRefused:
            continue


def _whole_acct(text: object, host: str) -> Acct:
    """Parse an acct as the server shows it: without a domain where the account is its own."""
    return parse_acct(text if not isinstance(text, str) or "@" in text else f"{text}@{host}")


def _moved_to(document: Mapping[str, Any], host: str) -> Acct | None:
    moved = document.get("moved")
    try:
        return _whole_acct(moved.get("acct"), host) if isinstance(moved, Mapping) else None
    except InvalidIdentifier:
        return None


def _created_at(document: Mapping[str, Any]) -> datetime | None:
    """Return when the account was made; Mastodon shows the day only."""
    text = document.get("created_at")
    try:
        moment = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None
    return moment if moment is None or moment.tzinfo else moment.replace(tzinfo=UTC)


def _host(document: Mapping[str, Any]) -> str:
    url = document.get("url")
    try:
        return (urlsplit(url).hostname or "") if isinstance(url, str) else ""
    except ValueError:
        return ""


def _id_in(document: Mapping[str, Any], host: str) -> str:
    value = document.get("id")
    if isinstance(value, str) and 0 < len(value) <= MAX_ID and value.isascii() and value.isalnum():
        return value
    raise unreadable(host)


def _next_page(account: AccountId, asked: Request, response: Response) -> Request | None:
    """Return the request for the page that `Link` calls next (RFC 8288); None at the end. Raises ServerRefused.

    Only path and query count: the sessions module adds the own account's server.
    """
    for part in response.headers.get("link", "").split(","):
        url, _, parameters = part.strip().partition(">")
        if 'rel="next"' in parameters:
            parts = urlsplit(url.removeprefix("<"))
            if parts.path != urlsplit(asked.url).path:
                raise unreadable(server_of(account))
            return _get(account, f"{parts.path}?{parts.query}")
    return None
