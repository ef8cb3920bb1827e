"""Where the people come from: the archive, and the owner's pages on x.com."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress

from passerelle.archive import read_archive
from passerelle.archive.records import Owner
from passerelle.engine.directories import Directories
from passerelle.engine.environment import Environment
from passerelle.engine.hints import Hints
from passerelle.engine.matches import Matches
from passerelle.engine.messages import ArchiveOpen, Nothing, Opened, PeopleAdd
from passerelle.engine.progress import Progress
from passerelle.engine.repository import Repository
from passerelle.engine.storage import Delete, Put
from passerelle.engine.work import Works, cancel
from passerelle.errors import CommandError, PasserelleError
from passerelle.hints.own_words import read_own_words
from passerelle.people import graph, observations, summary
from passerelle.people.graph import FollowGraph
from passerelle.people.summary import ArchiveView, OwnerView


class Archives:
    """Read archives and lists of x.com into the graph, then match its people."""

    def __init__(
        self,
        environment: Environment,
        repository: Repository,
        works: Works,
        directories: Directories,
        matches: Matches,
        hints: Hints,
    ) -> None:
        self._environment = environment
        self._repository = repository
        self._works = works
        self._directories = directories
        self._matches = matches
        self._hints = hints
        self._reading: list[asyncio.Task[Opened]] = []  # the last one, if any

    async def on_open(self, fields: ArchiveOpen, paths: Sequence[str]) -> Opened:
        """Answer archive.open: read the files at `paths`, instead of an archive that is still being read."""
        if not paths:  # the files that were dropped; fewer than `fields.names` where a folder's files came with it
            raise CommandError("archive.open needs its files.")
        await cancel(self._reading)
        task = self._works.start(self._open(paths))
        self._reading = [task]
        return await self._works.wait_for(task)

    async def on_cancel(self, fields: Nothing) -> None:
        """Answer archive.cancel."""
        await cancel(self._reading)

    async def on_replace(self, fields: Nothing) -> Opened:
        """Answer archive.replace: use the archive that waits. Raises CommandError where none does."""
        candidate = await self._repository.candidate()
        if candidate is None:
            raise CommandError("No archive waits for an answer.")
        return await self._works.finish(self._replace(*candidate))

    async def on_discard(self, fields: Nothing) -> None:
        """Answer archive.discard: keep the archive that is here, and forget the other one."""
        async with self._works.exclusively():
            await self._repository.write(self._repository.delete_candidate())

    async def on_add_people(self, fields: PeopleAdd) -> None:
        """Answer people.add."""
        await self._works.finish(self._add_people(fields))

    async def _open(self, paths: Sequence[str]) -> Opened:
        async with self._works.described("archive.open", "reading") as progress:
            archive = await progress.run(read_archive(paths), lambda step: ("reading", step.done, step.total))
            people, view = graph.make_graph(archive), ArchiveView.model_validate(summary.summarize(archive))
            if not await self._is_of_another_account(people.owner):
                return await self._use(people, view, progress)
            await self._repository.write(self._repository.put_candidate(people, view))
            directory = await self._repository.directory()
            return Opened(archive=view, directory=directory, matches=None, is_candidate=True)

    async def _replace(self, people: FollowGraph, view: ArchiveView) -> Opened:
        async with self._works.described("archive.replace", "directory") as progress:
            # A date was approved for the people of the archive before.
            await self._repository.write([Delete("state", "date")])
            return await self._use(people, view, progress)

    async def _is_of_another_account(self, owner: Owner) -> bool:
        """Return whether an archive of `owner` would replace what is stored of another account.

        Beside a stored archive, an archive that does not say whose it is counts as another account's.
        """
        here = await self._repository.graph()
        has_archive = await self._repository.archive() is not None
        return here is not None and not graph.is_same_account(here.owner, owner, unknown=not has_archive)

    async def _use(self, people: FollowGraph, view: ArchiveView, progress: Progress) -> Opened:
        archive = await self._store(people, view)
        with suppress(PasserelleError):  # the archive is not lost for that: state.directory says what failed
            await self._directories.update(progress)
        matches = await self._matches.match_all(progress)
        return Opened(archive=archive, directory=await self._repository.directory(), matches=matches)

    async def _store(self, people: FollowGraph, view: ArchiveView) -> ArchiveView:
        """Store an archive in place of the one before, joined with the lists of the same account read on x.com."""
        page = await self._repository.page()
        page = page if page and graph.is_same_account(page.owner, people.owner) else None
        known = await self._repository.archive_view()
        if page:
            view = _with_pages(view, graph.combine(people, page), known.pages_read_at if known else None)
        whole = graph.combine(people, page) if page else people
        named = await self._hints.changes_of_names(whole)
        strangers = (await self._repository.words()).keys() - whole.people.keys()
        async with self._repository.changing():
            gone = self._repository.delete_words(sorted(strangers))
            await self._repository.write([_put(view), *self._repository.put_archive(people, page), *named, *gone])
        return view

    async def _add_people(self, fields: PeopleAdd) -> None:
        """Add what X's pages showed to the graph, and match again. Not in `state.work`: no page waits for it."""
        async with self._works.exclusively():
            archive, page = await self._repository.archive(), await self._repository.page()
            now = self._environment.now()
            page = graph.not_after(page, now) if page else None
            seen = observations.parse_people(fields.people, now)
            learned = observations.learn(archive, page, seen, fields.listed)
            if learned is None:
                return
            known = await self._repository.archive_view()
            view = known if known and archive else _pages_only(learned.owner)
            read_before = known.pages_read_at if known else None
            read_at = now.isoformat() if fields.listed else read_before
            view = _with_pages(view, graph.combine(archive, learned) if archive else learned, read_at)
            whole = graph.combine(archive, learned) if archive else learned
            words = read_own_words(fields.people, whole.people.keys(), await self._repository.words(), now)
            kept = self._repository.put_words(words)
            await self._repository.write([_put(view), *self._repository.put_page(learned), *kept])
            progress = Progress(self._environment, "people.add")
            if await self._repository.directory() is None:
                with suppress(PasserelleError):  # state.directory says what failed
                    await self._directories.update(progress)
            await self._matches.match_all(progress)


def _put(view: ArchiveView) -> Put:
    return Put("state", "archive", view.model_dump(mode="json"))


def _pages_only(owner: Owner) -> ArchiveView:
    """Return the view while there is no archive: everything to count comes from the owner's pages on x.com."""
    account = OwnerView(rest_id=owner.rest_id, screen_name=owner.screen_name, display_name=owner.display_name)
    numbers = dict.fromkeys(("following", "followers", "mutuals", "blocked", "muted", "tweets"), 0)
    named = {"named_following": 0, "named_followers": 0}
    return ArchiveView(account=account, exported_at=None, warnings=[], origin="pages", **numbers, **named)


def _with_pages(view: ArchiveView, people: FollowGraph, read_at: str | None) -> ArchiveView:
    """Return the view with the people of archive and pages together."""
    origin = "both" if view.origin == "archive" and read_at else view.origin
    return view.model_copy(update={**summary.count(people), "origin": origin, "pages_read_at": read_at})
