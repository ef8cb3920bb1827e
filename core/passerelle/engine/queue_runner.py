"""Run one queue: do what is due and store the outcome, one step at a time.

    next_due -> step -> (store what is about to be sent) -> fetch -> outcome -> store -> next_due ...

The queue is stored before and after each request, so this can be cut off anywhere (following/queue.py has the rules).
"""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from passerelle.engine.environment import Environment
from passerelle.engine.queue_store import QueueStore
from passerelle.engine.repository import Repository
from passerelle.engine.work import cancel
from passerelle.errors import NetworkError, PasserelleError, ServerRefused, StorageFull
from passerelle.following import steps
from passerelle.following.items import Item
from passerelle.following.outcomes import (
    Changed,
    ClockSetBack,
    DeletionSent,
    DoublesRemoved,
    Known,
    Left,
    Outcome,
    OwnRead,
    Postponed,
    RequestSent,
    Reviewed,
    Slowed,
    Stopped,
    Unanswered,
    Unresolved,
)
from passerelle.following.own import OwnAccount
from passerelle.following.queue import IN_FLIGHT, Queue
from passerelle.following.rules import Followed, FollowRules
from passerelle.following.schedule import next_due, next_request_at
from passerelle.identifiers import AccountId
from passerelle.transport import Request, Response
from passerelle.view import any_error_view, error_view

LONGEST_SLEEP = 60.0  # seconds; a machine that was suspended must not oversleep
CLOCK_ID_BYTES = 2  # ten bits are used: https://atproto.com/specs/tid
# About the own account: nothing goes on until the person does something.
STOPS = (
    "session_expired",
    "not_signed_in",
    "scope_missing",
    "own_account_suspended",
    "own_account_deactivated",
    "own_account_pending",
)


