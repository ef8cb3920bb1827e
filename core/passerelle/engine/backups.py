"""Save everything that is the person's as one file, and restore it in another browser.

Restoring keeps the history, the rejections and the waiting people of this browser. The list of people, their hints and
the search come from the file. Nothing is sent for it but the download of the directory.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from passerelle.engine.backup_file import Backup, read_backup, read_bounded, write_backup
from passerelle.engine.backup_records import CHECKS, FOLLOWS, STATE_VIEWS, Records, Stores
from passerelle.engine.blocking import Blocking
from passerelle.engine.candidates import Searches
from passerelle.engine.directories import Directories
from passerelle.engine.environment import Environment
from passerelle.engine.follows import Follows
from passerelle.engine.matches import Matches
from passerelle.engine.messages import BackupMake, BackupOf, BackupView, Exported
from passerelle.engine.progress import Progress
from passerelle.engine.queue_store import CURRENT_KEY
from passerelle.engine.repository import Repository
from passerelle.engine.storage import Change, Clear, Delete, Put
from passerelle.engine.views import BackupContents
from passerelle.engine.work import Works
from passerelle.errors import CommandError, InputError, PasserelleError
from passerelle.people import graph as graphs

# Keys of `state` that are computed from what is restored; they would speak of the people before.
COMPUTED = ("matches", "date_offer", "lanes", "excluded", "offer", "news")


class Backups:
    """Save and restore."""

    def __init__(
        self,
        environment: Environment,
        repository: Repository,
        works: Works,
        directories: Directories,
        matches: Matches,
        follows: Follows,
        searches: Searches,
        blocking: Blocking,
    ) -> None:
        self._environment = environment
        self._repository = repository
        self._works = works
        self._directories = directories
        self._matches = matches
        self._follows = follows
        self._searches = searches
        self._blocking = blocking

    async def on_make(self, fields: BackupMake) -> Exported:
        """Answer backup.make: one file of everything that is the person's, without any sign-in."""
        now = self._environment.now()
        text = write_backup(await self._stored(), fields.settings, now)
        return Exported(filename=f"passerelle-backup-{now:%Y-%m-%d}.json", media_type="application/json", text=text)

    async def on_look(self, fields: BackupOf, paths: Sequence[str]) -> BackupView:
        """Answer backup.look: read the file and compare it with what is here. Raises InputError; changes nothing."""
        return await self._describe(await self._read(paths))

    async def on_restore(self, fields: BackupOf, paths: Sequence[str]) -> BackupView:
        """Answer backup.restore. Raises InputError, and nothing is changed: an unusable file, or work going on."""
        backup = await self._read(paths)
        return await self._works.finish(self._restore(backup))

    async def _read(self, paths: Sequence[str]) -> Backup:
        if len(paths) != 1:
            raise CommandError("A backup is one file.")
        return await read_backup(read_bounded(paths[0]))

    async def _restore(self, backup: Backup) -> BackupView:
        await self._require_rest()
        async with self._works.described("backup.restore", "directory") as progress:
            await self._require_rest()
            view = await self._describe(backup)
            await self._replace(backup.stores)
            await self._match(progress)
            return view

    async def _require_rest(self) -> None:
        """Raise InputError where something is being sent: its outcome must not be lost."""
        works = [await self._repository.get("state", key) for key in ("search", "blocking")]
        is_busy = any(one and one["state"] in ("running", "undoing") and not one["error"] for one in works)
        if is_busy or await self._follows.is_running():
            raise InputError(InputError.CODES["backup_while_busy"], code="backup_while_busy")

    async def _replace(self, stores: Stores) -> None:
        """Store everything in one step, and take up the queues as they are then."""
        await self._searches.stop()
        await self._blocking.stop()
        here = await self._stored()
        merged = {store: MERGES.get(store, _file_only)(here[store], stores[store]) for store in CHECKS}
        await self._follows.replace(merged["queue"], _changes(merged))
        self._repository.forget()
        await self._searches.load()
        await self._blocking.load()

    async def _match(self, progress: Progress) -> None:
        with suppress(PasserelleError):  # state.directory says what failed; the people are here
            await self._directories.update(progress)
        await self._matches.match_all(progress)

    async def _describe(self, backup: Backup) -> BackupView:
        return BackupView(
            saved_at=backup.saved_at.isoformat(),
            settings=backup.settings,
            file=describe(backup.stores),
            here=describe(await self._stored()),
        )

    async def _stored(self) -> Stores:
        """Return everything that is here, as it is at one moment."""
        async with self._repository.writer.between_writes():
            return {store: await self._repository.get_all(store) for store in CHECKS}


def describe(stores: Stores) -> BackupContents:
    """Return what pages say of a backup, or of what is here."""
    state, people = stores["state"], stores["people"]
    archive = state.get("archive")
    listed = {rest_id for key in ("graph", "page") if key in people for rest_id in graphs.from_json(people[key]).people}
    items = [one for key, one in stores["queue"].items() if " " in key]
    return BackupContents(
        screen_name=archive["account"]["screen_name"] if archive else None,
        people=len(listed),
        decisions=len({key.split(" ", 1)[0] for key in stores["decisions"]}),
        followed=sum(one["done"] != "unfollowed" for one in stores["history"].values()),
        waiting=sum(one["state"] == "waiting" for one in items),
        has_approval="approval" in state,
    )


def _changes(merged: Stores) -> list[Change]:
    changes: list[Change] = [Clear(store) for store in (*CHECKS, "matches") if store != "state"]
    gone = [key for key in (*STATE_VIEWS, *COMPUTED) if key not in merged["state"]]
    changes += [Delete("state", key) for key in gone]
    changes += [Put(store, key, value) for store, records in merged.items() for key, value in records.items()]
    return changes


def _file_only(here: Records, file: Records) -> Records:
    return file


def _merge_people(here: Records, file: Records) -> Records:
    """Keep what is known of the follows of accounts that are used here."""
    return {**file, **{key: value for key, value in here.items() if key.startswith(FOLLOWS)}}


def _merge_decisions(here: Records, file: Records) -> Records:
    """A rejection is for ever, wherever it was made."""
    rejected = {key: value for key, value in here.items() if value == "rejected"}
    return {**here, **file, **rejected}


def _merge_history(here: Records, file: Records) -> Records:
    return {**here, **file}


def _merge_queue(here: Records, file: Records) -> Records:
    """What is here counts: it is no older than the server's answers to this browser. The file adds people."""
    merged = {**file, **here}
    currents: list[Mapping[str, Any]] = [one[CURRENT_KEY] for one in (file, here) if CURRENT_KEY in one]
    if currents:
        merged[CURRENT_KEY] = {network: account for one in currents for network, account in one.items()}
    return merged


# store -> what is stored of (what is here, the file); the file alone for the others
MERGES = {
    "people": _merge_people,
    "decisions": _merge_decisions,
    "history": _merge_history,
    "queue": _merge_queue,
}
