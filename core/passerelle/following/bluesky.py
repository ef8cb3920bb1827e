"""What the queue needs to know of Bluesky: its limits, its record keys, and what a server's answers mean."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping, Sequence
from datetime import datetime, timedelta

from passerelle.errors import NetworkError, ServerRefused
from passerelle.following.items import Item
from passerelle.following.outcomes import (
    Accepted,
    Missing,
    Outcome,
    Overtaken,
    Refused,
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
from passerelle.identifiers import AccountId, Did, Handle, parse_did
from passerelle.networks import bluesky
from passerelle.networks.bluesky import Follow
from passerelle.networks.bluesky.answers import unreadable
from passerelle.transport import Fetch, Request, Response
from passerelle.view import ErrorView, error_view

# https://docs.bsky.app/docs/advanced-guides/rate-limits: 5,000 points an hour and 35,000 a day, 3 per record created.
# applyWrites takes 200 at once (packages/pds/src/api/com/atproto/repo/applyWrites.ts); 50 keep "pause" prompt.
# Bluesky publishes no number for "bulk or spammy interactions" (same page), and accounts were labelled for "Bulk
# Following" (https://github.com/marcomaroni-github/twitter-to-bluesky/issues/116). So an established account uses under
# a third of what the server allows, a new one as much in a day as a person might do by hand: decision 0180.
TIERS = (
    Tier(timedelta(days=7), (Limit(20, timedelta(minutes=15)), Limit(200, timedelta(days=1)))),
    Tier(timedelta(days=30), (Limit(50, timedelta(minutes=15)), Limit(1000, timedelta(days=1)))),
    Tier(None, (Limit(50, timedelta(minutes=6)),)),
)
PACE = Pace(
    batch=50,
    points_per_follow=3,
    limits=(Limit(5000, timedelta(hours=1)), Limit(35_000, timedelta(days=1))),
    tries=6,
    first_pause=2.0,
    longest_pause=120.0,
    pause_when_limited=300.0,
    points_per_undo=1,
    fresh_for=10.0,
    tiers=TIERS,
    fast_batch=100,  # at full speed: a pause waits for one request, a thousand people need ten
    own_fresh_for=600.0,
    review=150,  # six requests of 25 profiles, five of 30 relationships
)
MICROSECONDS = 1_000_000  # in a second; record keys count them: https://atproto.com/specs/tid

# What a server answered a write, by what it means for the queue; every other refusal is about the account itself.
_ABOUT_RECORDS = frozenset({400, 413})
NO_SUCH_REPOSITORY = 400  # packages/pds/src/api/com/atproto/repo/listRecords.ts, also for a closed account
_SESSION_OVER = frozenset({"ExpiredToken", "InvalidToken"})
_ABOUT_ACCOUNT = frozenset(
    {"AccountDeactivated", "AccountSuspended", "AccountTakedown", "RepoDeactivated", "RepoNotFound", "RepoTakendown"}
)


def choose_record_keys(queue: Queue, keys: Sequence[str], at: datetime, clock_id: int) -> Sent:
    """Choose the record keys under which to send these items; `clock_id`: ten random bits.

    Items that were sent before keep theirs. New keys are higher than every key before, also when the clock went back.
    """
    first = max(int(at.timestamp() * MICROSECONDS), queue.last_key_number + 1)
    new = {key: bluesky.make_tid(first + number, clock_id) for number, key in enumerate(keys)}
    chosen = {key: queue.items[key].record_key or new[key] for key in keys}
    return Sent(chosen, at, first + len(keys))


def write_request(account: AccountId, items: Sequence[Item], revision: str | None = None) -> Request:
    """Return the request that writes the records of these items in one commit.

    Several are written only while `revision` is the account's last commit, where that is known. A single one replaces
    an older record of the same target by itself.
    """
    follows = [make_follow(item) for item in items]
    if len(follows) == 1:
        return bluesky.create_follow_request(Did(account), follows[0])
    return bluesky.apply_writes_request(Did(account), follows, revision)


def make_follow(item: Item) -> Follow:
    """Return the record to write. Raises ValueError for an item that was never sent."""
    if item.record_key is None or item.target is None or item.asked_at is None:
        raise ValueError("this item was never sent")
    return Follow(item.record_key, Did(item.target), item.asked_at)


async def look_up(account: AccountId, item: Item, fetch: Fetch) -> Outcome:
    """Ask the account's server whether the item's record is there. Raises ServerRefused, NetworkError."""
    response = await fetch(bluesky.get_follow_request(Did(account), make_follow(item).rkey))
    return Accepted() if bluesky.read_follow_exists(response) else Missing()


async def find_target(account: AccountId, item: Item, fetch: Fetch) -> Sequence[Outcome]:
    """Find the did behind the item's handle, checked in both directions. Raises ServerRefused, NetworkError.

    An item whose key is a did was stated with it by a single source: ServerRefused("handle_moved") if they differ.
    """
    if item.address is None:
        raise ValueError("this item has neither target nor address")
    did = (await bluesky.find_identity(Handle(item.address), fetch)).did
    if item.key not in (did, item.address):
        raise ServerRefused("This handle belongs to another account than the directory says.", code="handle_moved")
    return (Resolved(item.key, did),)


async def list_follows(account: AccountId, fetch: Fetch) -> Sequence[Followed]:
    """Read which accounts the account follows. Raises ServerRefused, NetworkError."""
    return await _list(account, fetch, bluesky.list_follows(parse_did(account), fetch))


async def list_changes(account: AccountId, newest: str, fetch: Fetch) -> Sequence[Followed]:
    """Read the newest follows, down to one that is not above the key `newest`. Raises ServerRefused, NetworkError."""
    return await _list(account, fetch, bluesky.list_new_follows(parse_did(account), newest, fetch))


async def _list(account: AccountId, fetch: Fetch, listing: Awaitable[Mapping[str, Did]]) -> Sequence[Followed]:
    """Return what is listed. A server that says it has no such repository is asked whether the account is closed."""
    try:
        return [Followed(key, did, did) for key, did in (await listing).items()]
    except ServerRefused as refused:
        if refused.params.get("status") == NO_SUCH_REPOSITORY:
            bluesky.raise_if_inactive(await fetch(bluesky.repo_status_request(Did(account))))
        raise


async def read_revision(account: AccountId, fetch: Fetch) -> str | None:
    """Read the account's last commit; None where its server does not tell. Raises ServerRefused, NetworkError."""
    response = await fetch(bluesky.latest_commit_request(Did(account)))
    is_over = response.status in (401, 429) or bluesky.error_name(response) in _SESSION_OVER
    if response.status >= 400 and not is_over:
        return None
    return bluesky.read_latest_commit(response)


