"""What the person handed over -> exports: opens ZIPs and folders, looks into a ZIP inside a ZIP once, and says clearly
what it is when it is no X archive."""

from __future__ import annotations

import os
import re
from collections.abc import Generator, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from passerelle.archive.locate import Export, Member, find_exports, other_service
from passerelle.archive.records import ArchiveWarning, Progress
from passerelle.archive.zips import MAGIC, TROUBLE, Inner, Zip, bounded, open_file, open_zip
from passerelle.errors import UnreadableArchive

MAX_FILES = 500_000  # in a folder; an archive unpacked has 9,000, one of a heavy user 65,000
ZIP_NAME = re.compile(r"\.zip\Z", re.IGNORECASE)

Finding = Generator[Progress, None, None]


@dataclass(slots=True)
class Found:
    """What has been found so far, with the files' names in case it is nothing."""

    exports: list[Export] = field(default_factory=list)
    warnings: list[ArchiveWarning] = field(default_factory=list)
    seen: list[str] = field(default_factory=list)


def find_in(paths: Sequence[Path], stack: ExitStack, found: Found) -> Finding:
    """Look for exports in ZIPs, folders and loose files; fill `found`; `stack` closes what was opened.

    Raises UnreadableArchive where there is no export, with a code that says what there is instead.
    """
    loose: list[Member] = []
    for path in paths:
        if path.is_dir():
            yield from _look_in_folder(path, stack, found)
        elif _starts_with(path, MAGIC):
            yield from _look_in_zip(path, stack, found)
        else:
            loose.append(_file(path, path.as_posix()))
    found.exports += find_exports("", loose)
    found.seen += [member.path for member in loose]
    if not found.exports:
        raise _explained(found, [Path(member.path).name for member in loose], is_everything=len(loose) == len(paths))


def _look_in_folder(folder: Path, stack: ExitStack, found: Found) -> Finding:
    members = list(_walk(folder))
    exports = find_exports(folder.name, members)
    found.exports += exports
    found.seen += [member.path for member in members]
    if not exports:
        for member in members:
            path = folder / member.path
            if ZIP_NAME.search(member.path) and _starts_with(path, MAGIC):
                yield from _look_in_zip(path, stack, found)


def _look_in_zip(path: Path, stack: ExitStack, found: Found) -> Finding:
    try:
        outer = open_zip(path.name, stack.enter_context(open_file(path)), stack)
        members = outer.members()
    except TROUBLE as error:
        raise _damaged(path.name) from error
    exports = find_exports(outer.name, members)
    found.exports += exports
    found.seen += [member.path for member in members]
    if not exports:
        yield from _look_in_inner_zips(outer, stack, found)


def _look_in_inner_zips(outer: Zip, stack: ExitStack, found: Found) -> Finding:
    """Open the ZIPs inside a ZIP, once: what is nested deeper stays closed."""
    for info in outer.archive.infolist():
        if not ZIP_NAME.search(info.filename):
            continue
        name = info.filename.rpartition("/")[2]
        try:
            inner = Inner(outer, info)
            for done in inner.scan():
                yield Progress(name, done, inner.size)
            members = open_zip(name, stack.enter_context(bounded(inner)), stack).members()
        except TROUBLE as error:
            raise _damaged(name) from error
        exports = find_exports(name, members)
        found.exports += exports
        found.seen += [member.path for member in members]
        if exports:
            found.warnings.append(ArchiveWarning("nested_zip", name, f"The archive was inside {name}, in the ZIP."))


def _walk(folder: Path) -> Iterator[Member]:
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
        for name in sorted(files):
            path = Path(directory, name)
            if path.is_file():
                yield _file(path, path.relative_to(folder).as_posix())


def _file(path: Path, name: str) -> Member:
    try:
        return Member(name, path.stat().st_size, partial(open_file, path))
    except OSError as error:
        raise _missing(path) from error


def _starts_with(path: Path, magic: bytes) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(len(magic)) == magic
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        raise _missing(path) from error


def _explained(found: Found, loose: Sequence[str], *, is_everything: bool) -> UnreadableArchive:
    """Say what was handed over, as there is no X archive in it."""
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


def _missing(path: Path) -> UnreadableArchive:
    return UnreadableArchive(
        f"{path.name} is not there, or may not be opened: choose it again.", code="not_found", file=path.name
    )
