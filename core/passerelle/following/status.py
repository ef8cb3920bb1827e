"""How following goes, as pages show it. Store `state`, key queue."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from passerelle.following.items import State
from passerelle.following.pace import Pace, Speed
from passerelle.following.queue import Queue
from passerelle.following.schedule import next_due
from passerelle.following.steps import Idle, Wait
from passerelle.following.time_left import done_at
from passerelle.identifiers import Network, network_of
from passerelle.matching.views import FollowState
from passerelle.view import ErrorView, View

# An item's state as pages show it. An account that is not in the queue is "none", or "following" by the server's word.
FOLLOW_STATES: Mapping[State, FollowState] = {
    State.WAITING: "waiting",
    State.ASKED: "asked",
    State.RECALLED: "asked",
    State.FOLLOWING: "following",
    State.REQUESTED: "requested",
    State.FAILED: "failed",
    State.LEAVING: "leaving",
}


class FollowCounts(View):
    """How many people are in each state. `requested`: asked, and the person followed decides. `leaving`:
    followed, and about to be unfollowed.

    `running`: something is done now or at `next_at` (ISO 8601), which is set while a server asked to wait, or while
    following is spread out. `done_at` (ISO 8601): about when the last person is followed; None while nothing goes on.
    """

    running: bool
    waiting: int
    asked: int
    following: int
    requested: int
    failed: int
    leaving: int
    next_at: str | None
    done_at: str | None
    error: ErrorView | None


class AccountQueueView(FollowCounts):
    """The queue of one own account. `is_current`: this account follows on its network; others only end what waits."""

    account: str
    network: Network
    is_current: bool


class QueueView(FollowCounts):
    """How following goes as of `as_of` (ISO 8601), at `speed`: of the current accounts together, then of each account.

    Moments are of one clock; where `as_of` is in the future, the clock was set back since.
    """

    as_of: str
    speed: Speed
    accounts: list[AccountQueueView]


def make_account_view(queue: Queue, now: datetime, pace: Pace, *, is_current: bool) -> AccountQueueView:
    """Return one queue as pages show it."""
    step = next_due(queue, now, pace)
    counts = {state: len(queue.in_state(state)) for state in State}
    return AccountQueueView(
        account=queue.account,
        network=network_of(queue.account),
        is_current=is_current,
        running=not isinstance(step, Idle),
        waiting=counts[State.WAITING],
        asked=counts[State.ASKED] + counts[State.RECALLED],
        following=counts[State.FOLLOWING],
        requested=counts[State.REQUESTED],
        failed=counts[State.FAILED],
        leaving=counts[State.LEAVING],
        next_at=step.until.isoformat() if isinstance(step, Wait) else None,
        done_at=None if isinstance(step, Idle) else done_at(queue, now, pace).isoformat(),
        error=queue.error,
    )


def make_view(accounts: Iterable[AccountQueueView], now: datetime, speed: Speed) -> QueueView:
    """Return the queues of all accounts as pages show them."""
    accounts = list(accounts)
    current = [one for one in accounts if one.is_current]
    moments = [one.next_at for one in current if one.running]
    waits = [moment for moment in moments if moment]
    return QueueView(
        running=bool(moments),
        waiting=sum(one.waiting for one in current),
        asked=sum(one.asked for one in current),
        following=sum(one.following for one in current),
        requested=sum(one.requested for one in current),
        failed=sum(one.failed for one in current),
        leaving=sum(one.leaving for one in current),
        next_at=min(waits) if waits and len(waits) == len(moments) else None,
        done_at=max((one.done_at for one in current if one.done_at), default=None),
        error=next((one.error for one in current if one.error), None),
        as_of=now.isoformat(),
        speed=speed,
        accounts=accounts,
    )
