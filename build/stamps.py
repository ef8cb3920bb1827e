"""Repeat a step only when its inputs have changed, by content and not by date."""

from __future__ import annotations

import fcntl
import hashlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from places import CACHE, ROOT

# Written by tools while they work; never part of what a step reads.
IGNORED = {"__pycache__", "node_modules", ".output", ".wxt", ".pytest_cache", ".mypy_cache", ".ruff_cache"}


def files_under(*places: Path) -> list[Path]:
    """Return every file in `places` (files or folders), sorted, without what tools leave behind."""
    return sorted(file for place in places for file in _walk(place))


def digest(files: Iterable[Path]) -> str:
    """Return one SHA-256 over the names and contents of `files`, as hex digits."""
    total = hashlib.sha256()
    for file in files:
        total.update(f"{_name(file)}\0{hashlib.sha256(file.read_bytes()).hexdigest()}\n".encode())
    return total.hexdigest()


def once(name: str, inputs: Iterable[Path], outputs: Callable[[], Iterable[Path]], step: Callable[[], None]) -> bool:
    """Run `step` unless it ran for the same inputs and what it made is untouched. Returns whether it ran.

    `outputs` is asked after the step too, since some steps only then know what they made.
    """
    stamp = CACHE / "stamps" / name
    wanted = digest(inputs)
    if stamp.exists() and stamp.read_text() == f"{wanted} {digest(outputs())}":
        return False
    stamp.unlink(missing_ok=True)
    step()
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.write_text(f"{wanted} {digest(outputs())}")
    return True


@contextmanager
def alone() -> Iterator[None]:
    """Lock this tree's build inside the block."""
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # given back when the file is closed
        yield


def _walk(place: Path) -> Iterator[Path]:
    if place.is_file():
        yield place
    elif place.is_dir() and place.name not in IGNORED:
        for inner in place.iterdir():
            yield from _walk(inner)


def _name(file: Path) -> str:
    return str(file.relative_to(ROOT)) if file.is_relative_to(ROOT) else str(file)