class QueueRunner:
    """A background task that runs while there is something to do for one account."""

    def __init__(
        self,
        environment: Environment,
        repository: Repository,
        store: QueueStore,
        account: AccountId,
        rules: FollowRules,
    ) -> None:
        self._environment = environment
        self._repository = repository
        self._store = store
        self._account = account
        self._rules = rules
        self._task: asyncio.Task[None] | None = None
        self._listing: asyncio.Task[None] | None = None
        self._woken = asyncio.Event()
        self._talking = asyncio.Lock()  # one conversation with the account's server at a time
        self._slowed_until: datetime | None = None

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

    async def list_follows(self) -> None:
        """Read which accounts the account follows and mark them; who asks meanwhile waits for the same reading.

        Raises ServerRefused, NetworkError.
        """
        if self._listing is None or self._listing.done():
            self._listing = asyncio.ensure_future(self._list_in_turn())
        await asyncio.shield(self._listing)

    async def _list_in_turn(self) -> None:
        async with self._talking:
            await self._list_follows()

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
            await self._record(Stopped(any_error_view(error), is_answer=False))

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
            queue = self._queue
            if queue is None:
                return None
            now = self._environment.now()
            if queue.last_moment and queue.last_moment > now:
                await self._record(ClockSetBack(now))
                return 0
            step = next_due(queue, now, self._store.pace(queue))
            if isinstance(step, steps.Idle):
                return None
            if isinstance(step, steps.Wait):
                return max((step.until - now).total_seconds(), 0)
            await STEPS[type(step)](self, queue, step)
            await self._note_limit()
            return 0

    async def _check(self, queue: Queue, step: steps.Check) -> None:
        try:
            outcome = await self._rules.look_up(self._account, queue.items[step.key], self._fetch)
        except (NetworkError, ServerRefused) as error:
            await self._record_failure(error)
        else:
            await self._record(outcome)

    async def _resolve(self, queue: Queue, step: steps.Resolve) -> None:
        try:
            outcomes = await self._rules.find_target(self._account, queue.items[step.key], self._fetch)
        except (NetworkError, ServerRefused) as error:
            if not self._rules.is_about_one_item(error, self._account):
                await self._record_failure(error)
            elif isinstance(error, NetworkError):
                await self._record(Postponed(step.key, error_view(error)))
            else:
                await self._record(Unresolved(step.key, error_view(error)))
        else:
            for outcome in outcomes:
                await self._record(outcome)

    async def _list(self, queue: Queue, step: steps.ListFollows) -> None:
        try:
            await self._list_follows()
        except (NetworkError, ServerRefused) as error:
            await self._record_failure(error)

    async def _read_own(self, queue: Queue, step: steps.ReadOwn) -> None:
        """Read age and labels of the own account. What cannot be read stops nothing; it is tried again later."""
        now = self._environment.now()
        try:
            own = await self._rules.read_own(self._account, self._fetch, now)
        except (NetworkError, ServerRefused) as error:
            if error.code in (*STOPS, "rate_limited"):
                await self._record_failure(error)
                return
            own = OwnAccount(queue.own.created_at if queue.own else None, frozenset(), now)
        await self._record(OwnRead(own))

    async def _review(self, queue: Queue, step: steps.Review) -> None:
        """Look at people before they are sent. What cannot be read stops nothing."""
        items = [queue.items[key] for key in step.keys]
        try:
            refused = await self._rules.review(self._account, items, self._fetch)
        except (NetworkError, ServerRefused) as error:
            if error.code in (*STOPS, "rate_limited"):
                await self._record_failure(error)
                return
            refused = {}
        await self._record(Reviewed(frozenset(step.keys), refused))

    async def _send(self, queue: Queue, step: steps.Send) -> None:
        clock_id = int.from_bytes(self._environment.random(CLOCK_ID_BYTES), "big")
        await self._record(self._rules.choose_record_keys(queue, step.keys, self._environment.now(), clock_id))
        account, rules, items = self._account, self._rules, self._asked(step.keys)
        if not items:
            return
        try:
            response = await self._fetch(rules.write_request(account, items, queue.revision))
        except NetworkError as error:
            await self._record(Unanswered(error_view(error), self._environment.now()))
        except ServerRefused as error:  # from the sessions module: nothing was sent
            await self._record(Stopped(error_view(error)))
        else:
            await self._record(rules.read_write(response, account, items, self._environment.now(), rules.pace))

    def _asked(self, keys: tuple[str, ...]) -> list[Item]:
        items = self._queue.items if self._queue else {}
        return [items[key] for key in keys if key in items and items[key].state in IN_FLIGHT]

    async def _list_follows(self) -> None:
        revision = await self._revision()
        listed = await self._rules.list_follows(self._account, self._fetch)
        now = self._environment.now()
        follows = self._repository.put_follows(self._account, frozenset(one.name for one in listed), now)
        if self._queue:  # it may have been closed meanwhile
            names = {one.name: one.target for one in listed}
            await self._store.record(self._account, Known(_records(listed), now, revision, names), also=follows)

    async def _list_changes(self, queue: Queue, step: steps.ListChanges) -> None:
        try:
            revision = await self._revision()
            is_same = revision is not None and revision == queue.revision
            newest = step.newest
            listed = () if is_same else await self._rules.list_changes(self._account, newest, self._fetch)
        except (NetworkError, ServerRefused) as error:
            await self._record_failure(error)
        else:
            await self._record(Changed(_records(listed), self._environment.now(), revision))

    async def _revision(self) -> str | None:
        """Read the account's last commit, before its records; None where that changes nothing."""
        is_of_use = self._rules.pace.fresh_for is not None
        return await self._rules.read_revision(self._account, self._fetch) if is_of_use else None

    async def _unfollow(self, queue: Queue, step: steps.Unfollow) -> None:
        items = [queue.items[key] for key in step.keys]
        if not await self._delete([item.record_key for item in items if item.record_key]):
            return
        names = await self._repository.follows(self._account)
        left = frozenset().union(*(item.names for item in items))
        also = None
        if names and not left.isdisjoint(names):
            also = self._repository.put_follows(self._account, names - left, self._environment.now())
        await self._store.record(self._account, Left(step.keys), also=also)

    async def _remove_doubles(self, queue: Queue, step: steps.RemoveDoubles) -> None:
        if await self._delete(step.record_keys):
            await self._record(DoublesRemoved(step.record_keys))

    async def _delete(self, record_keys: Sequence[str]) -> bool:
        """Delete records; return whether they are gone. Whatever else came of it is recorded."""
        await self._record(DeletionSent(len(record_keys), self._environment.now()))
        try:
            response = await self._fetch(self._rules.undo_request(self._account, record_keys))
        except NetworkError as error:
            await self._record(Unanswered(error_view(error), self._environment.now()))
        except ServerRefused as error:
            await self._record_failure(error)
        else:
            outcome = self._rules.read_undo(response, self._account, len(record_keys), self._environment.now())
            if outcome is None:
                return True
            await self._record(outcome)
        return False

    async def _fetch(self, request: Request) -> Response:
        """Send a request; those for the account are counted first where its server counts them."""
        if request.account:
            self._refuse_while_slowed()
            await self._count_request()
        response = await self._environment.fetch(request)
        self._slowed_until = self._rules.slowed_until(response, self._environment.now()) or self._slowed_until
        return response

    def _refuse_while_slowed(self) -> None:
        """Raise ServerRefused where the answer before said that the server's limit is used up."""
        if self._slowed_until and self._slowed_until > self._environment.now():
            raise ServerRefused("The server asks to wait.", code="rate_limited")

    async def _count_request(self) -> None:
        pace = self._rules.pace
        while pace.request_limits and (queue := self._queue):
            now = self._environment.now()
            if (until := next_request_at(queue, now, pace)) <= now:
                await self._record(RequestSent(now))
                return
            await self._environment.sleep(min((until - now).total_seconds(), LONGEST_SLEEP))

    async def _note_limit(self) -> None:
        """Wait where the last answer said that the server's limit is used up."""
        until, self._slowed_until = self._slowed_until, None
        now = self._environment.now()
        if until and until > now:
            await self._record(Slowed(now, until, is_answer=False))

    async def _record_failure(self, error: NetworkError | ServerRefused) -> None:
        """Record that something could not be read: a record, a list, an identity."""
        now = self._environment.now()
        if error.code == "rate_limited":
            until = self._slowed_until or now + timedelta(seconds=self._rules.pace.pause_when_limited)
            await self._record(Slowed(now, until, is_answer=False))
        elif error.code in STOPS:
            await self._record(Stopped(error_view(error), is_answer=False))
        else:
            await self._record(Unanswered(error_view(error), now))

    async def _record(self, outcome: Outcome) -> None:
        if isinstance(outcome, Slowed):
            self._slowed_until = None  # now the queue itself waits
        await self._store.record(self._account, outcome)

    @property
    def _queue(self) -> Queue | None:
        return self._store.queues.get(self._account)


def _records(listed: Sequence[Followed]) -> Mapping[str, str]:
    return {one.record_key: one.target for one in listed}


STEPS: Mapping[type[steps.Step], Callable[[QueueRunner, Queue, Any], Awaitable[None]]] = {
    steps.Check: QueueRunner._check,
    steps.Resolve: QueueRunner._resolve,
    steps.ListFollows: QueueRunner._list,
    steps.ListChanges: QueueRunner._list_changes,
    steps.ReadOwn: QueueRunner._read_own,
    steps.Review: QueueRunner._review,
    steps.Send: QueueRunner._send,
    steps.Unfollow: QueueRunner._unfollow,
    steps.RemoveDoubles: QueueRunner._remove_doubles,
}
