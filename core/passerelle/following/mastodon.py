"""What the queue needs to know of Mastodon and compatible servers: their limits, and what their answers mean.

A target is the account's id on the own account's server. One person at a time: find, read the relationship, follow.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from passerelle.errors import NetworkError, ServerRefused
from passerelle.following.items import Item
from passerelle.following.outcomes import (
    Accepted,
    AlreadyFollowing,
    AlreadyRequested,
    Missing,
    Outcome,
    Refused,
    Requested,
    Resolved,
    Sent,
    Slowed,
    Stopped,
    Unanswered,
)
from passerelle.following.own import OwnAccount
from passerelle.following.pace import Limit, Pace, Tier
from passerelle.following.queue import Queue
from passerelle.following.rules import Followed
from passerelle.identifiers import AccountId, canonicalize_acct, parse_acct
from passerelle.networks.fediverse import answers, api
from passerelle.transport import Fetch, Request, Response
from passerelle.view import ErrorView, error_view

# config/initializers/rack_attack.rb, throttle_per_token_api: 300 requests in five minutes for each token; GoToSocial
# has the same for each IP address (docs.gotosocial.org/en/latest/api/ratelimiting/). The server counts when a request
# arrives, we when it leaves: ten requests and ten seconds less cover the difference.
REQUESTS = Limit(300 - 10, timedelta(minutes=5, seconds=10))
# app/lib/rate_limiter.rb, family `follows`: 400 in 24 hours. Ten are left for follows by hand.
FOLLOWS = Limit(400 - 10, timedelta(hours=24, minutes=1))
# Mastodon's own limit of a day is low; below it, an hour of following should look like a person's: decision 0180.
TIERS = (
    Tier(timedelta(days=7), (Limit(10, timedelta(minutes=15)), Limit(100, timedelta(days=1)))),
    Tier(timedelta(days=30), (Limit(15, timedelta(minutes=10)), Limit(200, timedelta(days=1)))),
    Tier(None, (Limit(20, timedelta(minutes=10)),)),
)
PACE = Pace(
    batch=1,
    points_per_follow=1,
    limits=(FOLLOWS,),
    # Together longer than five minutes: web pages cannot read a 429 that comes without CORS headers, so that it looks
    # like a server that does not answer.
    tries=9,
    first_pause=5.0,
    longest_pause=120.0,
    pause_when_limited=300.0,
    request_limits=(REQUESTS,),
    requests_per_person=4,  # lookup, search, relationships, follow
    tiers=TIERS,
    own_fresh_for=600.0,
)
_ABOUT_OWN_ACCOUNT = frozenset({"session_expired", "scope_missing", "own_account_suspended", "own_account_pending"})
_ABOUT_ITEM = frozenset(
    {"account_not_found", "account_moved", "account_blocked", "account_suspended", "own_account", "follow_refused"}
)


def choose_record_keys(queue: Queue, keys: Sequence[str], at: datetime, clock_id: int) -> Sent:
    """Return the targets as record keys: a server has one relationship with each account."""
    return Sent({key: queue.items[key].target or key for key in keys}, at, queue.last_key_number)


def write_request(account: AccountId, items: Sequence[Item], revision: str | None = None) -> Request:
    """Return the request that follows one account. Raises ValueError for an item without target, or for several."""
    (item,) = items
    return api.follow_request(account, _target(item))


async def find_target(account: AccountId, item: Item, fetch: Fetch) -> Sequence[Outcome]:
    """Find the account behind the item's acct, and what the own account has with it.

    Raises NetworkError, ServerRefused; about this account alone: `account_not_found`, `account_moved` (`address`: where
    to), `own_account`, `account_suspended`, `account_blocked`.
    """
    if item.address is None:
        raise ValueError("this item has no address")
    acct = parse_acct(item.address)
    if canonicalize_acct(acct) == account:
        raise ServerRefused("This is your own account.", code="own_account")
    found = await api.find_account(account, acct, fetch)
    if found.is_suspended:
        raise ServerRefused("Your server has suspended this account.", code="account_suspended", host=acct.domain)
    if canonicalize_acct(found.acct) == account:
        raise ServerRefused("This is your own account.", code="own_account")
    if found.moved_to:
        raise ServerRefused("This account has moved.", code="account_moved", address=str(found.moved_to))
    return _related(item, await api.find_relationship(account, found.id, fetch))


async def look_up(account: AccountId, item: Item, fetch: Fetch) -> Outcome:
    """Return whether what was sent has arrived. Raises ServerRefused, NetworkError."""
    return _of_write(await api.find_relationship(account, _target(item), fetch)) or Missing()


def read_write(
    response: Response, account: AccountId, items: Sequence[Item], now: datetime, pace: Pace = PACE
) -> Outcome:
    """Return what an answer to `write_request` means. A success counts only where it says that one follows."""
    host = api.server_of(account)
    if response.status < 300:
        return _read_success(response, host, now)
    if response.status == 429:
        return Slowed(now, answers.slowed_until(response, now) or now + timedelta(seconds=pace.pause_when_limited))
    refusal = answers.refusal(response, host)
    if response.status == 408 or response.status >= 500:
        return Unanswered(error_view(refusal), now)
    if refusal.code in _ABOUT_OWN_ACCOUNT:
        return Stopped(error_view(refusal))
    if response.status == 422:  # app/validators/follow_limit_validator.rb: 7,500, or a tenth more than one's followers
        return Stopped(error_view(ServerRefused("Your account may follow no more.", code="follow_limit", host=host)))
    if refusal.code == "server_refused":
        refusal = ServerRefused("The server does not allow to follow this account.", code="follow_refused", host=host)
    return Refused(error_view(refusal))


async def list_follows(account: AccountId, fetch: Fetch) -> Sequence[Followed]:
    """Return the accounts that are followed. Raises ServerRefused, NetworkError."""
    listed = await api.list_following(account, fetch)
    return [Followed(account_id, account_id, canonicalize_acct(acct)) for account_id, acct in listed.items()]


async def list_changes(account: AccountId, newest: str, fetch: Fetch) -> Sequence[Followed]:
    """Return nothing: a server has one relationship with each account, so following twice changes nothing."""
    return ()


async def read_revision(account: AccountId, fetch: Fetch) -> str | None:
    """Return None: following twice changes nothing, so there is nothing to compare."""
    return None


async def review(account: AccountId, items: Sequence[Item], fetch: Fetch) -> Mapping[str, ErrorView]:
    """Return nothing: `find_target` reads each relationship."""
    return {}


async def read_own(account: AccountId, fetch: Fetch, now: datetime) -> OwnAccount:
    """Read the account's age, and whether its server has limited it. Raises ServerRefused, NetworkError."""
    own = await api.find_own(account, fetch)
    return OwnAccount(own.created_at, frozenset({"limited"} if own.is_limited else ()), now)


