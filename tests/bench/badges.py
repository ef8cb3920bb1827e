"""How soon a badge stands in a cell that has just appeared on x.com, and what badges cost the page's main thread."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import quantiles
from typing import Any

from playwright.sync_api import CDPSession, Page

from tests.bench.directories import rows_for
from tests.bench.engine import EnginePage
from tests.bench.report import Figure
from tests.bench.samples import MEDIAN_PEOPLE
from tests.bench.tools import Session, Tools

CELLS = 320
TIMELINE = "https://x.com/index.html"
SITES = ("https://x.com/*", "https://mobile.x.com/*", "https://twitter.com/*", "https://mobile.twitter.com/*")
# Every second cell is about somebody the directory knows.
KNOWN = [one.screen_name for one in MEDIAN_PEOPLE]
NAMES = [KNOWN[n // 2 % len(KNOWN)] if n % 2 else f"stranger_{n}" for n in range(CELLS)]


def measure(tools: Tools) -> Iterator[Figure]:
    """Let the same cells appear without badges, then with them."""
    with tools.browser(rows_for(MEDIAN_PEOPLE)) as session:
        EnginePage(session.browser).call("directory.update")
        without, _ = _grow(session)
        _switch_on(session)
        with_badges, delays = _grow(session)
    if len(delays) != CELLS // 2:
        raise RuntimeError(f"{len(delays)} badges appeared, not {CELLS // 2}")
    *_, p95 = quantiles(delays, n=20)
    yield Figure("badges", "from cell to badge, median", "ms", delays)
    yield Figure("badges", "from cell to badge, 95th percentile", "ms", [p95])
    yield Figure("badges", "main thread per cell", "ms", [with_badges], "without badges", [without])


def _switch_on(session: Session) -> None:
    session.browser.allow_sites(*SITES)
    page = session.browser.open_page("app.html")
    page.get_by_test_id("open-settings").click()
    page.get_by_test_id("badges-switch").click()
    page.wait_for_function("async () => 'badge-index' in (await chrome.storage.local.get('badge-index'))")
    page.close()


def _grow(session: Session) -> tuple[float, list[float]]:
    """Give milliseconds of main thread per cell, and the delay of each badge."""
    page: Page = session.browser.context.new_page()
    page.goto(TIMELINE)
    page.wait_for_load_state("networkidle")
    protocol = session.browser.context.new_cdp_session(page)
    protocol.send("Performance.enable")
    before = _busy(protocol)
    delays: list[float] = page.evaluate("(names) => grow(names)", NAMES)
    busy = _busy(protocol) - before
    page.close()
    return busy * 1000 / CELLS, delays


def _busy(protocol: CDPSession) -> float:
    """Give the seconds that the page's main thread has worked so far."""
    metrics: list[dict[str, Any]] = protocol.send("Performance.getMetrics")["metrics"]
    return next(float(metric["value"]) for metric in metrics if metric["name"] == "TaskDuration")
