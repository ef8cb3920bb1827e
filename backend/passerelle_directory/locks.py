"""One writer at a time, across processes: a lock on a file, which the system releases when the process ends."""

from __future__ import annotations

import fcntl
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

WRITER_LOCK = "writer.lock"  # held by `import`, `seed`, `harvest` and `snapshot`


class Busy(Exception):
    """Another process holds the lock."""


@contextmanager
def hold_lock(path: Path, on_wait: Callable[[], None] | None = None) -> Iterator[None]:
    """Lock `path` inside the block. If it is locked already, call `on_wait` and wait; without it, raise Busy."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if on_wait is None:
                raise Busy(path) from None
            on_wait()
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


@contextmanager
def hold_writer_lock(data: Path) -> Iterator[None]:
    """Run one import, harvest or snapshot at a time; print a line before waiting for another one."""
    with hold_lock(data / WRITER_LOCK, on_wait=_print_waiting):
        yield


def _print_waiting() -> None:
    print("Another import or snapshot is running; waiting until it is done.", file=sys.stderr, flush=True)
