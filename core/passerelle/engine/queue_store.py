"""The queue of follows in memory and in storage: every outcome is stored, with the matches it changes, in one step."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime

from passerelle.engine.environment import Environment
from passerelle.engine.messages import WorkProgress
from passerelle.engine.repository import Repository
from passerelle.engine.storage import Change, Clear, Delete, Put
from passerelle.following.items import Item, State
from passerelle.following.marks import Following, mark_following
from passerelle.following.outcomes import Outcome
from passerelle.following.pace import Pace
from passerelle.following.queue import Queue, record
from passerelle.following.status import QueueView, make_view
from passerelle.identifiers import Did
from passerelle.matching.views import MatchView

QUEUE_KEY = "queue"  # in store `queue`, beside the items, whose keys are dids and handles


class QueueStore:
    """The one queue, of one account at a time. `on_change` is called after everything that changes it."""

    def __init__(
        self, environment: Environment, repository: Repository, pace: Pace, on_change: Callable[[], None]
    ) -> None:
        self._environment = environment
        self._repository = repository
        self._pace = pace
        self._on_change = on_change
        self.queue: Queue | None = None
        self.stored: Queue | None = None  # the queue as it lies in storage
        self._writing = asyncio.Lock()

    async def load(self) -> bool:
        """Read the queue from storage; return whether there is one."""
        stored = await self._repository.get_all("queue")
        if meta := stored.pop(QUEUE_KEY, None):
            self.queue = self.stored = Queue.from_json(meta, stored.values())
        return self.queue is not None

    async def replace(self, account: Did) -> None:
        """Store an empty queue for `account` in place of the one before."""
        self.queue = self.stored = Queue(account)
        state = [Put("queue", QUEUE_KEY, self.queue.to_json()), self._put_view(self.queue)]
        await self._repository.write([Clear("queue"), *state, *await self._marked(None)])

    def close(self) -> None:
        """Drop the queue from memory; storage keeps it."""
        self.queue = self.stored = None
        self._changed()

    async def record(self, outcome: Outcome, also: list[Change] | None = None) -> None:
        """Apply an outcome and store it. Does nothing without a queue.

        `also`: changes that belong to the same step, after which every match may have changed.
        """
        if self.queue is None:
            return
        self.queue = record(self.queue, outcome, self._pace)
        async with self._writing:
            before, after = self.stored, self.queue
            if before is None or after is None:  # everything was deleted meanwhile
                return
            try:
                changes = await self._changes(before, after, concern_all=also is not None)
                await self._repository.write([*changes, *(also or [])])
            except Exception:  # what is not stored has not happened
                if self.queue is after:
                    self.queue = before
                raise
            self.stored = after
        self._changed()

    async def following(self) -> Following:
        """Return which accounts are followed or going to be."""
        if self.queue is None:
            return Following()
        followed = await self._repository.follows(Did(self.queue.account)) or frozenset()
        return Following(self.queue, followed)

    def view(self, queue: Queue) -> QueueView:
        """Return the queue as pages show it."""
        return make_view(queue, self._environment.now(), self._pace)

    def _changed(self) -> None:
        self._on_change()
        if self.queue:
            total = len(self.queue.items)
            done = total - len(self.queue.in_state(State.WAITING))
            event = WorkProgress(command="follow.start", step="following", done=done, total=total)
            self._environment.emit(event.model_dump(mode="json"))

    async def _changes(self, before: Queue, after: Queue, *, concern_all: bool) -> list[Change]:
        old = before.items
        changed = [item for key, item in after.items.items() if old.get(key) is not item]
        gone = [item for key, item in old.items() if key not in after.items]
        return [
            *(Put("queue", item.key, item.to_json()) for item in changed),
            *(Delete("queue", item.key) for item in gone),
            *_history(old, changed, after.account, self._environment.now()),
            Put("queue", QUEUE_KEY, after.to_json()),
            self._put_view(after),
            *await self._marked(None if concern_all else [*changed, *gone]),
        ]

    async def _marked(self, items: Iterable[Item] | None) -> list[Change]:
        """Return the changes of the matches that these items are about (None: of all)."""
        names = None if items is None else frozenset().union(*(item.names for item in items))
        views, following = await self._repository.views(), await self.following()
        concerned = (view for view in views.values() if names is None or _is_about(view, names))
        marked = [(view, mark_following(view, following)) for view in concerned]
        return self._repository.put_views(new for old, new in marked if new is not old)

    def _put_view(self, queue: Queue) -> Put:
        return Put("state", "queue", self.view(queue).model_dump(mode="json"))


def _is_about(view: MatchView, names: frozenset[str]) -> bool:
    return any(account.did in names or account.address in names for account in view.accounts)


def _history(old: Mapping[str, Item], changed: Iterable[Item], account: str, now: datetime) -> Iterator[Change]:
    for item in changed:
        was = old.get(item.key)
        if was and was.state is State.ASKED and item.state is State.FOLLOWING:
            done = {"account": account, "did": item.target, "handle": item.address, "rkey": item.record_key}
            yield Put("history", f"{now.isoformat()} {item.target}", done | {"done": "followed"})
