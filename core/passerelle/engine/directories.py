"""Keep the directories on this machine up to date, and add and remove those that the person chooses."""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256

from passerelle import directory
from passerelle.directory import NOTHING_SEEN, Latest, PackagedDirectory, PinnedDirectory, Seen, key_id
from passerelle.engine.campaigns import Campaigns
from passerelle.engine.directory_files import file_key
from passerelle.engine.downloads import Downloads
from passerelle.engine.environment import Environment
from passerelle.engine.matches import Matches
from passerelle.engine.messages import DirectoryAdd, DirectoryRemove, Nothing
from passerelle.engine.progress import Progress
from passerelle.engine.repository import Repository
from passerelle.engine.storage import Change, Put
from passerelle.engine.views import (
    AddedDirectoriesView,
    AddedDirectoryView,
    DirectoryView,
    NewsView,
    StoredDirectoryView,
    StoredFileView,
)
from passerelle.engine.work import Works
from passerelle.errors import DirectoryError, InputError, NetworkError, PasserelleError
from passerelle.hosts import public_host
from passerelle.view import error_view

NEVER = "1970-01-01T00:00:00+00:00"
MAX_ADDED = 8  # directories that a person may add: each is downloaded daily and searched for everyone


class Directories:
    """Download directories whole, check them, and store their files ready for matching."""

    def __init__(self, environment: Environment, repository: Repository, works: Works, matches: Matches) -> None:
        self._environment = environment
        self._repository = repository
        self._works = works
        self._matches = matches
        self._downloads = Downloads(environment, repository)
        self._campaigns = Campaigns(environment, repository)

    async def on_update(self, fields: Nothing) -> DirectoryView:
        """Answer directory.update: bring the directories up to date, then match again."""
        return await self._works.finish(self._update_and_match())

    async def on_add(self, fields: DirectoryAdd) -> AddedDirectoriesView:
        """Answer directory.add. Raises InputError, and what is wrong with the directory; then nothing is stored."""
        return await self._works.finish(self._add(fields))

    async def on_remove(self, fields: DirectoryRemove) -> AddedDirectoriesView:
        """Answer directory.remove: the directory's files and matches go with it."""
        return await self._works.finish(self._remove(fields.url))

    async def _update_and_match(self) -> DirectoryView:
        async with self._works.described("directory.update", "directory") as progress:
            view = await self.update(progress)
            await self._matches.match_all(progress, marks_new=True)
            # The person is looking: there is nothing to announce later.
            news = NewsView(at=self._environment.now().isoformat(), count=0)
            await self._repository.write([Put("state", "news", news.model_dump(mode="json"))])
            return view

    async def _add(self, fields: DirectoryAdd) -> AddedDirectoriesView:
        source = _added_source(fields)
        async with self._works.described("directory.update", "directory") as progress:
            added = await self._repository.added_directories()
            if source.url in (self._environment.directories[0].url, *(one.directory.url for one in added)):
                raise InputError(InputError.CODES["directory_known"], code="directory_known")
            if len(added) >= MAX_ADDED:
                raise InputError(InputError.CODES["directories_full"], code="directories_full")
            view, changes = await self._download(source, None, progress, is_added=True)
            added = [*added, AddedDirectoryView(key=fields.key, directory=view)]
            await self._repository.write([*changes, self._repository.put_added_directories(added)])
            await self._matches.match_all(progress)
            return AddedDirectoriesView(added=added)

    async def _remove(self, url: str) -> AddedDirectoriesView:
        async with self._works.described("directory.update", "directory") as progress:
            added = [one for one in await self._repository.added_directories() if one.directory.url != url]
            kept = [one for one in await self._repository.files.stored() if not (one.is_added and one.url == url)]
            changes = await self._repository.files.put(kept)
            await self._repository.write([*changes, self._repository.put_added_directories(added)])
            await self._matches.match_all(progress)
            return AddedDirectoriesView(added=added)

    async def update(self, progress: Progress, *, is_quiet: bool = False) -> DirectoryView:
        """Bring the directories up to date. A failure is stored beside the copy that stays in use, and raised.

        Only stored where a directory fails that the person added. `is_quiet`: a network error is raised without being
        stored, since no page waits and it is tried again soon.
        """
        await self._update_added(progress)
        source = self._environment.directories[0]
        before = await self._repository.directory()
        known = before if before and before.url == source.url and before.version else None
        known = await self._use_packaged(source, known)
        try:
            view, changes = await self._download(source, known, progress)
        except PasserelleError as error:
            if is_quiet and isinstance(error, NetworkError):
                raise
            view = _failed(known or _no_directory(source), error, self._environment.now())
            await self._repository.write([_put(view)])
            raise
        await self._repository.write([*changes, _put(view)])
        return view

    async def _update_added(self, progress: Progress) -> None:
        for number, one in enumerate(await self._repository.added_directories()):
            source = PinnedDirectory.from_json({"name": one.directory.url, "url": one.directory.url, "keys": [one.key]})
            try:
                view, changes = await self._download(source, one.directory, progress, is_added=True)
            except PasserelleError as error:
                view, changes = _failed(one.directory, error, self._environment.now()), []
            added = await self._repository.added_directories()
            added[number] = AddedDirectoryView(key=one.key, directory=view)
            await self._repository.write([*changes, self._repository.put_added_directories(added)])

    async def _use_packaged(self, source: PinnedDirectory, known: DirectoryView | None) -> DirectoryView | None:
        """Store the directory that comes with the program where there is none, or an older one of that kind."""
        packaged = self._environment.packaged() if known is None or _is_packaged(known) else None
        if packaged is None or (known and known.version >= packaged.version):
            return known
        stored, changes = _pack(packaged, _nothing_stored(source))
        view = _packaged_view(source, packaged)
        await self._repository.write([*changes, *await self._put(stored), _put(view)])
        return view

    async def _download(
        self, source: PinnedDirectory, known: DirectoryView | None, progress: Progress, *, is_added: bool = False
    ) -> tuple[DirectoryView, list[Change]]:
        """Return the view of the newest version, and what to write; files are written meanwhile."""
        await progress.report("directory", 0, 0)
        found = await self._repository.files.find_stored(source.url)
        before = (found or _nothing_stored(source)).model_copy(update={"is_added": is_added})
        latest = await directory.read_latest(
            await self._environment.fetch(directory.latest_request(source.url)),
            keys=source.keys,
            verify=self._environment.verify,
            now=self._environment.now(),
            seen=Seen(before.key_id or key_id(source.keys[0]), known.version) if known else NOTHING_SEEN,
        )
        after, changes = await self._downloads.update(source, latest, before, progress)
        stored = await self._put(after) if after != found else []
        campaigns = [] if is_added else await self._campaigns.update(source, latest)
        return _view(source, latest, self._environment.now()), [*changes, *stored, *campaigns]

    async def _put(self, stored: StoredDirectoryView) -> list[Change]:
        """Return the changes that store one directory in its place; the pinned one is the first."""
        others = [one for one in await self._repository.files.stored() if one.is_added or stored.is_added]
        if stored.url in (one.url for one in others):
            return await self._repository.files.put([stored if one.url == stored.url else one for one in others])
        return await self._repository.files.put([*others, stored] if stored.is_added else [stored, *others])


