"""A pytest plugin that records what came of each test, so that two runs can be compared."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest


class Outcomes:
    """`of`: the outcome of each test by its id, and of each file that was not collected."""

    def __init__(self) -> None:
        self.of: dict[str, str] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Record a part of a test: it has passed only where all of its parts have."""
        if not report.passed or report.nodeid not in self.of:
            self.of[report.nodeid] = report.outcome

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Record a file that was skipped, or could not be imported."""
        if not report.passed:
            self.of[report.nodeid] = report.outcome
