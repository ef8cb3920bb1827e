"""`python -m tests.campaign [--members N] [--edges N] [--seed N]`: a whole campaign; print one JSON object.

    {"members", "edges", "found", "missed", "wrong", "seconds_per_client", "bytes_per_client", "requests", ...}

Every member's archive is read and matched with the directory of all members; `edges` are the pairs of an archive and a
member in it. `requests` are those of the first syncs, at random moments of ten minutes (--sync-seconds), to one server.
docs/campaign.md explains the rest. Progress is on stderr. Exit status 1 where a pair was missed or wrong, or a request
failed; 2: wrong usage.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

import httpx
from passerelle import directory
from passerelle.directory import Latest, PackedRows
from passerelle.transport import Response

from tests.campaign.clients import Tally, Town, run_clients
from tests.campaign.members import make_lines, make_members
from tests.campaign.sync import Server, Sync, sync_all
from tests.campaign.ties import TooDense, make_ties, turn_around

MEMBERS, EDGES, SYNC_SECONDS = 17_000, 23_000_000, 600
SERVED_ROWS = 20_000
WRONG_USAGE = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the result; return the exit status."""
    options = _options(arguments)
    try:
        result = run(options.members, options.edges, options.sync_seconds, options.seed)
    except TooDense as error:
        print(error, file=sys.stderr)
        return WRONG_USAGE
    print(json.dumps(result))
    return int(any(result[name] for name in ("missed", "wrong", "errors")))


def run(members: int, edges: int, sync_seconds: float, seed: int) -> dict[str, Any]:
    """Run the campaign; return the numbers. Raises TooDense."""
    people = make_members(members)
    _report("Ties …")
    following = make_ties(members, edges // 2, Random(seed))  # a tie stands in two archives
    with tempfile.TemporaryDirectory(prefix="passerelle-campaign-", dir=_memory()) as name:
        folder = Path(name)
        _report("Directory of all members …")
        with Server(_make(folder / "members"), make_lines(people)) as server:
            began = time.perf_counter()
            index = _download(server.url)
            town = Town(people, following, turn_around(following), index, _make(folder / "archives"), seed)
            indexing = time.perf_counter() - began
        found = _look(town)
        _report(f"Matched: {json.dumps(_summarize_matching(members, found, indexing))}")  # also if the syncs fail
        _report(f"First syncs in {sync_seconds:.0f} s …")
        served = make_members(SERVED_ROWS if members == MEMBERS else members)
        with Server(_make(folder / "served"), make_lines(served)) as server:
            sync = asyncio.run(sync_all(server, members, sync_seconds, seed))
    return _summarize(members, found, indexing, sync)


def _look(town: Town) -> Tally:
    """Match every member's archive, on all cores; return the sum."""
    total, began = Tally(), time.monotonic()
    for number, tally in enumerate(run_clients(town, os.cpu_count() or 1), start=1):
        total.add(tally)
        if number % 50 == 0:
            _report(f"{total.found:,} pairs found, {total.missed} missed, {time.monotonic() - began:.0f} s")
    return total


def _summarize_matching(members: int, found: Tally, indexing: float) -> dict[str, Any]:
    return {
        "members": members,
        "edges": found.found + found.missed,
        "found": found.found,
        "missed": found.missed,
        "wrong": found.wrong,
        "seconds_per_client": round((found.reading + found.matching) / members + indexing, 3),
        "reading": round(found.reading / members, 4),
        "matching": round(found.matching / members, 4),
        "indexing": round(indexing, 3),
    }


def _summarize(members: int, found: Tally, indexing: float, sync: Sync) -> dict[str, Any]:
    return {
        **_summarize_matching(members, found, indexing),
        "bytes_per_client": sync.bytes_per_client,
        "requests": sync.requests,
        "errors": sync.errors,
        "sync_seconds": round(sync.seconds, 1),
        "slowest_request": round(sync.slowest, 3),
        "server_memory": sync.memory,
    }


def _download(url: str) -> PackedRows:
    """Download and check the directory as a client does, but for the signature (no key is pinned here)."""
    latest: Latest = directory.read_unpinned_latest(_get(f"{url}/v1/directory/latest.json"), datetime.now(UTC))
    *rows, keys, places = (
        directory.read_file(_get(f"{url}/{promise.path}"), promise) for promise in latest.files.every()
    )
    return PackedRows(tuple(rows), keys, places)


def _get(url: str) -> Response:
    answer = httpx.get(url, headers={"Accept-Encoding": "identity", "X-Forwarded-For": "10.255.255.255"})
    return Response(answer.status_code, dict(answer.headers), answer.content, url)


def _make(folder: Path) -> Path:
    folder.mkdir()
    return folder


def _memory() -> Path | None:
    """Return a folder in memory where there is one: a million small files would only wear a disk."""
    memory = Path("/dev/shm")
    return memory if memory.is_dir() else None


def _report(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--members", type=int, default=MEMBERS)
    parser.add_argument("--edges", type=int, default=EDGES)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--sync-seconds", type=float, default=SYNC_SECONDS)
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
