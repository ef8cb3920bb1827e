"""What the queue does next. Pure: the same queue at the same moment always gives the same step."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from passerelle.following.items import Item, State
from passerelle.following.pace import Limit, Pace
from passerelle.following.queue import IN_FLIGHT, Queue, Spent
from passerelle.following.steps import (
    Check,
    Idle,
    ListChanges,
    ListFollows,
    ReadOwn,
    RemoveDoubles,
    Resolve,
    Review,
    Send,
    Step,
    Unfollow,
    Wait,
)


def next_due(queue: Queue, now: datetime, pace: Pace) -> Step:
    """Return what to do now."""
    waiting, asked = _waiting(queue), _asked(queue)
    cleaning = _cleaning(queue, pace)
    if not waiting and not asked and not cleaning:
        return Idle()
    if queue.pause and queue.pause.until > now:
        return Wait(queue.pause.until)
    if (until := next_request_at(queue, now, pace, pace.requests_per_person)) > now:
        return Wait(until)
    if asked:
        return Check(asked[0].key)
    is_later = isinstance(cleaning, ListChanges) and bool(waiting)  # it is read before the next batch anyway
    if cleaning and not is_later and not any(item.urgent for item in waiting):
        return _within_limits(queue, cleaning, now, pace)
    waiting.sort(key=lambda item: (not item.urgent, item.tries))
    if queue.known is None and not waiting[0].urgent:
        return ListFollows()
    if not waiting[0].urgent and _is_own_due(queue, now, pace):
        return ReadOwn()
    batch = _next_batch(waiting, pace)
    for item in batch:
        if item.target is None:
            return Resolve(item.key)
    if pace.review and any(_is_to_review(queue, item) for item in batch):
        return Review(tuple(item.key for item in waiting if _is_to_review(queue, item))[: pace.review])
    step = _within_budget(queue, batch, now, pace)
    is_due = isinstance(step, Send) and not batch[0].urgent and not _is_fresh(queue, now, pace)
    return ListChanges(queue.newest) if is_due else step


def _waiting(queue: Queue) -> list[Item]:
    return [item for item in queue.in_state(State.WAITING) if item.urgent or not queue.paused]


def _asked(queue: Queue) -> list[Item]:
    """Return what was sent without an answer; a paused queue looks it up where something urgent is in it."""
    asked = queue.in_state(*IN_FLIGHT)
    return asked if not queue.paused or any(item.urgent for item in asked) else []


def _cleaning(queue: Queue, pace: Pace) -> Step | None:
    """Return what there is to delete, or to read after a batch. What is undone is undone while paused too."""
    leaving = [] if queue.error and queue.paused else queue.in_state(State.LEAVING)
    if queue.doubles and not queue.paused:
        return RemoveDoubles(queue.doubles[: pace.batch])
    if leaving and queue.known is None and pace.fresh_for is not None:
        return ListFollows()
    if leaving:
        return Unfollow(tuple(item.key for item in leaving[: pace.batch]))
    if queue.is_unread and not queue.paused:
        return ListFollows() if queue.known is None else ListChanges(queue.newest)
    return None


def _is_fresh(queue: Queue, now: datetime, pace: Pace) -> bool:
    """Return whether nothing can have been followed elsewhere since the last reading, or where that is harmless."""
    if pace.fresh_for is None:
        return True
    is_recent = queue.read_at is not None and now - queue.read_at <= timedelta(seconds=pace.fresh_for)
    return is_recent and not queue.is_unread


def _is_to_review(queue: Queue, item: Item) -> bool:
    """Return whether to look at an item before it is sent; not at one asked for by hand, nor at one sent before."""
    return not item.urgent and item.batch is None and item.target is not None and item.key not in queue.reviewed


def _is_own_due(queue: Queue, now: datetime, pace: Pace) -> bool:
    """Return whether to read what the server says about the own account, before the next batch."""
    if pace.own_fresh_for is None:
        return False
    is_recent = queue.own is not None and now - queue.own.read_at < timedelta(seconds=pace.own_fresh_for)
    return not is_recent or bool(queue.stopping_labels)


def _within_limits(queue: Queue, step: Step, now: datetime, pace: Pace) -> Step:
    """Return the step, or a wait where the server's limits leave no room for what it deletes."""
    count = len(step.keys) if isinstance(step, Unfollow) else 0
    count = len(step.record_keys) if isinstance(step, RemoveDoubles) else count
    needed = count * pace.points_per_undo
    until = max(_when_room(queue.points_spent, now, limit, needed) for limit in pace.limits) if needed else now
    return Wait(until) if until > now else step


def _next_batch(waiting: Sequence[Item], pace: Pace) -> list[Item]:
    """Choose the items to send together: a batch that was sent before stays as it was, or shrinks."""
    head = waiting[0]
    if head.batch is not None:
        return [item for item in waiting if item.batch == head.batch]
    if head.urgent:
        return [head]
    by_target: dict[str, Item] = {}
    for item in waiting:
        if item.batch is None and not item.urgent:
            by_target.setdefault(item.target or item.key, item)
        if len(by_target) == pace.batch:
            break
    return list(by_target.values())


def next_request_at(queue: Queue, now: datetime, pace: Pace, count: int = 1) -> datetime:
    """Return when the server's limit leaves room for so many requests; `now` where it does already."""
    return max((_when_room(queue.requests_sent, now, limit, count) for limit in pace.request_limits), default=now)


def _within_budget(queue: Queue, batch: Sequence[Item], now: datetime, pace: Pace) -> Step:
    """Send as many as the server's limits leave room for, or wait until there is room again.

    Our own `spread` holds back whole batches, so that waiting does not cut them into many small ones.
    """
    spent, cost = queue.points_spent, pace.points_per_follow
    if not batch[0].urgent and (until := _when_spread(queue, now, pace, len(batch))) > now:
        return Wait(until)
    room = min(limit.amount - _spent(spent, now - limit.window) for limit in pace.limits) // cost
    if batch[0].batch is None and room > 0:
        batch = batch[:room]
    if len(batch) <= room:
        return Send(tuple(item.key for item in batch))
    needed = cost * (1 if batch[0].batch is None else len(batch))
    return Wait(max(_when_room(spent, now, limit, needed) for limit in pace.limits))


def _when_spread(queue: Queue, now: datetime, pace: Pace, count: int) -> datetime:
    """Return when our own limits leave room for so many people; `now` where they do already."""
    cost = count * pace.points_per_follow
    moments = (_when_room(queue.points_spent, now, one, min(cost, one.amount)) for one in pace.spread)
    return max(moments, default=now)


def _spent(spent: Spent, since: datetime) -> int:
    return sum(amount for moment, amount in spent if moment > since)


def _when_room(spent: Spent, now: datetime, limit: Limit, needed: int) -> datetime:
    moments = [now, *(moment + limit.window for moment, _ in spent if moment + limit.window > now)]
    allowed = limit.amount - needed
    return next(moment for moment in moments if _spent(spent, moment - limit.window) <= allowed)
