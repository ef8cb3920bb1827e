"""An archive with 108 MB of tweets: read row by row, against json.loads of the whole text."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tests.bench.report import MEGABYTE, Figure
from tests.bench.runtimes import Run, run_in_pyodide, run_on_cpython
from tests.bench.samples import TWEETS, write_archive
from tests.bench.tools import Tools

REPEATS = 3
MOST_MEMORY = 40.0  # MB above the idle interpreter
MOST_RATIO = 1.0  # on CPython: no slower than json.loads
MOST_RATIO_IN_BROWSER = 3.0  # of its own time on CPython
OURS, WHOLE = "row by row", "at once"

Start = Callable[[str], Run]


def measure(tools: Tools) -> Iterator[Figure]:
    """Read on CPython and in Pyodide, both ways in turns."""
    archive = write_archive(tools.folder / "tweets.zip")

    def on_cpython(how: str) -> Run:
        return run_on_cpython("tweets", {"how": how, "path": str(archive)})

    ours, whole = _in_turns(on_cpython)
    yield Figure(
        "tweets",
        "CPython: read 108 MB of tweets",
        "s",
        _seconds(ours),
        "json.loads",
        _seconds(whole),
        most_ratio=MOST_RATIO,
    )
    yield _memory("CPython", ours, whole)
    with tools.page() as page:

        def in_pyodide(how: str) -> Run:
            return run_in_pyodide(page, "tweets", {"how": how, "path": f"/in/{archive.name}"}, [archive])

        inside, inside_whole = _in_turns(in_pyodide)
    yield Figure(
        "tweets",
        "Pyodide: read 108 MB of tweets",
        "s",
        _seconds(inside),
        "on CPython",
        _seconds(ours),
        most_ratio=MOST_RATIO_IN_BROWSER,
    )
    yield Figure(
        "tweets", "Pyodide: read 108 MB of tweets", "s", _seconds(inside), "json.loads", _seconds(inside_whole)
    )
    yield _memory("Pyodide", inside, inside_whole)
    archive.unlink()


def _in_turns(start: Start) -> tuple[list[Run], list[Run]]:
    turns = [(start(OURS), start(WHOLE)) for _ in range(REPEATS)]
    for run in (run for turn in turns for run in turn):
        if run.result["tweets"] != TWEETS:
            raise RuntimeError(f"{run.result['tweets']} tweets were read, not {TWEETS}")
    return [ours for ours, _ in turns], [whole for _, whole in turns]


def _seconds(runs: list[Run]) -> list[float]:
    return [run.result["seconds"] for run in runs]


def _memory(runtime: str, ours: list[Run], whole: list[Run]) -> Figure:
    what = f"{runtime}: memory above the idle interpreter"
    return Figure("tweets", what, "MB", _megabytes(ours), "json.loads", _megabytes(whole), most=MOST_MEMORY)


def _megabytes(runs: list[Run]) -> list[float]:
    return [run.growth / MEGABYTE for run in runs]
