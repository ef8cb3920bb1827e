"""Figures, their targets, and how they are shown: a table for people and bench.json for programs.

Every figure is written when it is known, and a part that fails is written beside the others' figures.
"""

from __future__ import annotations

import json
import os
import platform
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

UNITS = {
    "s": "{:.2f} s",
    "ms": "{:.2f} ms",
    "MB": "{:.1f} MB",
    "bytes": "{:,.1f} bytes",
    "rows/s": "{:,.0f} rows/s",
    "requests/s": "{:,.0f} requests/s",
    "claims/s": "{:,.0f} claims/s",
    "": "{:,.0f}",
}
MEGABYTE = 1e6
IDLE_LOAD = 0.5  # programs that want a core; above it, times are not this program's alone


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured quantity, each run of it, beside what it is measured against in the same session.

    `most` is the target for the median itself, `most_ratio` the one for its ratio to the baseline's median,
    `least_ratio` where more is better.
    """

    bench: str
    what: str
    unit: str
    runs: Sequence[float]
    against: str | None = None
    baseline: Sequence[float] = ()
    most: float | None = None
    most_ratio: float | None = None
    least_ratio: float | None = None

    @property
    def value(self) -> float:
        """The median of the runs."""
        return median(self.runs)

    @property
    def ratio(self) -> float | None:
        """How many times the baseline: the median over turns, since a turn's two runs share the machine's load.

        None where there is nothing to divide by.
        """
        if not self.baseline or not all(self.baseline):
            return None
        return median(ours / theirs for ours, theirs in zip(self.runs, self.baseline, strict=True))

    @property
    def is_met(self) -> bool | None:
        """Whether the target is met; None where there is none."""
        if self.most is not None:
            return self.value <= self.most
        if self.least_ratio is not None and self.ratio is not None:
            return self.ratio >= self.least_ratio
        return self.ratio <= self.most_ratio if self.most_ratio is not None and self.ratio is not None else None

    @property
    def target(self) -> str:
        """The target in words."""
        if self.most is not None:
            return f"≤ {_shown(self.most, self.unit)}"
        if self.least_ratio is not None:
            return f"≥ {self.least_ratio:g}×"
        return f"≤ {self.most_ratio:g}×" if self.most_ratio is not None else ""

    def to_json(self) -> dict[str, Any]:
        """Return the figure as a JSON object."""
        return {
            "bench": self.bench,
            "what": self.what,
            "unit": self.unit,
            "median": self.value,
            "runs": list(self.runs),
            "against": self.against,
            "baseline_median": median(self.baseline) if self.baseline else None,
            "baseline_runs": list(self.baseline),
            "ratio": self.ratio,
            "target": self.target or None,
            "met": self.is_met,
        }


@dataclass(frozen=True, slots=True)
class Failure:
    """A part of a benchmark that ended with an exception; `error` is its last line, `trace` all of it."""

    bench: str
    error: str
    trace: str

    @classmethod
    def of(cls, bench: str, error: Exception) -> Failure:
        """Return the record of an exception."""
        lines = traceback.format_exception(error)
        return cls(bench, lines[-1].strip(), "".join(lines))


def run_parts(bench: str, *parts: Callable[[], Iterable[Figure | Failure]]) -> Iterator[Figure | Failure]:
    """Run all parts and yield their figures; one that fails yields a Failure and does not stop the others."""
    for part in parts:
        try:
            yield from part()
        except Exception as error:  # noqa: BLE001  # shown with its trace, and the run ends with status 1
            yield Failure.of(bench, error)


@dataclass(slots=True)
class Report:
    """What is known so far; `path` always holds all of it."""

    path: Path
    load: float
    figures: list[Figure] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)

    def add(self, result: Figure | Failure) -> None:
        """Store a result and write the file anew."""
        if isinstance(result, Failure):
            self.failures.append(result)
        else:
            self.figures.append(result)
        write_json(self, self.path)


VERDICTS = {True: "met", False: "MISSED", None: ""}
HEADS = ("bench", "what", "ours", "against", "baseline", "ratio", "target", "")


def table(figures: Iterable[Figure], heads: Sequence[Sequence[str]] = (HEADS,)) -> str:
    """Return the figures as a table of plain text."""
    lines = [*heads, *(_cells(figure) for figure in figures)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join("  ".join(map(str.ljust, line, widths)).rstrip() for line in lines)


def verdict(report: Report) -> str:
    """Return which parts failed, which targets are missed, and how far to trust that."""
    missed = [f"{figure.bench}: {figure.what}" for figure in report.figures if figure.is_met is False]
    lines = [f"Not measured: {failure.bench}: {failure.error}" for failure in report.failures]
    lines.append(f"Targets missed: {'; '.join(missed)}." if missed else "Every measured target is met.")
    if report.load > IDLE_LOAD:
        lines.append(
            f"The machine was busy (load {report.load:.1f} on {os.cpu_count()} cores): trust ratios, not times."
        )
    return "\n".join(lines)


def write_json(report: Report, path: Path) -> None:
    """Write the figures, the failures and the machine they were measured on."""
    machine = {
        "cores": os.cpu_count(),
        "system": platform.platform(),
        "python": platform.python_version(),
        "load": report.load,
    }
    content = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": machine,
        "figures": [figure.to_json() for figure in report.figures],
        "failures": [{"bench": failure.bench, "error": failure.error} for failure in report.failures],
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, indent=1) + "\n")


def _cells(figure: Figure) -> tuple[str, ...]:
    return (
        figure.bench,
        figure.what,
        _shown(figure.value, figure.unit),
        figure.against or "",
        _shown(median(figure.baseline), figure.unit) if figure.baseline else "",
        f"{figure.ratio:.2f}×" if figure.ratio is not None else "",
        figure.target,
        VERDICTS[figure.is_met],
    )


def _shown(value: float, unit: str) -> str:
    return UNITS[unit].format(value)
