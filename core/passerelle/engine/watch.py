"""Watch for people who are new in the directory: bring it up to date by itself, and follow by standing approval."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime

from passerelle.engine.dates import Dates
from passerelle.engine.directories import Directories
from passerelle.engine.environment import Environment
from passerelle.engine.follows import Follows
from passerelle.engine.matches import Matches
from passerelle.engine.messages import DateBegin, WatchApprove, WatchSync
from passerelle.engine.progress import Progress
from passerelle.engine.queue_store import UNDONE
from passerelle.engine.repository import Repository
from passerelle.engine.storage import Delete, Put
from passerelle.engine.views import ApprovalView, NewsView
from passerelle.engine.work import Works
from passerelle.errors import DirectoryError, NetworkError, PasserelleError, ServerRefused
from passerelle.following.approved import find_approved
from passerelle.following.dates import find_undone
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
        dates: Dates,
    ) -> None:
        self._environment = environment
        self._repository = repository
        self._works = works
        self._directories = directories
        self._matches = matches
        self._follows = follows
        self._dates = dates

    async def on_sync(self, fields: WatchSync) -> None:
        """Answer watch.sync. Raises NetworkError and what is wrong with the directory."""
        accounts = [parse_account_id(account) for account in fields.accounts]
        await self._works.finish(self._sync(accounts))

    async def on_begin_date(self, fields: DateBegin) -> None:
        """Answer date.begin. A directory out of reach does not hold the plan up: the next sync adds who was missed."""
        accounts = [parse_account_id(account) for account in fields.accounts]
        with suppress(NetworkError, ServerRefused, DirectoryError):
            await self._works.finish(self._sync(accounts, is_pressed=True))

    async def on_approve(self, fields: WatchApprove) -> None:
        """Answer watch.approve."""
        now = self._environment.now().isoformat()
        given = Put("state", "approval", ApprovalView(since=now).model_dump(mode="json"))
        async with self._follows.planning():
            await self._repository.write([given if fields.approved else Delete("state", "approval")])

    async def _sync(self, accounts: Sequence[AccountId], *, is_pressed: bool = False) -> None:
        async with self._works.exclusively():
            progress = Progress(self._environment, "watch.sync")
            try:
                await self._directories.update(progress, is_quiet=True)
            except PasserelleError:  # the date is kept with the directory that is here
                await self._dates.start(accounts, is_current=False, is_pressed=is_pressed)
                raise
            await self._matches.match_all(progress, marks_new=True)
            await self._dates.start(accounts, is_current=True, is_pressed=is_pressed)
            async with self._follows.planning():
                followed = await self._follow_approved(accounts)
            await self._announce(followed)

    async def _follow_approved(self, accounts: Sequence[AccountId]) -> int:
        """Follow new people by standing approval; return how many accounts were added to a queue."""
        approval = await self._repository.approval()
        if approval is None:
            return 0
        views, decisions = await self._repository.views(), await self._repository.decisions()
        since = datetime.fromisoformat(approval.since)
        undone = find_undone(await self._repository.get_all("history"), NEVER, UNDONE)
        people = find_approved(views.values(), since, decisions, undone)
        networks = [network_of(account) for account in accounts]
        return sum([await self._follows.add_approved(account, people, networks) for account in accounts])

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
