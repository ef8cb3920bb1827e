"""What changed since earlier versions, for clients that have one of those (docs/directory-format.md).

A chain: each delta leads from one published version to the next one. A row stands only in the newest delta that is
about it, so a row that was erased or corrected is in no delta that latest.json names.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from passerelle.directory import MAX_PUBLISHED_FILE, Latest, drop_rows, make_delta, row_ids

from passerelle_directory.publishing.named import File, NewFile
from passerelle_directory.publishing.row_files import read_lines

MAX_AGE = timedelta(days=30)  # of the version that a delta starts from
MAX_DELTAS = 60  # two a day; who publishes more often reaches back less far
COMPRESSION = 9
WITH_GZIP_HEADER = 31  # zlib's wbits; no name and no time, so equal lines give equal bytes


@dataclass(frozen=True, slots=True)
class Delta:
    """A file with what changed from one version to the next one."""

    since: int
    until: int
    file: File

    def to_json(self) -> dict[str, Any]:
        """Return the delta as latest.json promises it."""
        return {"from": self.since, "to": self.until} | self.file.to_json()


def write_deltas(
    folder: Path, before: Latest | None, after: Sequence[File], version: int, now: datetime
) -> list[Delta]:
    """Compare the files of rows published before with those `after`; return the chain that leads to `version`.

    It is empty where nothing comparable was published before, or too much changed: then clients fetch the whole.
    """
    if before is None:
        return []
    rows = [File.from_promise(promise) for promise in before.files.rows]
    if not all(file.is_whole_on(folder) for file in rows):
        return []
    lines = () if rows == list(after) else make_delta(read_lines(folder, rows), read_lines(folder, after))
    changed: set[bytes] = set()
    newest = _write(folder, _collect_ids(lines, changed))
    if newest is None:
        return []
    earlier = [Delta(one.since, one.until, File.from_promise(one.file)) for one in before.deltas]
    oldest = int((now - MAX_AGE).timestamp())
    chain = [one for one in _unbroken(folder, earlier, before.version) if one.since >= oldest]
    files = [_without(folder, one.file, frozenset(changed)) for one in chain]
    kept = [Delta(one.since, one.until, file) for one, file in zip(chain, files, strict=True)]
    return [*kept, Delta(before.version, version, newest)][-MAX_DELTAS:]


def _unbroken(folder: Path, chain: Sequence[Delta], until: int) -> list[Delta]:
    """Return the newest part of a chain whose files are there and that leads to the version `until` without a gap."""
    kept: list[Delta] = []
    for delta in reversed(chain):
        if delta.until != until or not delta.file.is_whole_on(folder):
            break
        kept.insert(0, delta)
        until = delta.since
    return kept


def _without(folder: Path, file: File, changed: frozenset[bytes]) -> File:
    """Return the file of a delta without the rows that changed again; the same one where it has none of them."""
    if not changed.intersection(row_ids(read_lines(folder, [file]))):
        return file
    fewer = _write(folder, drop_rows(read_lines(folder, [file]), changed))
    if fewer is None:
        raise AssertionError("A part of a delta is larger than the delta.")
    return fewer


def _collect_ids(lines: Iterable[bytes], ids: set[bytes]) -> Iterator[bytes]:
    for line in lines:
        ids.update(row_ids([line]))
        yield line


def _write(folder: Path, lines: Iterable[bytes]) -> File | None:
    """Write lines as one gzip file; None where they are more than a client would fetch."""
    packer = zlib.compressobj(COMPRESSION, zlib.DEFLATED, WITH_GZIP_HEADER)
    with NewFile(folder) as file:
        for line in lines:
            file.write(packer.compress(line + b"\n"))
            if file.size > MAX_PUBLISHED_FILE:
                return None
        file.write(packer.flush())
        return file.keep("jsonl.gz") if file.size <= MAX_PUBLISHED_FILE else None
