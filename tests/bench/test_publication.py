"""The benchmark of publication with few rows: it fills a database, publishes, changes rows and imports."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.bench.inside.publication import run
from tests.bench.inside.statements import invent

ROWS = 400


def step(folder: Path, name: str, rows: int) -> dict[str, Any]:
    result: dict[str, Any] = run({"folder": str(folder), "step": name, "rows": rows}, lambda: 0)
    return result


def test_rows_are_published_and_a_delta_has_what_changed(tmp_path: Path) -> None:
    step(tmp_path, "fill", ROWS)
    published = step(tmp_path, "publish", ROWS)
    assert published["rows"] == ROWS
    assert published["keys_bytes"] > 4 * ROWS
    changed = step(tmp_path, "change", 20)
    assert changed["changes"] == 20
    assert changed["bytes"] <= 1.1 * changed["own_gzip"]


def test_every_generated_line_can_be_imported(tmp_path: Path) -> None:
    imported = step(tmp_path, "import", ROWS)
    assert imported["new"] == imported["lines"] > ROWS


def test_a_larger_directory_has_the_accounts_of_a_smaller_one() -> None:
    assert list(invent(50)) == list(invent(100))[:50]
    assert len({one.row_id for one in invent(1000)}) == 1000
