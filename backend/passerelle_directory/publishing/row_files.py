"""The files of rows, keys and places (docs/directory-format.md), written while rows are read from the database."""

from __future__ import annotations

import gzip
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Self

from passerelle.directory import MAX_PUBLISHED_FILE, Evidence, Packer, Row, published_line

from passerelle_directory.publishing.named import File, NewFile


class RowFiles:
    """Write rows, sorted by `row_id`, into blocks. Files that are not finished are deleted as the `with` block ends."""

    def __init__(self, folder: Path, max_file: int = MAX_PUBLISHED_FILE) -> None:
        self._folder, self._max_file = folder, max_file
        self._packer = Packer()
        self._files: list[NewFile] = []
        self._unfinished = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._unfinished.close()

    def add(self, row: Row, evidence: Evidence) -> None:
        """Add a row."""
        self._write(self._packer.add(row, published_line(row, evidence)))

    def finish(self) -> tuple[tuple[File, ...], File, File]:
        """Write what is left; return the files of rows, of keys, and of places."""
        self._write(self._packer.flush())
        rows = tuple(file.keep("jsonl.gz") for file in self._files)
        keys, places = self._packer.index()
        return rows, self._single(keys, "keys"), self._single(places, "places")

    def _write(self, block: bytes | None) -> None:
        if block is None:
            return
        if not self._files or self._files[-1].size + len(block) > self._max_file:
            self._files.append(self._new())
        self._files[-1].write(block)

    def _single(self, content: bytes, suffix: str) -> File:
        file = self._new()
        file.write(content)
        return file.keep(suffix)

    def _new(self) -> NewFile:
        return self._unfinished.enter_context(NewFile(self._folder))


def read_lines(folder: Path, files: Iterable[File]) -> Iterator[bytes]:
    """Yield the lines of published files of rows, or of a delta, without newlines."""
    for file in files:
        with gzip.open(folder / file.name) as lines:
            for line in lines:
                yield line.rstrip(b"\n")
