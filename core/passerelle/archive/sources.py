"""Find exports in what a person chose: ZIPs, folders, loose files, and ZIPs one level inside a ZIP.

Where there is no X archive, the error says what there is instead.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from passerelle.archive.locate import Entry, Export, Member, find_exports, icloud_placeholders, other_service
from passerelle.archive.records import ArchiveWarning, Progress
from passerelle.archive.zips import MAGIC, TROUBLE, UNSUPPORTED, Inner, bounded, open_file, open_zip
from passerelle.errors import UnreadableArchive

MAX_FILES = 500_000  # in a folder; an archive unpacked has 9,000, one of a heavy user 65,000
MAX_ZIPS = 20  # that are opened in a folder, or in another ZIP
ZIP_NAME = re.compile(r"\.zip\Z", re.IGNORECASE)

Finding = Generator[Progress, None, None]


@dataclass(slots=True)
class Found:
    """Exports found so far; `seen` and `damaged` name files for the error where there is none."""

    exports: list[Export] = field(default_factory=list)
    warnings: list[ArchiveWarning] = field(default_factory=list)
    seen: list[str] = field(default_factory=list)
    damaged: list[str] = field(default_factory=list)

    def add_exports(self, source: str, entries: Callable[[], Iterable[Entry]]) -> bool:
        """Add the exports among the entries of a ZIP or folder; return whether there are any."""
        exports = find_exports(source, entries())
        self.exports += exports
        if not exports:
            self.seen += [path for path, _ in entries()]
        self.warnings += map(_only_in_icloud, icloud_placeholders(path for path, _ in entries()))
        return bool(exports)


def find_in(paths: Sequence[Path], stack: ExitStack, found: Found) -> Finding:
    """Search ZIPs, folders and loose files for exports; fill `found`; `stack` closes what was opened.

    Raises UnreadableArchive where there is no export, with a code that says what there is instead.
    """
    loose: list[Entry] = []
    for path in paths:
        if _is_folder(path):
            yield from _search_folder(path, stack, found)
        elif _starts_with(path, MAGIC):
            yield from _search_zip(path, stack, found)
        else:
            loose.append((path.as_posix(), partial(_file, path, path.as_posix())))
    found.add_exports("", lambda: loose)
    found.warnings += [_useless(Path(path).name) for path, _ in loose if ZIP_NAME.search(path)]
    if not found.exports:
        raise _explained(found, [Path(path).name for path, _ in loose], is_everything=len(loose) == len(paths))


def _search_folder(folder: Path, stack: ExitStack, found: Found) -> Finding:
    """Search a folder; where it is no archive, in the ZIPs that it holds."""
    entries = list(_walk(folder))
    if not found.add_exports(folder.name, lambda: entries):
        for path in [folder / name for name, _ in entries if ZIP_NAME.search(name)][:MAX_ZIPS]:
            if _starts_with(path, MAGIC):
                yield from _search_zip(path, stack, found)


def _search_zip(path: Path, stack: ExitStack, found: Found) -> Finding:
    """Search a ZIP; where it is no archive, in the ZIPs that it holds, once: what is nested deeper stays closed."""
    try:
        outer = open_zip(path.name, stack.enter_context(open_file(path)), stack)
        if found.add_exports(outer.name, outer.entries):
            return
    except UNSUPPORTED as error:
        raise unsupported(path.name) from error
    except TROUBLE as error:
        raise _damaged(path.name) from error
    before = len(found.exports)
    for info in [one for one in outer.archive.infolist() if ZIP_NAME.search(one.filename)][:MAX_ZIPS]:
        name = info.filename.rpartition("/")[2]
        try:
            inner = Inner(outer, info)
            for done in inner.scan():
                yield Progress(name, done, inner.size)
            if found.add_exports(name, open_zip(name, stack.enter_context(bounded(inner)), stack).entries):
                found.warnings.append(ArchiveWarning("nested_zip", name, f"The archive was inside {name}, in the ZIP."))
        except TROUBLE:
            found.damaged.append(name)
    if len(found.exports) == before:
        found.warnings.append(_useless(path.name))


def _walk(folder: Path) -> Iterator[Entry]:
    """List the files of a folder, in the order of their names; links to other folders are not followed."""
    count = 0
    for directory, names, files in os.walk(folder):
        names.sort()
        count += len(files)
        if count > MAX_FILES:
            raise UnreadableArchive(
                f"{folder.name} holds more than {MAX_FILES:,} files: choose the archive's own folder.",
                code="too_large",
                file=folder.name,
            )
        for file in sorted(files):
            path = Path(directory, file)
            name = path.relative_to(folder).as_posix()
            yield name, partial(_file, path, name)


def _file(path: Path, name: str) -> Member | None:
    """Make a Member of a file; None for a broken link, and for a pipe, whose opening would block."""
    try:
        return Member(name, path.stat().st_size, partial(open_file, path)) if path.is_file() else None
    except OSError:
        return None


def _is_folder(path: Path) -> bool:
    """Return whether a path is a folder. Raises UnreadableArchive for a pipe, whose opening would block."""
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        raise _missing(path) from error
    if stat.S_ISFIFO(mode):
        raise _missing(path)
    return stat.S_ISDIR(mode)


def _starts_with(path: Path, magic: bytes) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(len(magic)) == magic
    except OSError as error:
        raise _missing(path) from error


def _explained(found: Found, loose: Sequence[str], *, is_everything: bool) -> UnreadableArchive:
    """Return the error that says what was chosen, as there is no X archive in it."""
    if found.damaged:
        return _damaged(found.damaged[0])
    if name := next(icloud_placeholders(found.seen), None):
        return UnreadableArchive(
            f"{name} is only in iCloud: download it to this machine first, then choose it again.",
            code="in_icloud",
            file=name,
        )
    if service := other_service(found.seen):
        return UnreadableArchive(
            f"This is an archive of {service}, not of X: choose the ZIP that X sent you.",
            code="wrong_archive",
            service=service,
        )
    if loose and is_everything and not any(name.lower().endswith((".js", ".json")) for name in loose):
        return UnreadableArchive(
            f"{loose[0]} is not a ZIP archive: choose the file that X sent you, twitter-….zip.",
            code="not_a_zip",
            file=loose[0],
        )
    return UnreadableArchive(
        "There is no X archive in here: choose the ZIP that X sent you, its folder, or the file following.js.",
        code="not_an_x_archive",
    )


def _damaged(name: str) -> UnreadableArchive:
    return UnreadableArchive(
        f"{name} is cut short or damaged: download it again, or copy it again from where it is whole.",
        code="truncated_zip",
        file=name,
    )


def unsupported(name: str) -> UnreadableArchive:
    """Return the error for a ZIP, or a file in one, that is packed by a method this Python cannot unpack."""
    return UnreadableArchive(
        f"{name} is packed in a way that cannot be read here: unpack the ZIP and choose the folder.",
        code="unsupported_zip",
        file=name,
    )


def _useless(name: str) -> ArchiveWarning:
    return ArchiveWarning("not_an_archive", name, f"{name} holds no X archive that can be read, and was left out.")


def _only_in_icloud(name: str) -> ArchiveWarning:
    return ArchiveWarning("in_icloud", name, f"{name} is only in iCloud, not on this machine, and was left out.")


def _missing(path: Path) -> UnreadableArchive:
    return UnreadableArchive(
        f"{path.name} is not there, or may not be opened: choose it again.", code="not_found", file=path.name
    )
