"""Store what the person answers about a guessed account: yes for the follow plan, no for ever, or not sure."""

from __future__ import annotations

from passerelle.engine.environment import Environment
from passerelle.engine.follows import Follows
from passerelle.engine.lanes import Lanes
from passerelle.engine.matches import Matches
from passerelle.engine.messages import GuessDecide
from passerelle.engine.progress import Progress
from passerelle.engine.repository import Repository
from passerelle.engine.storage import Change, Delete, Put
from passerelle.engine.work import Works
from passerelle.errors import CommandError
from passerelle.following.decisions import Decision, decision_keys
from passerelle.hints import profiles
from passerelle.hints.records import ProfileHints
from passerelle.matching.guesses import GuessedAccount, GuessView, without_account


class Guesses:
    """Nothing is sent: a yes stands in the list of matches, chosen; a no is a rejection as of any other account."""

    def __init__(
        self,
        environment: Environment,
        repository: Repository,
        works: Works,
        matches: Matches,
        lanes: Lanes,
        follows: Follows,
    ) -> None:
        self._environment = environment
        self._repository = repository
        self._works = works
        self._matches = matches
        self._lanes = lanes
        self._follows = follows

    async def on_decide(self, fields: GuessDecide) -> None:
        """Answer guess.decide. Raises CommandError: no such account is proposed for this person."""
        async with self._works.exclusively():
            if fields.answer == "open":
                await self._take_back(fields)
                return
            guess, account = await self._find(fields)
            if fields.answer == "yes":
                await self._confirm(guess, account)
            elif fields.answer == "no":
                await self._reject(guess, account)
            else:
                await self._set_aside(guess)

    async def _confirm(self, guess: GuessView, account: GuessedAccount) -> None:
        now = self._environment.now()
        known = (await self._repository.hints()).get(guess.rest_id) or _empty_profile(guess)
        profile = profiles.confirm(known, account.network, account.address, account.did, now)
        async with self._repository.changing():
            changes = [
                *self._repository.put_hints({guess.rest_id: profile}),
                *await self._put_decision(guess, account, "chosen"),
                *await self._matches.match_some({guess.rest_id}),
            ]
            await self._replace(guess.rest_id, None, changes)

    async def _reject(self, guess: GuessView, account: GuessedAccount) -> None:
        async with self._repository.changing():
            changes = await self._put_decision(guess, account, "rejected")
            await self._replace(guess.rest_id, without_account(guess, account.network, account.address), changes)

    async def _set_aside(self, guess: GuessView) -> None:
        async with self._repository.changing():
            await self._replace(guess.rest_id, guess.model_copy(update={"is_unsure": True}), [])

    async def _take_back(self, fields: GuessDecide) -> None:
        """Forget the answers about an account, take it out of the queues, and score its person again."""
        record = (await self._repository.asked()).get(fields.rest_id)
        candidates = record.candidates if record else []
        did = next((one.did for one in candidates if one.address.lower() == fields.address.lower()), None)
        async with self._follows.planning():
            async with self._repository.changing():
                await self._repository.write(await self._forgotten(fields, did))
            await self._follows.withdraw([did, fields.address])
        await self._lanes.store(Progress(self._environment, "guess.decide"))

    async def _forgotten(self, fields: GuessDecide, did: str | None) -> list[Change]:
        decisions, hints = await self._repository.decisions(), await self._repository.hints()
        changes: list[Change] = []
        for key in decision_keys(fields.rest_id, fields.network, fields.address, did):
            decisions.pop(key, None)
            changes.append(Delete("decisions", key))
        if profile := hints.get(fields.rest_id):
            left = profiles.unconfirm(profile, fields.network, fields.address)
            changes += self._repository.put_hints({fields.rest_id: left})
            changes += await self._matches.match_some({fields.rest_id})
        return changes

    async def _put_decision(self, guess: GuessView, account: GuessedAccount, decision: Decision) -> list[Change]:
        decisions = await self._repository.decisions()
        keys = decision_keys(guess.rest_id, account.network, account.address, account.did)
        decisions.update(dict.fromkeys(keys, decision))
        return [Put("decisions", key, decision) for key in keys]

    async def _replace(self, rest_id: str, guess: GuessView | None, changes: list[Change]) -> None:
        """Store a changed guess (None: none any more) with other changes and the lanes' counts, in one write."""
        stored = self._repository.put_guess(rest_id, guess)
        await self._repository.write([*changes, *stored, *await self._lanes.counts()])

    async def _find(self, fields: GuessDecide) -> tuple[GuessView, GuessedAccount]:
        guess = (await self._repository.guesses()).get(fields.rest_id)
        for account in guess.accounts if guess else ():
            if guess and (account.network, account.address) == (fields.network, fields.address):
                return guess, account
        raise CommandError("No such account is proposed for this person.")


def _empty_profile(guess: GuessView) -> ProfileHints:
    return ProfileHints(rest_id=guess.rest_id, screen_name=guess.screen_name, display_name=guess.display_name, hints=[])
