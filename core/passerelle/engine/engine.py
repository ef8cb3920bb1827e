"""The shell around the rules: one handler per command, and, with follower.py, the only awaits that matter.

Everything that touches the world (storage, network, clock, chance, signatures) is handed in as `World`: the browser
brings its own (extension/engine/browser.py), tests and the command line theirs.
"""

from __future__ import annotations

import asyncio
import platform
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from passerelle import __version__, directory, exports
from passerelle.archive import read_archive
from passerelle.archive.records import Owner
from passerelle.directory import Latest, PinnedDirectory, Verify
from passerelle.engine import messages
from passerelle.engine.follows import Follower
from passerelle.engine.hints import Hinter, unchecked
from passerelle.engine.matches import Matching
from passerelle.engine.messages import COMMANDS, Nothing
from passerelle.engine.progress import Pulse, WorkStep
from passerelle.engine.repository import Memory
from passerelle.engine.storage import Change, Delete, Put, Storage
from passerelle.engine.views import DirectoryView, WorkView
from passerelle.errors import CommandError, PasserelleError, ServerRefused, UnreadableArchive
from passerelle.following.pace import DEFAULT, Pace
from passerelle.following.plan import Planned, decide, decision_keys, make_plan, may_choose
from passerelle.hints.records import LookView
from passerelle.identifiers import parse_did
from passerelle.matching.views import AccountView, MatchesView, MatchView
from passerelle.networks import bluesky
from passerelle.people import graph, observations, summary
from passerelle.people.graph import FollowGraph
from passerelle.people.summary import ArchiveView, OwnerView
from passerelle.transport import Fetch
from passerelle.view import ErrorView, Fields, any_error_view, error_view

