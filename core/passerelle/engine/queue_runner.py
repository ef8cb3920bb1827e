"""Run the queue: do what is due and store the outcome, one step at a time.

    next_due -> step -> (store what is about to be sent) -> fetch -> outcome -> store -> next_due ...

The queue is stored before and after each request, so this can be cut off anywhere (following/queue.py has the rules).
"""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from passerelle.engine.environment import Environment
from passerelle.engine.queue_store import QueueStore
from passerelle.engine.repository import Repository
from passerelle.engine.work import cancel
from passerelle.errors import NetworkError, PasserelleError, ServerRefused, StorageFull
from passerelle.following import bluesky, steps
from passerelle.following.items import Item, State
from passerelle.following.outcomes import (
    Accepted,
    ClockSetBack,
    Known,
    Missing,
    Resolved,
    Stopped,
    Unanswered,
    Unresolved,
)
from passerelle.following.pace import Pace
from passerelle.following.queue import Queue
from passerelle.following.schedule import next_due
from passerelle.identifiers import Did
from passerelle.view import any_error_view, error_view

LONGEST_SLEEP = 60.0  # seconds; a machine that was suspended must not oversleep
CLOCK_ID_BYTES = 2  # ten bits are used: https://atproto.com/specs/tid


class QueueRunner:
    """A background task that runs while there is something to do."""

    def __init__(self, environment: Environment, repository: Repository, store: QueueStore, pace: Pace) -> None:
        self._environment = environment
        self._repository = repository
        self._store = store
        self._pace = pace
        self._task: asyncio.Task[None] | None = None
        self._woken = asyncio.Event()
        self._talking = asyncio.Lock()  # one conversation with the account's server at a time

    def start(self) -> None:
        """Start running, or look at once what is due."""
        self.wake()
        if self._task is None or self._task.done():
            self._task = asyncio.ensure_future(self._run())

    def wake(self) -> None:
        """End the current wait: the queue has changed."""
        self._woken.set()

    async def stop(self) -> None:
        """Stop at once, in the middle of a request too."""
        await cancel([self._task] if self._task else [])
        self._task = None

    async def list_follows(self, account: Did) -> None:
        """Read which accounts `account` follows and mark them. Raises ServerRefused, NetworkError."""
        async with self._talking:
            await self._list_follows(account)

    async def _run(self) -> None:
        try:
            self._woken.clear()
            while (seconds := await self._step()) is not None:
                await self._wait(seconds)
                self._woken.clear()
        except StorageFull:
            return  # everything is being deleted: otherwise a write waits for room
        except Exception as error:  # noqa: BLE001 - whatever it is, the person must see that following has stopped
            if not isinstance(error, PasserelleError):
                self._environment.log(traceback.format_exc())
            await self._store.record(Stopped(any_error_view(error), is_answer=False))

    async def _wait(self, seconds: float) -> None:
        """Wait so long, or until woken."""
        if seconds <= 0:
            return
        waiting = [
            asyncio.ensure_future(self._environment.sleep(min(seconds, LONGEST_SLEEP))),
            asyncio.ensure_future(self._woken.wait()),
        ]
        try:
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for one in waiting:
                one.cancel()

    async def _step(self) -> float | None:
        """Do what is due; return the seconds to wait before the next step, or None when nothing is left to do."""
        async with self._talking:
            queue = self._store.queue
            if queue is None:
                return None
            now = self._environment.now()
            if queue.last_moment and queue.last_moment > now:
                await self._store.record(ClockSetBack(now))
                return 0
            step = next_due(queue, now, self._pace)
            if isinstance(step, steps.Idle):
                return None
            if isinstance(step, steps.Wait):
                return max((step.until - now).total_seconds(), 0)
            await STEPS[type(step)](self, queue, step)
            return 0

    async def _check(self, queue: Queue, step: steps.Check) -> None:
        try:
            is_written = await bluesky.is_written(_account(queue), queue.items[step.key], self._environment.fetch)
        except (NetworkError, ServerRefused) as error:
            await self._record_failure(error)
        else:
            await self._store.record(Accepted() if is_written else Missing())

    async def _resolve(self, queue: Queue, step: steps.Resolve) -> None:
        try:
            target = await bluesky.find_target(queue.items[step.key], self._environment.fetch)
        except (NetworkError, ServerRefused) as error:
            if bluesky.is_about_one_item(error):
                await self._store.record(Unresolved(step.key, error_view(error)))
            else:
                await self._record_failure(error)
        else:
            await self._store.record(Resolved(step.key, target))

    async def _list(self, queue: Queue, step: steps.ListFollows) -> None:
        try:
            await self._list_follows(_account(queue))
        except (NetworkError, ServerRefused) as error:
            await self._record_failure(error)

    async def _send(self, queue: Queue, step: steps.Send) -> None:
        clock_id = int.from_bytes(self._environment.random(CLOCK_ID_BYTES), "big")
        await self._store.record(bluesky.choose_record_keys(queue, step.keys, self._environment.now(), clock_id))
        account, items = _account(queue), self._asked(step.keys)
        if not items:
            return
        try:
            response = await self._environment.fetch(bluesky.write_request(account, items))
        except NetworkError as error:
            await self._store.record(Unanswered(error_view(error), self._environment.now()))
        except ServerRefused as error:  # from the sessions module: nothing was sent
            await self._store.record(Stopped(error_view(error)))
        else:
            await self._store.record(bluesky.read_write(response, account, items, self._environment.now(), self._pace))

    def _asked(self, keys: tuple[str, ...]) -> list[Item]:
        items = self._store.queue.items if self._store.queue else {}
        return [items[key] for key in keys if key in items and items[key].state is State.ASKED]

    async def _list_follows(self, account: Did) -> None:
        dids = await bluesky.list_targets(account, self._environment.fetch)
        queue = self._store.queue
        if queue and queue.account == account:  # it may have been closed meanwhile
            follows = self._repository.put_follows(account, dids, self._environment.now())
            await self._store.record(Known(dids), also=follows)

    async def _record_failure(self, error: NetworkError | ServerRefused) -> None:
        await self._store.record(bluesky.read_failure(error, self._environment.now(), self._pace))


def _account(queue: Queue) -> Did:
    return Did(queue.account)


STEPS: Mapping[type[steps.Step], Callable[[QueueRunner, Queue, Any], Awaitable[None]]] = {
    steps.Check: QueueRunner._check,
    steps.Resolve: QueueRunner._resolve,
    steps.ListFollows: QueueRunner._list,
    steps.Send: QueueRunner._send,
}
