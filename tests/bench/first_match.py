"""From the drop of an archive to the first match on the screen: nothing is running, no directory is here yet.

With commits to compare with, each of them has its turns beside the present version's, and its memory is measured alike.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page

from tests.bench.directories import rows_for
from tests.bench.report import MEGABYTE, Failure, Figure
from tests.bench.runtimes import SECONDS, ask
from tests.bench.samples import MEDIAN_PEOPLE, write_median
from tests.bench.tools import Session, Tools
from tests.bench.versions import Served, serve, versions
from tests.world.chromium import drop
from tests.world.devtools import DevTools, peak_memory

REPEATS = 5
MOST = 5.0  # seconds
MOST_RATIO = 0.5  # of a version before
MOST_MEMORY = 1.0
MEMORY = "memoryBytes()"  # tests/bench/baseline/memories.js

# Resolves with the milliseconds from the drop to the first row of the list.
_WATCH = """(seconds) => {
  let dropped;
  addEventListener("drop", () => { dropped = performance.now(); }, { capture: true, once: true });
  globalThis.firstMatch = new Promise((resolve, reject) => {
    const observer = new MutationObserver(() => {
      if (!document.querySelector("[data-testid=match-row]")) return;
      observer.disconnect();
      requestAnimationFrame(() => resolve(performance.now() - dropped));
    });
    observer.observe(document.body, { childList: true, subtree: true });
    setTimeout(() => reject(new Error(`No match after ${seconds} s`)), 1000 * seconds);
  });
}"""


@dataclass(frozen=True, slots=True)
class Turn:
    """One drop: seconds to the first match, then WebAssembly's memory and the renderer's peak, both in MB.

    `bare` is how long a bare loadPyodide took right after, in seconds.
    """

    seconds: float
    heap: float
    peak: float
    bare: float


def measure(tools: Tools) -> Iterator[Figure | Failure]:
    """Drop the archive in a fresh profile each time."""
    archive = tools.folder / "median.zip"
    write_median(archive)
    made, failures = versions(tools, tools.before)
    yield from failures
    with serve(tools, made, [*rows_for(MEDIAN_PEOPLE)]) as served:
        turns, failures = _take_turns(served, archive)
    archive.unlink()
    yield from failures
    present, *others = made
    ours = turns[present.name]
    bare = [turn.bare for turn in ours]
    yield Figure("first", "cold: from the drop to the first match", "s", _seconds(ours), "bare loadPyodide", bare, MOST)
    for version in others:
        if version.name in turns:
            yield from _compare(version.name, ours, turns[version.name])


def _take_turns(served: Sequence[Served], archive: Path) -> tuple[dict[str, list[Turn]], list[Failure]]:
    """Return the turns of each version that took all of them, and why another did not; the first one has to."""
    present, *others = served
    turns: dict[str, list[Turn]] = {one.version.name: [] for one in served}
    failures: list[Failure] = []
    for number in range(REPEATS):
        running = [one for one in others if one.version.name in turns]
        order = [present, *running] if number % 2 == 0 else [*reversed(running), present]
        for one in order:
            try:
                turns[one.version.name].append(_turn(one, archive))
            except Exception as error:  # shown with its trace, and the run ends with status 1
                if one is present:
                    raise
                failures.append(_failure(one, error))
                del turns[one.version.name]
    return turns, failures


def _failure(one: Served, error: Exception) -> Failure:
    """Return the failure of a version's turn, with the trace of what went wrong."""
    named = RuntimeError(f"{one.version.name}: {error}")
    named.__cause__ = error
    return Failure.of("first", named)


def _turn(served: Served, archive: Path) -> Turn:
    with served.browser() as session:
        page: Page = session.browser.open_page("app.html")
        page.evaluate(_WATCH, SECONDS)
        drop(page, "drop-zone", archive)
        milliseconds = page.evaluate("() => firstMatch")
        heap, peak = _memory(session)
        with served.tools.baseline(session.browser.context.new_page()) as baseline:
            bare = ask(baseline, "bare.js")["milliseconds"]
    return Turn(milliseconds / 1000, heap / MEGABYTE, peak / MEGABYTE, bare / 1000)


def _memory(session: Session) -> tuple[int, int]:
    """Return the WebAssembly memory of the engine, and the highest resident memory of its renderer, in bytes."""
    with DevTools(session.profile) as devtools:
        worker = devtools.find(lambda kind, url: kind == "worker" and url.endswith("/engine.js"))
        heap = int(devtools.evaluate(worker, MEMORY))
    return heap, max(peak_memory(session.profile).values())


def _seconds(turns: Sequence[Turn]) -> list[float]:
    return [turn.seconds for turn in turns]


def _compare(before: str, ours: Sequence[Turn], theirs: Sequence[Turn]) -> Iterator[Figure]:
    yield Figure(
        "first",
        "from the drop to the first match",
        "s",
        _seconds(ours),
        f"commit {before}",
        _seconds(theirs),
        most_ratio=MOST_RATIO,
    )
    for what, field in (("WebAssembly memory then", "heap"), ("peak memory of the renderer then", "peak")):
        runs, baseline = ([float(getattr(turn, field)) for turn in turns] for turns in (ours, theirs))
        yield Figure("first", what, "MB", runs, f"commit {before}", baseline, most_ratio=MOST_MEMORY)
