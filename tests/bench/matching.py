"""How long 5,000 people take to be looked up in a small and in a large directory, and in how much memory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tests.bench.inside.invented import pack_directory
from tests.bench.report import MEGABYTE, Figure
from tests.bench.runtimes import Run, run_in_pyodide, run_on_cpython
from tests.bench.tools import Tools

FOLLOWING = 5_000
SMALL, LARGE = 20_000, 200_000  # rows
MOST_SECONDS = 1.5
MOST_MEMORY = 64.0  # MB


def measure(tools: Tools) -> Iterator[Figure]:
    """Match on CPython and in Pyodide."""
    directories = [_write(tools.folder, rows) for rows in (LARGE, SMALL)]
    files = [path for directory in directories for path in _paths(directory)]
    yield from _figures("CPython", run_on_cpython("matching", _argument(directories, str(tools.folder))))
    with tools.page() as page:
        yield from _figures("Pyodide", run_in_pyodide(page, "matching", _argument(directories, "/in"), files))


def _write(folder: Path, rows: int) -> Mapping[str, Any]:
    """Write a directory of so many rows; return it as the program takes it, with bare names."""
    packed = pack_directory(rows)
    named = {f"{rows}-rows-{number}": content for number, content in enumerate(packed.rows)}
    other = {f"{rows}-keys": packed.keys, f"{rows}-places": packed.places}
    for name, content in (named | other).items():
        (folder / name).write_bytes(content)
    return {"rows": rows, "folder": folder, "files": list(named), "keys": f"{rows}-keys", "places": f"{rows}-places"}


def _paths(directory: Mapping[str, Any]) -> list[Path]:
    return [directory["folder"] / name for name in (*directory["files"], directory["keys"], directory["places"])]


def _argument(directories: list[Mapping[str, Any]], folder: str) -> Mapping[str, Any]:
    """Return the argument of the program for which the files are in `folder`."""
    there = [
        {
            "rows": one["rows"],
            "files": [f"{folder}/{name}" for name in one["files"]],
            "keys": f"{folder}/{one['keys']}",
            "places": f"{folder}/{one['places']}",
        }
        for one in directories
    ]
    return {"following": FOLLOWING, "directories": there}


def _figures(runtime: str, run: Run) -> Iterator[Figure]:
    large, small = run.result["directories"]
    if large["found"] != small["found"] or not small["found"]:
        raise RuntimeError(f"The directories do not give the same matches: {large['found']}, {small['found']}")
    what = f"{runtime}: look up {FOLLOWING:,} in {LARGE:,} rows"
    yield Figure(
        "match",
        f"{what} ({large['found']:,} found)",
        "s",
        large["matching"],
        f"in {SMALL:,} rows",
        small["matching"],
        most=MOST_SECONDS,
    )
    yield Figure("match", f"{what}: memory", "MB", [large["memory"] / MEGABYTE], most=MOST_MEMORY)
    yield Figure(
        "match",
        f"{runtime}: open a directory of {LARGE:,} rows",
        "ms",
        [large["opening"] * 1000],
        f"of {SMALL:,} rows",
        [small["opening"] * 1000],
    )
