"""What the queue does next. Pure: the same queue at the same moment always gives the same step."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from passerelle.following.items import Item, State
from passerelle.following.pace import Limit, Pace
from passerelle.following.queue import Queue, Spent
from passerelle.following.steps import Check, Idle, ListFollows, Resolve, Send, Step, Wait


def next_due(queue: Queue, now: datetime, pace: Pace) -> Step:
    """Return what to do now."""
    waiting, asked = queue.in_state(State.WAITING), queue.in_state(State.ASKED)
    if queue.paused:
        waiting = [item for item in waiting if item.urgent]
    if not waiting and not (any(item.urgent for item in asked) if queue.paused else asked):
        return Idle()
    if queue.pause and queue.pause.until > now:
        return Wait(queue.pause.until)
    if (until := next_request_at(queue, now, pace, pace.requests_per_person)) > now:
        return Wait(until)
    if asked:
        return Check(asked[0].key)
    waiting.sort(key=lambda item: (not item.urgent, item.tries))
    if queue.known is None and not waiting[0].urgent:
        return ListFollows()
    batch = _next_batch(waiting, pace)
    for item in batch:
        if item.target is None:
            return Resolve(item.key)
    return _within_budget(queue, batch, now, pace)


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
    """Send as many as the server's limits leave room for, or wait until there is room again."""
    spent, cost = queue.points_spent, pace.points_per_follow
    room = min(limit.amount - _spent(spent, now - limit.window) for limit in pace.limits) // cost
    if batch[0].batch is None and room > 0:
        batch = batch[:room]
    if len(batch) <= room:
        return Send(tuple(item.key for item in batch))
    needed = cost * (1 if batch[0].batch is None else len(batch))
    return Wait(max(_when_room(spent, now, limit, needed) for limit in pace.limits))


def _spent(spent: Spent, since: datetime) -> int:
    return sum(amount for moment, amount in spent if moment > since)


def _when_room(spent: Spent, now: datetime, limit: Limit, needed: int) -> datetime:
    moments = [now, *(moment + limit.window for moment, _ in spent if moment + limit.window > now)]
    allowed = limit.amount - needed
    return next(moment for moment in moments if _spent(spent, moment - limit.window) <= allowed)
