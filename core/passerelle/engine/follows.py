"""Drive the queue: do what is due, remember what came of it, one step at a time.

    next_due -> step -> (store what is about to be sent) -> fetch -> outcome -> record -> store -> next_due ...

Everything is stored before and after each request, so this can be cut off anywhere (queue.py says why nothing doubles).
"""

from __future__ import annotations

import asyncio
import contextlib
import traceback
from collections.abc import Awaitable, Callable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from passerelle.engine.messages import FollowedOne, WorkProgress
from passerelle.engine.repository import Memory
from passerelle.engine.storage import Change, Clear, Delete, Put
from passerelle.errors import NetworkError, PasserelleError, ServerRefused
from passerelle.following import queue as queues
from passerelle.following.pace import Pace
from passerelle.following.plan import FOLLOW_STATES, Following, Plan, Planned, make_items, mark_following
from passerelle.following.queue import Item, Outcome, Queue, State
from passerelle.following.status import QueueView
from passerelle.identifiers import Did
from passerelle.matching.views import MatchView
from passerelle.networks import bluesky
from passerelle.view import ErrorView, any_error_view, error_view

if TYPE_CHECKING:
    from passerelle.engine.engine import World

QUEUE_KEY = "queue"  # in store `queue`, beside the items, whose keys are dids and handles
LONGEST_SLEEP = 60.0  # seconds
PATIENCE = timedelta(seconds=15)  # how long a badge waits for its answer while a server asks to wait


