"""Figures, their targets, and how they are shown: a table for people and bench.json for programs."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

UNITS = {"s": "{:.2f} s", "ms": "{:.2f} ms", "MB": "{:.1f} MB", "": "{:,.0f}"}
MEGABYTE = 1e6
IDLE_LOAD = 0.5  # programs that want a core; above it, times are not this program's alone


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured quantity, each run of it, beside what it is measured against in the same session.

    `most` is the target for the median itself, `most_ratio` the one for its ratio to the baseline's median.
    """

    bench: str
    what: str
    unit: str
    runs: Sequence[float]
    against: str | None = None
    baseline: Sequence[float] = ()
    most: float | None = None
    most_ratio: float | None = None

    @property
    def value(self) -> float:
        """The median of the runs."""
        return median(self.runs)

    @property
    def ratio(self) -> float | None:
        """How many times the baseline: the median over turns, since a turn's two runs share the machine's mood.

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
        return self.ratio <= self.most_ratio if self.most_ratio is not None and self.ratio is not None else None

    @property
    def target(self) -> str:
        """The target in words."""
        if self.most is not None:
            return f"≤ {_shown(self.most, self.unit)}"
        return f"≤ {self.most_ratio:g}×" if self.most_ratio is not None else ""

    def to_json(self) -> dict[str, Any]:
        """Give everything there is to know about this figure."""
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


VERDICTS = {True: "met", False: "MISSED", None: ""}
HEADS = ("bench", "what", "ours", "against", "baseline", "ratio", "target", "")


def table(figures: Iterable[Figure]) -> str:
    """Write the figures as a table of plain text."""
    lines = [HEADS, *(_cells(figure) for figure in figures)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join("  ".join(map(str.ljust, line, widths)).rstrip() for line in lines)


def verdict(figures: Iterable[Figure], load: float) -> str:
    """Say which targets are missed, and how far to trust that: `load` is how many programs wanted a core before."""
    missed = [f"{figure.bench}: {figure.what}" for figure in figures if figure.is_met is False]
    lines = [f"Targets missed: {'; '.join(missed)}." if missed else "Every target is met."]
    if load > IDLE_LOAD:
        lines.append(f"The machine was busy (load {load:.1f} on {os.cpu_count()} cores): trust ratios, not times.")
    return "\n".join(lines)


def write_json(figures: Iterable[Figure], load: float, path: Path) -> None:
    """Write the figures and the machine they were measured on."""
    machine = {
        "cores": os.cpu_count(),
        "system": platform.platform(),
        "python": platform.python_version(),
        "load": load,
    }
    report = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": machine,
        "figures": [figure.to_json() for figure in figures],
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(report, indent=1) + "\n")


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
