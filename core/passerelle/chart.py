"""The line of a small chart, as the data of an SVG path (https://www.w3.org/TR/SVG2/paths.html)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

WIDTH, HEIGHT = 600, 160  # of the chart's own coordinates; the page scales it
MARGIN = 4  # so that the line is not cut at the edges


def draw_line(points: Sequence[tuple[date, int]]) -> str:
    """Return the path of a line through counts by day, from 0 at the bottom; empty for fewer than two days.

    >>> draw_line([(date(2026, 1, 1), 0), (date(2026, 1, 2), 5), (date(2026, 1, 5), 10)])
    'M4 156L152 80L596 4'
    """
    if len(points) < 2:
        return ""
    first, last = points[0][0], points[-1][0]
    most = max(count for _, count in points) or 1
    across, up = WIDTH - 2 * MARGIN, HEIGHT - 2 * MARGIN
    places = (
        (MARGIN + round(across * (day - first).days / (last - first).days), HEIGHT - MARGIN - round(up * count / most))
        for day, count in points
    )
    return "M" + "L".join(f"{x} {y}" for x, y in places)
