"""Watch for people who are new in the directory: bring it up to date by itself, and follow by standing approval."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from passerelle.engine.directories import Directories
from passerelle.engine.environment import Environment
from passerelle.engine.follows import Follows
from passerelle.engine.matches import Matches
from passerelle.engine.messages import WatchApprove, WatchSync
from passerelle.engine.progress import Progress
from passerelle.engine.queue_store import UNDONE
from passerelle.engine.repository import Repository
from passerelle.engine.storage import Delete, Put
from passerelle.engine.views import ApprovalView, NewsView
from passerelle.engine.work import Works
from passerelle.following.approved import find_approved
from passerelle.identifiers import AccountId, network_of, parse_account_id
from passerelle.matching.lane_counts import is_found

NEVER = datetime.min.replace(tzinfo=UTC)


class Watch:
    """What the background asks for once a day, and the approval that it acts on."""

    def __init__(
        self,
        environment: Environment,
        repository: Repository,
        works: Works,
        directories: Directories,
        matches: Matches,
        follows: Follows,
    ) -> None:
        self._environment = environment
        self._repository = repository
        self._works = works
        self._directories = directories
        self._matches = matches
        self._follows = follows

    async def on_sync(self, fields: WatchSync) -> None:
        """Answer watch.sync. Raises NetworkError and what is wrong with the directory."""
        accounts = [parse_account_id(account) for account in fields.accounts]
        await self._works.finish(self._sync(accounts))

    async def on_approve(self, fields: WatchApprove) -> None:
        """Answer watch.approve."""
        now = self._environment.now().isoformat()
        given = Put("state", "approval", ApprovalView(since=now).model_dump(mode="json"))
        await self._repository.write([given if fields.approved else Delete("state", "approval")])

    async def _sync(self, accounts: Sequence[AccountId]) -> None:
        async with self._works.exclusively():
            progress = Progress(self._environment, "watch.sync")
            await self._directories.update(progress, is_quiet=True)
            await self._matches.match_all(progress, marks_new=True)
            followed = await self._follow_approved(accounts)
            await self._announce(followed)

    async def _follow_approved(self, accounts: Sequence[AccountId]) -> int:
        """Follow new people by standing approval; return how many accounts were added to a queue."""
        approval = await self._repository.approval()
        if approval is None:
            return 0
        views, decisions = await self._repository.views(), await self._repository.decisions()
        since = datetime.fromisoformat(approval.since)
        people = find_approved(views.values(), since, decisions, await self._undone())
        networks = [network_of(account) for account in accounts]
        return sum([await self._follows.add_approved(account, people, networks) for account in accounts])

    async def _undone(self) -> frozenset[str]:
        """Return the dids and addresses that were unfollowed with Passerelle, with any own account."""
        history = (await self._repository.get_all("history")).values()
        undone = [one for one in history if one["done"] == UNDONE]
        return frozenset(name for one in undone for name in (one["target"], one["address"]) if name)

    async def _announce(self, followed: int) -> None:
        """Store the news about people who are new since the last news."""
        told = await self._repository.news()
        after = datetime.fromisoformat(told.at) if told else NEVER
        moments = [
            datetime.fromisoformat(view.new_since)
            for view in (await self._repository.views()).values()
            if view.new_since and is_found(view)
        ]
        new = [moment for moment in moments if moment > after]
        if new:
            news = NewsView(at=max(new).isoformat(), count=len(new), followed=followed)
            await self._repository.write([Put("state", "news", news.model_dump(mode="json"))])
