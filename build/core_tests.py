"""Run the core's tests inside Pyodide, under Node, restored from the very snapshot that the extension ships.

`python build/core_tests.py [PYTEST ARGUMENT ...]`; the exit status is pytest's. Left out: tests marked `desktop` (they
need what only a desktop has), `soak` and `e2e`.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from places import ROOT
from pyodide_files import copy_pyodide
from snapshot import make_snapshot
from stamps import alone
from wheels import REQUIREMENTS, download, make_wheels

TOOLS = REQUIREMENTS / "pyodide-tests.txt"
# The conftest.py above tests/core starts servers and browsers.
OPTIONS = (
    *("--confcutdir=tests/core", "-p", "tests.pyodide.in_pyodide", "-p", "no:cacheprovider"),
    *("-m", "not (desktop or soak or e2e)", "--quiet"),
)


def main() -> int:
    """Build what the tests need, run pytest, return its status."""
    with alone():
        copy_pyodide()
        make_wheels()
        make_snapshot()
        tools = download(TOOLS)
    chosen = sys.argv[1:] or ["tests/core"]
    command: list[str | Path] = [
        "node",
        ROOT / "tests" / "pyodide" / "run.mjs",
        ROOT,
        tools[0].parent,
        "--",
        *OPTIONS,
        *chosen,
    ]
    return subprocess.run(command, cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    raise SystemExit(main())