class Follower:
    """Follows people on Bluesky in the background of the loop, for one account at a time."""

    def __init__(self, world: World, memory: Memory, pace: Pace) -> None:
        self._world = world
        self._memory = memory
        self._pace = pace
        self._queue: Queue | None = None
        self._stored: Queue | None = None  # the queue as it lies in storage
        self._opening = asyncio.Lock()
        self._storing = asyncio.Lock()
        self._asking = asyncio.Lock()  # one conversation with the account's server at a time
        self._runner: asyncio.Task[None] | None = None
        self._kicked = asyncio.Event()
        self._moved = asyncio.Event()

    async def load(self) -> None:
        """Take up the queue where it was left, and go on with it unless it was paused."""
        stored = await self._memory.get_all("queue")
        if meta := stored.pop(QUEUE_KEY, None):
            self._queue = self._stored = Queue.from_json(meta, stored.values())
            self._kick()

    async def following(self) -> Following:
        """Give what is known of whom the account follows or is going to."""
        if self._queue is None:
            return Following()
        return Following(self._queue, await self._memory.follows(self._queue.account) or frozenset())

    async def start(self, plan: Plan) -> QueueView:
        """Add the plan's people to the queue of its account, and go."""
        await self._open(plan.account)
        await self._record(queues.Added(make_items(plan)))
        await self._record(queues.Resumed())
        self._kick()
        return self._view()

    async def pause(self) -> None:
        """Stop after what is being sent now."""
        await self._record(queues.Paused())

    async def resume(self) -> None:
        """Go on."""
        await self._record(queues.Resumed())
        self._kick()

    async def withdraw(self, names: frozenset[str]) -> None:
        """Do not follow the accounts known by these dids or handles, where that is still possible."""
        if self._queue:
            keys = frozenset(item.key for item in self._queue.items.values() if names & _names(item))
            await self._record(queues.Withdrawn(keys))

    async def follow_one(self, account: Did, planned: Planned) -> FollowedOne:
        """Follow one person at once, and say what came of it. Whom the account follows already is not asked again."""
        await self._open(account)
        if await self._memory.follows(account) is None:
            await self.refresh(account)
        if planned.did in (await self._memory.follows(account) or ()):
            return FollowedOne(state="following", error=None)
        await self._record(queues.Added(make_items(Plan(account, (planned,)), urgent=True)))
        self._kick()
        return await self._outcome(planned.key)

    async def refresh(self, account: Did) -> None:
        """Read whom `account` follows and mark them. Raises ServerRefused, NetworkError."""
        await self._open(account)
        async with self._asking:
            await self._list_follows(account)

    async def stop(self) -> None:
        """Stop at once and forget the queue; what is in storage stays."""
        if self._runner:
            self._runner.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._runner
        self._runner = self._queue = self._stored = None
        self._tell()

    # Running.

    def _kick(self) -> None:
        self._kicked.set()
        if self._runner is None or self._runner.done():
            self._runner = asyncio.ensure_future(self._run())

    async def _run(self) -> None:
        try:
            self._kicked.clear()
            while (seconds := await self._step()) is not None:
                await self._wait(seconds)
                self._kicked.clear()
        except Exception as error:  # noqa: BLE001 - whatever it is, the person must see that following has stopped
            if not isinstance(error, PasserelleError):
                self._world.report(traceback.format_exc())
            await self._record(queues.Stopped(any_error_view(error), is_answer=False))

    async def _wait(self, seconds: float) -> None:
        """Wait so long, or until somebody kicks; never so long that a machine that slept would oversleep."""
        if seconds <= 0:
            return
        waiting = [
            asyncio.ensure_future(self._world.sleep(min(seconds, LONGEST_SLEEP))),
            asyncio.ensure_future(self._kicked.wait()),
        ]
        try:
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for one in waiting:
                one.cancel()

    async def _step(self) -> float | None:
        """Do what is due; give the seconds to wait before the next step, or None when nothing is left to do."""
        async with self._asking:
            if self._queue is None:
                return None
            now = self._world.now()
            step = queues.next_due(self._queue, now, self._pace)
            if isinstance(step, queues.Idle):
                return None
            if isinstance(step, queues.Wait):
                return max((step.until - now).total_seconds(), 0)
            await STEPS[type(step)](self, self._queue, step)
            return 0

    async def _check(self, queue: Queue, step: queues.Check) -> None:
        rkey = queue.items[step.key].follow.rkey
        try:
            response = await self._world.fetch(bluesky.get_follow_request(queue.account, rkey))
            is_there = bluesky.read_follow_exists(response)
        except (NetworkError, ServerRefused) as error:
            await self._record_trouble(error)
        else:
            await self._record(queues.Accepted() if is_there else queues.Missing())

    async def _resolve(self, queue: Queue, step: queues.Resolve) -> None:
        item = queue.items[step.key]
        if item.handle is None:
            raise ValueError(f"{item.key} has neither did nor handle")
        try:
            identity = await bluesky.find_identity(item.handle, self._world.fetch)
        except (NetworkError, ServerRefused) as error:
            if _is_about_one_person(error):
                await self._record(queues.Unresolved(item.key, error_view(error)))
            else:
                await self._record_trouble(error)
        else:
            await self._record(queues.Resolved(item.key, identity.did))

    async def _list(self, queue: Queue, _: queues.ListFollows) -> None:
        try:
            await self._list_follows(queue.account)
        except (NetworkError, ServerRefused) as error:
            await self._record_trouble(error)

    async def _send(self, queue: Queue, step: queues.Send) -> None:
        clock_id = int.from_bytes(self._world.random(2), "big")
        await self._record(queues.Sent(step.keys, self._world.now(), clock_id))
        follows = [item.follow for item in self._asked(step.keys)]
        if not follows:
            return
        make_request = bluesky.apply_writes_request if len(follows) > 1 else _create_request
        try:
            response = await self._world.fetch(make_request(queue.account, follows))
        except NetworkError as error:
            await self._record(queues.Unanswered(error_view(error), self._world.now()))
        except ServerRefused as error:  # the sessions module: nothing was sent
            await self._record(queues.Stopped(error_view(error)))
        else:
            await self._record(queues.read_write(response, self._world.now(), self._pace))

    def _asked(self, keys: tuple[str, ...]) -> list[Item]:
        items = self._queue.items if self._queue else {}
        return [items[key] for key in keys if key in items and items[key].state is State.ASKED]

    async def _list_follows(self, account: Did) -> None:
        dids = await bluesky.list_follows(account, self._world.fetch)
        if self._queue and self._queue.account == account:  # it may have been closed meanwhile
            follows = self._memory.put_follows(account, dids, self._world.now())
            await self._record(queues.Known(dids), also=follows)

    async def _record_trouble(self, error: NetworkError | ServerRefused) -> None:
        await self._record(queues.read_trouble(error, self._world.now(), self._pace))

    async def _outcome(self, key: str) -> FollowedOne:
        """Wait until it is known what became of one item, or that this will take long."""
        while True:
            moved, queue = self._moved, self._stored
            item = queue.items.get(key) if queue else None
            if queue is None or item is None:
                return FollowedOne(state="none", error=None)
            if item.state in (State.FOLLOWING, State.FAILED) or not item.urgent:
                return FollowedOne(state=FOLLOW_STATES[item.state], error=item.error or queue.error)
            if queue.not_before and queue.not_before > self._world.now() + PATIENCE:
                return FollowedOne(state=FOLLOW_STATES[item.state], error=queue.error or _rate_limited())
            await moved.wait()

    # Remembering.

    async def _open(self, account: Did) -> None:
        """Make sure the queue is this account's; the one of another account is closed."""
        async with self._opening:
            if self._queue and self._queue.account == account:
                return
            await self.stop()
            self._queue = self._stored = Queue(account)
            view = self._view().model_dump(mode="json")
            changes = [Put("queue", QUEUE_KEY, self._queue.to_json()), Put("state", "queue", view)]
            await self._memory.write([Clear("queue"), *changes, *await self._marked(None)])

    async def _record(self, outcome: Outcome, also: list[Change] | None = None) -> None:
        """Take an outcome into the queue and store what changed, with the matches it changes, in one step.

        `also` are changes that belong to the same step and may concern every match.
        """
        if self._queue is None:
            return
        self._queue = queues.record(self._queue, outcome, self._pace)
        async with self._storing:
            before, after = self._stored, self._queue
            if before is None or after is None:  # everything was deleted meanwhile
                return
            try:
                changes = await self._changes(before, after, is_about_all=also is not None)
                await self._memory.write([*changes, *(also or [])])
            except Exception:  # what is not stored has not happened
                if self._queue is after:
                    self._queue = before
                raise
            self._stored = after
        self._tell()

    def _tell(self) -> None:
        self._moved.set()
        self._moved = asyncio.Event()
        self._kicked.set()
        if self._queue:
            done = len(self._queue.items) - len(self._queue.in_state(State.WAITING))
            event = WorkProgress(command="follow.start", step="following", done=done, total=len(self._queue.items))
            self._world.emit(event.model_dump(mode="json"))

    async def _changes(self, before: Queue, after: Queue, *, is_about_all: bool) -> list[Change]:
        old = before.items
        changed = [item for key, item in after.items.items() if old.get(key) is not item]
        gone = [item for key, item in old.items() if key not in after.items]
        names = None if is_about_all else frozenset().union(*map(_names, (*changed, *gone)))
        return [
            *(Put("queue", item.key, item.to_json()) for item in changed),
            *(Delete("queue", item.key) for item in gone),
            *_history(old, changed, after.account, self._world.now()),
            Put("queue", QUEUE_KEY, after.to_json()),
            Put("state", "queue", self._view().model_dump(mode="json")),
            *await self._marked(names),
        ]

    async def _marked(self, names: frozenset[str] | None) -> list[Change]:
        """Bring the matches up to date whose accounts are named so (None: all)."""
        views, following = await self._memory.views(), await self.following()
        concerned = (view for view in views.values() if names is None or _is_named(view, names))
        marked = [(view, mark_following(view, following)) for view in concerned]
        return self._memory.put_views(new for old, new in marked if new is not old)

    def _view(self) -> QueueView:
        if self._queue is None:
            raise ValueError("there is no queue")
        return queues.make_view(self._queue, self._world.now(), self._pace)


