"""One writer at a time, across processes: a lock on a file, which the system releases when the process ends."""

from __future__ import annotations

import fcntl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

WRITER_LOCK = "writer.lock"  # held by `import`, `seed` and `snapshot`


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
