"""How long the engine takes to answer its first command, against a bare loadPyodide in the same browser."""

from __future__ import annotations

from collections.abc import Iterator

from tests.bench.engine import EnginePage
from tests.bench.report import Figure
from tests.bench.runtimes import ask
from tests.bench.tools import Tools

REPEATS = 7
MOST_RATIO = 0.35


def measure(tools: Tools) -> Iterator[Figure]:
    """Start both in turns; every start is a cold one, in a fresh worker."""
    ours: list[float] = []
    bare: list[float] = []
    with tools.browser() as session, tools.baseline(session.browser.context.new_page()) as baseline:
        page = EnginePage(session.browser)
        for _ in range(REPEATS):
            ours.append(page.call("engine.start")["milliseconds"] / 1000)
            page.stop_engine()
            bare.append(ask(baseline, "bare.js")["milliseconds"] / 1000)
    yield Figure("start", "the engine answers", "s", ours, "bare loadPyodide", bare, most_ratio=MOST_RATIO)
