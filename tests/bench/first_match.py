"""From the drop of an archive to the first match on the screen: nothing is running, no directory is here yet."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Page

from tests.bench.directories import rows_for
from tests.bench.report import Figure
from tests.bench.runtimes import ask
from tests.bench.samples import MEDIAN_PEOPLE, write_median
from tests.bench.tools import Tools
from tests.world.chromium import drop

REPEATS = 3
MOST = 5.0  # seconds

# Resolves with the milliseconds from the drop to the first row of the list.
_WATCH = """() => {
  let dropped;
  addEventListener("drop", () => { dropped = performance.now(); }, { capture: true, once: true });
  globalThis.firstMatch = new Promise((resolve) => {
    const observer = new MutationObserver(() => {
      if (!document.querySelector("[data-testid=match-row]")) return;
      observer.disconnect();
      requestAnimationFrame(() => resolve(performance.now() - dropped));
    });
    observer.observe(document.body, { childList: true, subtree: true });
  });
}"""


def measure(tools: Tools) -> Iterator[Figure]:
    """Drop the archive in a fresh profile each time."""
    archive = tools.folder / "median.zip"
    write_median(archive)
    turns = [_turn(tools, archive) for _ in range(REPEATS)]
    archive.unlink()
    ours, bare = ([turn[side] for turn in turns] for side in (0, 1))
    yield Figure("first", "cold: from the drop to the first match", "s", ours, "bare loadPyodide", bare, most=MOST)


def _turn(tools: Tools, archive: Path) -> tuple[float, float]:
    with tools.browser(rows_for(MEDIAN_PEOPLE)) as session:
        page: Page = session.browser.open_page("app.html")
        page.evaluate(_WATCH)
        drop(page, "drop-zone", archive)
        ours = page.evaluate("() => firstMatch")
        with tools.baseline(session.browser.context.new_page()) as baseline:
            return ours / 1000, ask(baseline, "bare.js")["milliseconds"] / 1000
