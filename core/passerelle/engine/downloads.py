"""Bring the files of one directory up to date: by its deltas where they lead on from what is here, else whole."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Literal

from passerelle import directory
from passerelle.directory import (
    MAX_VALIDITY,
    DeltaPromise,
    FilePromise,
    FilesPromise,
    Latest,
    Overlay,
    PinnedDirectory,
    file_request,
    read_file,
)
from passerelle.directory.deltas import MAX_OVERLAY
from passerelle.engine.directory_files import file_key, overlay_key
from passerelle.engine.environment import Environment
from passerelle.engine.progress import Progress
from passerelle.engine.repository import Repository
from passerelle.engine.storage import Change, Put
from passerelle.engine.views import StoredDirectoryView, StoredFileView
from passerelle.errors import DirectoryError

MAX_DELTA_LINES = MAX_OVERLAY // 2**11  # of a delta that an overlay could take
MAX_BASE_AGE: timedelta = MAX_VALIDITY  # then the files are fetched anew, so that a removed row is gone from here, too


class Downloads:
    """Fetch promised files and store them as they come, each as soon as its hash was checked."""

    def __init__(self, environment: Environment, repository: Repository) -> None:
        self._environment = environment
        self._repository = repository

    async def update(
        self, source: PinnedDirectory, latest: Latest, before: StoredDirectoryView, progress: Progress
    ) -> tuple[StoredDirectoryView, list[Change]]:
        """Return what is to be stored of the directory, and the change of its overlay; its files are stored already."""
        overlay = await self._read_deltas(source, latest, before)
        if overlay is None:
            return await self._fetch_whole(source, latest, before, progress), []
        lines = overlay.to_bytes()
        after = before.model_copy(update={"version": latest.version, "overlay": len(lines)})
        return after, [Put("directory", overlay_key(source.url), lines)] if lines else []

    async def _read_deltas(
        self, source: PinnedDirectory, latest: Latest, before: StoredDirectoryView
    ) -> Overlay | None:
        """Return the overlay up to `latest`; None where the directory has to be fetched whole."""
        chain = latest.deltas_since(before.version) if self._may_stay(latest, before) else None
        if chain is None or _size(delta.file for delta in chain) >= _size(latest.files.every()):
            return None
        try:
            overlay = await self._repository.files.overlay(before)
            for delta in chain:
                overlay = overlay.apply(await self._lines(source, delta))
        except DirectoryError:
            return None  # a damaged or endless delta costs its directory the whole download
        return overlay if len(overlay.to_bytes()) <= MAX_OVERLAY else None

    def _may_stay(self, latest: Latest, before: StoredDirectoryView) -> bool:
        age = self._environment.now() - datetime.fromisoformat(before.generated_at) if before.files else MAX_BASE_AGE
        return age < MAX_BASE_AGE and before.key_id == latest.key_id

    async def _lines(self, source: PinnedDirectory, delta: DeltaPromise) -> Iterable[bytes]:
        packed = read_file(await self._environment.fetch(file_request(source.url, delta.file)), delta.file)
        return directory.read_lines(packed, rows=MAX_DELTA_LINES)

    async def _fetch_whole(
        self, source: PinnedDirectory, latest: Latest, before: StoredDirectoryView, progress: Progress
    ) -> StoredDirectoryView:
        """Fetch the files that are not here yet. Raises DirectoryError where they do not fit together."""
        here, size, done = await self._repository.files.hashes(), _size(latest.files.every()), 0
        for promise in latest.files.every():
            await progress.report("directory", done, size)
            if promise.sha256 not in here:
                content = read_file(await self._environment.fetch(file_request(source.url, promise)), promise)
                await self._repository.write([Put("directory", file_key(promise.sha256), content)])
            done += promise.bytes
        files = _stored_files(latest.files)
        await self._repository.files.check(files)
        return before.model_copy(
            update={
                "key_id": latest.key_id,
                "version": latest.version,
                "generated_at": latest.generated_at.isoformat(),
                "overlay": 0,
                "files": files,
            }
        )


def _stored_files(files: FilesPromise) -> list[StoredFileView]:
    """Return the promised files as they are stored."""
    kinds: list[tuple[Literal["rows", "keys", "places"], tuple[FilePromise, ...]]] = [
        ("rows", files.rows),
        ("keys", (files.keys,)),
        ("places", (files.places,)),
    ]
    return [
        StoredFileView(kind=kind, sha256=promise.sha256, bytes=promise.bytes)
        for kind, promises in kinds
        for promise in promises
    ]


def _size(promises: Iterable[FilePromise]) -> int:
    return sum(promise.bytes for promise in promises)
