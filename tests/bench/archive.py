"""A 1 GB archive with 50,000 tweets: the extension's engine against zip.js and JSON.parse in the same browser."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.bench.engine import EnginePage
from tests.bench.report import MEGABYTE, Figure
from tests.bench.runtimes import ask, baseline_address, choose
from tests.bench.samples import write_large
from tests.bench.tools import Session, Tools, open_baseline
from tests.servers.devtools import DevTools, peak_memory

REPEATS = 3
MOST_GROWTH = 64.0  # MB


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
    with tools.browser() as session, baseline_address() as address, DevTools(session.profile) as devtools:
        ours = _read(session, devtools, archive, tweets)
        theirs = _read_with_zip_js(session, address, archive, tweets)
    return ours, theirs


def _read(session: Session, devtools: DevTools, archive: Path, tweets: int) -> Reading:
    page = EnginePage(session.browser)
    page.call("engine.start")
    worker = devtools.find(lambda kind, url: kind == "worker" and url.endswith("/engine.js"))
    heap, peaks = devtools.evaluate(worker, "memoryBytes()"), peak_memory(session.profile)
    answer = page.call("archive.open", [archive], names=[archive.name])
    _check(answer["result"]["archive"]["tweets"], tweets)
    growth = devtools.evaluate(worker, "memoryBytes()") - heap
    return Reading(_seconds_of_reading(answer), growth / MEGABYTE, _peak(session, peaks) / MEGABYTE)


def _seconds_of_reading(answer: Any) -> float:
    """Give how long it took until the graph was stored; the command goes on with directory and matches."""
    stored = (event for event in answer["events"] if event["type"] == "state.changed" and "people" in event["stores"])
    return float(next(stored)["milliseconds"]) / 1000


def _read_with_zip_js(session: Session, address: str, archive: Path, tweets: int) -> Reading:
    peaks = peak_memory(session.profile)
    page = open_baseline(session.browser.context.new_page(), address)
    choose(page, [archive])
    answer = ask(page, "zip.js")
    _check(answer["tweets"], tweets)
    return Reading(answer["milliseconds"] / 1000, answer["memory"] / MEGABYTE, _peak(session, peaks) / MEGABYTE)


def _peak(session: Session, before: Mapping[int, int]) -> int:
    """Give the peak of the renderer that did the work since `before`: the one whose peak has grown most."""
    peaks = peak_memory(session.profile)
    return max(peaks.items(), key=lambda item: item[1] - before.get(item[0], 0))[1]


def _check(read: int, tweets: int) -> None:
    if read != tweets:
        raise RuntimeError(f"{read} tweets were read, not {tweets}")
