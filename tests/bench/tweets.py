"""An archive with 108 MB of tweets: read row by row, against json.loads of the whole text, in both interpreters."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import product
from pathlib import Path

from playwright.sync_api import Page

from tests.bench.report import MEGABYTE, Figure
from tests.bench.runtimes import Run, run_in_pyodide, run_on_cpython
from tests.bench.samples import write_tweets
from tests.bench.tools import Tools

REPEATS = 3
MOST_MEMORY = 40.0  # MB above the idle interpreter
MOST_RATIO = 1.0  # on CPython: no slower than json.loads
MOST_RATIO_IN_BROWSER = 3.0  # of its own time on CPython
OURS, WHOLE = "row by row", "at once"

Start = Callable[[str], Run]


def measure(tools: Tools) -> Iterator[Figure]:
    """Read in both ways on both interpreters, in turns."""
    archive = tools.folder / "tweets.zip"
    tweets = write_tweets(archive)
    with tools.page() as page:
        starts = {"CPython": _on_cpython(archive), "Pyodide": _in_pyodide(page, archive)}
        runs = _in_turns(starts, tweets)
    archive.unlink()
    cpython, pyodide = runs["CPython", OURS], runs["Pyodide", OURS]
    yield _time("CPython", cpython, "json.loads", runs["CPython", WHOLE], MOST_RATIO)
    yield _memory("CPython", cpython, runs["CPython", WHOLE])
    yield _time("Pyodide", pyodide, "on CPython", cpython, MOST_RATIO_IN_BROWSER)
    yield _time("Pyodide", pyodide, "json.loads", runs["Pyodide", WHOLE], None)
    yield _memory("Pyodide", pyodide, runs["Pyodide", WHOLE])


def _on_cpython(archive: Path) -> Start:
    return lambda how: run_on_cpython("tweets", {"how": how, "path": str(archive)})


def _in_pyodide(page: Page, archive: Path) -> Start:
    return lambda how: run_in_pyodide(page, "tweets", {"how": how, "path": f"/in/{archive.name}"}, [archive])


def _in_turns(starts: Mapping[str, Start], tweets: int) -> Mapping[tuple[str, str], list[Run]]:
    runs: dict[tuple[str, str], list[Run]] = {}
    for _ in range(REPEATS):
        for runtime, how in product(starts, (OURS, WHOLE)):
            run = starts[runtime](how)
            if run.result["tweets"] != tweets:
                raise RuntimeError(f"{run.result['tweets']} tweets were read, not {tweets}")
            runs.setdefault((runtime, how), []).append(run)
    return runs


def _time(runtime: str, ours: list[Run], against: str, others: list[Run], most_ratio: float | None) -> Figure:
    what = f"{runtime}: read 108 MB of tweets"
    return Figure("tweets", what, "s", _seconds(ours), against, _seconds(others), most_ratio=most_ratio)


def _memory(runtime: str, ours: list[Run], whole: list[Run]) -> Figure:
    what = f"{runtime}: memory above the idle interpreter"
    return Figure("tweets", what, "MB", _megabytes(ours), "json.loads", _megabytes(whole), most=MOST_MEMORY)


def _seconds(runs: list[Run]) -> list[float]:
    return [run.result["seconds"] for run in runs]


def _megabytes(runs: list[Run]) -> list[float]:
    return [run.growth / MEGABYTE for run in runs]
