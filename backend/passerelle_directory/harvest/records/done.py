"""Which repositories an unfinished harvest has read: one line each, so that a run that was stopped goes on there."""

from __future__ import annotations

import os
from pathlib import Path

from passerelle.identifiers import Did

NAME = "done.txt"


class Done:
    """The repositories that need not be read again in this harvest, in a file of its folder."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / NAME
        text = self._path.read_text() if self._path.exists() else ""
        # The last line may be torn, where the machine stopped in the middle of it.
        self._dids = set(text.split("\n")[:-1])

    def __contains__(self, did: Did) -> bool:
        """Return whether a repository was read."""
        return did in self._dids

    def add(self, did: Did) -> None:
        """Record that a repository was read; on the disk when this returns."""
        with self._path.open("a") as file:
            file.write(f"{did}\n")
            file.flush()
            os.fsync(file.fileno())
        self._dids.add(did)
