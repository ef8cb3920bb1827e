"""A 1 GB archive with 50,000 tweets: the extension's engine against zip.js and JSON.parse in the same browser."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from operator import itemgetter
from pathlib import Path
from typing import Any

from tests.bench.engine import EnginePage
from tests.bench.report import MEGABYTE, Figure
from tests.bench.runtimes import ask, choose
from tests.bench.samples import write_large
from tests.bench.tools import Session, Tools
from tests.world.devtools import DevTools, peak_memory

REPEATS = 3
MOST_GROWTH = 64.0  # MB
MEMORY = "memoryBytes()"  # tests/bench/baseline/memories.js


@dataclass(frozen=True, slots=True)
class Reading:
    """One reading: seconds, growth of WebAssembly's memory and peak of the renderer's, both in MB."""

    seconds: float
    growth: float
    peak: float


def measure(tools: Tools) -> Iterator[Figure]:
    """Read with both in turns, each turn in a fresh browser, where each of them has a renderer of its own."""
    archive = tools.folder / "large.zip"
    tweets = write_large(archive)
    turns = [_turn(tools, archive, tweets) for _ in range(REPEATS)]
    archive.unlink()
    ours, theirs = [turn[0] for turn in turns], [turn[1] for turn in turns]
    yield _figure("read 1 GB, 50,000 tweets", "s", "seconds", ours, theirs)
    yield _figure("growth of WebAssembly memory", "MB", "growth", ours, theirs, MOST_GROWTH)
    yield _figure("peak memory of the renderer", "MB", "peak", ours, theirs)


def _figure(
    what: str, unit: str, field: str, ours: list[Reading], theirs: list[Reading], most: float | None = None
) -> Figure:
    runs, baseline = ([float(getattr(reading, field)) for reading in readings] for readings in (ours, theirs))
    return Figure("archive", what, unit, runs, "zip.js", baseline, most=most)


def _turn(tools: Tools, archive: Path, tweets: int) -> tuple[Reading, Reading]:
    with tools.browser() as session:
        ours = _read(session, archive, tweets)
        theirs = _read_with_zip_js(tools, session, archive, tweets)
    return ours, theirs


def _read(session: Session, archive: Path, tweets: int) -> Reading:
    page = EnginePage(session.browser)
    page.call("engine.start")
    with DevTools(session.profile) as devtools:
        worker = devtools.find(lambda kind, url: kind == "worker" and url.endswith("/engine.js"))
        heap = devtools.evaluate(worker, MEMORY)
        answer = page.call("archive.open", [archive], names=[archive.name])
        growth = devtools.evaluate(worker, MEMORY) - heap
    _check(answer["result"]["archive"]["tweets"], tweets)
    # So far only the extension's renderer has had work; the others are empty tabs.
    peak = max(peak_memory(session.profile).values())
    return Reading(_seconds_of_reading(answer), growth / MEGABYTE, peak / MEGABYTE)


def _seconds_of_reading(answer: Any) -> float:
    """Return how long it took until the graph was stored; the command goes on with directory and matches."""
    stored = (event for event in answer["events"] if event["type"] == "state.changed" and "people" in event["stores"])
    return float(next(stored)["milliseconds"]) / 1000


def _read_with_zip_js(tools: Tools, session: Session, archive: Path, tweets: int) -> Reading:
    before = peak_memory(session.profile)
    with tools.baseline(session.browser.context.new_page()) as page:
        choose(page, [archive])
        answer = ask(page, "zip.js")
        after = peak_memory(session.profile)
    _check(answer["tweets"], tweets)
    # The page may have got a renderer that waited for one: it is the one whose peak has grown most.
    peak, _ = max(((peak, peak - before.get(pid, 0)) for pid, peak in after.items()), key=itemgetter(1))
    return Reading(answer["milliseconds"] / 1000, answer["memory"] / MEGABYTE, peak / MEGABYTE)


def _check(read: int, tweets: int) -> None:
    if read != tweets:
        raise RuntimeError(f"{read} tweets were read, not {tweets}")
