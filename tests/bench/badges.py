"""How soon a badge stands in a cell that has just appeared on x.com, and what badges cost the page's main thread."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from statistics import quantiles
from typing import Any

from playwright.sync_api import CDPSession, Page

from tests.bench.directories import rows_for
from tests.bench.engine import EnginePage
from tests.bench.report import Figure
from tests.bench.samples import MEDIAN_PEOPLE
from tests.bench.tools import ELSEWHERE, Session, Tools
from tests.e2e.steps import switch_badges
from tests.servers import sites

REPEATS = 3
CELLS = 160
BADGES = CELLS // 2
# Every second cell is about somebody whom the directory knows.
KNOWN = [one.screen_name for one in MEDIAN_PEOPLE]
NAMES = [KNOWN[n // 2] if n % 2 else f"stranger_{n}" for n in range(CELLS)]


@dataclass(frozen=True, slots=True)
class Growth:
    """What it took to let CELLS appear: milliseconds of main thread per cell, and those from cell to badge."""

    busy: float
    delays: list[float]


def measure(tools: Tools) -> Iterator[Figure]:
    """Let the same cells appear on x.com and on a site without badges, in turns."""
    with tools.browser(rows_for(MEDIAN_PEOPLE)) as session:
        EnginePage(session.browser).call("directory.update")
        _switch_on(session)
        turns = [(_grow(session, sites.X), _grow(session, ELSEWHERE)) for _ in range(REPEATS)]
    delays = [_twentieths(on_x.delays) for on_x, _ in turns]
    yield Figure("badges", "from cell to badge, median", "ms", [cuts[9] for cuts in delays])
    yield Figure("badges", "from cell to badge, 95th percentile", "ms", [cuts[18] for cuts in delays])
    yield Figure(
        "badges",
        "main thread per cell",
        "ms",
        [on_x.busy for on_x, _ in turns],
        "without badges",
        [elsewhere.busy for _, elsewhere in turns],
    )


def _twentieths(delays: list[float]) -> list[float]:
    if len(delays) != BADGES:
        raise RuntimeError(f"{len(delays)} badges appeared, not {BADGES}")
    return quantiles(delays, n=20)


def _switch_on(session: Session) -> None:
    session.browser.allow_sites(*sites.X_PATTERNS)
    page = session.browser.open_page("app.html")
    switch_badges(page)
    page.wait_for_function("async () => 'badge-index' in await chrome.storage.local.get('badge-index')")
    page.close()


def _grow(session: Session, host: str) -> Growth:
    page: Page = session.browser.context.new_page()
    page.goto(f"https://{host}/index.html")
    page.wait_for_load_state("networkidle")
    protocol = session.browser.context.new_cdp_session(page)
    # The processor's time, not the clock's: a busy machine costs no page anything.
    protocol.send("Performance.enable", {"timeDomain": "threadTicks"})
    before = _busy(protocol)
    delays: list[float] = page.evaluate("(names) => grow(names)", NAMES)
    busy = _busy(protocol) - before
    page.close()
    return Growth(busy * 1000 / CELLS, delays)


def _busy(protocol: CDPSession) -> float:
    """Give the seconds that the page's main thread has worked so far."""
    metrics: list[dict[str, Any]] = protocol.send("Performance.getMetrics")["metrics"]
    return next(float(metric["value"]) for metric in metrics if metric["name"] == "TaskDuration")