def _create_request(account: Did, follows: list[bluesky.Follow]) -> Any:
    return bluesky.create_follow_request(account, follows[0])


def _is_about_one_person(error: NetworkError | ServerRefused) -> bool:
    if isinstance(error, NetworkError):
        return error.params.get("host") not in (None, *bluesky.SHARED_HOSTS)
    return error.code == "account_not_found"


def _names(item: Item) -> frozenset[str]:
    return frozenset(filter(None, (item.key, item.did, item.handle)))


def _is_named(view: MatchView, names: frozenset[str]) -> bool:
    return any(account.did in names or account.address in names for account in view.accounts)


def _history(old: Mapping[str, Item], changed: list[Item], account: Did, now: datetime) -> Iterator[Change]:
    for item in changed:
        was = old.get(item.key)
        if was and was.state is State.ASKED and item.state is State.FOLLOWING:
            done = {"account": account, "did": item.did, "handle": item.handle, "rkey": item.rkey}
            yield Put("history", f"{now.isoformat()} {item.did}", done | {"done": "followed"})


def _rate_limited() -> ErrorView:
    return ErrorView(code="rate_limited", message=ServerRefused.CODES["rate_limited"])


STEPS: Mapping[type[queues.Step], Callable[[Follower, Queue, Any], Awaitable[None]]] = {
    queues.Check: Follower._check,
    queues.Resolve: Follower._resolve,
    queues.ListFollows: Follower._list,
    queues.Send: Follower._send,
}
