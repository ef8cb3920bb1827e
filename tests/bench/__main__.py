"""`python -m tests.bench [NAME...]`: measure, print a table of ratios with their targets, write dist/bench.json.

Each figure is printed and written as soon as it is known. A missed target is printed as MISSED and is no failure: the
machine may be busy. A part that cannot be measured stops no other; the exit status is then 1. `--out FILE` writes
elsewhere. `--before COMMIT...` lets `first` measure those commits, too, in turns with the present files.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.bench import (
    archive,
    badges,
    claims,
    client,
    first_match,
    following,
    front,
    matching,
    people_list,
    publication,
    searching,
    start,
    tweets,
)
from tests.bench.report import Failure, Figure, Report, run_parts, table, verdict
from tests.bench.runtimes import BENCH, ROOT
from tests.bench.tools import Tools

BENCHES: Mapping[str, Callable[[Tools], Iterable[Figure | Failure]]] = {
    "start": start.measure,
    "archive": archive.measure,
    "tweets": tweets.measure,
    "match": matching.measure,
    "searching": searching.measure,
    "first": first_match.measure,
    "list": people_list.measure,
    "badges": badges.measure,
    "following": following.measure,
    "client": client.measure,
    "publication": publication.measure,
    "claims": claims.measure,
    "nginx": front.measure,
}


def main() -> None:
    """Measure what the command line names, or everything."""
    options = _options()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that the large files are removed when this is stopped
    report = Report(options.out, os.getloadavg()[0])
    _install_baseline()
    with sync_playwright() as playwright, tempfile.TemporaryDirectory(prefix="passerelle-bench-") as folder:
        tools = Tools(playwright, Path(folder), options.before)
        for name in options.names or BENCHES:
            print(f"{name} …", flush=True)
            for result in run_parts(name, partial(BENCHES[name], tools)):
                report.add(result)
                print(result.trace if isinstance(result, Failure) else table([result], heads=()), flush=True)
    print(f"\n{table(report.figures)}\n\n{verdict(report)}")
    sys.exit(1 if report.failures else 0)


def _install_baseline() -> None:
    """Install zip.js, which nothing but the benchmark needs."""
    if not (BENCH / "node_modules" / ".package-lock.json").exists():
        subprocess.run(["npm", "ci", "--loglevel=error"], cwd=BENCH, check=True)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"any of {', '.join(BENCHES)}; all when left out")
    parser.add_argument("--out", type=Path, default=ROOT / "dist" / "bench.json", help="where to write the figures")
    parser.add_argument(
        "--before", nargs="+", default=[], metavar="COMMIT", help="commits that `first` measures in turns with this one"
    )
    options = parser.parse_args()
    if unknown := set(options.names) - set(BENCHES):
        parser.error(f"there is no benchmark called {', '.join(sorted(unknown))}")
    return options


if __name__ == "__main__":
    main()
