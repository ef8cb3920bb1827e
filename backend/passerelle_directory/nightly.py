"""The work of a night: harvests, recheck, deleting what is old, snapshot. docs/operators.md

Each part is a process of its own with a time limit, so that one that fails, hangs or is killed stops no other. What a
part prints names accounts: it goes to a private file, and the log has only the parts and their exit statuses.
"""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from passerelle_directory.config import Config, InvalidSetting
from passerelle_directory.console import DONE, NO_NETWORK, UNREADABLE
from passerelle_directory.locks import Busy, hold_lock
from passerelle_directory.logs import log

LOCK = "nightly.lock"
REPORTS = "nightly"  # folder of what the parts have printed, until the next night
PRIVATE = 0o600
PRIVATE_FOLDER = 0o700
HOUR = 3_600.0  # seconds
HARVEST_LIMIT = 6 * HOUR  # `harvest domains` reads thousands of websites; the next night goes on where it was stopped
OTHER_LIMIT = 3 * HOUR
PATIENCE = 60.0  # seconds to end after SIGTERM
PROGRAM = (sys.executable, "-m", "passerelle_directory.cli")

RunPart = Callable[["Part", Path], int]


class AlreadyRunning(Exception):
    """Another process does the work of this night."""


@dataclass(frozen=True, slots=True)
class Part:
    """One command: its name in the log, its arguments, and how many seconds it may take."""

    name: str
    arguments: tuple[str, ...]
    seconds: float = OTHER_LIMIT


def make_parts(config: Config, to: str | None = None) -> list[Part]:
    """Return the parts in their order; the snapshot comes last and is uploaded to the address `to`.

    Raises InvalidSetting for a list of harvests that cannot be read.
    """
    snapshot = ("snapshot", "--if-changed", *(("--to", to) if to else ()))
    others = (Part("recheck", ("recheck",)), Part("tidy", ("tidy",)), Part("snapshot", snapshot))
    return [*_parse_harvests(config.nightly), *others]


def run_nightly(config: Config, parts: Sequence[Part], run_part: RunPart | None = None) -> int:
    """Run all parts, one after the other; return DONE, or the status of the last part that failed.

    Raises AlreadyRunning.
    """
    run_part = run_part or run_process
    folder = config.data / REPORTS
    try:
        with hold_lock(config.data / LOCK):
            folder.mkdir(mode=PRIVATE_FOLDER, exist_ok=True)
            _delete_reports(folder)
            statuses = [
                _run(part, folder / f"{number}-{part.name}.txt", run_part) for number, part in enumerate(parts, 1)
            ]
    except Busy:
        raise AlreadyRunning("Another nightly run is at work; nothing was begun.") from None
    return next((status for status in reversed(statuses) if status != DONE), DONE)


def run_process(part: Part, report: Path) -> int:
    """Run a part in a process that prints into `report`; return its exit status, NO_NETWORK where it is late."""
    descriptor = os.open(report, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, PRIVATE)
    with os.fdopen(descriptor, "wb") as file:
        command = [*PROGRAM, *part.arguments]  # this program, with arguments from the operator's settings
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=file, stderr=file)  # noqa: S603
        try:
            status = process.wait(part.seconds)
        except subprocess.TimeoutExpired:
            status = NO_NETWORK
        finally:
            _end(process)
    return status if status >= 0 else UNREADABLE  # a negative one is the signal that killed it


def _run(part: Part, report: Path, run_part: RunPart) -> int:
    began = time.monotonic()
    status = run_part(part, report)
    write = log.info if status == DONE else log.error
    write("nightly", part=part.name, status=status, seconds=round(time.monotonic() - began, 1))
    return status


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _delete_reports(folder: Path) -> None:
    for report in folder.glob("*.txt"):
        report.unlink()


def _parse_harvests(text: str) -> Iterator[Part]:
    for command in text.split(";"):
        try:
            words = shlex.split(command)
        except ValueError as error:
            raise InvalidSetting(f"PASSERELLE_NIGHTLY cannot be read: {error}.") from None
        if words:
            yield Part(f"harvest-{words[0]}", ("harvest", *words), HARVEST_LIMIT)
