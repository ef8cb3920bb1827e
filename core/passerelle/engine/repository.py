"""The engine's stores as records: read from storage when first needed, changed only together with it.

Caches are set before the write, so that concurrent readers see the new state; a write that fails empties them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Any

from passerelle.directory import Row, RowLookup
from passerelle.directory.added import AddedRows
from passerelle.engine.directory_files import DirectoryFiles
from passerelle.engine.environment import Environment
from passerelle.engine.storage import Change, Clear, Delete, Put
from passerelle.engine.views import (
    AddedDirectoriesView,
    AddedDirectoryView,
    ApprovalView,
    CampaignsView,
    DirectoryView,
    NewsView,
    PreferredView,
    SearchView,
    SpeedView,
    WorkView,
)
from passerelle.engine.writer import Writer
from passerelle.following.dates import DateOfferView, DateView, has_use
from passerelle.following.decisions import Decision
from passerelle.following.pace import DEFAULT_SPEED, Speed
from passerelle.hints.records import OwnWords, ProfileHints
from passerelle.identifiers import AccountId, Network, parse_rest_id, parse_screen_name
from passerelle.matching.growth import GrowthView
from passerelle.matching.guesses import AskedList, AskedPerson, GuessView
from passerelle.matching.match import distance
from passerelle.matching.views import ExcludedPeopleView, ExcludedView, MatchesView, MatchView
from passerelle.people import graph as graphs
from passerelle.people.graph import FollowGraph, Person, names_of
from passerelle.people.summary import ArchiveView


class Repository:
    """Typed reads, cheap after the first. `put_…` methods return changes; `write` stores them in one durable step."""

    def __init__(self, environment: Environment) -> None:
        self._storage = environment.storage
        self.files = DirectoryFiles(environment.storage)
        self.writer = Writer(environment, on_failure=self.forget)
        self._changing = asyncio.Lock()
        self.forget()

    async def write(self, changes: Sequence[Change]) -> None:
        """Apply changes in one durable step and tell the pages; waits for room. Raises StorageFull."""
        await self.writer.write(changes)

    def changing(self) -> AbstractAsyncContextManager[Any]:
        """Return the lock that every change of matches holds from its last read until it is stored.

        Without it, a change that was computed earlier and is stored later would undo another one. Held for no request,
        and never twice by one task.
        """
        return self._changing

    def forget(self) -> None:
        """Empty the caches; the next reads go to storage."""
        self._views: dict[str, MatchView] | None = None
        self._decisions: dict[str, Decision] | None = None
        self._archive: FollowGraph | None = None
        self._page: FollowGraph | None = None
        self._graph: FollowGraph | None = None
        self.files.forget()
        self._follows: dict[AccountId, frozenset[str] | None] = {}
        self._hints: dict[str, ProfileHints] | None = None
        self._asked: dict[str, AskedPerson] | None = None
        self._guesses: dict[str, GuessView] | None = None
        self._words: dict[str, OwnWords] | None = None

    async def get(self, store: str, key: str) -> Any:
        """Return a value as it is stored, or None."""
        return await self._storage.get(store, key)

    async def get_all(self, store: str) -> dict[str, Any]:
        """Return everything of a store as it is stored."""
        return dict(await self._storage.get_all(store))

    async def delete_all(self) -> None:
        """Delete everything, here and in storage. Raises StorageFull where even that needs room."""
        async with self.changing():
            self.forget()
            await self.writer.clear()
            self.forget()

    async def work(self) -> WorkView | None:
        """Return what the engine was doing when that was last stored."""
        stored = await self.get("state", "work")
        return WorkView.model_validate(stored) if stored else None

    async def archive_view(self) -> ArchiveView | None:
        """Return what pages show of the graph."""
        stored = await self.get("state", "archive")
        return ArchiveView.model_validate(stored) if stored else None

    async def directory(self) -> DirectoryView | None:
        """Return which directory is here."""
        stored = await self.get("state", "directory")
        return DirectoryView.model_validate(stored) if stored else None

    async def campaigns(self) -> CampaignsView | None:
        """Return the campaigns that the directory announces; None where there never were any."""
        stored = await self.get("state", "campaigns")
        return CampaignsView.model_validate(stored) if stored else None

    async def search(self) -> SearchView | None:
        """Return the search for people's accounts that was started last."""
        stored = await self.get("state", "search")
        return SearchView.model_validate(stored) if stored else None

    async def news(self) -> NewsView | None:
        """Return what the last directory that brought someone new brought."""
        stored = await self.get("state", "news")
        return NewsView.model_validate(stored) if stored else None

    async def growth(self) -> GrowthView | None:
        """Return the counts of earlier days."""
        stored = await self.get("state", "growth")
        return GrowthView.model_validate(stored) if stored else None

    async def preferred(self) -> Network | None:
        """Return on which network people are followed who are on several; None: on each."""
        stored = await self.get("state", "preferred")
        return PreferredView.model_validate(stored).network if stored else None

    async def speed(self) -> Speed:
        """Return how fast to follow."""
        stored = await self.get("state", "speed")
        return SpeedView.model_validate(stored).speed if stored else DEFAULT_SPEED

    async def approval(self) -> ApprovalView | None:
        """Return the standing approval, if the person gave one."""
        stored = await self.get("state", "approval")
        return ApprovalView.model_validate(stored) if stored else None

    async def date(self) -> DateView | None:
        """Return the date on which people are followed together, if the person has set one."""
        stored = await self.get("state", "date")
        return DateView.model_validate(stored) if stored else None

    async def graph(self) -> FollowGraph | None:
        """Return the follow graph: the last archive read and what X's pages said, in one."""
        if self._graph is None:
            archive, page = await self.archive(), await self.page()
            self._graph = graphs.combine(archive, page) if archive and page else archive or page
        return self._graph

    async def archive(self) -> FollowGraph | None:
        """Return the follow graph of the last archive read, alone."""
        if self._archive is None and (text := await self.get("people", "graph")):
            self._archive = graphs.from_json(text)
        return self._archive

    async def page(self) -> FollowGraph | None:
        """Return what X's pages said, alone: the owner's lists, and names of people in the archive."""
        if self._page is None and (text := await self.get("people", "page")):
            self._page = graphs.from_json(text)
        return self._page

    async def candidate(self) -> tuple[FollowGraph, ArchiveView] | None:
        """Return the archive of another account that waits for the person's answer: its graph, and its view."""
        text, view = await self.get("people", "candidate"), await self.get("state", "candidate")
        return (graphs.from_json(text), ArchiveView.model_validate(view)) if text and view else None

    async def added_directories(self) -> list[AddedDirectoryView]:
        """Return the directories that the person added."""
        stored = await self.get("state", "directories")
        return AddedDirectoriesView.model_validate(stored).added if stored else []

    async def rows_about(self, people: Iterable[Person]) -> list[RowLookup]:
        """Return what each directory here has of these people, in the order in which directories count."""
        known = list(people)
        names = {name for person in known for name in names_of(person)}
        return await self.files.look_up((person.rest_id for person in known), names)

    async def row_named(self, row_id: str, rest_id: str | None, screen_name: str) -> Row | None:
        """Return the row of this `row_id`, if it has that id or that name. Raises InvalidIdentifier."""
        row, _ = await self.row_and_directory(row_id, rest_id, screen_name)
        return row

    async def row_and_directory(
        self, row_id: str, rest_id: str | None, screen_name: str
    ) -> tuple[Row | None, str | None]:
        """Return such a row, and the address of its directory where the person added that. Raises InvalidIdentifier."""
        ids = [parse_rest_id(rest_id)] if rest_id else []
        for lookup in await self.files.look_up(ids, [parse_screen_name(screen_name)]):
            if row := lookup.find_named(row_id, rest_id, screen_name):
                return row, lookup.url if isinstance(lookup, AddedRows) else None
        return None, None

    async def views(self) -> dict[str, MatchView]:
        """Return the matches as pages show them, by rest_id, in the order of the list."""
        if self._views is None:
            stored = (MatchView.model_validate(one) for one in (await self.get_all("matches")).values())
            self._views = {view.rest_id: view for view in sorted(stored, key=distance)}
        return self._views

    async def decisions(self) -> dict[str, Decision]:
        """Return what the person decided, by decision key."""
        if self._decisions is None:
            self._decisions = await self.get_all("decisions")
        return self._decisions

    async def follows(self, account: AccountId) -> frozenset[str] | None:
        """Return what `account` followed when that was last read (dids, accts); None if it never was."""
        if account not in self._follows:
            stored = await self.get("people", _follows_key(account))
            self._follows[account] = frozenset(stored["names"]) if stored else None
        return self._follows[account]

    async def hints(self) -> dict[str, ProfileHints]:
        """Return which accounts X profiles name, by rest_id."""
        if self._hints is None:
            stored = await self.get_all("hints")
            self._hints = {rest_id: ProfileHints.model_validate(one) for rest_id, one in stored.items()}
        return self._hints

    async def words(self) -> dict[str, OwnWords]:
        """Return what people of the graph write of themselves on X, by rest_id."""
        if self._words is None:
            stored = await self.get_all("profiles")
            self._words = {rest_id: OwnWords.model_validate(one) for rest_id, one in stored.items()}
        return self._words

    async def asked(self) -> dict[str, AskedPerson]:
        """Return what sources were asked about people, and the candidates that they proposed, by rest_id."""
        if self._asked is None:
            stored = await self.get_all("candidates")
            people = ((key, value) for key, value in stored.items() if key.isdecimal())
            self._asked = {rest_id: AskedPerson.model_validate(one) for rest_id, one in people}
        return self._asked

    async def asked_lists(self) -> dict[str, AskedList]:
        """Return how far the follows of found accounts were read, by did."""
        stored = await self.get_all("candidates")
        return {key: AskedList.model_validate(one) for key, one in stored.items() if key.startswith("did:")}

    async def guesses(self) -> dict[str, GuessView]:
        """Return the people with proposed accounts, by rest_id."""
        if self._guesses is None:
            stored = await self.get_all("guesses")
            self._guesses = {rest_id: GuessView.model_validate(one) for rest_id, one in stored.items()}
        return self._guesses

    def put_words(self, changed: Mapping[str, OwnWords]) -> list[Change]:
        """Change what some people write of themselves. Only after `words()` was read."""
        if self._words is not None:
            self._words.update(changed)
        return [Put("profiles", rest_id, one.model_dump(mode="json")) for rest_id, one in changed.items()]

    def delete_words(self, rest_ids: Iterable[str]) -> list[Change]:
        """Delete what some people write of themselves. Only after `words()` was read."""
        gone = frozenset(rest_ids)
        if self._words is not None:
            self._words = {rest_id: one for rest_id, one in self._words.items() if rest_id not in gone}
        return [Delete("profiles", rest_id) for rest_id in sorted(gone)]

    def put_asked(self, people: Mapping[str, AskedPerson], lists: Mapping[str, AskedList]) -> list[Change]:
        """Change what was asked about some people and lists. Only after `asked()` was read."""
        if self._asked is not None:
            self._asked.update(people)
        return [Put("candidates", key, one.model_dump(mode="json")) for key, one in (*people.items(), *lists.items())]

    def put_guesses(self, guesses: dict[str, GuessView], before: Mapping[str, GuessView]) -> list[Change]:
        """Change all guesses; `before` are those stored."""
        self._guesses = guesses
        changed = (guess for rest_id, guess in guesses.items() if before.get(rest_id) != guess)
        gone = (rest_id for rest_id in before if rest_id not in guesses)
        return [
            *(Put("guesses", guess.rest_id, guess.model_dump(mode="json")) for guess in changed),
            *(Delete("guesses", rest_id) for rest_id in gone),
        ]

    def put_guess(self, rest_id: str, guess: GuessView | None) -> list[Change]:
        """Change one guess (None: none any more). Only after `guesses()` was read."""
        if self._guesses is not None:
            self._guesses.pop(rest_id, None)
            self._guesses.update({rest_id: guess} if guess else {})
        return [Put("guesses", rest_id, guess.model_dump(mode="json")) if guess else Delete("guesses", rest_id)]

    def put_archive(self, archive: FollowGraph, page: FollowGraph | None) -> list[Change]:
        """Change the archive's graph; matches, candidate and, where `page` is None, the page graph are deleted."""
        self._archive, self._page, self._graph, self._views = archive, page, None, {}
        return [
            Put("people", "graph", graphs.to_json(archive)),
            *([] if page else [Delete("people", "page")]),
            *self.delete_candidate(),
            Clear("matches"),
            Delete("state", "matches"),
            Delete("state", "excluded"),
        ]

    def put_candidate(self, people: FollowGraph, view: ArchiveView) -> list[Change]:
        """Change which archive of another account waits for the person's answer."""
        stored = view.model_dump(mode="json")
        return [Put("people", "candidate", graphs.to_json(people)), Put("state", "candidate", stored)]

    def delete_candidate(self) -> list[Change]:
        """Delete the archive that waits for the person's answer, if there is one."""
        return [Delete("people", "candidate"), Delete("state", "candidate")]

    def put_page(self, page: FollowGraph) -> list[Change]:
        """Change what X's pages said. What was matched stays until the next matching."""
        self._page, self._graph = page, None
        return [Put("people", "page", graphs.to_json(page))]

    def put_speed(self, speed: Speed) -> Put:
        """Change how fast to follow."""
        return Put("state", "speed", SpeedView(speed=speed).model_dump(mode="json"))

    def put_added_directories(self, added: Sequence[AddedDirectoryView]) -> Put:
        """Change which directories the person added."""
        return Put("state", "directories", AddedDirectoriesView(added=list(added)).model_dump(mode="json"))

    def put_matches(self, views: dict[str, MatchView], counts: MatchesView) -> list[Change]:
        """Change all matches."""
        self._views = views
        stored = [Put("matches", view.rest_id, view.model_dump(mode="json")) for view in views.values()]
        return [
            Clear("matches"),
            *stored,
            Put("state", "matches", counts.model_dump(mode="json")),
            *self._put_date_offer(),
        ]

    def put_excluded(self, people: Iterable[ExcludedView]) -> Put:
        """Change who is never proposed."""
        return Put("state", "excluded", ExcludedPeopleView(people=list(people)).model_dump(mode="json"))

    def put_some_matches(self, views: Iterable[MatchView], lost: Iterable[str], counts: MatchesView) -> list[Change]:
        """Change some matches and delete others. Only after `views()` was read."""
        changes: list[Change] = [Put("state", "matches", counts.model_dump(mode="json"))]
        for rest_id in lost:
            if self._views is not None:
                self._views.pop(rest_id, None)
            changes.append(Delete("matches", rest_id))
        return [*changes, *self.put_views(views)]

    def put_views(self, views: Iterable[MatchView]) -> list[Change]:
        """Change some matches. Only after `views()` was read."""
        changes: list[Change] = []
        for view in views:
            if self._views is not None:
                self._views[view.rest_id] = view
            changes.append(Put("matches", view.rest_id, view.model_dump(mode="json")))
        return [*changes, *self._put_date_offer()]

    def _put_date_offer(self) -> list[Change]:
        """Change whether a date is offered, which every change of the matches may decide."""
        offer = DateOfferView(has_use=has_use((self._views or {}).values()))
        return [Put("state", "date_offer", offer.model_dump(mode="json"))]

    def put_hints(self, changed: Mapping[str, ProfileHints | None]) -> list[Change]:
        """Change what some profiles name (None: nothing any more). Only after `hints()` was read."""
        changes: list[Change] = []
        for rest_id, profile in changed.items():
            if self._hints is not None:
                self._hints.pop(rest_id, None)
                self._hints.update({rest_id: profile} if profile else {})
            changes.append(
                Put("hints", rest_id, profile.model_dump(mode="json")) if profile else Delete("hints", rest_id)
            )
        return changes

    def put_follows(self, account: AccountId, names: frozenset[str], at: datetime) -> list[Change]:
        """Change what `account` follows."""
        self._follows[account] = names
        stored = {"account": account, "names": sorted(names), "read_at": at.isoformat()}
        return [Put("people", _follows_key(account), stored)]


def _follows_key(account: AccountId) -> str:
    return f"follows {account}"
