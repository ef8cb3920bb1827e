"""`python -m tests.reach.plot RESULT.json CALIBRATION.svg CURVES.svg`: draw what `make reach` printed."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

SIDE = 320  # of the square from 0 to 1
MARGIN = 44
BAND = 0.05  # five points, the limit that the command is held to
MOST_WRONG, MOST_RIGHT = 0.5, 1.5  # of the curves, as parts of what the baseline has
TENTH = 0.1  # of the baseline's wrong ones: the limit of what is called probable
COLORS = ("#1667b0", "#b05a16", "#2d7a3a")

Line = tuple[float, float, int]


def draw(calibration: Sequence[Line], margins: Sequence[tuple[int, float]]) -> str:
    """Return an SVG: a dot for each tenth (its area: the number of candidates) around the line of equal shares.

    The line through a dot is the 95 % interval of the share that is right (`margins`: measure.py).
    """
    size = SIDE + 2 * MARGIN
    dots = "".join(
        _bar(*line[:2], margin) + _dot(*line) for line, (_, margin) in zip(calibration, margins, strict=True)
    )
    ticks = "".join(_tick(step / 5) for step in range(6))
    corners = [(0, BAND), (1 - BAND, 1), (1, 1), (1, 1 - BAND), (BAND, 0), (0, 0)]
    band = " ".join(f"{_x(x):.0f},{_y(y):.0f}" for x, y in corners)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}" width="{size}" font-family="sans-serif" '
        f'font-size="11" role="img"><title>What Passerelle says, and what is so</title>'
        f'<rect width="{size}" height="{size}" fill="#fff"/><polygon points="{band}" fill="#dce8f5"/>'
        f'<path d="M{_x(0)} {_y(0)}L{_x(1)} {_y(1)}" stroke="#456"/>{ticks}{dots}'
        f'<text x="{size / 2}" y="{size - 6}" text-anchor="middle">probability that is shown</text>'
        f'<text transform="translate(12 {size / 2}) rotate(-90)" text-anchor="middle">share that is right</text>'
        "</svg>\n"
    )


def draw_curves(rates: Mapping[str, Mapping[str, Any]]) -> str:
    """Return an SVG with a curve for each share of people without account: right and wrong ones above each limit.

    Both as parts of what the baseline has; a circle is what is called sure or probable. The blue area is the target.
    """
    size = SIDE + 2 * MARGIN
    target = f"{_x(0):.0f},{_y(1):.0f} {_wide(TENTH):.0f},{_y(1):.0f} {_wide(TENTH):.0f},{_high(1):.0f} "
    target += f"{_x(0):.0f},{_high(1):.0f}"
    curves = "".join(
        _curve(name, one, color, number)
        for number, ((name, one), color) in enumerate(zip(rates.items(), COLORS, strict=False))
    )
    ticks = "".join(
        f'<text x="{_wide(step / 10):.0f}" y="{_y(0) + 16:.0f}" text-anchor="middle">{step / 10:.1f}</text>'
        f'<text x="{_x(0) - 6:.0f}" y="{_high(step * 0.3) + 4:.0f}" text-anchor="end">{step * 0.3:.1f}</text>'
        for step in range(6)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}" width="{size}" font-family="sans-serif" '
        f'font-size="11" role="img"><title>Right and wrong proposals above each limit</title>'
        f'<rect width="{size}" height="{size}" fill="#fff"/><polygon points="{target}" fill="#dce8f5"/>'
        f'<path d="M{_x(0)} {_y(1)}V{_y(0)}H{_x(1)}" stroke="#456" fill="none"/>{ticks}{curves}'
        f'<text x="{size / 2}" y="{size - 6}" text-anchor="middle">wrong, as a part of the baseline\'s</text>'
        f'<text transform="translate(12 {size / 2}) rotate(-90)" text-anchor="middle">'
        "right, as a part of the baseline's</text></svg>\n"
    )


def _curve(name: str, rate: Mapping[str, Any], color: str, number: int) -> str:
    right, wrong = (max(1, rate["baseline"][key]) for key in ("true", "wrong"))
    points = [(some[2] / wrong, some[1] / right) for some in rate["curve"]]
    line = " ".join(f"{_wide(x):.1f},{_high(y):.1f}" for x, y in _inside(points))
    said = [sum(rate[lane][key] for lane in ("sure", "probable")) for key in ("true", "wrong")]
    x, y = _wide(said[1] / wrong), _high(said[0] / right)
    text = (
        f'<text x="{_wide(0.3):.0f}" y="{_high(0.15 + 0.1 * number):.0f}" fill="{color}">{name} without account</text>'
    )
    return (
        f'<polyline points="{line}" fill="none" stroke="{color}" stroke-width="1.5"/>'
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{color}"/>{text}'
    )


def _inside(points: Sequence[tuple[float, float]]) -> Iterator[tuple[float, float]]:
    return ((x, y) for x, y in points if x <= MOST_WRONG and y <= MOST_RIGHT)


def _wide(value: float) -> float:
    return _x(value / MOST_WRONG)


def _high(value: float) -> float:
    return _y(value / MOST_RIGHT)


def _bar(probability: float, share: float, margin: float) -> str:
    x, low, high = _x(probability), _y(max(0, share - margin)), _y(min(1, share + margin))
    return f'<path d="M{x:.1f} {low:.1f}V{high:.1f}" stroke="#1667b0" stroke-width="1.5"/>'


def _dot(probability: float, share: float, count: int) -> str:
    radius = 2.5 + count**0.5 / 12
    x, y = _x(probability), _y(share)
    label = f'<text x="{x + radius + 2:.1f}" y="{y + 12:.1f}">{count}</text>'
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}" fill="#1667b0"/>{label}'


def _tick(value: float) -> str:
    under = f'<text x="{_x(value):.0f}" y="{_y(0) + 16:.0f}" text-anchor="middle">{value:.1f}</text>'
    return f'{under}<text x="{_x(0) - 6:.0f}" y="{_y(value) + 4:.0f}" text-anchor="end">{value:.1f}</text>'


def _x(value: float) -> float:
    return MARGIN + value * SIDE


def _y(value: float) -> float:
    return MARGIN + (1 - value) * SIDE


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    found = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    Path(sys.argv[2]).write_text(draw(found["calibration"], found["calibration_margins"]), encoding="utf-8")
    Path(sys.argv[3]).write_text(draw_curves(found["rates"]), encoding="utf-8")
