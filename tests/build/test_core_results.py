"""The core's tests in several places: what differs is named."""

from __future__ import annotations

import runpy

import pytest

from tests.conftest import ROOT

SCRIPT = runpy.run_path(str(ROOT / "build" / "core_results.py"))
Result, find_faults = SCRIPT["Result"], SCRIPT["find_faults"]
PASSED = {"test_a": "passed", "test_b": "skipped"}
SAME = Result(0, is_restored=True, outcomes=PASSED)


def test_the_same_outcomes_are_no_fault() -> None:
    assert list(find_faults({"Node": SAME, "Chromium": SAME})) == []


@pytest.mark.parametrize(
    ("other", "fault"),
    [
        (Result(1), "Chromium: no test ran"),
        (Result(0, is_restored=False, outcomes=PASSED), "Chromium: Python was started without the snapshot"),
        (
            Result(1, is_restored=True, outcomes={**PASSED, "test_a": "failed"}),
            "test_a: passed in Node, failed in Chromium",
        ),
        (
            Result(0, is_restored=True, outcomes={"test_a": "passed"}),
            "test_b: skipped in Node, absent in Chromium",
        ),
    ],
)
def test_a_place_that_differs_is_named_with_the_test(other: object, fault: str) -> None:
    assert fault in list(find_faults({"Node": SAME, "Chromium": other}))


def test_a_runner_that_wrote_nothing_has_failed() -> None:
    assert SCRIPT["read_result"](ROOT / "no such file").status == 1
