"""The person's commands about the date on which people are followed together, and its start."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from passerelle.engine.environment import Environment
from passerelle.engine.follows import Follows
from passerelle.engine.messages import CalendarMake, DateCheck, DateSet, Exported, Nothing
from passerelle.engine.queue_store import UNDONE
from passerelle.engine.repository import Repository
from passerelle.engine.storage import Delete, Put
from passerelle.errors import CommandError
from passerelle.following.calendar import make_calendar
from passerelle.following.dates import (
    DELAY_BYTES,
    DateFacts,
    DateView,
    choose_delay,
    count_approved,
    find_ticked,
    find_undone,
    has_started,
    make_date,
    networks_due,
    record_starts,
)
from passerelle.following.plan import Plan
from passerelle.following.preparation import Preparation, list_steps, ticked_networks
from passerelle.identifiers import AccountId, network_of
from passerelle.matching.receipt import ReceiptView, make_receipt

UID_BYTES = 16
NOT_JOINED = ("withdrawing", "withdrawn", "lost")  # states of a claim that put no one into the directory


class Dates:
    """Store the date, say what is left to do before it, and start the plan on it."""

    def __init__(self, environment: Environment, repository: Repository, follows: Follows) -> None:
        self._environment = environment
        self._repository = repository
        self._follows = follows
        self._changing = asyncio.Lock()  # from the read of the date until it is stored; held for no request

    async def on_set(self, fields: DateSet) -> DateView:
        """Answer date.set: store the date and the approval, in place of an earlier one. Raises InputError."""
        async with self._changing:
            return await self._set(fields)

    async def _set(self, fields: DateSet) -> DateView:
        now, before = self._environment.now(), await self._repository.date()
        people = count_approved((await self._repository.views()).values())
        delay = timedelta(seconds=before.delay) if before else choose_delay(self._environment.random(DELAY_BYTES))
        view = make_date(fields.day, fields.opens_at, now, delay, people, fields.campaign_id)
        view = await self._with_steps(view, fields.known)
        await self._repository.write([_put(view)])
        return view

    async def on_withdraw(self, fields: Nothing) -> None:
        """Answer date.withdraw: delete date and approval. What has started goes on, as any following does."""
        async with self._changing:
            await self._repository.write([Delete("state", "date")])

    async def on_check(self, fields: DateCheck) -> None:
        """Answer date.check: store what is left to do."""
        async with self._changing:
            view = await self._repository.date()
            if view and (new := await self._with_steps(view, fields.known)) != view:
                await self._repository.write([_put(new)])

    async def on_calendar(self, fields: CalendarMake) -> Exported:
        """Answer date.calendar. Raises CommandError: there is no date."""
        view = await self._repository.date()
        if view is None:
            raise CommandError("There is no date to put into a calendar.")
        uid = f"{self._environment.random(UID_BYTES).hex()}@passerelle"
        day = date.fromisoformat(view.day)
        text = make_calendar(day, fields.title, fields.text, uid, self._environment.now())
        return Exported(filename=f"passerelle-{view.day}.ics", media_type="text/calendar", text=text)

    async def on_receipt(self, fields: Nothing) -> ReceiptView:
        """Answer date.receipt. Raises CommandError: there is no archive."""
        people = await self._repository.graph()
        if people is None:
            raise CommandError("No archive has been read yet.")
        return make_receipt(people, await self._repository.views())

    async def start(self, accounts: Sequence[AccountId], *, is_current: bool, is_pressed: bool = False) -> None:
        """Follow the people that the date's approval covers with these own accounts, if the time has come.

        `is_current`: directory and matches are of just now. What is followed and that it was started are one durable
        step, so that a start that is cut off is made again, and a finished one is not.
        """
        async with self._changing, self._follows.planning():
            await self._start(accounts, is_current=is_current, is_pressed=is_pressed)

    async def _start(self, accounts: Sequence[AccountId], *, is_current: bool, is_pressed: bool) -> None:
        view, now = await self._repository.date(), self._environment.now()
        if view is None:
            return
        due = networks_due(view, map(network_of, accounts), now, is_pressed=is_pressed)
        starting = [account for account in accounts if network_of(account) in due]
        if not starting:
            return
        history = await self._repository.get_all("history")
        undone = find_undone(history, datetime.fromisoformat(view.approved_at), UNDONE)
        people = find_ticked((await self._repository.views()).values(), undone)
        networks = list(map(network_of, accounts))
        plans = [await self._follows.plan(account, people, networks) for account in starting]
        stored = _put(record_starts(view, due, now, is_current=is_current))
        await self._follows.start_planned(
            begun=[plan for plan in plans if not _was_started(view, plan)],
            continued=[plan for plan in plans if _was_started(view, plan)],
            also=[stored],
        )

    async def _with_steps(self, view: DateView, known: DateFacts) -> DateView:
        ticked = ticked_networks((await self._repository.views()).values())
        preparation = Preparation(ticked=ticked, known=known, has_joined=await self._has_joined())
        return view.model_copy(update={"steps": list_steps(preparation), "known": known})

    async def _has_joined(self) -> bool:
        claim = await self._repository.get("state", "join")
        return claim is not None and claim["status"] not in NOT_JOINED


def _was_started(view: DateView, plan: Plan) -> bool:
    return has_started(view, network_of(plan.account))


def _put(view: DateView) -> Put:
    return Put("state", "date", view.model_dump(mode="json"))