async def review(account: AccountId, items: Sequence[Item], fetch: Fetch) -> Mapping[str, ErrorView]:
    """Return who is gone, and who blocks or is blocked, by the public AppView. Raises ServerRefused, NetworkError."""
    targets = {Did(item.target): item.key for item in items if item.target and item.target.startswith("did:")}
    refused = await bluesky.find_closed(Did(account), tuple(targets), fetch)
    return {targets[did]: error_view(error) for did, error in refused.items()}


async def read_own(account: AccountId, fetch: Fetch, now: datetime) -> OwnAccount:
    """Read the account's age and labels from the public AppView, unsigned. Raises ServerRefused, NetworkError."""
    response = await fetch(bluesky.profile_request(Did(account)))
    return OwnAccount(*bluesky.read_own_profile(response, Did(account), now), now)


def undo_request(account: AccountId, record_keys: Sequence[str]) -> Request:
    """Return the request that deletes these records in one commit."""
    return bluesky.delete_follows_request(Did(account), record_keys)


def read_undo(response: Response, account: AccountId, count: int, now: datetime) -> Outcome | None:
    """Return what an answer to `undo_request` means; None for success."""
    if bluesky.confirms_deletes(response, count):
        return None
    if response.status < 300:
        return Unanswered(error_view(unreadable()), now)
    if response.status == 429:
        return Slowed(now, bluesky.retry_at(response, now) or now + timedelta(seconds=PACE.pause_when_limited))
    refusal = _refusal(response)
    is_over = refusal.code == "session_expired" or bluesky.error_name(response) in _ABOUT_ACCOUNT
    return Stopped(error_view(refusal)) if is_over or response.status == 403 else Unanswered(error_view(refusal), now)


def slowed_until(response: Response, now: datetime) -> datetime | None:
    """Return until when a refused request should wait, where the server says it."""
    return bluesky.retry_at(response, now) if response.status == 429 else None


def read_write(
    response: Response, account: AccountId, items: Sequence[Item], now: datetime, pace: Pace = PACE
) -> Outcome:
    """Return what an answer to `write_request` means (answers measured on the reference server).

    A success counts only where it names the records in the shape that the lexicon promises: a proxy or a login page may
    answer 200 as well. Anything else leaves open whether they are written, so one is looked up.
    """
    if response.status < 300:
        return (
            Accepted(_commit_on_top(response, items))
            if _confirms(response, Did(account), items)
            else Unanswered(error_view(unreadable()), now)
        )
    if response.status == 429:
        return Slowed(now, bluesky.retry_at(response, now) or now + timedelta(seconds=pace.pause_when_limited))
    if bluesky.error_name(response) == "InvalidSwap":
        return Overtaken()
    refusal = error_view(_refusal(response))
    if response.status == 408 or response.status >= 500:  # the reference server says 500 for a key that exists too
        return Unanswered(refusal, now)
    is_about_account = refusal.code == "session_expired" or bluesky.error_name(response) in _ABOUT_ACCOUNT
    if response.status in _ABOUT_RECORDS and not is_about_account:
        return Refused(refusal)
    return Stopped(refusal)


def _commit_on_top(response: Response, items: Sequence[Item]) -> str | None:
    """Return the commit of several records; a single one is written on top of any commit, so its own tells nothing."""
    return bluesky.commit_of(response) if len(items) > 1 else None


def _refusal(response: Response) -> ServerRefused:
    try:
        bluesky.raise_if_closed(response)
    except ServerRefused as closed:
        return closed
    return bluesky.refusal(response)


def _confirms(response: Response, account: Did, items: Sequence[Item]) -> bool:
    uris = [bluesky.record_uri(account, make_follow(item).rkey) for item in items]
    if len(uris) == 1:
        return bluesky.confirms_create(response, uris[0])
    return bluesky.confirms_writes(response, uris)


def is_about_one_item(error: NetworkError | ServerRefused, account: AccountId) -> bool:
    """Return whether resolving failed for this account only, and not for all."""
    if isinstance(error, NetworkError):
        return error.params.get("host") not in (None, *bluesky.SHARED_HOSTS)
    return error.code in ("account_not_found", "handle_moved")
