"""How long a queue takes to its end: from the limits, from what was spent already, and from how long requests take."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from math import ceil

from passerelle.following.items import State
from passerelle.following.pace import Limit, Pace
from passerelle.following.queue import IN_FLIGHT, Queue, Spent

REQUEST = timedelta(seconds=1)  # of one request and of storing what came of it, on a slow connection
REQUESTS_PER_BATCH = 2  # a reading and a write
REQUESTS_TO_RESOLVE = 3  # handle to did, its document, its server's answer


def done_at(queue: Queue, now: datetime, pace: Pace, more: int = 0) -> datetime:
    """Return about when the last person is followed; `more`: people who are not in the queue yet.

    Exact for each limit alone; of several limits the slowest counts. Failures to come are not counted.
    """
    people = len(queue.in_state(State.WAITING, *IN_FLIGHT)) + more
    if not people:
        return now
    start = max(now, queue.pause.until) if queue.pause else now
    return max(start + _working_time(queue, people, pace), *_room_for_last(queue, start, people, pace))


def _working_time(queue: Queue, people: int, pace: Pace) -> timedelta:
    """Return the time that the requests take one after the other."""
    unresolved = sum(item.target is None for item in queue.in_state(State.WAITING))
    if pace.request_limits:
        return REQUEST * people * pace.requests_per_person
    return REQUEST * (ceil(people / pace.batch) * REQUESTS_PER_BATCH + unresolved * REQUESTS_TO_RESOLVE)


def _room_for_last(queue: Queue, start: datetime, people: int, pace: Pace) -> Iterator[datetime]:
    for limit in (*pace.limits, *pace.spread):
        yield _when_last(queue.points_spent, start, limit, people, pace.points_per_follow)
    for limit in pace.request_limits:
        yield _when_last(queue.requests_sent, start, limit, people, pace.requests_per_person)


def _when_last(spent: Spent, start: datetime, limit: Limit, people: int, cost: int) -> datetime:
    """Return when the limit has room for the last of so many people, each followed as soon as there is room.

    Each use of the limit is free again one window later: the last person takes the place of the one `capacity` before.
    """
    capacity = max(limit.amount // cost, 1)
    used = list(_uses(spent, start - limit.window, cost))[-capacity:]
    rounds, place = divmod(len(used) + people - 1, capacity)
    return (used[place] if place < len(used) else start) + limit.window * rounds


def _uses(spent: Spent, since: datetime, cost: int) -> Iterable[datetime]:
    """Yield the moment of each person's share of the limit, the oldest first."""
    for moment, amount in spent:
        if moment > since:
            yield from [moment] * ceil(amount / cost)
