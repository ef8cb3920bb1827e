"""Ask whether a bridge shows a person on the network where they have no account, and store the account it shows."""

from __future__ import annotations

from passerelle.engine.environment import Environment
from passerelle.engine.matches import Matches
from passerelle.engine.messages import BridgeFind
from passerelle.engine.repository import Repository
from passerelle.engine.work import Works
from passerelle.errors import CommandError
from passerelle.hints import profiles
from passerelle.hints.check import RANDOM_NAME_BYTES
from passerelle.hints.records import ProfileHints
from passerelle.identifiers import Did
from passerelle.matching.views import AccountView, MatchView
from passerelle.networks.bridge import Copy, copy_of, find_copy


class Bridges:
    """A copy that exists stands in the person's row, to be followed as any account; an absent one is not stored."""

    def __init__(self, environment: Environment, repository: Repository, works: Works, matches: Matches) -> None:
        self._environment = environment
        self._repository = repository
        self._works = works
        self._matches = matches

    async def on_find(self, fields: BridgeFind) -> None:
        """Answer bridge.find. Raises CommandError: no row names the account. ServerRefused, NetworkError."""
        await self._works.finish(self._find_and_keep(fields))

    async def _find_and_keep(self, fields: BridgeFind) -> None:
        """Ask, and store the copy; while the server answers, other work goes on."""
        view, account = await self._find_account(fields)
        copy = copy_of(account.network, account.address)
        if copy is None:
            raise CommandError("The bridge has no address for this account.")
        random_name = self._environment.random(RANDOM_NAME_BYTES).hex()
        did = Did(account.did) if account.did else None
        found = await find_copy(copy, did, random_name, self._environment.fetch)
        async with self._works.exclusively():
            await self._keep(view, found)

    async def _keep(self, view: MatchView, copy: Copy) -> None:
        known = (await self._repository.hints()).get(view.rest_id) or _empty_profile(view)
        now = self._environment.now()
        profile = profiles.confirm(known, copy.network, copy.address, copy.did, now, profiles.BRIDGED)
        async with self._repository.changing():
            changes = self._repository.put_hints({view.rest_id: profile})
            await self._repository.write([*changes, *await self._matches.match_some({view.rest_id})])

    async def _find_account(self, fields: BridgeFind) -> tuple[MatchView, AccountView]:
        view = (await self._repository.views()).get(fields.rest_id)
        for account in view.accounts if view else ():
            if view and account.listed and (account.network, account.address) == (fields.network, fields.address):
                return view, account
        raise CommandError("No row names such an account.")


def _empty_profile(view: MatchView) -> ProfileHints:
    name = view.screen_name or ""
    return ProfileHints(rest_id=view.rest_id, screen_name=name, display_name=view.display_name, hints=[])
