"""What a benchmark's figures say: ratios over turns, targets met and missed, and when not to trust them."""

from __future__ import annotations

import json
from pathlib import Path

from tests.bench.report import Figure, table, verdict, write_json

SLOW = Figure("start", "the engine answers", "s", [4.0], "bare loadPyodide", [2.0], most_ratio=1.5)
QUICK = Figure("start", "the engine answers", "s", [2.6], "bare loadPyodide", [2.0], most_ratio=1.5)


def test_a_ratio_is_the_median_over_turns() -> None:
    busy_once = Figure("x", "y", "s", [1.0, 30.0, 1.2], "z", [1.0, 10.0, 1.0])
    assert busy_once.ratio == 1.2


def test_a_baseline_of_nothing_gives_no_ratio_and_no_verdict_on_it() -> None:
    figure = Figure("archive", "growth", "MB", [16.0], "zip.js", [0.0], most_ratio=2.0)
    assert figure.ratio is None
    assert figure.is_met is None


def test_a_target_is_for_the_median_or_for_the_ratio() -> None:
    assert QUICK.is_met is True
    assert SLOW.is_met is False
    assert Figure("first", "drop", "s", [4.0, 5.0, 9.0], most=5.0).is_met is True


def test_a_missed_target_stands_in_the_table_and_below_it() -> None:
    assert "2.00×  ≤ 1.5×  MISSED" in table([SLOW])
    assert verdict([SLOW, QUICK], 0.0) == "Targets missed: start: the engine answers."
    assert verdict([QUICK], 0.0) == "Every target is met."


def test_a_busy_machine_is_named() -> None:
    assert "load 7.0" in verdict([QUICK], 7.0)


def test_programs_get_every_run(tmp_path: Path) -> None:
    write_json([SLOW], 0.25, tmp_path / "made" / "bench.json")
    report = json.loads((tmp_path / "made" / "bench.json").read_text())
    assert report["machine"]["load"] == 0.25
    assert (
        report["figures"][0] | {"runs": [4.0], "baseline_runs": [2.0], "ratio": 2.0, "met": False}
        == report["figures"][0]
    )
