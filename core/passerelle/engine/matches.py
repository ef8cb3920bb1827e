"""Keep the stored matches up to date, and what the person decides about them."""

from __future__ import annotations

from collections.abc import Mapping, Set

from passerelle.engine.environment import Environment
from passerelle.engine.follows import Follows
from passerelle.engine.lanes import Lanes
from passerelle.engine.messages import Decide, DecideMany, FollowPrefer, Nothing
from passerelle.engine.progress import Progress
from passerelle.engine.repository import Repository
from passerelle.engine.storage import Change, Delete, Put
from passerelle.engine.views import PreferredView
from passerelle.engine.work import Works
from passerelle.errors import CommandError
from passerelle.following.decisions import decide, decided_together, decision_keys, may_choose, unchecked
from passerelle.following.listing import count_matches, make_excluded_view, make_match_view
from passerelle.following.marks import mark_following
from passerelle.matching.match import find_excluded, find_matches
from passerelle.matching.newcomers import keep_new, mark_new
from passerelle.matching.views import AccountView, MatchesView, MatchView


class Matches:
    """Match the graph with directory and hints, and mark what the person decided and how far following is."""

    def __init__(
        self, environment: Environment, repository: Repository, works: Works, follows: Follows, lanes: Lanes
    ) -> None:
        self._environment = environment
        self._lanes = lanes
        self._repository = repository
        self._works = works
        self._follows = follows

    async def on_find(self, fields: Nothing) -> MatchesView:
        """Answer match.find: match everybody again."""
        counts = await self._works.finish(self._match_again())
        if counts is None:
            raise CommandError("There is no archive or no directory to match yet.")
        return counts

    async def on_decide(self, fields: Decide) -> None:
        """Answer decision.set: store the decision under every name of the account."""
        async with self._follows.planning():
            async with self._repository.changing():
                account = await self._decide(fields)
            if fields.decision in ("rejected", "unchosen"):
                await self._follows.withdraw([account.did, account.address])

    async def _decide(self, fields: Decide) -> AccountView:
        view, account = await self._find_account(fields)
        if fields.decision == "chosen" and not may_choose(account):
            raise unchecked()
        decisions, preferred = await self._repository.decisions(), await self._repository.preferred()
        keys = decision_keys(fields.rest_id, fields.network, account.address, account.did)
        changes: list[Change] = []
        for key in keys:
            if fields.decision == "unrejected":
                decisions.pop(key, None)
                changes.append(Delete("decisions", key))
            else:
                decisions[key] = fields.decision
                changes.append(Put("decisions", key, fields.decision))
        decided = decide(view, decisions, preferred)
        changes += self._repository.put_views([decided])
        if _rejections(view) != _rejections(decided):
            changes += await self._lanes.counts()
        await self._repository.write(changes)
        return account

    async def on_decide_many(self, fields: DecideMany) -> None:
        """Answer decision.set_many: in one durable step."""
        async with self._follows.planning():
            async with self._repository.changing():
                changed = await self._decide_many(fields)
            if fields.decision == "unchosen":
                await self._follows.withdraw(name for account in changed for name in (account.did, account.address))

    async def _decide_many(self, fields: DecideMany) -> list[AccountView]:
        views, decisions = await self._repository.views(), await self._repository.decisions()
        preferred = await self._repository.preferred()
        people = [views[rest_id] for rest_id in dict.fromkeys(fields.rest_ids) if rest_id in views]
        made = [(view, decided_together(view, fields.decision, preferred)) for view in people]
        changed = [(view, account) for view, accounts in made for account in accounts]
        keys = [
            key
            for view, account in changed
            for key in decision_keys(view.rest_id, account.network, account.address, account.did)
        ]
        decisions.update(dict.fromkeys(keys, fields.decision))
        decided = [decide(view, decisions, preferred) for view, accounts in made if accounts]
        stored = (Put("decisions", key, fields.decision) for key in keys)
        await self._repository.write([*stored, *self._repository.put_views(decided)])
        return [account for _, account in changed]

    async def on_prefer(self, fields: FollowPrefer) -> None:
        """Answer follow.prefer: store it, and tick the accounts anew that no decision is about."""
        async with self._repository.changing():
            views, decisions = await self._repository.views(), await self._repository.decisions()
            decided = ((view, decide(view, decisions, fields.network)) for view in views.values())
            changed = [new for old, new in decided if new != old]
            stored = Put("state", "preferred", PreferredView(network=fields.network).model_dump(mode="json"))
            await self._repository.write([stored, *self._repository.put_views(changed)])

    async def match_all(self, progress: Progress, *, marks_new: bool = False) -> MatchesView | None:
        """Match everybody, store the matches, return their counts; None while there is no graph or no directory.

        `marks_new`: people found now and not before are new, because the directory has changed and the graph has not.
        """
        people = await self._repository.graph()
        lookups = await self._repository.rows_about(people.people.values()) if people else []
        if people is None or not lookups:
            return None
        hints, decisions = await self._repository.hints(), await self._repository.decisions()
        following, preferred = await self._follows.following(), await self._repository.preferred()
        views: dict[str, MatchView] = {}
        found = find_matches(people, lookups[0], self._environment.now(), hints, added=lookups[1:])
        for done, match in enumerate(found):
            if match:
                views[match.person.rest_id] = make_match_view(match, decisions, following, preferred)
                self._lanes.learn_kind(match.person.rest_id, match.row.kind if match.row else None)
            await progress.report("matching", done, len(people.people))
        excluded = [
            make_excluded_view(match, people)
            for match in find_excluded(people, lookups[0], self._environment.now(), lookups[1:])
        ]
        async with self._repository.changing():
            views = await self._with_new(await self._up_to_date(views), marks_new=marks_new)
            counts = count_matches(people, views.values())
            await self._repository.write(
                [*self._repository.put_matches(views, counts), self._repository.put_excluded(excluded)]
            )
        await self._lanes.store(progress)
        return counts

    async def _up_to_date(self, views: Mapping[str, MatchView]) -> dict[str, MatchView]:
        """Return the views with what the person did during the matching."""
        decisions, preferred = await self._repository.decisions(), await self._repository.preferred()
        following = await self._follows.following()
        return {key: mark_following(decide(view, decisions, preferred), following) for key, view in views.items()}

    async def match_some(self, rest_ids: Set[str]) -> list[Change]:
        """Match these people again and return what to store; nothing where none is in a matched graph.

        To be stored before `changing` is given back.
        """
        people = await self._repository.graph()
        if people is None or rest_ids.isdisjoint(people.people):
            return []
        if await self._repository.get("state", "matches") is None:
            return []
        lookups = await self._repository.rows_about(
            person for rest_id, person in people.people.items() if rest_id in rest_ids
        )
        if not lookups:
            return []
        hints, decisions = await self._repository.hints(), await self._repository.decisions()
        before, following = await self._repository.views(), await self._follows.following()
        preferred = await self._repository.preferred()
        found = find_matches(people, lookups[0], self._environment.now(), hints, only=rest_ids, added=lookups[1:])
        made = (make_match_view(match, decisions, following, preferred) for match in found if match)
        now = self._environment.now()
        fresh = {view.rest_id: keep_new(view, before.get(view.rest_id), now) for view in made}
        kept = {rest_id: view for rest_id, view in before.items() if rest_id not in rest_ids}
        counts = count_matches(people, [*kept.values(), *fresh.values()])
        changes = self._repository.put_some_matches(fresh.values(), before.keys() & rest_ids - fresh.keys(), counts)
        return [*changes, *await self._lanes.counts()]

    async def _with_new(self, views: Mapping[str, MatchView], *, marks_new: bool) -> dict[str, MatchView]:
        """Return the views with who is new. What was never matched before has no one new."""
        before, now = await self._repository.views(), self._environment.now()
        kept = {rest_id: keep_new(view, before.get(rest_id), now) for rest_id, view in views.items()}
        was_matched = await self._repository.get("state", "matches") is not None
        return mark_new(kept, before, now) if marks_new and was_matched else kept

    async def _match_again(self) -> MatchesView | None:
        async with self._works.described("match.find", "matching") as progress:
            return await self.match_all(progress)

    async def _find_account(self, fields: Decide) -> tuple[MatchView, AccountView]:
        view = (await self._repository.views()).get(fields.rest_id)
        for account in view.accounts if view else ():
            if view and account.network == fields.network and account.address == fields.address:
                return view, account
        raise CommandError("There is no such match to decide about.")


def _rejections(view: MatchView) -> list[bool]:
    return [account.rejected for account in view.accounts]
