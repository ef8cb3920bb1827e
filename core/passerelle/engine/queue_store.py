"""The queues of follows in memory and in storage, one for each own account.

Every outcome is stored, with the matches it changes, in one step. Store `queue`: `current` -> the account that follows
on each network; account -> its queue; `<account> <key>` -> one item.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import chain
from typing import Any, TypeGuard

from passerelle.engine.environment import Environment
from passerelle.engine.messages import WorkProgress
from passerelle.engine.repository import Repository
from passerelle.engine.storage import Change, Delete, Put
from passerelle.engine.views import SpeedView
from passerelle.following.items import Item, State
from passerelle.following.marks import Following, mark_following
from passerelle.following.outcomes import Outcome
from passerelle.following.own import UNKNOWN_AGE
from passerelle.following.pace import DEFAULT_SPEED, Pace, Speed, at_speed
from passerelle.following.queue import IN_FLIGHT, Queue, record
from passerelle.following.rules import FollowRules
from passerelle.following.status import QueueView, make_account_view, make_view
from passerelle.identifiers import AccountId, Network, network_of
from passerelle.matching.views import MatchView

CURRENT_KEY = "current"  # in store `queue`; no account is called so
DONE: Mapping[State, str] = {State.FOLLOWING: "followed", State.REQUESTED: "requested"}  # as the history says it
UNDONE = "unfollowed"


class QueueStore:
    """The queues of all accounts. `on_change` is called after everything that changes one of them."""

    def __init__(
        self,
        environment: Environment,
        repository: Repository,
        rules: Mapping[Network, FollowRules],
        on_change: Callable[[AccountId | None], None],
    ) -> None:
        self._environment = environment
        self._repository = repository
        self._rules = rules
        self._on_change = on_change
        self.queues: dict[AccountId, Queue] = {}
        self.stored: dict[AccountId, Queue] = {}  # the queues as they lie in storage
        self.current: dict[Network, AccountId] = {}
        self.speed = DEFAULT_SPEED
        self._writing = asyncio.Lock()

    async def load(self) -> None:
        """Read the queues from storage."""
        self.speed = await self._repository.speed()
        self._take(await self._repository.get_all("queue"))

    async def replace(self, records: Mapping[str, Any], also: Sequence[Change]) -> None:
        """Use the queues of these records from now on; `also` stores them, with what belongs to the same step."""
        async with self._writing, self._repository.changing():
            before = (self.current, self.queues, self.stored, self.speed)
            self._take({**records})
            self.speed = next(
                (SpeedView.model_validate(one.value).speed for one in also if _is_speed(one)), DEFAULT_SPEED
            )
            view = [self._put_view()] if self.queues else [Delete("state", "queue")]
            try:
                await self._repository.write([*also, *view])
            except BaseException:
                self.current, self.queues, self.stored, self.speed = before
                raise
        self._on_change(None)

    def _take(self, records: dict[str, Any]) -> None:
        self.current = records.pop(CURRENT_KEY, {})
        self.queues = {queue.account: queue for queue in _queues(records)}
        self.stored = dict(self.queues)

    async def open(self, account: AccountId) -> None:
        """Make `account` the one that follows on its network; its queue is made where there is none. Others stay."""
        if self.current.get(network_of(account)) == account and account in self.queues:
            return
        async with self._writing, self._repository.changing():
            self.current[network_of(account)] = account
            state = [Put("queue", CURRENT_KEY, dict(self.current))]
            if account not in self.queues:
                self.queues[account] = self.stored[account] = Queue(account)
                state.append(Put("queue", account, self.queues[account].to_json()))
            await self._repository.write([*state, self._put_view(), *await self._marked(None)])

    def close(self) -> None:
        """Drop the queues from memory; storage keeps them."""
        self.queues, self.stored, self.current, self.speed = {}, {}, {}, DEFAULT_SPEED
        self._on_change(None)

    async def record(self, account: AccountId, outcome: Outcome, also: list[Change] | None = None) -> None:
        """Apply an outcome and store it. Does nothing without a queue.

        `also`: changes that belong to the same step, after which every match may have changed.
        """
        await self.record_all({account: [outcome]}, also)

    async def record_all(
        self, outcomes: Mapping[AccountId, Sequence[Outcome]], also: list[Change] | None = None
    ) -> None:
        """Apply several outcomes in their order, and store all in one step; accounts without a queue are left out."""
        for account in outcomes.keys() & self.queues.keys():
            for outcome in outcomes[account]:
                self.queues[account] = record(self.queues[account], outcome, self.pace(self.queues[account]))
        async with self._writing, self._repository.changing():
            accounts = outcomes.keys() & self.stored.keys() & self.queues.keys()
            steps = [(self.stored[account], self.queues[account]) for account in accounts]
            if not steps:  # everything was deleted meanwhile
                return
            self.stored |= {after.account: after for _, after in steps}
            try:
                changes = [await self._changes(*step, concern_all=also is not None) for step in steps]
                await self._repository.write([*chain.from_iterable(changes), *(also or [])])
            except BaseException as error:
                self._take_back(steps, has_failed=isinstance(error, Exception))
                raise
        for account in accounts:
            self._changed(account)

    def _take_back(self, steps: Sequence[tuple[Queue, Queue]], *, has_failed: bool) -> None:
        """Undo steps that are not stored; a cancelled one may be stored, and is stored again with the next."""
        self.stored |= {before.account: before for before, after in steps if self.stored.get(after.account) is after}
        if has_failed:
            self.queues |= {
                before.account: before for before, after in steps if self.queues.get(after.account) is after
            }

    def queue(self, network: Network) -> Queue | None:
        """Return the queue of the account that follows on a network."""
        account = self.current.get(network)
        return self.queues.get(account) if account else None

    async def following(self) -> Following:
        """Return which accounts are followed or going to be, by the accounts that follow, as it is being stored.

        A match that showed more than that would not be marked again where the rest is taken back before it is stored.
        """
        queues = {network: self.stored[account] for network, account in self.current.items() if account in self.stored}
        names = [await self._repository.follows(queue.account) or frozenset() for queue in queues.values()]
        return Following(queues, frozenset().union(*names))

    def view(self) -> QueueView:
        """Return the queues as pages show them."""
        now = self._environment.now()
        accounts = (
            make_account_view(queue, now, self.pace(queue), is_current=self._is_current(account))
            for account, queue in self.queues.items()
        )
        return make_view(accounts, now, self.speed)

    def pace(self, queue: Queue, speed: Speed | None = None) -> Pace:
        """Return how fast a queue goes: by its network, the chosen speed (or `speed`), and its account's age."""
        now = self._environment.now()
        age = queue.own.age(now) if queue.own else UNKNOWN_AGE
        return at_speed(self._rules[network_of(queue.account)].pace, speed or self.speed, age)

    async def choose_speed(self, speed: Speed) -> None:
        """Change how fast all queues go."""
        self.speed = speed
        async with self._writing:
            await self._repository.write([self._repository.put_speed(speed), self._put_view()])
        for account in list(self.queues):
            self._on_change(account)

    def _is_current(self, account: AccountId) -> bool:
        return self.current.get(network_of(account)) == account

    def _changed(self, account: AccountId) -> None:
        self._on_change(account)
        queues = [queue for network in self.current if (queue := self.queue(network))]
        total = sum(len(queue.items) for queue in queues)
        done = total - sum(len(queue.in_state(State.WAITING)) for queue in queues)
        event = WorkProgress(command="follow.start", step="following", done=done, total=total)
        self._environment.emit(event.model_dump(mode="json"))

    async def _changes(self, before: Queue, after: Queue, *, concern_all: bool) -> list[Change]:
        old, account = before.items, after.account
        changed = [item for key, item in after.items.items() if old.get(key) is not item]
        gone = [item for key, item in old.items() if key not in after.items]
        concerned = [*changed, *gone] if self._is_current(account) else []
        return [
            *(Put("queue", _item_key(account, item), item.to_json()) for item in changed),
            *(Delete("queue", _item_key(account, item)) for item in gone),
            *_history(old, changed, gone, account, self._environment.now()),
            Put("queue", account, after.to_json()),
            self._put_view(),
            *await self._marked(None if concern_all else concerned),
        ]

    async def _marked(self, items: Iterable[Item] | None) -> list[Change]:
        """Return the changes of the matches that these items are about (None: of all)."""
        names = None if items is None else frozenset().union(*(item.names for item in items))
        if names is not None and not names:
            return []
        views, following = await self._repository.views(), await self.following()
        concerned = (view for view in views.values() if names is None or _is_about(view, names))
        marked = [(view, mark_following(view, following)) for view in concerned]
        return self._repository.put_views(new for old, new in marked if new is not old)

    def _put_view(self) -> Put:
        return Put("state", "queue", self.view().model_dump(mode="json"))


