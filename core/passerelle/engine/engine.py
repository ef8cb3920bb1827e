"""The engine: one handler per command. The subjects stand in the modules beside this one; nothing is decided here."""

from __future__ import annotations

import asyncio
import platform
import traceback
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ValidationError

from passerelle import __version__
from passerelle.engine.archives import Archives
from passerelle.engine.backups import Backups
from passerelle.engine.blocking import Blocking
from passerelle.engine.bridges import Bridges
from passerelle.engine.candidates import Searches
from passerelle.engine.dates import Dates
from passerelle.engine.directories import Directories
from passerelle.engine.environment import Environment
from passerelle.engine.exports import Exports
from passerelle.engine.follows import Follows
from passerelle.engine.guesses import Guesses
from passerelle.engine.hints import Hints
from passerelle.engine.joins import Joins
from passerelle.engine.lanes import Lanes
from passerelle.engine.matches import Matches
from passerelle.engine.messages import COMMANDS, EngineInfo, Nothing
from passerelle.engine.pictures import Pictures
from passerelle.engine.posts import Posts
from passerelle.engine.repository import Repository
from passerelle.engine.row_checks import RowChecks
from passerelle.engine.watch import Watch
from passerelle.engine.work import Works, cancel
from passerelle.errors import CommandError, PasserelleError
from passerelle.following.rules import FollowRules
from passerelle.following.table import FOLLOWING
from passerelle.identifiers import Network
from passerelle.view import Fields, any_error_view

Result = BaseModel | None  # None is sent as Nothing
Handler = Callable[[Any, Sequence[str]], Awaitable[Result]]  # fields of the command, paths of its files


