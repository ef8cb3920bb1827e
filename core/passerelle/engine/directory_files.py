"""The files of the directories on this machine: which there are, and the rows found in them.

Store `directory`: `sources` (StoredDirectoriesView), `file <sha256>` (a published file as it came; directories with
the same file share it), `overlay <url>` (rows that changed since), `checked <url>` (CheckedRowsView).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from passerelle.directory import BlockIndex, Overlay, RowLookup
from passerelle.directory.added import AddedRows, Statement
from passerelle.engine.storage import Change, Delete, Put, Storage
from passerelle.engine.views import CheckedRowsView, StoredDirectoriesView, StoredDirectoryView, StoredFileView
from passerelle.errors import DirectoryError
from passerelle.identifiers import RestId, ScreenName

SOURCES = "sources"


def file_key(sha256: str) -> str:
    """Return where a published file is stored."""
    return f"file {sha256}"


def overlay_key(url: str) -> str:
    """Return where the overlay of a directory is stored."""
    return f"overlay {url}"


def checked_key(url: str) -> str:
    """Return where it is stored which rows of an added directory are proven by what was read here."""
    return f"checked {url}"


@dataclass(frozen=True, slots=True)
class _Opened:
    stored: StoredDirectoryView
    index: BlockIndex
    overlay: Overlay


class DirectoryFiles:
    """Reads the store `directory`; keys, places and overlays are kept in memory once they were read."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self.forget()

    def forget(self) -> None:
        """Empty the caches; the next reads go to storage."""
        self._stored: list[StoredDirectoryView] | None = None
        self._opened: dict[str, _Opened] = {}
        self._checked: dict[str, frozenset[Statement]] = {}

    async def stored(self) -> list[StoredDirectoryView]:
        """Return the directories, in the order in which they count."""
        if self._stored is None:
            value = await self._storage.get("directory", SOURCES)
            self._stored = StoredDirectoriesView.model_validate(value).directories if value else []
        return self._stored

    async def find_stored(self, url: str) -> StoredDirectoryView | None:
        """Return the directory of this address."""
        return next((one for one in await self.stored() if one.url == url), None)

    async def hashes(self) -> frozenset[str]:
        """Return the SHA-256 of every published file that is here, also of downloads that were cut off."""
        keys = await self._storage.keys("directory")
        return frozenset(key.removeprefix(file_key("")) for key in keys if key.startswith(file_key("")))

    async def look_up(self, rest_ids: Iterable[RestId], names: Iterable[ScreenName]) -> list[RowLookup]:
        """Return what each directory has of these people, in the order in which directories count."""
        ids, screen_names = list(rest_ids), list(names)
        found: list[RowLookup] = []
        for stored in await self.stored():
            if opened := await self._open(stored):
                rows = await opened.index.collect(ids, screen_names, self._reader(stored), opened.overlay)
                found.append(AddedRows(rows, stored.url, await self.checked(stored.url)) if stored.is_added else rows)
        return found

    async def checked(self, url: str) -> frozenset[Statement]:
        """Return which rows of an added directory are proven by what was read here."""
        if url not in self._checked:
            value = await self._storage.get("directory", checked_key(url))
            self._checked[url] = frozenset(CheckedRowsView.model_validate(value).rows) if value else frozenset()
        return self._checked[url]

    def put_checked(self, url: str, rows: frozenset[Statement]) -> Put:
        """Change which rows of an added directory are proven by what was read here."""
        self._checked[url] = rows
        view = CheckedRowsView(rows=sorted(rows, key=str))
        return Put("directory", checked_key(url), view.model_dump(mode="json"))

    async def overlay(self, stored: StoredDirectoryView) -> Overlay:
        """Return the rows that changed since the directory's files."""
        lines = await self._storage.get("directory", overlay_key(stored.url)) if stored.overlay else b""
        return Overlay.read(lines.splitlines())

    async def check(self, files: Sequence[StoredFileView]) -> None:
        """Raise DirectoryError where keys and places of these files do not fit together."""
        await self._index(files)

    async def put(self, directories: Sequence[StoredDirectoryView]) -> list[Change]:
        """Change which directories are here; files that none of them has are deleted."""
        kept = {file.sha256 for one in directories for file in one.files}
        overlays = {overlay_key(one.url) for one in directories if one.overlay}
        lost = [file_key(sha256) for sha256 in sorted(await self.hashes() - kept)]
        lost += [overlay_key(one.url) for one in await self.stored() if overlay_key(one.url) not in overlays]
        urls = {one.url for one in directories}
        lost += [checked_key(one.url) for one in await self.stored() if one.url not in urls]
        self.forget()
        view = StoredDirectoriesView(directories=list(directories))
        return [
            *(Delete("directory", key) for key in lost),
            Put("directory", SOURCES, view.model_dump(mode="json")),
        ]

    async def _open(self, stored: StoredDirectoryView) -> _Opened | None:
        """Return the directory ready to search; None where it has no files yet, or damaged ones."""
        opened = self._opened.get(stored.url)
        if opened is None or opened.stored != stored:
            try:
                index = await self._index(stored.files) if stored.files else None
            except DirectoryError:
                index = None
            if index is None:
                return None
            opened = self._opened[stored.url] = _Opened(stored, index, await self.overlay(stored))
        return opened

    async def _index(self, files: Sequence[StoredFileView]) -> BlockIndex:
        (keys,), (places,) = ([file for file in files if file.kind == kind] for kind in ("keys", "places"))
        sizes = [file.bytes for file in files if file.kind == "rows"]
        return BlockIndex(await self._content(keys), await self._content(places), sizes)

    async def _content(self, file: StoredFileView) -> bytes:
        content: bytes | None = await self._storage.get("directory", file_key(file.sha256))
        return content or b""

    def _reader(self, stored: StoredDirectoryView) -> _Reader:
        return _Reader(self._storage, [file_key(file.sha256) for file in stored.files if file.kind == "rows"])


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads parts of the files of rows; a file that is gone has none."""

    storage: Storage
    keys: Sequence[str]

    async def __call__(self, file: int, start: int, end: int) -> bytes:
        return await self.storage.get_part("directory", self.keys[file], start, end)
