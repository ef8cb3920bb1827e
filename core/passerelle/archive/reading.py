"""Drive the reading: open what was handed over, find the exports, run the READERS over their files, make the Archive.

A generator that stops after every piece of a file with its Progress, so that whoever drives it can show it, breathe,
and cancel by closing it. Nothing but UnreadableArchive leaves here.
"""

from __future__ import annotations

import io
from collections.abc import Generator, Iterable, Sequence
from contextlib import ExitStack
from pathlib import Path

from passerelle.archive.locate import Export, Member, Part, find_exports
from passerelle.archive.merge import make_archive
from passerelle.archive.names import NameBook
from passerelle.archive.readers import READERS, Draft, Reader, Stage
from passerelle.archive.records import Archive, Progress
from passerelle.archive.syntax import Rows, read_object
from passerelle.archive.zips import ZIP_MAGIC, ZIP_TROUBLE, open_source, zip_members
from passerelle.errors import UnreadableArchive

Reading = Generator[Progress, None, Archive]


def read_archive(paths: Sequence[Path | str]) -> Reading:
    """Read one or several ZIPs, folders or loose files into one Archive; yields Progress in bytes on the way.

    Raises UnreadableArchive, whose `code` says what is wrong; nothing else, whatever the files hold.
    """
    with ExitStack() as stack:
        exports = _find(list(map(Path, paths)), stack)
        drafts = [Draft(export) for export in exports]
        meter = _Meter(sum(part.member.size for export in exports for part in export.parts))
        for stage in Stage:
            if stage is Stage.NAMES:
                wanted = frozenset(rest_id for draft in drafts for rest_id in (*draft.following, *draft.followers))
                for draft in drafts:
                    draft.names = NameBook(wanted)
            for draft in drafts:
                for part in draft.export.parts:
                    if READERS[part.kind].stage is stage:
                        yield from _read_part(draft, part, READERS[part.kind], meter)
        return make_archive(drafts)


def read(paths: Sequence[Path | str]) -> Archive:
    """Read an archive to its end at once. Raises UnreadableArchive."""
    reading = read_archive(paths)
    while True:
        try:
            next(reading)
        except StopIteration as done:
            archive: Archive = done.value
            return archive


class _Meter:
    """Counts the bytes read of all files together."""

    def __init__(self, total: int) -> None:
        self.total = total
        self.done = 0

    def at(self, file: str, in_file: int) -> Progress:
        return Progress(file, self.done + in_file, self.total)


def _read_part(draft: Draft, part: Part, reader: Reader, meter: _Meter) -> Generator[Progress, None, None]:
    yield meter.at(part.name, 0)
    try:
        with part.member.open() as stream:
            if reader.key is None:
                reader.take(draft, read_object(stream))
                draft.kinds.add(part.kind)
            else:
                rows = Rows(stream, reader.key, reader.salvage)
                for batch in rows:
                    for row in batch:
                        reader.take(draft, row)
                    yield meter.at(part.name, rows.bytes)
                _judge(draft, part, rows)
    except ZIP_TROUBLE as error:
        draft.warn("file_unreadable", part.name, f"{part.name} cannot be read: {error}")
    meter.done += part.member.size


def _judge(draft: Draft, part: Part, rows: Rows) -> None:
    """Say what was wrong with a file that has been read."""
    if rows.found:
        draft.kinds.add(part.kind)
    else:
        draft.warn("file_unreadable", part.name, f"{part.name} holds no list; it was left out.")
        return
    if rows.bad:
        draft.warn("bad_rows", part.name, f"{part.name}: {rows.bad} rows are damaged and were left out.")
    if not rows.complete:
        draft.warn("file_truncated", part.name, f"{part.name} is cut short; what is there was read.")


def _find(paths: Sequence[Path], stack: ExitStack) -> list[Export]:
    exports: list[Export] = []
    loose: list[Member] = []
    for path in paths:
        if path.is_dir():
            exports += find_exports(path.name, _folder_members(path))
        elif _is_zip(path):
            stream = stack.enter_context(open_source(path))
            exports += find_exports(path.name, zip_members(stream, path.name, stack))
        else:
            loose.append(_file_member(path, path.as_posix()))
    exports += find_exports("", loose)
    if exports:
        return exports
    if loose and not any(member.path.endswith(".js") for member in loose):
        raise UnreadableArchive(
            f"{Path(loose[0].path).name} is not a ZIP archive: choose the file that X sent you, twitter-….zip.",
            code="not_a_zip",
            file=Path(loose[0].path).name,
        )
    raise UnreadableArchive(
        "There is no X archive in here: choose the ZIP that X sent you, its folder, or the file following.js.",
        code="not_an_x_archive",
    )


def _is_zip(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(2) == ZIP_MAGIC
    except OSError as error:
        raise UnreadableArchive(
            f"{path.name} cannot be opened: choose it again.", code="not_found", file=path.name
        ) from error


def _folder_members(folder: Path) -> Iterable[Member]:
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield _file_member(path, path.relative_to(folder).as_posix())


def _file_member(path: Path, name: str) -> Member:
    def open_file() -> io.BufferedReader:
        return open_source(path)  # type: ignore[return-value]

    return Member(name, path.stat().st_size, open_file)
