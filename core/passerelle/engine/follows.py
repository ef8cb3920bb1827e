"""The person's commands about following on Bluesky; the queue runs in the background of the loop."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from passerelle.engine.environment import Environment
from passerelle.engine.messages import (
    AccountFind,
    AccountFound,
    FollowedOne,
    FollowOne,
    FollowRefresh,
    FollowStart,
    Nothing,
)
from passerelle.engine.queue_runner import QueueRunner
from passerelle.engine.queue_store import QueueStore
from passerelle.engine.repository import Repository
from passerelle.errors import CommandError, ServerRefused, StorageFull
from passerelle.following.items import State
from passerelle.following.marks import Following
from passerelle.following.outcomes import Added, Paused, Resumed, Withdrawn
from passerelle.following.pace import Pace
from passerelle.following.plan import Plan, Planned, make_items, make_plan, plan_hinted, plan_listed
from passerelle.following.status import FOLLOW_STATES, QueueView
from passerelle.identifiers import Did, parse_did
from passerelle.networks import bluesky
from passerelle.view import ErrorView

PATIENCE = timedelta(seconds=15)  # how long a badge waits for its answer while a server asks to wait
RATE_LIMITED = ErrorView(code="rate_limited", message=ServerRefused.CODES["rate_limited"])


class Follows:
    """Follow people for one account at a time."""

    def __init__(self, environment: Environment, repository: Repository, pace: Pace) -> None:
        self._environment = environment
        self._repository = repository
        self._store = QueueStore(environment, repository, pace, self._on_change)
        self._runner = QueueRunner(environment, repository, self._store, pace)
        self._opening = asyncio.Lock()
        self._changed = asyncio.Event()

    async def on_find_account(self, fields: AccountFind) -> AccountFound:
        """Answer account.find."""
        identity = await bluesky.find_named(bluesky.parse_typed_name(fields.handle), self._environment.fetch)
        return AccountFound(did=identity.did, handle=identity.handle or identity.did, pds=identity.pds)

    async def on_refresh(self, fields: FollowRefresh) -> None:
        """Answer follow.refresh. Raises ServerRefused, NetworkError."""
        account = parse_did(fields.account)
        await self._open(account)
        await self._runner.list_follows(account)

    async def on_start(self, fields: FollowStart) -> QueueView:
        """Answer follow.start: add the people to the queue, and go."""
        account = parse_did(fields.account)
        rest_ids = None if fields.rest_ids is None else frozenset(fields.rest_ids)
        followed = await self._repository.follows(account) or frozenset()
        views = await self._repository.views()
        return await self.start(make_plan(views.values(), account, followed, rest_ids))

    async def on_pause(self, fields: Nothing) -> None:
        """Answer follow.pause: stop after what is being sent now."""
        await self._store.record(Paused())

    async def on_resume(self, fields: Nothing) -> None:
        """Answer follow.resume."""
        await self._store.record(Resumed())
        self._runner.start()

    async def on_follow_one(self, fields: FollowOne) -> FollowedOne:
        """Answer follow.one. The account comes from our own copy of the directory, or from a checked hint."""
        account = parse_did(fields.account)
        if self._repository.writer.is_full:
            raise StorageFull("There is no room to store what this would do.")
        planned = await self._find_planned(fields)
        if planned is None or planned.did == account:
            raise ServerRefused("Nothing here names a Bluesky account of this person.", code="account_not_found")
        return await self._follow_one(account, planned)

    async def load(self) -> None:
        """After the start: take up the queue where it was left, and go on unless it was paused."""
        if await self._store.load():
            self._runner.start()

    async def start(self, plan: Plan) -> QueueView:
        """Add the plan's people to the queue of its account, and go."""
        await self._open(plan.account)
        await self._store.record(Added(make_items(plan)))
        await self._store.record(Resumed(at_once=False))
        self._runner.start()
        if self._store.queue is None:
            raise CommandError("Everything was deleted meanwhile.")
        return self._store.view(self._store.queue)

    async def stop(self) -> None:
        """Stop at once and drop the queue from memory; storage keeps it."""
        await self._runner.stop()
        self._store.close()

    async def following(self) -> Following:
        """Return which accounts are followed or going to be."""
        return await self._store.following()

    async def withdraw(self, names: frozenset[str]) -> None:
        """Remove the accounts known by these dids or handles from the queue, where they were not sent yet."""
        if queue := self._store.queue:
            keys = frozenset(item.key for item in queue.items.values() if names & item.names)
            await self._store.record(Withdrawn(keys))

    async def _find_planned(self, fields: FollowOne) -> Planned | None:
        if fields.row_id is None:
            profile = (await self._repository.hints()).get(fields.rest_id or "")
            return plan_hinted(profile, fields.address or "")
        index = await self._repository.index()
        return plan_listed(index.find_named(fields.row_id, fields.rest_id, fields.screen_name) if index else None)

    async def _follow_one(self, account: Did, planned: Planned) -> FollowedOne:
        """Follow one person at once; one who is followed already is not sent again."""
        await self._open(account)
        if await self._repository.follows(account) is None:
            await self._runner.list_follows(account)
        if planned.did in (await self._repository.follows(account) or ()):
            return FollowedOne(state="following", error=None)
        await self._store.record(Added(make_items(Plan(account, (planned,)), urgent=True)))
        self._runner.start()
        return await self._outcome(planned.key)

    async def _outcome(self, key: str) -> FollowedOne:
        """Wait until the outcome of one item is known, or until it is clear that this will take long."""
        while True:
            changed, queue = self._changed, self._store.stored
            item = queue.items.get(key) if queue else None
            if queue is None or item is None:
                return FollowedOne(state="none", error=None)
            if item.state in (State.FOLLOWING, State.FAILED) or not item.urgent:
                return FollowedOne(state=FOLLOW_STATES[item.state], error=item.error or queue.error)
            if queue.pause and queue.pause.until > self._environment.now() + PATIENCE:
                return FollowedOne(state=FOLLOW_STATES[item.state], error=queue.error or RATE_LIMITED)
            await changed.wait()

    async def _open(self, account: Did) -> None:
        """Make sure that the queue is this account's; the one of another account is closed."""
        async with self._opening:
            if self._store.queue and self._store.queue.account == account:
                return
            await self.stop()
            await self._store.replace(account)

    def _on_change(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()
        self._runner.wake()
