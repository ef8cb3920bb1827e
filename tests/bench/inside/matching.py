"""Build the index of two directories, one ten times the other, and match the same people against both, in turns."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from passerelle.directory import BuiltIndex, DirectoryIndex, build_index, read_lines
from passerelle.matching.match import find_matches

from tests.bench.inside.invented import NOW, make_graph

REPEATS = 5


def run(arguments: Mapping[str, Any], peak: Callable[[], int]) -> dict[str, Any]:
    """Give, for each directory `{rows, snapshot, evidence}`, what building and matching took, in seconds and bytes.

    The first directory should be the largest: only its memory is not hidden by what was freed before. `peak` gives the
    highest memory so far.
    """
    directories = arguments["directories"]
    graph = make_graph(arguments["following"], min(directory["rows"] for directory in directories))
    built = [_build(directory, peak) for directory in directories]
    matching: list[list[float]] = [[] for _ in built]
    found: list[int] = [0 for _ in built]
    for _ in range(REPEATS):
        for number, (index, _figures) in enumerate(built):
            started = time.perf_counter()
            found[number] = sum(match is not None for match in find_matches(graph, index, NOW))
            matching[number].append(time.perf_counter() - started)
    return {
        "directories": [
            {**figures, "matching": matching[number], "found": found[number]}
            for number, (_index, figures) in enumerate(built)
        ]
    }


def _build(directory: Mapping[str, Any], peak: Callable[[], int]) -> tuple[DirectoryIndex, dict[str, Any]]:
    snapshot, evidence = (Path(directory[name]).read_bytes() for name in ("snapshot", "evidence"))
    before, started = peak(), time.perf_counter()
    merged = _merge(snapshot, evidence, directory["rows"])
    index = DirectoryIndex(merged.rows, merged.keys, merged.offsets)
    building = time.perf_counter() - started
    size = len(merged.rows) + len(merged.keys) + len(merged.offsets)
    return index, {"rows": merged.count, "building": building, "memory": peak() - before, "size": size}


def _merge(snapshot: bytes, evidence: bytes, rows: int) -> BuiltIndex:
    building = build_index(read_lines(snapshot, rows=rows), read_lines(evidence, rows=rows), rows)
    while True:
        try:
            next(building)
        except StopIteration as done:
            merged: BuiltIndex = done.value
            return merged
