"""The search for people's accounts: asks the sources one after another, stores each step, goes on after a restart.

    search.start -> (source -> pace -> fetch -> store step)* -> score everyone -> ... -> done

Nothing is sent before search.start or search.one. Each step is stored with its proposals in one write, so this can be
cut off anywhere; what was asked within the last month is not asked again (matching/candidates/sources.py).
"""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypeVar

from passerelle.engine.environment import Environment
from passerelle.engine.lanes import Lanes
from passerelle.engine.messages import Nothing, SearchedOne, SearchOne, SearchStart
from passerelle.engine.progress import Progress
from passerelle.engine.repository import Repository
from passerelle.engine.storage import Change, Put
from passerelle.engine.views import SearchView, SourceView
from passerelle.engine.work import Works, cancel
from passerelle.errors import CommandError, NetworkError, PasserelleError, ServerRefused, StorageFull
from passerelle.hints.check import RANDOM_NAME_BYTES
from passerelle.identifiers import AccountId, Did, parse_account_id, parse_acct
from passerelle.matching.candidates.handles import Handles
from passerelle.matching.candidates.neighbours import MAX_FOUND, Neighbours
from passerelle.matching.candidates.search import Search
from passerelle.matching.candidates.servers import MAX_SERVERS, Servers, suggest_servers
from passerelle.matching.candidates.sources import Answer, Asked, Source, Step, record, step
from passerelle.matching.guesses import AskedPerson, apply_step, asked_of
from passerelle.matching.lane_counts import is_found, open_accounts
from passerelle.matching.names import search_words
from passerelle.matching.records import Sought, SourceName
from passerelle.networks.bluesky.answers import retry_at
from passerelle.transport import Request, Response
from passerelle.view import ErrorView, any_error_view, error_view

# In this order: what costs least comes first. Follows of people found come before names: one list is about everyone who
# is missing, and who is found in it needs no search (docs/reach.md).
ORDER: tuple[SourceName, ...] = ("handles", "neighbours", "search", "servers")
# Seconds between two requests. Bluesky's servers allow 3,000 in 5 minutes (packages/pds/src/rate-limits.ts of
# https://github.com/bluesky-social/atproto), Mastodon's 300 (https://docs.joinmastodon.org/api/rate-limits/); less than
# half of that is used.
PAUSE: dict[SourceName, float] = {"handles": 0.25, "search": 0.25, "neighbours": 0.25, "servers": 1.0}
CHUNK = 200  # people given to a source at once: it looks through all of them for each task
TRIES = 5  # of a request without an answer, before the search pauses and says so
FIRST_WAIT, LONGEST_WAIT = 5.0, 120.0  # seconds before it is tried again, doubling
WAIT_WHEN_LIMITED = timedelta(minutes=5)  # where a server says "too many requests" without saying until when
TOO_MANY = 429
# The sign-in cannot do what a source needs: another one, or a further consent, may.
SIGN_IN_LACKING = frozenset({"session_expired", "not_signed_in", "search_closed"})
CLOSED_KEY = "closed"  # in store `candidates`: "source account" -> when the server refused such requests altogether

_T = TypeVar("_T")


class _SourceClosed(Exception):
    """A source cannot be asked any more now; `error` says why."""

    def __init__(self, error: PasserelleError) -> None:
        super().__init__(error.message)
        self.error = error


