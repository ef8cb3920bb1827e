"""Keep the directory's copy on this machine up to date."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from passerelle import directory
from passerelle.directory import NOTHING_SEEN, Latest, PackagedDirectory, PinnedDirectory, Seen, key_id
from passerelle.engine.environment import Environment
from passerelle.engine.matches import Matches
from passerelle.engine.messages import Nothing
from passerelle.engine.progress import Progress
from passerelle.engine.repository import Repository
from passerelle.engine.storage import Change, Delete, Put
from passerelle.engine.views import DirectoryView, NewsView
from passerelle.engine.work import Works
from passerelle.errors import NetworkError, PasserelleError
from passerelle.view import error_view


class Directories:
    """Download the pinned directory whole, check it, and store it ready for matching."""

    def __init__(self, environment: Environment, repository: Repository, works: Works, matches: Matches) -> None:
        self._environment = environment
        self._repository = repository
        self._works = works
        self._matches = matches

    async def on_update(self, fields: Nothing) -> DirectoryView:
        """Answer directory.update: bring the directory up to date, then match again."""
        return await self._works.finish(self._update_and_match())

    async def _update_and_match(self) -> DirectoryView:
        async with self._works.described("directory.update", "directory") as progress:
            view = await self.update(progress)
            await self._matches.match_all(progress, marks_new=True)
            # The person is looking: there is nothing to announce later.
            news = NewsView(at=self._environment.now().isoformat(), count=0)
            await self._repository.write([Put("state", "news", news.model_dump(mode="json"))])
            return view

    async def update(self, progress: Progress, *, is_quiet: bool = False) -> DirectoryView:
        """Bring the directory up to date. A failure is stored beside the copy that stays in use, and raised.

        `is_quiet`: a network error is raised without being stored, since no page waits and it is tried again soon.
        """
        source = self._environment.directories[0]
        before = await self._repository.directory()
        known = before if before and before.url == source.url and before.version else None
        known = await self._use_packaged(source, known, progress)
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

    async def _use_packaged(
        self, source: PinnedDirectory, known: DirectoryView | None, progress: Progress
    ) -> DirectoryView | None:
        """Store the directory that comes with the program where there is none, or an older one of that kind."""
        packaged = self._environment.packaged() if known is None or _is_packaged(known) else None
        if packaged is None or (known and known.version >= packaged.version):
            return known
        (rows,) = packaged.files.rows
        snapshot, evidence = directory.read_lines(rows), directory.read_lines(rows)
        merged = await progress.run(
            directory.build_index(snapshot, evidence, packaged.rows), lambda _count: ("directory", 0, 0)
        )
        view = _packaged_view(source, packaged, merged.count)
        index = self._repository.put_index(merged.rows, merged.keys, merged.offsets)
        await self._repository.write([Delete("directory", "latest"), *index, _put(view)])
        return view

    async def _download(
        self, source: PinnedDirectory, known: DirectoryView | None, progress: Progress
    ) -> tuple[DirectoryView, list[Change]]:
        await progress.report("directory", 0, 0)
        fetch, now = self._environment.fetch, self._environment.now()
        stored = await self._repository.get("directory", "latest") or {}
        latest = await directory.read_latest(
            await fetch(directory.latest_request(source.url)),
            keys=source.keys,
            verify=self._environment.verify,
            now=now,
            seen=Seen(_signer(stored, source), known.version) if known else NOTHING_SEEN,
        )
        files = _files(source, latest)
        if known and stored == files:
            return _view(source, latest, known.rows, now), []
        packed = []
        for promise in (latest.snapshot, latest.evidence):
            packed.append(directory.read_file(await fetch(directory.file_request(source.url, promise)), promise))
        size = latest.snapshot.bytes + latest.evidence.bytes
        snapshot, evidence = (directory.read_lines(one, rows=latest.rows) for one in packed)
        merged = await progress.run(
            directory.build_index(snapshot, evidence, latest.rows),
            lambda count: ("directory", size * count // max(latest.rows, 1), size),
        )
        index = self._repository.put_index(merged.rows, merged.keys, merged.offsets)
        return _view(source, latest, merged.count, now), [Put("directory", "latest", files), *index]


def _put(view: DirectoryView) -> Put:
    return Put("state", "directory", view.model_dump(mode="json"))


def _files(source: PinnedDirectory, latest: Latest) -> dict[str, str]:
    return {
        "url": source.url,
        "key_id": latest.key_id,
        "snapshot": latest.snapshot.sha256,
        "evidence": latest.evidence.sha256,
    }


def _signer(stored: Mapping[str, str], source: PinnedDirectory) -> str:
    """Return the name of the key that signed the stored copy; the current one where an earlier version did not say."""
    return stored.get("key_id") or key_id(source.keys[0])


def _view(source: PinnedDirectory, latest: Latest, rows: int, now: datetime) -> DirectoryView:
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
    """Return the view of a directory of which there was never a copy: version 0, and no dates."""
    return DirectoryView(url=source.url, version=0, rows=0, generated_at="", expires="", checked_at="", error=None)


def _packaged_view(source: PinnedDirectory, packaged: PackagedDirectory, rows: int) -> DirectoryView:
    """Return the view of the directory that comes with the program; it has no date of expiry."""
    return _no_directory(source).model_copy(
        update={"version": packaged.version, "rows": rows, "generated_at": packaged.generated_at.isoformat()}
    )


def _is_packaged(view: DirectoryView) -> bool:
    return not view.expires


def _failed(view: DirectoryView, error: PasserelleError, now: datetime) -> DirectoryView:
    return view.model_copy(update={"error": error_view(error), "checked_at": now.isoformat()})
