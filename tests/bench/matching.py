"""How long 5,000 people take to be looked up in a small and in a large directory, and what the index costs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tests.bench.inside.invented import write_directory
from tests.bench.report import MEGABYTE, Figure
from tests.bench.runtimes import Run, run_in_pyodide, run_on_cpython
from tests.bench.tools import Tools

FOLLOWING = 5_000
SMALL, LARGE = 20_000, 200_000  # rows
MOST_RATIO = 2.0  # the time must not depend on the directory's size


def measure(tools: Tools) -> Iterator[Figure]:
    """Match on CPython and in Pyodide."""
    files = [file for rows in (LARGE, SMALL) for file in _files(tools.folder, rows)]
    for rows in (LARGE, SMALL):
        write_directory(rows, *_files(tools.folder, rows))
    yield from _figures("CPython", run_on_cpython("matching", _argument(tools.folder)))
    with tools.page() as page:
        yield from _figures("Pyodide", run_in_pyodide(page, "matching", _argument(Path("/in")), files))


def _files(folder: Path, rows: int) -> tuple[Path, Path]:
    return folder / f"snapshot-{rows}.jsonl.gz", folder / f"evidence-{rows}.jsonl.gz"


def _argument(folder: Path) -> Mapping[str, Any]:
    directories = [
        {"rows": rows, "snapshot": str(snapshot), "evidence": str(evidence)}
        for rows in (LARGE, SMALL)
        for snapshot, evidence in [_files(folder, rows)]
    ]
    return {"following": FOLLOWING, "directories": directories}


def _figures(runtime: str, run: Run) -> Iterator[Figure]:
    large, small = run.result["directories"]
    if large["found"] != small["found"] or not small["found"]:
        raise RuntimeError(f"The directories do not give the same matches: {large['found']}, {small['found']}")
    what = f"{runtime}: match {FOLLOWING:,} against {LARGE:,} rows"
    yield Figure(
        "match",
        f"{what} ({large['found']:,} found)",
        "ms",
        _milliseconds(large),
        f"against {SMALL:,} rows",
        _milliseconds(small),
        most_ratio=MOST_RATIO,
    )
    yield Figure(
        "match",
        f"{runtime}: build the index of {LARGE:,} rows",
        "s",
        [large["building"]],
        f"of {SMALL:,} rows",
        [small["building"]],
    )
    yield Figure(
        "match",
        f"{runtime}: memory while building it",
        "MB",
        [large["memory"] / MEGABYTE],
        "the index itself",
        [large["size"] / MEGABYTE],
    )


def _milliseconds(directory: Mapping[str, Any]) -> list[float]:
    return [seconds * 1000 for seconds in directory["matching"]]
