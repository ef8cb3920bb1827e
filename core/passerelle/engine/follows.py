"""The person's commands about following; a queue for each own account runs in the background of the loop."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from math import ceil
from typing import Any

from passerelle.engine.environment import Environment
from passerelle.engine.messages import (
    AccountFind,
    AccountFound,
    FollowCancel,
    FollowedOne,
    FollowEstimate,
    FollowMoved,
    FollowOne,
    FollowPause,
    FollowRefresh,
    FollowResume,
    FollowSpeed,
    FollowStart,
    FollowTimes,
    FollowUndo,
)
from passerelle.engine.queue_runner import QueueRunner
from passerelle.engine.queue_store import QueueStore
from passerelle.engine.repository import Repository
from passerelle.engine.storage import Change
from passerelle.errors import CommandError, ServerRefused, StorageFull
from passerelle.following.items import Item, State, moved_to
from passerelle.following.marks import Following
from passerelle.following.outcomes import Added, Cancelled, Moved, Outcome, Paused, Resumed, UndoAsked, Withdrawn
from passerelle.following.pace import DEFAULT_SPEED, SPEEDS
from passerelle.following.plan import Plan, Planned, make_items, make_plan, plan_hinted, plan_listed
from passerelle.following.queue import Queue
from passerelle.following.rules import FollowRules
from passerelle.following.schedule import next_due
from passerelle.following.status import FOLLOW_STATES, QueueView
from passerelle.following.steps import Wait
from passerelle.following.table import FOLLOWING
from passerelle.following.time_left import done_at
from passerelle.identifiers import AccountId, Network, network_of, parse_account_id
from passerelle.matching.views import MatchView
from passerelle.networks import bluesky
from passerelle.view import ErrorView

PATIENCE = timedelta(seconds=15)  # how long a badge waits for its answer while a server asks to wait
RATE_LIMITED = ErrorView(code="rate_limited", message=ServerRefused.CODES["rate_limited"])
ENDS = (State.FOLLOWING, State.REQUESTED, State.FAILED)


class Follows:
    """Follow people with the own accounts, one queue each."""

    def __init__(
        self, environment: Environment, repository: Repository, rules: Mapping[Network, FollowRules] = FOLLOWING
    ) -> None:
        self._environment = environment
        self._repository = repository
        self._rules = rules
        self._store = QueueStore(environment, repository, rules, self._on_change)
        self._runners: dict[AccountId, QueueRunner] = {}
        self._changed = asyncio.Event()
        self._planning = asyncio.Lock()

    def planning(self) -> AbstractAsyncContextManager[Any]:
        """Return the lock that is held from the read of what may be followed until it stands in the queues.

        Whatever takes a tick or an approval away holds it, too, until it is out of the queues; else a plan that was
        made before would follow those people all the same. Taken before `Repository.changing`; held for no request.
        """
        return self._planning

    async def on_find_account(self, fields: AccountFind) -> AccountFound:
        """Answer account.find."""
        identity = await bluesky.find_named(bluesky.parse_typed_name(fields.handle), self._environment.fetch)
        return AccountFound(did=identity.did, handle=identity.handle or identity.did, pds=identity.pds)

    async def on_refresh(self, fields: FollowRefresh) -> None:
        """Answer follow.refresh. Raises ServerRefused, NetworkError."""
        account = parse_account_id(fields.account)
        await self._store.open(account)
        await self._runner(account).list_follows()

    async def on_start(self, fields: FollowStart) -> QueueView:
        """Answer follow.start: add the people to the queue of each account, and go."""
        accounts = [parse_account_id(account) for account in fields.accounts]
        if len({network_of(account) for account in accounts}) < len(accounts):
            raise CommandError("Only one account on each network can follow at a time.")
        rest_ids = None if fields.rest_ids is None else frozenset(fields.rest_ids)
        networks = [network_of(one) for one in accounts]
        async with self.planning():
            views = (await self._repository.views()).values()
            await self.start(*[await self.plan(account, views, networks, rest_ids) for account in accounts])
        return self._store.view()

    async def on_pause(self, fields: FollowPause) -> None:
        """Answer follow.pause: stop after what is being sent now."""
        await self._record_named(fields.account, Paused())

    async def on_resume(self, fields: FollowResume) -> None:
        """Answer follow.resume."""
        for account in await self._record_named(fields.account, Resumed()):
            self._runner(account).start()

    async def on_cancel(self, fields: FollowCancel) -> None:
        """Answer follow.cancel: those who wait leave the queue. What is being sent now may still be followed."""
        for account in await self._record_named(fields.account, Cancelled()):
            self._runner(account).start()

    async def on_speed(self, fields: FollowSpeed) -> None:
        """Answer follow.speed."""
        await self._store.choose_speed(fields.speed)

    async def on_estimate(self, fields: FollowEstimate) -> FollowTimes:
        """Answer follow.estimate: from what is known of the accounts here; nothing is requested."""
        now = self._environment.now()
        seconds = dict.fromkeys(SPEEDS, 0)
        for account in map(parse_account_id, fields.accounts):
            queue = self._store.queues.get(account) or Queue(account)
            more = await self._count_new(queue)
            for speed in SPEEDS:
                end = done_at(queue, now, self._store.pace(queue, speed), more)
                seconds[speed] = max(seconds[speed], ceil((end - now).total_seconds()))
        return FollowTimes(**seconds)

    async def on_moved(self, fields: FollowMoved) -> None:
        """Answer follow.moved: follow the account to which a failed one has moved."""
        account = parse_account_id(fields.account)
        queue = self._store.queues.get(account)
        names = _comparable([fields.name])
        moved = [item for item in queue.items.values() if names & item.names and moved_to(item)] if queue else []
        if not moved:
            raise CommandError("This account has not moved, as far as is known here.")
        await self._store.record(account, Moved(moved[0].key))
        self._runner(account).start()

    async def on_undo(self, fields: FollowUndo) -> None:
        """Answer follow.undo; what was followed by hand stays."""
        account = parse_account_id(fields.account)
        queue = self._store.queues.get(account)
        if queue is None:
            raise CommandError("This account has no queue: Passerelle has not followed anyone with it.")
        names = None if fields.names is None else _comparable(fields.names)
        undone = (item.key for item in queue.items.values() if names is None or names & item.names)
        await self._store.record(account, UndoAsked(frozenset(undone)))
        self._runner(account).start()

    async def on_follow_one(self, fields: FollowOne) -> FollowedOne:
        """Answer follow.one. The account comes from our own copy of the directory, or from a checked hint."""
        account = parse_account_id(fields.account)
        if self._repository.writer.is_full:
            raise StorageFull("There is no room to store what this would do.")
        planned = await self._find_planned(fields, network_of(account))
        if planned is None or planned.key == account:
            raise ServerRefused("Nothing here names an account of this person to follow.", code="account_not_found")
        return await self._follow_one(account, planned)

    async def load(self) -> None:
        """After the start: take up each queue where it was left, and go on unless it was paused."""
        await self._store.load()
        for account in self._store.queues:
            self._runner(account).start()

    async def plan(
        self,
        account: AccountId,
        views: Iterable[MatchView],
        networks: Sequence[Network],
        rest_ids: Collection[str] | None = None,
    ) -> Plan:
        """Plan what `account` follows of these people; see `make_plan`. To be called, and started, with `planning`."""
        followed = await self._repository.follows(account) or frozenset()
        return make_plan(views, account, followed, rest_ids, networks)

    async def start(self, *plans: Plan) -> None:
        """Add each plan's people to the queue of its account, all in one step, and go."""
        await self.start_planned(plans, [], None)

    async def start_planned(self, begun: Sequence[Plan], continued: Sequence[Plan], also: list[Change] | None) -> None:
        """Add each plan's people to the queue of its account and store `also`, all in one step, and go.

        A plan that is `continued` adds only people who were never in that queue, and a queue that stands still goes on
        standing still.
        """
        plans = [*begun, *continued]
        for plan in plans:
            await self._store.open(plan.account)
        outcomes: dict[AccountId, list[Outcome]] = {
            plan.account: [Added(make_items(plan)), Resumed(at_once=False)] for plan in begun
        }
        outcomes |= {plan.account: [Added(self._new_items(plan))] for plan in continued}
        await self._store.record_all(outcomes, also)
        for plan in plans:
            if plan.account not in self._store.queues:
                raise CommandError("Everything was deleted meanwhile.")
            self._runner(plan.account).start()

    async def add_approved(self, account: AccountId, views: Iterable[MatchView], networks: Sequence[Network]) -> int:
        """Add people to the queue of `account` by standing approval; return how many accounts.

        No one who is followed or was ever in this queue; and a queue that stands still goes on standing still.
        """
        new = self._new_items(await self.plan(account, views, networks))
        if new:
            await self._store.open(account)
            await self._calm_down()
            await self._store.record(account, Added(new))
            self._runner(account).start()
        return len(new)

    def _new_items(self, plan: Plan) -> tuple[Item, ...]:
        """Return the plan's items that were never in the queue of its account."""
        queue = self._store.queues.get(plan.account, Queue(plan.account))
        known = frozenset().union(*(item.names for item in queue.items.values()))
        return tuple(item for item in make_items(plan) if not known & item.names)

    async def _calm_down(self) -> None:
        """Go back to the gentle pace, where nothing is under way at another one."""
        is_idle = not any(queue.in_state(State.WAITING) for queue in self._store.queues.values())
        if is_idle and self._store.speed != DEFAULT_SPEED:
            await self._store.choose_speed(DEFAULT_SPEED)

    async def is_running(self) -> bool:
        """Return whether something is being sent or undone, with any own account."""
        return any(one.running for one in self._store.view().accounts)

    async def replace(self, records: Mapping[str, Any], also: Sequence[Change]) -> None:
        """Store these queues (records of store `queue`, all in `also`) with the other changes, in one step."""
        for runner in self._runners.values():
            await runner.stop()
        self._runners.clear()
        try:
            await self._store.replace(records, also)
        finally:
            for account in self._store.queues:
                self._runner(account).start()

    async def stop(self) -> None:
        """Stop at once and drop the queues from memory; storage keeps them."""
        for runner in self._runners.values():
            await runner.stop()
        self._runners.clear()
        self._store.close()

    async def following(self) -> Following:
        """Return which accounts are followed or going to be."""
        return await self._store.following()

    async def withdraw(self, names: Iterable[str | None]) -> None:
        """Remove the accounts known by these dids or addresses from the queues, where they were not sent yet.

        To be called with `planning`.
        """
        comparable = _comparable(filter(None, names))
        for account, queue in list(self._store.queues.items()):
            if keys := frozenset(item.key for item in queue.items.values() if comparable & item.names):
                await self._store.record(account, Withdrawn(keys))

    async def _count_new(self, queue: Queue) -> int:
        """Return how many people a start would add to a queue."""
        plan = await self.plan(queue.account, (await self._repository.views()).values(), [])
        return sum(one.key not in queue.items for one in plan.follows)

    async def _find_planned(self, fields: FollowOne, network: Network) -> Planned | None:
        if fields.row_id is None:
            profile = (await self._repository.hints()).get(fields.rest_id or "")
            return plan_hinted(profile, fields.address or "", network)
        row = await self._repository.row_named(fields.row_id, fields.rest_id, fields.screen_name)
        return plan_listed(row, network)

    async def _follow_one(self, account: AccountId, planned: Planned) -> FollowedOne:
        """Follow one person at once; one who is followed already is not sent again."""
        await self._store.open(account)
        if await self._repository.follows(account) is None:
            await self._runner(account).list_follows()
        if planned.key in (await self._repository.follows(account) or ()):
            return FollowedOne(state="following", error=None)
        await self._store.record(account, Added(make_items(Plan(account, (planned,)), urgent=True)))
        self._runner(account).start()
        return await self._outcome(account, planned.key)

    async def _outcome(self, account: AccountId, key: str) -> FollowedOne:
        """Wait until the outcome of one item is known, or until it is clear that this will take long."""
        while True:
            changed, queue = self._changed, self._store.stored.get(account)
            item = queue.items.get(key) if queue else None
            if queue is None or item is None:
                return FollowedOne(state="none", error=None)
            if item.state in ENDS or not item.urgent:
                return FollowedOne(state=FOLLOW_STATES[item.state], error=item.error or queue.error)
            now = self._environment.now()
            step = next_due(queue, now, self._store.pace(queue))
            if isinstance(step, Wait) and step.until > now + PATIENCE:
                # Without a pause it is our own pace, of which no server has complained.
                return FollowedOne(
                    state=FOLLOW_STATES[item.state], error=queue.error or (RATE_LIMITED if queue.pause else None)
                )
            await changed.wait()

    async def _record_named(self, account: str | None, outcome: Outcome) -> list[AccountId]:
        """Store an outcome for the account, without one for all accounts that follow now; return those with a queue."""
        named = self._store.current.values() if account is None else [parse_account_id(account)]
        found = [one for one in named if one in self._store.queues]
        await self._store.record_all({one: [outcome] for one in found})
        return found

    def _runner(self, account: AccountId) -> QueueRunner:
        if account not in self._runners:
            rules = self._rules[network_of(account)]
            self._runners[account] = QueueRunner(self._environment, self._repository, self._store, account, rules)
        return self._runners[account]

    def _on_change(self, account: AccountId | None) -> None:
        self._changed.set()
        self._changed = asyncio.Event()
        if account in self._runners:
            self._runners[account].wake()


def _comparable(names: Iterable[str]) -> frozenset[str]:
    """Return names of accounts as items have them: dids as they are, addresses in lower case."""
    return frozenset(form for name in names for form in (name, name.lower()))
