"""Open two directories, one ten times the other, and look the same people up in both, in turns."""

from __future__ import annotations

import time
from collections.abc import Callable, Coroutine, Mapping
from pathlib import Path
from typing import Any, TypeVar

from passerelle.directory import BlockIndex, RowLookup
from passerelle.matching.match import find_matches
from passerelle.people.graph import FollowGraph, names_of

from tests.bench.inside.invented import NOW, make_graph

REPEATS = 5
T = TypeVar("T")


class Opened:
    """A directory whose keys and places are in memory; its rows stay in files, where a browser has Blobs."""

    def __init__(self, directory: Mapping[str, Any]) -> None:
        self._rows = [Path(name) for name in directory["files"]]
        keys, places = (Path(directory[name]).read_bytes() for name in ("keys", "places"))
        self._index = BlockIndex(keys, places, [path.stat().st_size for path in self._rows])

    def find_rows(self, graph: FollowGraph) -> RowLookup:
        """Open the blocks in which people of the graph stand."""
        names = (name for person in graph.people.values() for name in names_of(person))
        return _finish(self._index.collect(graph.people, names, self._read))

    async def _read(self, file: int, start: int, end: int) -> bytes:
        with self._rows[file].open("rb") as rows:
            rows.seek(start)
            return rows.read(end - start)


def run(arguments: Mapping[str, Any], peak: Callable[[], int]) -> dict[str, Any]:
    """Return, for each directory `{rows, files, keys, places}`, what opening and matching took, in seconds and bytes.

    The first directory should be the largest: only its memory is not hidden by what was freed before. `peak` gives the
    highest memory so far.
    """
    directories = arguments["directories"]
    graph = make_graph(arguments["following"], min(directory["rows"] for directory in directories))
    figures = [_measure_first(directory, graph, peak) for directory in directories]
    for _ in range(REPEATS):
        for figure in figures:
            started = time.perf_counter()
            figure["found"] = _match(figure["opened"], graph)
            figure["matching"].append(time.perf_counter() - started)
    return {"directories": [{name: one for name, one in figure.items() if name != "opened"} for figure in figures]}


def _measure_first(directory: Mapping[str, Any], graph: FollowGraph, peak: Callable[[], int]) -> dict[str, Any]:
    before, started = peak(), time.perf_counter()
    opened = Opened(directory)
    opening = time.perf_counter() - started
    _match(opened, graph)
    return {"opened": opened, "opening": opening, "memory": peak() - before, "matching": []}


def _match(opened: Opened, graph: FollowGraph) -> int:
    return sum(match is not None for match in find_matches(graph, opened.find_rows(graph), NOW))


def _finish(steps: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine that waits for nothing; Pyodide's own loop runs already."""
    try:
        steps.send(None)
    except StopIteration as end:
        result: T = end.value
        return result
    raise RuntimeError("Reading a file waited for something.")
