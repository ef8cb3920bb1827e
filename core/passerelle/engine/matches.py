"""Keep the stored matches true: match everybody with directory and hints, or only those of whom more is known now."""

from __future__ import annotations

from collections.abc import Set
from typing import TYPE_CHECKING

from passerelle.engine.follows import Follower
from passerelle.engine.progress import Pulse
from passerelle.engine.repository import Memory
from passerelle.engine.storage import Change
from passerelle.following.plan import count_matches, decide, make_match_view, mark_following
from passerelle.matching.match import find_matches
from passerelle.matching.views import MatchesView, MatchView

if TYPE_CHECKING:
    from passerelle.engine.engine import World


class Matching:
    """Matches the graph, with what the person decided and how far following is."""

    def __init__(self, world: World, memory: Memory, follower: Follower) -> None:
        self._world = world
        self._memory = memory
        self._follower = follower

    async def match_all(self, pulse: Pulse) -> MatchesView | None:
        """Match everybody and store it; None while there is no graph or no directory."""
        people, index = await self._memory.graph(), await self._memory.index()
        if people is None or index is None:
            return None
        hints, decisions = await self._memory.hints(), await self._memory.decisions()
        following = await self._follower.following()
        views: dict[str, MatchView] = {}
        for done, match in enumerate(find_matches(people, index, self._world.now(), hints)):
            if match:
                views[match.person.rest_id] = make_match_view(match, decisions, following)
            await pulse.beat("matching", done, len(people.people))
        following = await self._follower.following()
        # What the person did while we were matching counts.
        views = {key: mark_following(decide(view, decisions), following) for key, view in views.items()}
        counts = count_matches(people, views.values())
        await self._memory.write(self._memory.put_matches(views, counts))
        return counts

    async def match_some(self, rest_ids: Set[str]) -> list[Change]:
        """Match these people again and give what to store; nothing where none is in a matched graph."""
        people, index = await self._memory.graph(), await self._memory.index()
        if people is None or index is None or rest_ids.isdisjoint(people.people):
            return []
        if await self._memory.get("state", "matches") is None:
            return []
        hints, decisions = await self._memory.hints(), await self._memory.decisions()
        before, following = await self._memory.views(), await self._follower.following()
        found = find_matches(people, index, self._world.now(), hints, only=rest_ids)
        fresh = {match.person.rest_id: make_match_view(match, decisions, following) for match in found if match}
        kept = {rest_id: view for rest_id, view in before.items() if rest_id not in rest_ids}
        counts = count_matches(people, [*kept.values(), *fresh.values()])
        return self._memory.put_some_matches(fresh.values(), before.keys() & rest_ids - fresh.keys(), counts)
