"""What a benchmark's figures say: ratios over turns, targets met and missed, and when not to trust them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from tests.bench.report import Failure, Figure, Report, run_parts, table, verdict

SLOW = Figure("start", "the engine answers", "s", [4.0], "bare loadPyodide", [2.0], most_ratio=1.5)
QUICK = Figure("start", "the engine answers", "s", [2.6], "bare loadPyodide", [2.0], most_ratio=1.5)


def report(*figures: Figure) -> Report:
    return Report(Path(), 0.0, [*figures])


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


def test_where_more_is_better_the_target_is_a_least_ratio() -> None:
    fast = Figure("nginx", "files", "requests/s", [90.0], "bare nginx", [100.0], least_ratio=0.9)
    assert (fast.is_met, fast.target) == (True, "≥ 0.9×")
    assert Figure("nginx", "files", "requests/s", [80.0], "bare nginx", [100.0], least_ratio=0.9).is_met is False


def test_a_missed_target_stands_in_the_table_and_below_it() -> None:
    assert "2.00×  ≤ 1.5×  MISSED" in table([SLOW])
    assert verdict(report(SLOW, QUICK)) == "Targets missed: start: the engine answers."
    assert verdict(report(QUICK)) == "Every measured target is met."


def test_a_busy_machine_is_named() -> None:
    assert "load 7.0" in verdict(Report(Path(), 7.0, [QUICK]))


def test_programs_get_every_run(tmp_path: Path) -> None:
    path = tmp_path / "made" / "bench.json"
    Report(path, 0.25).add(SLOW)
    written = json.loads(path.read_text())
    assert written["machine"]["load"] == 0.25
    (figure,) = written["figures"]
    assert figure | {"runs": [4.0], "baseline_runs": [2.0], "ratio": 2.0, "met": False} == figure


def test_each_figure_is_written_when_it_is_known_and_a_failing_part_loses_no_other(tmp_path: Path) -> None:
    path, written_before_failing = tmp_path / "bench.json", []

    def failing() -> Iterator[Figure]:
        yield SLOW
        written_before_failing.extend(json.loads(path.read_text())["figures"])
        raise RuntimeError("2336 badges appeared, not 5000")

    def nested() -> Iterator[Figure | Failure]:
        yield from run_parts("badges", failing, lambda: [QUICK])

    made = Report(path, 0.0)
    for result in run_parts("badges", nested, lambda: [QUICK]):
        made.add(result)

    assert [figure["median"] for figure in written_before_failing] == [SLOW.value]
    assert made.figures == [SLOW, QUICK, QUICK]
    written = json.loads(path.read_text())
    assert len(written["figures"]) == 3
    assert written["failures"] == [{"bench": "badges", "error": "RuntimeError: 2336 badges appeared, not 5000"}]
    assert "Not measured: badges: RuntimeError: 2336 badges appeared" in verdict(made)
    assert "in failing" in made.failures[0].trace