class Searches:
    """Run one search at a time, in the background of the loop."""

    def __init__(self, environment: Environment, repository: Repository, works: Works, lanes: Lanes) -> None:
        self._environment = environment
        self._repository = repository
        self._works = works
        self._lanes = lanes
        self._task: asyncio.Task[None] | None = None
        self._view: SearchView | None = None
        self._retry_at: datetime | None = None

    async def on_start(self, fields: SearchStart) -> SearchView:
        """Answer search.start. Raises CommandError without people to look for."""
        account = str(parse_account_id(fields.account)) if fields.account else None
        await self.stop()
        people = await self._lanes.sought(followers=fields.followers)
        servers = await self._suggest(fields.own)
        view = SearchView(
            state="running",
            account=account,
            own=fields.own,
            followers=fields.followers,
            people=len(people),
            found=await self._count_likely(),
            servers=list(servers),
            sources=[SourceView(source=name, state="waiting") for name in ORDER if name in fields.sources],
            started_at=self._environment.now().isoformat(),
            finished_at=None,
            next_at=None,
            error=None,
        )
        await self._put(view)
        self._go_on()
        return view

    async def on_pause(self, fields: Nothing) -> None:
        """Answer search.pause: stop now, keep what was found."""
        await self._end("paused")

    async def on_cancel(self, fields: Nothing) -> None:
        """Answer search.cancel: stop for good, keep what was found."""
        await self._end("cancelled")

    async def on_resume(self, fields: Nothing) -> None:
        """Answer search.resume: go on with a paused search."""
        view = await self._repository.search()
        if view is None or view.state != "paused":
            raise CommandError("There is no paused search.")
        await self._put(view.model_copy(update={"state": "running", "error": None}))
        self._go_on()

    async def on_one(self, fields: SearchOne) -> SearchedOne:
        """Answer search.one. Raises CommandError: this person is not to be asked about. NetworkError, ServerRefused."""
        return await self._works.finish(self._search_one(fields))

    async def load(self) -> None:
        """After the start: go on with a search that was running."""
        view = await self._repository.search()
        if view and view.state == "running":
            self._view = view
            self._go_on()

    async def stop(self) -> None:
        """Stop at once; storage keeps how far it was."""
        await cancel([self._task] if self._task else [])
        self._task = None

    def _go_on(self) -> None:
        self._task = asyncio.ensure_future(self._run())
        self._task.add_done_callback(self._report_bug)

    def _report_bug(self, task: asyncio.Task[None]) -> None:
        """Log what no one expected, and show that the search has stopped; it can be resumed."""
        error = None if task.cancelled() else task.exception()
        if isinstance(error, Exception) and not isinstance(error, StorageFull):
            self._environment.log("".join(traceback.format_exception(error)))
            self._works.start(self._pause_for(any_error_view(error)))

    async def _pause_for(self, error: ErrorView) -> None:
        await self._put(self._current().model_copy(update={"state": "paused", "error": error}))

    async def _end(self, state: str) -> None:
        await self.stop()
        view = await self._repository.search()
        if view and view.state in ("running", "paused"):
            await self._put(view.model_copy(update={"state": state, "next_at": None}))

    async def _run(self) -> None:
        try:
            for name in ORDER:
                await self._work_through(name)
            await self._score()  # all sources have ended: now what they did not say says something, too
            done = {"state": "done", "finished_at": self._environment.now().isoformat()}
            await self._put(self._current().model_copy(update=done))
        except StorageFull:
            return  # everything is being deleted: otherwise a write waits for room
        except PasserelleError as error:  # a server that does not answer, say: the person sees it and can go on later
            await self._pause_for(error_view(error))

    async def _work_through(self, name: SourceName) -> None:
        """Ask one source about everyone, then score."""
        progress = next((one for one in self._current().sources if one.source == name), None)
        if progress is None or progress.state not in ("waiting", "running"):
            return
        total = 0
        try:
            sources, total = await self._make_sources(name)
            progress = progress.model_copy(update={"state": "running", "total": progress.done + total})
            await self._put(self._with(progress))
            for source in sources:
                await self._exhaust(source)
            end: dict[str, object] = {"state": "done" if total or progress.done else "skipped"}
        except _SourceClosed as closed:
            end = {"state": "closed", "error": error_view(closed.error)}
        await self._score()  # before the source counts as done: a search that is cut off here scores again
        await self._put(self._with(self._progress(name).model_copy(update=end)))

    async def _exhaust(self, source: Source) -> None:
        """Run a source to its end, storing each step."""
        name = source.name
        asked = await self._asked()
        asked = Asked(at={name: _part_of(asked, source)}, reading=asked.reading)
        while True:
            source, done = await self._step(source, asked)
            if done is None:
                return
            if done.asked.is_closed(name, self._environment.now()):
                await self._close(name)
                raise _SourceClosed(
                    ServerRefused("The own server does not search for this sign-in.", code="search_closed")
                )
            finished = len(set(done.subjects) & done.asked.at.get(name, {}).keys())
            before = self._progress(name)
            counted = before.model_copy(update={"done": before.done + finished, "requests": before.requests + 1})
            await self._store(name, done, self._with(counted))
            asked = done.asked

    async def _step(self, source: Source, asked: Asked) -> tuple[Source, Step | None]:
        """Run the next task, waiting and trying again as servers ask; return the source to go on with.

        Raises NetworkError or ServerRefused after TRIES without an answer, _SourceClosed without a sign-in.
        """
        wait = FIRST_WAIT
        for tries in range(1, TRIES + 1):
            await self._environment.sleep(PAUSE[source.name])
            try:
                return source, await step(source, asked, self._environment.now(), self._fetch)
            except ServerRefused as error:
                if error.code in SIGN_IN_LACKING:
                    raise _SourceClosed(error) from None
                if error.code == "rate_limited":
                    await self._wait_until_allowed()
                    continue
                if error.code == "server_refused":
                    return source, self._skip(source, asked)
                failure: PasserelleError = error
            except NetworkError as error:
                failure = error
            if isinstance(source, Servers):
                source = _without_server(source, asked)
            elif tries == TRIES:
                raise failure
            else:
                await self._environment.sleep(wait)
                wait = min(2 * wait, LONGEST_WAIT)
        raise ServerRefused("The server asks to wait, again and again.", code="rate_limited")

    def _skip(self, source: Source, asked: Asked) -> Step | None:
        """Return the step after a task that the server refuses: it counts as asked, without an answer."""
        now = self._environment.now()
        task = source.next_task(asked.fresh(source.name, now), asked.reading)
        return Step(record(asked, source.name, task, Answer(()), now), task.subjects, ()) if task else None

    async def _fetch(self, request: Request) -> Response:
        response = await self._environment.fetch(request)
        if response.status == TOO_MANY:
            self._retry_at = retry_at(response, self._environment.now())
        return response

    async def _wait_until_allowed(self) -> None:
        now = self._environment.now()
        until = self._retry_at or now + WAIT_WHEN_LIMITED
        self._retry_at = None
        if self._view:
            await self._put(self._view.model_copy(update={"next_at": until.isoformat()}))
        await self._environment.sleep(max(0.0, (until - now).total_seconds()))
        if self._view:
            await self._put(self._view.model_copy(update={"next_at": None}))

    async def _make_sources(self, name: SourceName) -> tuple[Sequence[Source], int]:
        """Return the sources that are left to ask, each for a part of the people, and how many subjects they have."""
        view = self._current()
        people = await self._lanes.sought(followers=view.followers)
        fresh = (await self._asked()).fresh(name, self._environment.now())
        if name == "handles":
            left = [one for one in people if one.rest_id not in fresh]
            return [Handles(some) for some in _chunks(left)], len(left)
        if name == "search":
            return await self._make_searches([one for one in people if one.rest_id not in fresh], view.account)
        if name == "neighbours":
            found = [did for did in await self._found_dids() if did not in fresh]
            return ([Neighbours(people, found)] if found and people else []), len(found)
        random = self._environment.random(RANDOM_NAME_BYTES).hex()
        servers = view.servers[:MAX_SERVERS]
        pairs = {one.rest_id: _open_servers(one, servers, fresh) for one in await self._unresolved(people)}
        left = [one for one in people if pairs.get(one.rest_id)]
        return [Servers(some, servers, random) for some in _chunks(left)], sum(map(len, pairs.values()))

    async def _make_searches(self, people: Sequence[Sought], account: str | None) -> tuple[Sequence[Source], int]:
        """Return the searches by name of people who are still unresolved; none without a sign-in."""
        if account is None:
            return [], 0
        if (await self._asked()).is_closed("search", self._environment.now()):
            raise _SourceClosed(ServerRefused("The own server does not search for this sign-in.", code="search_closed"))
        left = [one for one in await self._unresolved(people) if search_words(one.display_name or "")]
        return [Search(some, AccountId(account)) for some in _chunks(left)], len(left)

    async def _unresolved(self, people: Iterable[Sought]) -> list[Sought]:
        guesses = await self._repository.guesses()
        return [one for one in people if one.rest_id not in guesses or guesses[one.rest_id].lane == "none"]

    async def _suggest(self, own: str | None) -> tuple[str, ...]:
        """Return the Mastodon servers to ask: of the own account, of what profiles name, of the people found."""
        views, hints = await self._repository.views(), await self._repository.hints()
        named = (one.address for profile in hints.values() for one in profile.hints if one.network == "fediverse")
        accounts = (one for view in views.values() for one in open_accounts(view) if one.network == "fediverse")
        hosts = (address.rpartition("@")[2] for address in named)
        own_host = parse_acct(own).domain if own else None
        return suggest_servers(own_host, hosts, (parse_acct(one.address) for one in accounts))[:MAX_SERVERS]

    async def _found_dids(self) -> list[Did]:
        """Return the accounts whose follows are read: of the people found, then of likely ones, the surest first."""
        views = (await self._repository.views()).values()
        found = (one.did for view in views if is_found(view) for one in open_accounts(view))
        best = [guess.accounts[0] for guess in (await self._repository.guesses()).values() if guess.is_likely]
        surest_first = sorted(best, key=lambda one: -one.percent)
        dids = (did for did in (*found, *(one.did for one in surest_first)) if did)
        return [Did(did) for did in dict.fromkeys(dids)][:MAX_FOUND]

    async def _search_one(self, fields: SearchOne) -> SearchedOne:
        people = [one for one in await self._lanes.sought(followers=True) if one.rest_id == fields.rest_id]
        if not people:
            raise CommandError("No server may be asked about this person, or their account is here already.")
        sources: list[Source] = [Handles(people)]
        if fields.account:
            sources.append(Search(people, parse_account_id(fields.account)))
        for source in sources:
            before = (await self._repository.asked()).get(fields.rest_id, AskedPerson())
            asked = asked_of({fields.rest_id: before}, {}, {})
            if done := await step(source, asked, self._environment.now(), self._environment.fetch):
                await self._store(source.name, done, None, is_alone=True)
        await self._score()
        return SearchedOne(guess=(await self._repository.guesses()).get(fields.rest_id))

    async def _store(self, name: SourceName, done: Step, view: SearchView | None, *, is_alone: bool = False) -> None:
        """Store a step: who was asked, what was proposed and how far the search is, in one write."""
        people, lists = apply_step(await self._repository.asked(), name, done, is_alone=is_alone)
        self._view = view or self._view
        shown = [_put_view(view)] if view else []
        await self._repository.write([*self._repository.put_asked(people, lists), *shown])

    async def _score(self) -> None:
        async with self._works.exclusively():
            await self._lanes.store(Progress(self._environment, "search.start"))
        if self._view:
            await self._put(self._view.model_copy(update={"found": await self._count_likely()}))

    async def _count_likely(self) -> int:
        return sum(one.is_likely for one in (await self._repository.guesses()).values())

    async def _asked(self) -> Asked:
        account = self._current().account
        closed: dict[str, str] = await self._repository.get("candidates", CLOSED_KEY) or {}
        at = closed.get(f"search {account}")
        mine = {"search": at} if at else {}
        return asked_of(await self._repository.asked(), await self._repository.asked_lists(), mine)

    async def _close(self, name: SourceName) -> None:
        """Store that a server refuses such requests for this sign-in altogether."""
        closed: dict[str, str] = await self._repository.get("candidates", CLOSED_KEY) or {}
        key = f"{name} {self._current().account}"
        await self._repository.write(
            [Put("candidates", CLOSED_KEY, {**closed, key: self._environment.now().isoformat()})]
        )

    def _current(self) -> SearchView:
        if self._view is None:
            raise CommandError("There is no search.")
        return self._view

    def _progress(self, name: SourceName) -> SourceView:
        return next(one for one in self._current().sources if one.source == name)

    def _with(self, progress: SourceView) -> SearchView:
        sources = [progress if one.source == progress.source else one for one in self._current().sources]
        return self._current().model_copy(update={"sources": sources})

    async def _put(self, view: SearchView) -> None:
        self._view = view
        await self._repository.write([_put_view(view)])