_R = TypeVar("_R")


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What the engine may touch. `now` gives UTC with its zone; `breathe` lets other tasks run for a moment."""

    storage: Storage
    fetch: Fetch
    verify: Verify
    now: Callable[[], datetime]
    random: Callable[[int], bytes]  # so many random bytes
    breathe: Callable[[], Awaitable[None]]
    sleep: Callable[[float], Awaitable[None]]  # seconds; asyncio.sleep does
    emit: Callable[[dict[str, Any]], None]  # one event to every open page
    report: Callable[[str], None]  # a traceback, for whoever looks at the console
    directories: Sequence[PinnedDirectory]  # at least one; the first is used


class Engine:
    """Answer commands of `messages.COMMANDS`, each exactly once; works that take long go on between two commands."""

    def __init__(self, world: World, pace: Pace = DEFAULT) -> None:
        self._world = world
        self._memory = Memory(world.storage, world.emit)
        self._follower = Follower(world, self._memory, pace)
        self._matching = Matching(world, self._memory, self._follower)
        self._hinter = Hinter(world, self._memory, self._matching)
        self._recovery: asyncio.Task[None] | None = None
        self._reading: asyncio.Task[messages.Opened] | None = None  # the last of those below that reads an archive
        self._long: set[asyncio.Task[Any]] = set()  # what takes long and can be cancelled
        self._working = asyncio.Lock()  # one archive, directory or matching at a time

    async def receive(self, envelope: dict[str, Any], paths: Sequence[str] = ()) -> dict[str, Any]:
        """Answer one request `{id, type, ...}` with `{id, result}` or `{id, error}`; `paths` are its files."""
        answer = {"id": envelope.get("id")}
        try:
            handler, fields = _parse(envelope)
            await self._recover()
            result = await handler(self, fields, paths)
        except PasserelleError as error:
            return answer | {"error": error_view(error).model_dump(mode="json")}
        except Exception as error:  # noqa: BLE001 - a page must get its answer, and whoever looks the traceback
            self._world.report(traceback.format_exc())
            return answer | {"error": any_error_view(error).model_dump(mode="json")}
        return answer | {"result": result.model_dump(mode="json")}

    # Commands, in the order of messages.COMMANDS.

    async def _start(self, fields: Nothing, paths: Sequence[str]) -> messages.EngineInfo:
        return messages.EngineInfo(version=__version__, python=platform.python_version())

    async def _open_archive(self, fields: messages.ArchiveOpen, paths: Sequence[str]) -> messages.Opened:
        if not paths:  # what was dropped: fewer than `fields.names` where a folder's files came with it
            raise CommandError("archive.open needs its files.")
        await _cancel(filter(None, [self._reading]))
        self._reading = asyncio.ensure_future(self._read_and_match(paths))
        return await self._finish(self._reading)

    async def _cancel_archive(self, fields: Nothing, paths: Sequence[str]) -> Nothing:
        await _cancel(filter(None, [self._reading]))
        return Nothing()

    async def _add_people(self, fields: messages.PeopleAdd, paths: Sequence[str]) -> Nothing:
        return await self._finish(asyncio.ensure_future(self._learn(fields)))

    async def _find_hints(self, fields: messages.HintFind, paths: Sequence[str]) -> Nothing:
        return await self._finish(asyncio.ensure_future(self._learn_hints(fields)))

    async def _look(self, fields: messages.AccountLook, paths: Sequence[str]) -> LookView:
        return await self._finish(asyncio.ensure_future(self._look_and_keep(fields)))

    async def _update(self, fields: Nothing, paths: Sequence[str]) -> DirectoryView:
        return await self._finish(asyncio.ensure_future(self._update_and_match()))

    async def _find(self, fields: Nothing, paths: Sequence[str]) -> MatchesView:
        counts = await self._finish(asyncio.ensure_future(self._match_again()))
        if counts is None:
            raise CommandError("There is no archive or no directory to match yet.")
        return counts

    async def _decide(self, fields: messages.Decide, paths: Sequence[str]) -> Nothing:
        view, account = await self._account(fields)
        if fields.decision == "chosen" and not may_choose(account):
            raise unchecked()
        decisions = await self._memory.decisions()
        keys = decision_keys(fields.rest_id, fields.network, account.address, account.did)
        changes: list[Change] = []
        for key in keys:
            if fields.decision == "unrejected":
                decisions.pop(key, None)
                changes.append(Delete("decisions", key))
            else:
                decisions[key] = fields.decision
                changes.append(Put("decisions", key, fields.decision))
        await self._memory.write([*changes, *self._memory.put_views([decide(view, decisions)])])
        if fields.decision in ("rejected", "unchosen"):
            await self._follower.withdraw(frozenset(filter(None, (account.did, account.address))))
        return Nothing()

    async def _find_account(self, fields: messages.AccountFind, paths: Sequence[str]) -> messages.AccountFound:
        identity = await bluesky.find_named(bluesky.parse_typed_name(fields.handle), self._world.fetch)
        return messages.AccountFound(did=identity.did, handle=identity.handle or identity.did, pds=identity.pds)

    async def _refresh_follows(self, fields: messages.FollowRefresh, paths: Sequence[str]) -> Nothing:
        await self._follower.refresh(parse_did(fields.account))
        return Nothing()

    async def _start_following(self, fields: messages.FollowStart, paths: Sequence[str]) -> BaseModel:
        account = parse_did(fields.account)
        rest_ids = None if fields.rest_ids is None else frozenset(fields.rest_ids)
        follows = await self._memory.follows(account) or frozenset()
        views = await self._memory.views()
        return await self._follower.start(make_plan(views.values(), account, follows, rest_ids))

    async def _pause_following(self, fields: Nothing, paths: Sequence[str]) -> Nothing:
        await self._follower.pause()
        return Nothing()

    async def _resume_following(self, fields: Nothing, paths: Sequence[str]) -> Nothing:
        await self._follower.resume()
        return Nothing()

    async def _follow_one(self, fields: messages.FollowOne, paths: Sequence[str]) -> messages.FollowedOne:
        account = parse_did(fields.account)
        planned = await (self._find_planned(fields) if fields.row_id else self._hinter.find_planned(fields))
        if planned is None or planned.did == account:
            raise ServerRefused("Nothing here names a Bluesky account of this person.", code="account_not_found")
        return await self._follower.follow_one(account, planned)

    async def _export(self, fields: messages.ExportMake, paths: Sequence[str]) -> messages.Exported:
        filename, media_type, write = EXPORTS[fields.format]
        return messages.Exported(filename=filename, media_type=media_type, text=await write(self._memory))

    async def _delete_data(self, fields: Nothing, paths: Sequence[str]) -> Nothing:
        await _cancel(self._long)
        await self._follower.stop()
        async with self._working:
            await self._memory.delete_all()
        return Nothing()

    # What they are made of.

    async def _recover(self) -> None:
        """Once after the start, say what was cut off, and go on following."""
        if self._recovery is None:
            self._recovery = asyncio.ensure_future(self._take_up())
        await asyncio.shield(self._recovery)

    async def _take_up(self) -> None:
        work = await self._memory.work()
        if work and work.error is None:
            error = ErrorView(code="interrupted", message="The browser was closed before this was finished.")
            await self._memory.write([_put_work(work.model_copy(update={"error": error}))])
        try:
            await self._follower.load()
        except Exception:  # noqa: BLE001 - a queue that cannot be read must not bar everything else, least of all deletion
            self._world.report(traceback.format_exc())

    async def _finish(self, task: asyncio.Task[_R]) -> _R:
        """Wait for something long that may be cancelled. Raises what it raises, or that it was stopped."""
        self._long.add(task)
        task.add_done_callback(self._long.discard)
        await asyncio.wait({task})
        if task.cancelled():
            raise UnreadableArchive("This was stopped.", code="cancelled")
        return task.result()

    async def _update_and_match(self) -> DirectoryView:
        async with self._work("directory.update", "directory") as pulse:
            view = await self._update_directory(pulse)
            await self._matching.match_all(pulse)
            return view

    async def _match_again(self) -> MatchesView | None:
        async with self._work("match.find", "matching") as pulse:
            return await self._matching.match_all(pulse)

    async def _read_and_match(self, paths: Sequence[str]) -> messages.Opened:
        async with self._work("archive.open", "reading") as pulse:
            archive = await self._read(paths, pulse)
            with suppress(PasserelleError):  # the archive is not lost for that: state.directory says what was wrong
                await self._update_directory(pulse)
            matches = await self._matching.match_all(pulse)
            return messages.Opened(archive=archive, directory=await self._memory.directory(), matches=matches)

    async def _read(self, paths: Sequence[str], pulse: Pulse) -> ArchiveView:
        archive = await pulse.drive(read_archive(paths), lambda progress: ("reading", progress.done, progress.total))
        people, page = graph.make_graph(archive), await self._memory.page()
        page = page if page and graph.is_same_account(page.owner, people.owner) else None
        known = await self._memory.archive_view()
        view = ArchiveView.model_validate(summary.summarize(archive))
        if page:
            view = _with_pages(view, graph.combine(people, page), known.pages_read_at if known else None)
        named = await self._hinter.changes_of_names(graph.combine(people, page) if page else people)
        await self._memory.write([_put_archive(view), *self._memory.put_archive(people, page), *named])
        return view

    async def _learn(self, fields: messages.PeopleAdd) -> Nothing:
        """Take what X's pages said into the graph, and match again. Not `_work`: nobody waits for it."""
        async with self._working:
            archive, page = await self._memory.archive(), await self._memory.page()
            seen = observations.parse_people(fields.people, self._world.now())
            learned = observations.learn(archive, page, seen, fields.listed)
            if learned is None:
                return Nothing()
            known = await self._memory.archive_view()
            view = known if known and archive else _pages_only(learned.owner)
            read_before = known.pages_read_at if known else None
            read_at = self._world.now().isoformat() if fields.listed else read_before
            view = _with_pages(view, graph.combine(archive, learned) if archive else learned, read_at)
            await self._memory.write([_put_archive(view), *self._memory.put_page(learned)])
            pulse = Pulse(self._world, "people.add")
            if await self._memory.directory() is None:
                with suppress(PasserelleError):  # state.directory says what was wrong
                    await self._update_directory(pulse)
            await self._matching.match_all(pulse)
            return Nothing()

    async def _learn_hints(self, fields: messages.HintFind) -> Nothing:
        """Keep what profiles name. Not `_work`: nobody waits for it."""
        async with self._working:
            await self._hinter.learn(fields.people, Pulse(self._world, "hint.find"))
            return Nothing()

    async def _look_and_keep(self, fields: messages.AccountLook) -> LookView:
        """Look at an account, and keep what came of it; while the server answers, everything else goes on."""
        view, check = await self._hinter.look(fields)
        async with self._working:
            await self._hinter.keep(fields, view, check)
        if view is None:
            raise ServerRefused("There is no such account.", code="account_not_found")
        return view

    async def _update_directory(self, pulse: Pulse) -> DirectoryView:
        """Bring the directory up to date; what was wrong is stored with the copy that stays in use, and raised."""
        source = self._world.directories[0]
        before = await self._memory.directory()
        known = before if before and before.url == source.url and before.version else None
        try:
            view, changes = await self._download(source, known, pulse)
        except PasserelleError as error:
            view = _failed(known or _no_directory(source), error, self._world.now())
            await self._memory.write([_put_directory(view)])
            raise
        await self._memory.write([*changes, _put_directory(view)])
        return view

    async def _download(
        self, source: PinnedDirectory, known: DirectoryView | None, pulse: Pulse
    ) -> tuple[DirectoryView, list[Change]]:
        await pulse.beat("directory", 0, 0)
        fetch, now = self._world.fetch, self._world.now()
        latest = await directory.read_latest(
            await fetch(directory.latest_request(source.url)),
            keys=source.keys,
            verify=self._world.verify,
            now=now,
            seen_version=known.version if known else 0,
        )
        files = _files(source, latest)
        if known and await self._memory.get("directory", "latest") == files:
            return _directory_view(source, latest, known.rows, now), []
        packed = []
        for promise in (latest.snapshot, latest.evidence):
            packed.append(directory.read_file(await fetch(directory.file_request(source.url, promise)), promise))
        size = latest.snapshot.bytes + latest.evidence.bytes
        snapshot, evidence = (directory.read_lines(one, rows=latest.rows) for one in packed)
        merged = await pulse.drive(
            directory.build_index(snapshot, evidence, latest.rows),
            lambda count: ("directory", size * count // max(latest.rows, 1), size),
        )
        index = self._memory.put_index(merged.rows, merged.keys, merged.offsets)
        return _directory_view(source, latest, merged.count, now), [Put("directory", "latest", files), *index]

    @asynccontextmanager
    async def _work(self, command: str, step: WorkStep) -> AsyncIterator[Pulse]:
        """Keep `state.work` true while something long goes on: what, and in the end why it failed, if it did."""
        async with self._working:
            pulse = Pulse(self._world, command)
            started = self._world.now().isoformat()
            work = WorkView(command=command, step=step, done=0, total=0, started_at=started, error=None)
            await self._memory.write([_put_work(work)])
            try:
                yield pulse
            except asyncio.CancelledError:
                await self._memory.write([Delete("state", "work")])
                raise
            except Exception as error:
                await self._memory.write([_put_work(work.model_copy(update={"error": any_error_view(error)}))])
                raise
            await self._memory.write([Delete("state", "work")])

    async def _account(self, fields: messages.Decide) -> tuple[MatchView, AccountView]:
        view = (await self._memory.views()).get(fields.rest_id)
        for account in view.accounts if view else ():
            if view and account.network == fields.network and account.address == fields.address:
                return view, account
        raise CommandError("There is no such match to decide about.")

    async def _find_planned(self, fields: messages.FollowOne) -> Planned | None:
        """Find the Bluesky account of the row that a badge named, if its id or name agrees; in our own copy only."""
        index = await self._memory.index()
        row = index.find_named(fields.row_id or "", fields.rest_id, fields.screen_name) if index else None
        return Planned(row.did, row.handle) if row and (row.did or row.handle) else None


def _parse(envelope: Mapping[str, Any]) -> tuple[Handler, Fields]:
    name = envelope.get("type")
    if not isinstance(name, str) or name not in HANDLERS:
        raise CommandError(f"There is no command {str(name)[:80]!r}.")
    fields = {key: value for key, value in envelope.items() if key not in ("id", "type")}
    try:
        return HANDLERS[name], COMMANDS[name][0].model_validate(fields)
    except ValidationError as error:
        where = ", ".join(".".join(map(str, one["loc"])) for one in error.errors(include_input=False))
        raise CommandError(f"{name} has wrong fields: {where[:200]}.") from None


async def _cancel(tasks: Iterable[asyncio.Task[Any]]) -> None:
    running = [task for task in tasks if not task.done()]
    for task in running:
        task.cancel()
    if running:
        await asyncio.wait(running)


def _put_work(work: WorkView) -> Put:
    return Put("state", "work", work.model_dump(mode="json"))


def _put_archive(view: ArchiveView) -> Put:
    return Put("state", "archive", view.model_dump(mode="json"))


def _pages_only(owner: Owner) -> ArchiveView:
    """Say that there is no archive yet: everything to count comes from the owner's pages on x.com."""
    account = OwnerView(rest_id=owner.rest_id, screen_name=owner.screen_name, display_name=owner.display_name)
    numbers = dict.fromkeys(("following", "followers", "mutuals", "blocked", "muted", "tweets"), 0)
    named = {"named_following": 0, "named_followers": 0}
    return ArchiveView(account=account, exported_at=None, warnings=[], origin="pages", **numbers, **named)


def _with_pages(view: ArchiveView, people: FollowGraph, read_at: str | None) -> ArchiveView:
    """Give the view with the people of archive and pages together."""
    origin = "both" if view.origin == "archive" and read_at else view.origin
    return view.model_copy(update={**summary.count(people), "origin": origin, "pages_read_at": read_at})


def _put_directory(view: DirectoryView) -> Put:
    return Put("state", "directory", view.model_dump(mode="json"))


def _files(source: PinnedDirectory, latest: Latest) -> dict[str, str]:
    return {"url": source.url, "snapshot": latest.snapshot.sha256, "evidence": latest.evidence.sha256}


def _directory_view(source: PinnedDirectory, latest: Latest, rows: int, now: datetime) -> DirectoryView:
    return DirectoryView(
        url=source.url,
        version=latest.version,
        rows=rows,
        generated_at=latest.generated_at.isoformat(),
        expires=latest.expires.isoformat(),
        checked_at=now.isoformat(),
        error=None,
    )


def _no_directory(source: PinnedDirectory) -> DirectoryView:
    """Say that there was never a copy of it: version 0, and no dates."""
    return DirectoryView(url=source.url, version=0, rows=0, generated_at="", expires="", checked_at="", error=None)


def _failed(view: DirectoryView, error: PasserelleError, now: datetime) -> DirectoryView:
    return view.model_copy(update={"error": error_view(error), "checked_at": now.isoformat()})


Handler = Callable[[Engine, Any, Sequence[str]], Awaitable[BaseModel]]

HANDLERS: Mapping[str, Handler] = {
    "engine.start": Engine._start,
    "archive.open": Engine._open_archive,
    "archive.cancel": Engine._cancel_archive,
    "people.add": Engine._add_people,
    "hint.find": Engine._find_hints,
    "account.look": Engine._look,
    "directory.update": Engine._update,
    "match.find": Engine._find,
    "decision.set": Engine._decide,
    "account.find": Engine._find_account,
    "follow.refresh": Engine._refresh_follows,
    "follow.start": Engine._start_following,
    "follow.pause": Engine._pause_following,
    "follow.resume": Engine._resume_following,
    "follow.one": Engine._follow_one,
    "export.make": Engine._export,
    "data.delete": Engine._delete_data,
}

Write = Callable[[Memory], Awaitable[str]]


def _of_matches(write: Callable[[Iterable[MatchView]], str]) -> Write:
    async def of_memory(memory: Memory) -> str:
        return write((await memory.views()).values())

    return of_memory


async def _write_archive(memory: Memory) -> str:
    """Write the archive alone, without what X's pages added. Raises CommandError: there is none."""
    archive, view = await memory.archive(), await memory.archive_view()
    if archive is None or view is None:
        raise CommandError("No archive has been read yet.")
    warnings = [warning.model_dump() for warning in view.warnings]
    return summary.summary_json(summary.describe(archive, view.exported_at, view.tweets, warnings, full=True))


# format -> name of the file, its type, and who writes it
EXPORTS: Mapping[str, tuple[str, str, Write]] = {
    "mastodon-csv": (
        "following_accounts.csv",
        "text/csv",
        _of_matches(lambda views: exports.mastodon_csv(exports.chosen_accts(views))),
    ),
    "csv": ("passerelle-matches.csv", "text/csv", _of_matches(exports.matches_csv)),
    "json": ("passerelle-matches.json", "application/json", _of_matches(exports.matches_json)),
    "archive-json": ("passerelle-archive.json", "application/json", _write_archive),
}