def _is_speed(change: Change) -> TypeGuard[Put]:
    return isinstance(change, Put) and (change.store, change.key) == ("state", "speed")


def _queues(records: Mapping[str, Any]) -> Iterator[Queue]:
    items: dict[str, list[Any]] = {key: [] for key in records if " " not in key}
    for key, value in records.items():
        account, blank, _ = key.partition(" ")
        if blank and account in items:
            items[account].append(value)
    yield from (Queue.from_json(records[account], stored) for account, stored in items.items())


def _item_key(account: AccountId, item: Item) -> str:
    return f"{account} {item.key}"


def _is_about(view: MatchView, names: frozenset[str]) -> bool:
    return any(account.key in names or account.address.lower() in names for account in view.accounts)


def _history(
    old: Mapping[str, Item], changed: Iterable[Item], gone: Iterable[Item], account: AccountId, now: datetime
) -> Iterator[Change]:
    for item in changed:
        was = old.get(item.key)
        if was and was.state in IN_FLIGHT and item.state in DONE:
            yield _put_done(item, DONE[item.state], account, now)
    for item in gone:
        if item.state is State.LEAVING:
            yield _put_done(item, UNDONE, account, now)


def _put_done(item: Item, done: str, account: AccountId, now: datetime) -> Put:
    names = {"target": item.target, "address": item.address, "record_key": item.record_key}
    stored = {"account": account, "network": network_of(account), **names, "done": done}
    return Put("history", f"{now.isoformat()} {account} {item.key}", stored)
