"""Hints on this machine: store which accounts X profiles name, and check one of them when the person asks.

No request leaves before account.look, and then only about an account that our own store names.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from passerelle.engine.environment import Environment
from passerelle.engine.matches import Matches
from passerelle.engine.messages import AccountLook, HintFind
from passerelle.engine.progress import Progress
from passerelle.engine.repository import Repository
from passerelle.engine.storage import Change
from passerelle.engine.work import Works
from passerelle.errors import CommandError, ServerRefused
from passerelle.hints import check as checking
from passerelle.hints import profiles
from passerelle.hints.check import RANDOM_NAME_BYTES, Target
from passerelle.hints.own_words import read_own_words
from passerelle.hints.records import CheckView, HintView, LookView, ProfileHints, SeenProfile
from passerelle.identifiers import ScreenName, parse_rest_id
from passerelle.matching.listing import list_accounts
from passerelle.people.graph import FollowGraph


class Hints:
    """Store what profiles name, and the results of checking."""

    def __init__(self, environment: Environment, repository: Repository, works: Works, matches: Matches) -> None:
        self._environment = environment
        self._repository = repository
        self._works = works
        self._matches = matches

    async def on_find(self, fields: HintFind) -> None:
        """Answer hint.find."""
        await self._works.finish(self._find(fields.people))

    async def on_look(self, fields: AccountLook) -> LookView:
        """Answer account.look. Raises CommandError: nothing here names it. ServerRefused, NetworkError."""
        return await self._works.finish(self._look_and_keep(fields))

    async def changes_of_names(self, graph: FollowGraph) -> list[Change]:
        """Return what to store of the accounts that the display names of a graph name."""
        known = await self._repository.hints()
        changed = profiles.apply_readings(known, profiles.read_names(graph, known.keys()), self._environment.now())
        return self._repository.put_hints(changed)

    async def _find(self, people: Sequence[SeenProfile]) -> None:
        """Store what these profiles name, and match their people again; not for the owner and blocked people.

        Not in `state.work`: no page waits for it.
        """
        async with self._works.exclusively():
            progress = Progress(self._environment, "hint.find")
            graph, readings = await self._repository.graph(), []
            for reading in profiles.read_profiles(people, self._environment.now()):
                if not (graph and graph.is_closed_to(reading.rest_id)):
                    readings.append(reading)
                await progress.yield_if_due()
            if graph:
                words = read_own_words(
                    people, graph.people.keys(), await self._repository.words(), self._environment.now()
                )
                await self._repository.write(self._repository.put_words(words))
            await self._store(
                profiles.apply_readings(await self._repository.hints(), readings, self._environment.now())
            )

    async def _look_and_keep(self, fields: AccountLook) -> LookView:
        """Check an account and store the result; while the server answers, other work goes on."""
        view, check = await self._look(fields)
        async with self._works.exclusively():
            await self._keep(fields, view, check)
        if view is None:
            raise ServerRefused("There is no such account.", code="account_not_found")
        return view

    async def _look(self, fields: AccountLook) -> tuple[LookView | None, CheckView]:
        """Check an account that our store names; None where it is gone."""
        target = await self._find_target(fields)
        try:
            random = self._environment.random(RANDOM_NAME_BYTES)
            profile = await checking.check_account(target, random, self._environment.fetch)
        except ServerRefused as error:
            if error.code != "account_not_found":
                raise
            return None, checking.make_check(None, self._environment.now())
        view = checking.make_look_view(profile, target.names)
        return view, checking.make_check(view, self._environment.now())

    async def _keep(self, fields: AccountLook, view: LookView | None, check: CheckView) -> None:
        """Store a check with the hint that names the account, if one still does, and match its person again.

        A check of a row's did counts for a hint's handle only if the account still has that handle.
        """
        is_about_address = fields.row_id is None or (view and view.address.lower() == fields.address.lower())
        profile = (await self._repository.hints()).get(fields.rest_id or "")
        if profile and is_about_address and _find_hint(profile, fields):
            checked = {"check": check}
            hints = [hint.model_copy(update=checked) if _names(hint, fields) else hint for hint in profile.hints]
            await self._store({profile.rest_id: profile.model_copy(update={"hints": hints})})

    async def _find_target(self, fields: AccountLook) -> Target:
        graph = await self._repository.graph()
        names = graph.names_of(parse_rest_id(fields.rest_id)) if graph and fields.rest_id else ()
        if fields.row_id is not None:
            return await self._find_listed(fields, names)
        profile = (await self._repository.hints()).get(fields.rest_id or "")
        hint = _find_hint(profile, fields) if profile else None
        if profile is None or hint is None:
            raise _nothing_names()
        return Target(hint.network, hint.address, None, frozenset((ScreenName(profile.screen_name), *names)))

    async def _find_listed(self, fields: AccountLook, names: Iterable[ScreenName]) -> Target:
        row = await self._repository.row_named(fields.row_id or "", fields.rest_id, fields.screen_name)
        if row is None:
            raise _nothing_names()
        known = frozenset(filter(None, (row.screen_name, *names)))
        for account in list_accounts(row):
            if account.network == fields.network and account.address.lower() == fields.address.lower():
                return Target(account.network, account.address, account.did, known)
        raise _nothing_names()

    async def _store(self, changed: Mapping[str, ProfileHints | None]) -> None:
        """Store changed hints and the matches that they change, and delete the surplus, in one step."""
        if not changed:
            return
        async with self._repository.changing():
            changes = self._repository.put_hints(changed)
            graph = await self._repository.graph()
            surplus = profiles.surplus(await self._repository.hints(), graph.people.keys() if graph else ())
            changes += self._repository.put_hints(dict.fromkeys(surplus))
            await self._repository.write([*changes, *await self._matches.match_some(changed.keys())])


def _nothing_names() -> CommandError:
    return CommandError("Nothing here names such an account.")


def _find_hint(profile: ProfileHints, fields: AccountLook) -> HintView | None:
    return next((hint for hint in profile.hints if _names(hint, fields)), None)


def _names(hint: HintView, fields: AccountLook) -> bool:
    return hint.network == fields.network and hint.address == fields.address.lower()
