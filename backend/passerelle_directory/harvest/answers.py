"""Answers of a harvest on the disk, in the order in which they came: a run that was stopped goes on after the last."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from passerelle_directory.publishing.files import write_whole

ABOUT = "about.json"
ENDING = ".answer"
PRIVATE = 0o600
MAX_AGE = timedelta(days=7)  # of an unfinished run; after it, its first answers are too old beside its last


class StoredAnswers:
    """The answers to one question in a folder; those to another question, and old ones, are deleted.

    `question` is the text that all requests have in common, `fresh` how old a finished run may be to be used again.
    Each file is written whole or not at all, so the folder is right at every instant.
    """

    def __init__(self, folder: Path, question: str, now: datetime, fresh: timedelta) -> None:
        self._folder = folder
        about = _read(folder / ABOUT)
        sha256 = hashlib.sha256(question.encode()).hexdigest()
        if about is None or about["question"] != sha256 or self._is_old(about, now, fresh):
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            about = {"question": sha256, "begun": now.isoformat(), "finished": None}
            _write(folder / ABOUT, about)
        self._about = about

    @staticmethod
    def _is_old(about: dict[str, Any], now: datetime, fresh: timedelta) -> bool:
        if about["finished"]:
            return now - datetime.fromisoformat(about["finished"]) > fresh
        return now - datetime.fromisoformat(about["begun"]) > MAX_AGE

    @property
    def is_finished(self) -> bool:
        """Return whether the last answer is there."""
        return self._about["finished"] is not None

    @property
    def begun(self) -> datetime:
        """Return when the first question was asked: nothing stored is older."""
        return datetime.fromisoformat(self._about["begun"])

    def __iter__(self) -> Iterator[bytes]:
        """Yield the answers in their order."""
        return read_stored(self._folder)

    def add(self, body: bytes) -> None:
        """Store the next answer."""
        write_whole(self._folder / f"{len(_paths(self._folder)):06}{ENDING}", body, PRIVATE, overwrite=False)

    def finish(self, now: datetime) -> None:
        """Record that there is nothing more to ask; a run that finds that so leaves the time of the first one."""
        if self.is_finished:
            return
        self._about["finished"] = now.isoformat()
        _write(self._folder / ABOUT, self._about)


def read_stored(folder: Path) -> Iterator[bytes]:
    """Yield the answers that another harvest has left in a folder, in their order."""
    return (path.read_bytes() for path in _paths(folder))


def _paths(folder: Path) -> list[Path]:
    return sorted(folder.glob(f"*{ENDING}"))


def _read(path: Path) -> dict[str, Any] | None:
    try:
        about: dict[str, Any] = json.loads(path.read_bytes())
    except FileNotFoundError:
        return None
    return about


def _write(path: Path, about: dict[str, Any]) -> None:
    write_whole(path, json.dumps(about).encode(), PRIVATE, overwrite=True)
