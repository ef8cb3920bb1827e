"""Hints on this machine: keep what X profiles name, and have an account looked at when the person asks for it.

Nothing is asked of any network before `look` is called, and then only about an account that our own store names.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from passerelle.engine.matches import Matching
from passerelle.engine.messages import AccountLook, FollowOne
from passerelle.engine.progress import Pulse
from passerelle.engine.repository import Memory
from passerelle.engine.storage import Change
from passerelle.errors import CommandError, ServerRefused
from passerelle.following.plan import Planned, make_planned
from passerelle.hints import check, profiles
from passerelle.hints.check import STRANGER_BYTES, Target
from passerelle.hints.records import CheckView, HintView, LookView, ProfileHints, SeenProfile
from passerelle.identifiers import ScreenName, parse_rest_id
from passerelle.matching.evidence import is_checked
from passerelle.matching.match import list_accounts
from passerelle.people.graph import FollowGraph

if TYPE_CHECKING:
    from passerelle.engine.engine import World


class Hinter:
    """Takes in what profiles name, and what came of looking. Whoever calls `learn` or `keep` works alone meanwhile."""

    def __init__(self, world: World, memory: Memory, matching: Matching) -> None:
        self._world = world
        self._memory = memory
        self._matching = matching

    async def learn(self, people: Iterable[SeenProfile], pulse: Pulse) -> None:
        """Keep what these profiles name, and match their people again; nothing about the owner and who is blocked."""
        graph, readings = await self._memory.graph(), []
        for reading in profiles.read_profiles(people, self._world.now()):
            if not (graph and graph.is_closed_to(reading.rest_id)):
                readings.append(reading)
            await pulse.breathe()
        await self._store(profiles.apply_readings(await self._memory.hints(), readings))

    async def changes_of_names(self, graph: FollowGraph) -> list[Change]:
        """Give what to store of the accounts that the display names of a graph name."""
        known = await self._memory.hints()
        changed = profiles.apply_readings(known, profiles.read_names(graph, known.keys()))
        return self._memory.put_hints(changed)

    async def look(self, fields: AccountLook) -> tuple[LookView | None, CheckView]:
        """Look at an account that our store names; None where it is gone.

        Raises CommandError: nothing names it. ServerRefused, NetworkError: nobody found out.
        """
        target = await self._find_target(fields)
        try:
            chance = self._world.random(STRANGER_BYTES)
            profile = await check.check_account(target, chance, self._world.fetch)
        except ServerRefused as error:
            if error.code != "account_not_found":
                raise
            return None, check.make_check(None, self._world.now())
        view = check.make_look_view(profile, target.names)
        return view, check.make_check(view, self._world.now())

    async def keep(self, fields: AccountLook, view: LookView | None, check: CheckView) -> None:
        """Keep a check with the hint that names the account, if one still does, and match its person again.

        What was looked at by a row's did says something of a hint's handle only if the account still goes by that.
        """
        is_about_address = fields.row_id is None or (view and view.address.lower() == fields.address.lower())
        profile = (await self._memory.hints()).get(fields.rest_id or "")
        if profile and is_about_address and _find_hint(profile, fields):
            checked = {"check": check}
            hints = [hint.model_copy(update=checked) if _names(hint, fields) else hint for hint in profile.hints]
            await self._store({profile.rest_id: profile.model_copy(update={"hints": hints})})

    async def find_planned(self, fields: FollowOne) -> Planned | None:
        """Find the Bluesky account of the hint that a badge named. Raises ServerRefused: it was not checked yet."""
        profile = (await self._memory.hints()).get(fields.rest_id or "")
        for hint in profile.hints if profile else ():
            if hint.network == "bluesky" and hint.address == (fields.address or "").lower():
                if not is_checked(hint):
                    raise unchecked()
                return make_planned(hint.check.did if hint.check else None, hint.address)
        return None

    async def _find_target(self, fields: AccountLook) -> Target:
        graph = await self._memory.graph()
        names = graph.names_of(parse_rest_id(fields.rest_id)) if graph and fields.rest_id else ()
        if fields.row_id is not None:
            return await self._find_listed(fields, names)
        profile = (await self._memory.hints()).get(fields.rest_id or "")
        hint = _find_hint(profile, fields) if profile else None
        if profile is None or hint is None:
            raise _nothing_names()
        return Target(hint.network, hint.address, None, frozenset((ScreenName(profile.screen_name), *names)))

    async def _find_listed(self, fields: AccountLook, names: Iterable[ScreenName]) -> Target:
        index = await self._memory.index()
        row = index.find_named(fields.row_id or "", fields.rest_id, fields.screen_name) if index else None
        if row is None:
            raise _nothing_names()
        known = frozenset(filter(None, (row.screen_name, *names)))
        for account in list_accounts(row):
            if account.network == fields.network and account.address.lower() == fields.address.lower():
                return Target(account.network, account.address, account.did, known)
        raise _nothing_names()

    async def _store(self, changed: Mapping[str, ProfileHints | None]) -> None:
        """Store changed hints, the matches that they change, and who is forgotten for them, in one step."""
        if not changed:
            return
        changes = self._memory.put_hints(changed)
        graph = await self._memory.graph()
        surplus = profiles.surplus(await self._memory.hints(), graph.people.keys() if graph else ())
        changes += self._memory.put_hints(dict.fromkeys(surplus))
        await self._memory.write([*changes, *await self._matching.match_some(changed.keys())])


def unchecked() -> ServerRefused:
    """Say that an account which only a profile names must be looked at first."""
    return ServerRefused("Have this account checked before you choose it.", code="hint_unchecked")


def _nothing_names() -> CommandError:
    return CommandError("Nothing here names such an account.")


def _find_hint(profile: ProfileHints, fields: AccountLook) -> HintView | None:
    return next((hint for hint in profile.hints if _names(hint, fields)), None)


def _names(hint: HintView, fields: AccountLook) -> bool:
    return hint.network == fields.network and hint.address == fields.address.lower()
