"""Files that are named by the checksum of their bytes, and so never change."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from passerelle.directory import FilePromise

from passerelle_directory.publishing.bucket import Stored
from passerelle_directory.publishing.files import MAKING, WORLD_READABLE

FILES_PATH = "v1/directory/files"  # where clients ask, from the directory's own address


@dataclass(frozen=True, slots=True)
class File:
    """A published file: its name, SHA-256 in hex, and size in bytes."""

    name: str
    sha256: str
    bytes: int

    @classmethod
    def from_promise(cls, promise: FilePromise) -> Self:
        """Return the file that an earlier latest.json names."""
        return cls(promise.path.rpartition("/")[2], promise.sha256, promise.bytes)

    def to_json(self) -> dict[str, Any]:
        """Return the file as latest.json promises it."""
        return {"path": f"{FILES_PATH}/{self.name}", "sha256": self.sha256, "bytes": self.bytes}

    def is_whole_in(self, uploaded: Mapping[str, Stored]) -> bool:
        """Return whether the bucket has it already, with all its bytes."""
        return self.name in uploaded and uploaded[self.name].bytes == self.bytes

    def is_whole_on(self, folder: Path) -> bool:
        """Return whether the folder has it, with the bytes that its name promises."""
        try:
            with (folder / self.name).open("rb") as file:
                return hashlib.file_digest(file, "sha256").hexdigest() == self.sha256
        except FileNotFoundError:
            return False


class NewFile:
    """A file being written; `keep` names it by its checksum. Unless kept, it is deleted as the `with` block ends."""

    def __init__(self, folder: Path) -> None:
        descriptor, name = tempfile.mkstemp(prefix=MAKING, dir=folder)
        self._path = Path(name)
        self._file = os.fdopen(descriptor, "wb")
        self._hash = hashlib.sha256()
        self.size = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._file.close()
        self._path.unlink(missing_ok=True)

    def write(self, content: bytes) -> None:
        """Add bytes."""
        self._file.write(content)
        self._hash.update(content)
        self.size += len(content)

    def keep(self, suffix: str) -> File:
        """Flush the file to the disk and rename it to its checksum."""
        self._file.flush()
        os.fsync(self._file.fileno())
        sha256 = self._hash.hexdigest()
        name = f"{sha256}.{suffix}"
        self._path.chmod(WORLD_READABLE)
        self._path.replace(self._path.with_name(name))
        return File(name, sha256, self.size)
