"""How following goes, as pages show it. Store `state`, key queue."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from passerelle.following.items import State
from passerelle.following.pace import Pace
from passerelle.following.queue import Queue
from passerelle.following.schedule import next_due
from passerelle.following.steps import Idle, Wait
from passerelle.matching.views import FollowState
from passerelle.view import ErrorView, View

# An item's state as pages show it. An account that is not in the queue is "none", or "following" by the server's word.
FOLLOW_STATES: Mapping[State, FollowState] = {
    State.WAITING: "waiting",
    State.ASKED: "asked",
    State.FOLLOWING: "following",
    State.FAILED: "failed",
}


class QueueView(View):
    """How following goes, as of `as_of`. `next_at` is set while a server asked to wait, `error` while one stopped it.

    Both moments (ISO 8601) are of the same clock; where `as_of` is in the future, the clock was set back since.
    """

    account: str
    running: bool
    waiting: int
    asked: int
    following: int
    failed: int
    as_of: str
    next_at: str | None
    error: ErrorView | None


def make_view(queue: Queue, now: datetime, pace: Pace) -> QueueView:
    """Return the queue as pages show it."""
    step = next_due(queue, now, pace)
    counts = {state: len(queue.in_state(state)) for state in State}
    return QueueView(
        account=queue.account,
        running=not isinstance(step, Idle),
        waiting=counts[State.WAITING],
        asked=counts[State.ASKED],
        following=counts[State.FOLLOWING],
        failed=counts[State.FAILED],
        as_of=now.isoformat(),
        next_at=step.until.isoformat() if isinstance(step, Wait) else None,
        error=queue.error,
    )
