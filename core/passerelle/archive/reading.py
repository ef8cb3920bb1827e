"""Drive the reading: find the exports, run READERS over their files in three stages, judge each file, merge.

A generator that yields Progress after every piece of a file, so that the caller can show it, let other tasks run, and
cancel by closing it. It raises nothing but UnreadableArchive, whatever the files hold.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from passerelle.archive.accounts import choose_account
from passerelle.archive.drafts import Draft
from passerelle.archive.locate import Export, Part
from passerelle.archive.merge import make_archive
from passerelle.archive.names import NameBook
from passerelle.archive.readers import READERS, Reader, Shape, Stage
from passerelle.archive.records import Archive, Progress
from passerelle.archive.sources import Found, find_in
from passerelle.archive.syntax import Rows, read_object, read_text
from passerelle.archive.zips import TROUBLE, UNSUPPORTED, claims_too_much
from passerelle.errors import UnreadableArchive

Reading = Generator[Progress, None, Archive]


def read_archive(paths: Sequence[Path | str], *, account: str | None = None, require_people: bool = True) -> Reading:
    """Read ZIPs, folders and loose files, one or several, into one Archive; yields Progress in bytes on the way.

    `account` (rest_id or screen name) chooses where there are archives of different accounts. Without
    `require_people` an archive without any list of people is read too, with a warning.
    Raises UnreadableArchive, whose `code` says what is wrong (ArchiveWithoutPeople holds what was read); nothing else.
    """
    with ExitStack() as stack:
        found = Found()
        yield from find_in([Path(path) for path in paths], stack, found)
        _refuse_encrypted(found.exports)
        drafts = [Draft(export) for export in found.exports]
        meter = _Meter(sum(part.member.size for export in found.exports for part in export.parts))
        yield from _read_stage(Stage.WHO, drafts, meter)
        drafts = choose_account(drafts, account)
        yield from _read_stage(Stage.GRAPH, drafts, meter)
        wanted = frozenset(rest_id for draft in drafts for rest_id in (*draft.following, *draft.followers))
        for draft in drafts:
            draft.names = NameBook(wanted)
        yield from _read_stage(Stage.NAMES, drafts, meter)
        return make_archive(drafts, found.warnings, require_people=require_people)


def read(paths: Sequence[Path | str], *, account: str | None = None, require_people: bool = True) -> Archive:
    """Read an archive to its end at once; as read_archive. Raises UnreadableArchive."""
    reading = read_archive(paths, account=account, require_people=require_people)
    while True:
        try:
            next(reading)
        except StopIteration as done:
            archive: Archive = done.value
            return archive


@dataclass(slots=True)
class _Meter:
    """Counter of the bytes of all files."""

    total: int
    done: int = 0

    def at(self, file: str, in_file: int) -> Progress:
        return Progress(file, min(self.done + in_file, self.total), self.total)


def _read_stage(stage: Stage, drafts: Sequence[Draft], meter: _Meter) -> Generator[Progress, None, None]:
    for draft in drafts:
        # Files that are read only while the owner is unknown come last.
        for part in sorted(draft.export.parts, key=lambda part: READERS[part.kind].only_if_owner_unknown):
            reader = READERS[part.kind]
            if reader.stage is stage:
                yield meter.at(part.name, 0)
                if not (reader.only_if_owner_unknown and draft.owner.rest_id):
                    yield from _read_part(draft, part, reader, meter)
                meter.done += part.member.size


def _read_part(draft: Draft, part: Part, reader: Reader, meter: _Meter) -> Generator[Progress, None, None]:
    if claims_too_much(part.member):
        draft.warn("file_too_large", part.name, f"{part.name} claims a size that cannot be true; it was left out.")
        return
    if part.leaves_its_folder:
        draft.warn("odd_path", part.name, f"The path of {part.name} leads outside of the ZIP; nothing was unpacked.")
    try:
        stream = part.member.open()
    except UNSUPPORTED:
        message = f"{part.name} is packed in a way that cannot be read here: unpack the ZIP and choose the folder."
        draft.warn("file_unsupported", part.name, message)
        return
    except TROUBLE as error:
        _warn_unreadable(draft, part, error)
        return
    try:
        with stream:
            if reader.shape is Shape.ROWS:
                rows = Rows(stream, reader.key, reader.salvage)
                for batch in rows:
                    for row in batch:
                        reader.take(draft, row)
                    yield meter.at(part.name, rows.bytes)
                _judge(draft, part, rows)
            else:
                reader.take(draft, read_object(stream) if reader.shape is Shape.OBJECT else read_text(stream))
                draft.read[part.kind, part.number] = 1
    except TROUBLE as error:
        _warn_unreadable(draft, part, error)


def _warn_unreadable(draft: Draft, part: Part, error: Exception) -> None:
    code = "manifest_unreadable" if part.kind == "manifest" else "file_unreadable"
    draft.warn(code, part.name, f"{part.name} is damaged and was left out ({type(error).__name__}).")


def _judge(draft: Draft, part: Part, rows: Rows) -> None:
    """Warn of what was wrong with a list that has been read to its end."""
    name = part.name
    if not rows.bytes:
        draft.warn("file_empty", name, f"{name} has no content at all; X writes at least an empty list.")
        return
    if not rows.found:
        draft.warn("file_unreadable", name, f"{name} holds no list; it was left out.")
        return
    draft.read[part.kind, part.number] = rows.count
    if rows.repaired:
        draft.warn("file_repaired", name, f"{name} was changed by another program; {rows.repaired} rows were repaired.")
    if rows.bad:
        draft.warn("bad_rows", name, f"{name}: damaged rows were left out: {rows.bad}.")
    _, promised = draft.promised.get((part.kind, part.number), ("", None))
    if not rows.complete:
        draft.warn("file_truncated", name, f"{name} is cut short; the {rows.count} rows that are there were read.")
    elif promised not in (None, rows.count) and not rows.bad:
        draft.warn("count_mismatch", name, f"{name} has {rows.count} rows, but the archive's own list says {promised}.")


def _refuse_encrypted(exports: Sequence[Export]) -> None:
    for export in exports:
        for part in export.parts:
            if part.member.encrypted:
                raise UnreadableArchive(
                    "The ZIP is protected by a password: unpack it and choose the folder.",
                    code="encrypted_zip",
                    file=part.name,
                )