def _put_view(view: SearchView) -> Change:
    return Put("state", "search", view.model_dump(mode="json"))


def _open_servers(person: Sought, servers: Iterable[str], fresh: frozenset[str]) -> list[str]:
    return [host for host in servers if person.screen_names and f"{person.rest_id} {host}" not in fresh]


def _without_server(source: Servers, asked: Asked) -> Servers:
    """Return the source without the server of its next task, which did not answer."""
    task = source.next_task(asked.at.get(source.name, {}).keys(), {})
    host = task.targets[0].rpartition("@")[2] if task else ""
    return replace(source, servers=[one for one in source.servers if one != host])


def _part_of(asked: Asked, source: Source) -> dict[str, str]:
    """Return the times of the subjects of one source alone: it looks through them for each task."""
    times = asked.at.get(source.name, {})
    if isinstance(source, Neighbours):
        return {did: at for did in source.found if (at := times.get(did))}
    people = source.people if isinstance(source, Handles | Search | Servers) else ()
    hosts = [f" {host}" for host in source.servers] if isinstance(source, Servers) else [""]
    names = (f"{one.rest_id}{host}" for one in people for host in hosts)
    return {name: at for name in names if (at := times.get(name))}


def _chunks(items: Sequence[_T]) -> list[Sequence[_T]]:
    return [items[start : start + CHUNK] for start in range(0, len(items), CHUNK)]