def _added_source(fields: DirectoryAdd) -> PinnedDirectory:
    """Parse what the person typed. Raises InputError."""
    url = fields.url.strip().rstrip("/")
    if public_host(url) is None:
        raise InputError(InputError.CODES["directory_address"], code="directory_address")
    try:
        return PinnedDirectory.from_json({"name": url, "url": url, "keys": [fields.key.strip()]})
    except DirectoryError:
        raise InputError(InputError.CODES["directory_public_key"], code="directory_public_key") from None


def _put(view: DirectoryView) -> Put:
    return Put("state", "directory", view.model_dump(mode="json"))


def _nothing_stored(source: PinnedDirectory) -> StoredDirectoryView:
    return StoredDirectoryView(
        url=source.url, is_added=False, key_id="", version=0, generated_at=NEVER, overlay=0, files=[]
    )


def _pack(packaged: PackagedDirectory, before: StoredDirectoryView) -> tuple[StoredDirectoryView, list[Change]]:
    """Return the directory that comes with the program as if a server had published it, and its files."""
    packed = packaged.files
    contents = [("rows", content) for content in packed.rows] + [("keys", packed.keys), ("places", packed.places)]
    files = [
        StoredFileView.model_validate({"kind": kind, "sha256": sha256(content).hexdigest(), "bytes": len(content)})
        for kind, content in contents
    ]
    puts: list[Change] = [
        Put("directory", file_key(file.sha256), content) for file, (_, content) in zip(files, contents, strict=True)
    ]
    made = {"version": packaged.version, "generated_at": packaged.generated_at.isoformat(), "files": files}
    return before.model_copy(update=made), puts


def _view(source: PinnedDirectory, latest: Latest, now: datetime) -> DirectoryView:
    return DirectoryView(
        url=source.url,
        version=latest.version,
        rows=latest.rows,
        generated_at=latest.generated_at.isoformat(),
        expires=latest.expires.isoformat(),
        checked_at=now.isoformat(),
        error=None,
    )


def _no_directory(source: PinnedDirectory) -> DirectoryView:
    """Return the view of a directory of which there was never a copy: version 0, and no dates."""
    return DirectoryView(url=source.url, version=0, rows=0, generated_at="", expires="", checked_at="", error=None)


def _packaged_view(source: PinnedDirectory, packaged: PackagedDirectory) -> DirectoryView:
    """Return the view of the directory that comes with the program; it has no date of expiry."""
    return _no_directory(source).model_copy(
        update={
            "version": packaged.version,
            "rows": packaged.rows,
            "generated_at": packaged.generated_at.isoformat(),
        }
    )


def _is_packaged(view: DirectoryView) -> bool:
    return not view.expires


def _failed(view: DirectoryView, error: PasserelleError, now: datetime) -> DirectoryView:
    return view.model_copy(update={"error": error_view(error), "checked_at": now.isoformat()})