class Engine:
    """Answer commands of `messages.COMMANDS`, each exactly once; long work goes on between two commands."""

    def __init__(self, environment: Environment, rules: Mapping[Network, FollowRules] = FOLLOWING) -> None:
        self._environment = environment
        self._repository = Repository(environment)
        self._works = Works(environment, self._repository)
        self._follows = Follows(environment, self._repository, rules)
        self._lanes = Lanes(environment, self._repository)
        self._searches = Searches(environment, self._repository, self._works, self._lanes)
        self._joins = Joins(environment, self._repository, self._works)
        self._blocking = Blocking(environment, self._repository, self._works)
        self._posts = Posts(environment, self._repository, self._works)
        self._recovery: asyncio.Task[None] | None = None
        self.handlers = self._make_handlers()

    async def receive(self, envelope: dict[str, Any], paths: Sequence[str] = ()) -> dict[str, Any]:
        """Answer one request `{id, type, ...}` with `{id, result}` or `{id, error}`; `paths` are its files."""
        answer = {"id": envelope.get("id")}
        try:
            handler, fields = self._parse(envelope)
            if handler is not self.handlers["data.delete"]:
                await self._recover()
            result = await handler(fields, paths)
        except Exception as error:  # noqa: BLE001 - every request gets its answer; a bug is logged with its traceback
            self._log_bug(error)
            return answer | {"error": any_error_view(error).model_dump(mode="json")}
        return answer | {"result": (result or Nothing()).model_dump(mode="json")}

    def _make_handlers(self) -> Mapping[str, Handler]:
        environment, repository, works, follows = self._environment, self._repository, self._works, self._follows
        lanes = self._lanes
        matches = Matches(environment, repository, works, follows, lanes)
        guesses = Guesses(environment, repository, works, matches, lanes, follows)
        pictures = Pictures(environment, repository, works, lanes)
        searches = self._searches
        hints = Hints(environment, repository, works, matches)
        bridges = Bridges(environment, repository, works, matches)
        directories = Directories(environment, repository, works, matches)
        archives = Archives(environment, repository, works, directories, matches, hints)
        dates = Dates(environment, repository, follows)
        watch = Watch(environment, repository, works, directories, matches, follows, dates)
        joins, blocking = self._joins, self._blocking
        row_checks = RowChecks(environment, repository, works, matches)
        exports = Exports(repository)
        backups = Backups(environment, repository, works, directories, matches, follows, searches, blocking)
        without_files: Mapping[str, Callable[[Any], Awaitable[Result]]] = {
            "engine.start": self._on_start,
            "archive.cancel": archives.on_cancel,
            "archive.replace": archives.on_replace,
            "archive.discard": archives.on_discard,
            "people.add": archives.on_add_people,
            "hint.find": hints.on_find,
            "account.look": hints.on_look,
            "bridge.find": bridges.on_find,
            "directory.update": directories.on_update,
            "directory.add": directories.on_add,
            "directory.remove": directories.on_remove,
            "match.find": matches.on_find,
            "watch.sync": watch.on_sync,
            "watch.approve": watch.on_approve,
            "date.set": dates.on_set,
            "date.withdraw": dates.on_withdraw,
            "date.check": dates.on_check,
            "date.begin": watch.on_begin_date,
            "date.calendar": dates.on_calendar,
            "date.receipt": dates.on_receipt,
            "decision.set": matches.on_decide,
            "decision.set_many": matches.on_decide_many,
            "account.find": follows.on_find_account,
            "follow.refresh": follows.on_refresh,
            "follow.start": follows.on_start,
            "follow.pause": follows.on_pause,
            "follow.resume": follows.on_resume,
            "follow.cancel": follows.on_cancel,
            "follow.speed": follows.on_speed,
            "follow.estimate": follows.on_estimate,
            "follow.moved": follows.on_moved,
            "follow.prefer": matches.on_prefer,
            "follow.undo": follows.on_undo,
            "follow.one": follows.on_follow_one,
            "search.start": searches.on_start,
            "search.pause": searches.on_pause,
            "search.resume": searches.on_resume,
            "search.cancel": searches.on_cancel,
            "search.one": searches.on_one,
            "guess.decide": guesses.on_decide,
            "pictures.load": pictures.on_load,
            "pictures.compare": pictures.on_compare,
            "join.prepare": joins.on_prepare,
            "join.start": joins.on_start,
            "join.post": joins.on_post,
            "join.file": joins.on_file,
            "join.record": joins.on_record,
            "join.check": joins.on_check,
            "join.refresh": joins.on_refresh,
            "join.withdraw": joins.on_withdraw,
            "join.forget": joins.on_forget,
            "post.send": self._posts.on_send,
            "post.close": self._posts.on_close,
            "block.start": blocking.on_start,
            "block.pause": blocking.on_pause,
            "block.resume": blocking.on_resume,
            "block.undo": blocking.on_undo,
            "row.proofs": row_checks.on_proofs,
            "row.check": row_checks.on_check,
            "export.make": exports.on_make,
            "backup.make": backups.on_make,
            "data.delete": self._on_delete_data,
        }
        return {
            "archive.open": archives.on_open,
            "post.prepare": self._posts.on_prepare,
            "backup.look": backups.on_look,
            "backup.restore": backups.on_restore,
            **{name: _without_files(handler) for name, handler in without_files.items()},
        }

    def _parse(self, envelope: Mapping[str, Any]) -> tuple[Handler, Fields]:
        name = envelope.get("type")
        if not isinstance(name, str) or name not in self.handlers:
            raise CommandError(f"There is no command {str(name)[:80]!r}.")
        fields = {key: value for key, value in envelope.items() if key not in ("id", "type")}
        try:
            return self.handlers[name], COMMANDS[name][0].model_validate(fields)
        except ValidationError as error:
            where = ", ".join(".".join(map(str, one["loc"])) for one in error.errors(include_input=False))
            raise CommandError(f"{name} has wrong fields: {where[:200]}.") from None

    async def _on_start(self, fields: Nothing) -> EngineInfo:
        return EngineInfo(version=__version__, python=platform.python_version())

    async def _on_delete_data(self, fields: Nothing) -> None:
        with self._repository.writer.giving_up():
            await cancel([self._recovery] if self._recovery else [])
            await self._works.cancel_all()
            await self._follows.stop()
            await self._searches.stop()
            await self._blocking.stop()
            async with self._works.exclusively():
                await self._repository.delete_all()
        self._recovery = None  # nothing is left that could not be read

    async def _recover(self) -> None:
        """After the start: migrate, store what was cut off, go on following. Raises why that is not possible.

        Done once; where it failed, the next command tries again.
        """
        if self._recovery is None:
            self._recovery = asyncio.ensure_future(self._resume_work())
        recovery = self._recovery
        if not recovery.done():
            await asyncio.wait({recovery})
        if recovery.cancelled():
            raise CommandError("Everything was deleted meanwhile.")
        if recovery.exception() and self._recovery is recovery:
            self._recovery = None
        recovery.result()

    async def _resume_work(self) -> None:
        await self._repository.writer.migrate()
        await self._works.mark_interrupted()
        await self._follows.load()
        await self._searches.load()
        await self._joins.load()
        await self._blocking.load()
        await self._posts.load()

    def _log_bug(self, error: Exception) -> None:
        if not isinstance(error, PasserelleError):
            self._environment.log("".join(traceback.format_exception(error)))


def _without_files(handler: Callable[[Any], Awaitable[Result]]) -> Handler:
    return lambda fields, paths: handler(fields)