def undo_request(account: AccountId, record_keys: Sequence[str]) -> Request:
    """Return the request that unfollows one account. Raises ValueError for several."""
    (account_id,) = record_keys
    return api.unfollow_request(account, account_id)


def read_undo(response: Response, account: AccountId, count: int, now: datetime) -> Outcome | None:
    """Return what an answer to `undo_request` means; None for success, also where the account is gone."""
    host = api.server_of(account)
    if response.status < 300:
        try:
            relationship = api.read_relationship(answers.document_of(response), host)
        except ServerRefused as error:
            return Unanswered(error_view(error), now)
        is_undone = not relationship.following and not relationship.requested
        return None if is_undone else Unanswered(error_view(answers.unreadable(host)), now)
    if response.status in (404, 410):
        return None
    if response.status == 429:
        return Slowed(now, answers.slowed_until(response, now) or now + timedelta(seconds=PACE.pause_when_limited))
    refusal = answers.refusal(response, host)
    is_over = refusal.code in _ABOUT_OWN_ACCOUNT
    return Stopped(error_view(refusal)) if is_over else Unanswered(error_view(refusal), now)


def is_about_one_item(error: NetworkError | ServerRefused, account: AccountId) -> bool:
    """Return whether finding failed for this account only, and not for all."""
    if isinstance(error, NetworkError):
        return error.params.get("host") not in (None, api.server_of(account))
    return error.code in _ABOUT_ITEM


def _related(item: Item, relationship: api.Relationship) -> Sequence[Outcome]:
    if relationship.following:
        return (AlreadyFollowing(item.key, relationship.id),)
    if relationship.requested:
        return (AlreadyRequested(item.key, relationship.id),)
    if relationship.blocking or relationship.blocked_by or relationship.domain_blocking:
        raise ServerRefused("One of the two accounts blocks the other.", code="account_blocked")
    return (Resolved(item.key, relationship.id),)


def _read_success(response: Response, host: str, now: datetime) -> Outcome:
    try:
        relationship = api.read_relationship(answers.document_of(response), host)
    except ServerRefused as error:
        return Unanswered(error_view(error), now)
    return _of_write(relationship) or Unanswered(error_view(answers.unreadable(host)), now)


def _of_write(relationship: api.Relationship) -> Outcome | None:
    if relationship.following:
        return Accepted()
    return Requested() if relationship.requested else None


def _target(item: Item) -> str:
    if item.target is None:
        raise ValueError("this item has no target")
    return item.target
