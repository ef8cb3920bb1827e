"""Departures by month, as the bars of a chart that the page draws without script."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from passerelle_directory.publishing.departures import MONTHS, Left

FEWEST = 5  # departures whose month is known; fewer need no chart
MONTH_DIGITS = len("2025-01")
LAST_YEAR_AT = 88  # percent; a year that begins later has no room to be written
MOST_YEARS = 8  # whose names fit side by side on a telephone
TALLEST = 80  # percent of the chart's height; the years are written below
GAP = 0.2  # of a month's width


@dataclass(frozen=True, slots=True)
class Bar:
    """One month (`2025-01`); place and size in percent of the chart."""

    month: str
    count: int
    x: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars from the first month to the last; `years` and where they begin; how many have no known month."""

    bars: tuple[Bar, ...]
    years: tuple[tuple[str, float], ...]
    undated: int

    @property
    def most(self) -> Bar:
        """Return the month with the most departures."""
        return max(self.bars, key=lambda bar: bar.count)


def make_chart(entries: Iterable[Left]) -> Chart | None:
    """Return the chart of those that left, or None where the months of too few are known."""
    days = [entry.day or "" for entry in entries if entry.how not in ("closed", "returned")]
    counts = Counter(day[:MONTH_DIGITS] for day in days if len(day) >= MONTH_DIGITS)
    if counts.total() < FEWEST:
        return None
    months = _from_to(min(counts), max(counts))
    step, most = 100 / len(months), max(counts.values())
    bars = tuple(
        Bar(month, counts[month], n * step + step * GAP / 2, step * (1 - GAP), TALLEST * counts[month] / most)
        for n, month in enumerate(months)
    )
    return Chart(bars, _years(months, step), len(days) - counts.total())


def _from_to(first: str, last: str) -> list[str]:
    """Return all months from the first to the last."""
    start, end = (int(text[:4]) * MONTHS + int(text[5:7]) - 1 for text in (first, last))
    return [f"{month // MONTHS:04}-{month % MONTHS + 1:02}" for month in range(start, end + 1)]


def _years(months: list[str], step: float) -> tuple[tuple[str, float], ...]:
    begun = [(month[:4], n * step) for n, month in enumerate(months) if month.endswith("-01")]
    every = -(-len(begun) // MOST_YEARS) or 1
    return tuple((year, x) for year, x in begun[::every] if x <= LAST_YEAR_AT)
