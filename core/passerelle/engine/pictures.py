"""Pictures of a guess: loaded where the person switched them on, compared by the page, stored as one more sign.

The page compares, because the browser decodes pictures (extension/lib/page/picture-hash.ts).
"""

from __future__ import annotations

import asyncio

from passerelle.engine.environment import Environment
from passerelle.engine.lanes import Lanes
from passerelle.engine.messages import PicturesCompare, PicturesLoad, PicturesView
from passerelle.engine.progress import Progress
from passerelle.engine.repository import Repository
from passerelle.engine.work import Works
from passerelle.errors import CommandError, NetworkError, ServerRefused
from passerelle.hints.check import RANDOM_NAME_BYTES, Target, check_account
from passerelle.identifiers import parse_did
from passerelle.matching.guesses import AskedPerson, GuessedAccount, mark_picture
from passerelle.networks.profile import bounded, load_picture
from passerelle.transport import Request


class Pictures:
    """Load and mark the pictures of accounts that are proposed; of no others."""

    def __init__(self, environment: Environment, repository: Repository, works: Works, lanes: Lanes) -> None:
        self._environment = environment
        self._repository = repository
        self._works = works
        self._lanes = lanes

    async def on_load(self, fields: PicturesLoad) -> PicturesView:
        """Answer pictures.load. Raises CommandError: no such account is proposed for this person."""
        account = await self._find(fields)
        words = (await self._repository.words()).get(fields.rest_id)
        on_x, own = await asyncio.gather(self._load_on_x(words.picture if words else None), self._load_of(account))
        return PicturesView(on_x=on_x, account=own)

    async def on_compare(self, fields: PicturesCompare) -> None:
        """Answer pictures.compare. Raises CommandError: no such account is proposed for this person."""
        async with self._works.exclusively():
            await self._find(fields)
            before = (await self._repository.asked()).get(fields.rest_id, AskedPerson())
            after = mark_picture(before, fields.address, is_alike=fields.is_alike)
            if after == before:
                return
            await self._repository.write(self._repository.put_asked({fields.rest_id: after}, {}))
            await self._lanes.store(Progress(self._environment, "pictures.compare"))

    async def _load_on_x(self, url: str | None) -> str | None:
        if url is None:
            return None
        return await load_picture(Request("GET", url, purpose="picture"), bounded(self._environment.fetch))

    async def _load_of(self, account: GuessedAccount) -> str | None:
        """Return the picture in the account's profile on its own server; None where the server does not answer."""
        did = parse_did(account.did) if account.did else None
        target = Target(account.network, account.address, did, frozenset())
        try:
            random = self._environment.random(RANDOM_NAME_BYTES)
            return (await check_account(target, random, self._environment.fetch)).picture
        except (NetworkError, ServerRefused):
            return None

    async def _find(self, fields: PicturesLoad | PicturesCompare) -> GuessedAccount:
        guess = (await self._repository.guesses()).get(fields.rest_id)
        for account in guess.accounts if guess else ():
            if (account.network, account.address) == (fields.network, fields.address):
                return account
        raise CommandError("No such account is proposed for this person.")
