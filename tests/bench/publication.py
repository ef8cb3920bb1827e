"""What a server needs to import and to publish rows, and what a published row costs every client."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.bench.report import MEGABYTE, Figure
from tests.bench.runtimes import Run, run_on_cpython
from tests.bench.tools import Tools

IMPORTED = 20_000  # rows
PUBLISHED = (20_000, 200_000, 1_000_000)
CHANGED = 1_000
MOST_ROW = 80  # bytes of a row with its sources, packed
MOST_KEYS = 14  # bytes of its keys and their places
MOST_DELTA = 1.1  # times what the changed rows alone pack to
SECONDS = 1800.0  # for filling a database with a million rows, and for publishing them, on a slow machine


def measure(tools: Tools) -> Iterator[Figure]:
    """Import, and publish directories of three sizes."""
    imported = _run(tools.folder / "import", "import", IMPORTED)
    lines = imported.result["lines"]
    yield Figure("publication", f"import {lines:,} new rows", "rows/s", [lines / imported.result["seconds"]])
    for rows in PUBLISHED:
        yield from _publication(tools.folder / str(rows), rows)


def _publication(folder: Path, rows: int) -> Iterator[Figure]:
    _run(folder, "fill", rows)
    run = _run(folder, "publish", rows)
    published: dict[str, Any] = run.result
    what = f"publish {published['rows']:,} rows"
    yield Figure("publication", what, "s", [published["seconds"]])
    yield Figure(
        "publication", f"{what}: memory", "MB", [run.peak / MEGABYTE], "an idle program", [run.idle / MEGABYTE]
    )
    per_row = {name: published[f"{name}_bytes"] / published["rows"] for name in ("rows", "keys", "places")}
    yield Figure("publication", f"{what}: a row, packed", "bytes", [per_row["rows"]], most=MOST_ROW)
    both = per_row["keys"] + per_row["places"]
    yield Figure("publication", f"{what}: keys and places of a row", "bytes", [both], most=MOST_KEYS)
    change = _run(folder, "change", CHANGED).result
    yield Figure(
        "publication",
        f"{what}: the delta of {change['changes']:,} changes",
        "bytes",
        [change["bytes"]],
        "their own gzip",
        [change["own_gzip"]],
        most_ratio=MOST_DELTA,
    )


def _run(folder: Path, step: str, rows: int) -> Run:
    return run_on_cpython("publication", {"folder": str(folder), "step": step, "rows": rows}, seconds=SECONDS)
