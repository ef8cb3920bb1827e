"""What the queue does next. Pure: the same queue at the same moment always gives the same step."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from passerelle.following.items import Item, State
from passerelle.following.pace import Pace
from passerelle.following.queue import DAY, Queue
from passerelle.following.steps import Check, Idle, ListFollows, Resolve, Send, Step, Wait

HOUR = timedelta(hours=1)


def next_due(queue: Queue, now: datetime, pace: Pace) -> Step:
    """Return what to do now."""
    waiting, asked = queue.in_state(State.WAITING), queue.in_state(State.ASKED)
    if queue.paused:
        waiting = [item for item in waiting if item.urgent]
    if not waiting and not (any(item.urgent for item in asked) if queue.paused else asked):
        return Idle()
    if queue.pause and queue.pause.until > now:
        return Wait(queue.pause.until)
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


def _within_budget(queue: Queue, batch: Sequence[Item], now: datetime, pace: Pace) -> Step:
    """Send as many as the server's limits leave room for, or wait until there is room again."""
    windows = ((HOUR, pace.points_per_hour), (DAY, pace.points_per_day))
    room = min(limit - _spent(queue, now - window) for window, limit in windows) // pace.points_per_follow
    if batch[0].batch is None and room > 0:
        batch = batch[:room]
    if len(batch) <= room:
        return Send(tuple(item.key for item in batch))
    needed = pace.points_per_follow * (1 if batch[0].batch is None else len(batch))
    return Wait(max(_when_room(queue, now, window, limit - needed) for window, limit in windows))


def _spent(queue: Queue, since: datetime) -> int:
    return sum(points for moment, points in queue.points_spent if moment > since)


def _when_room(queue: Queue, now: datetime, window: timedelta, allowed: int) -> datetime:
    moments = [now, *(moment + window for moment, _ in queue.points_spent if moment + window > now)]
    return next(moment for moment in moments if _spent(queue, moment - window) <= allowed)
