"""Run the core's tests inside Pyodide, restored from the snapshot that the extension ships: under Node and in Chromium.

`python build/core_tests.py [PYTEST ARGUMENT ...]`. Both run at the same time, and each test must come out the same in
both; Chromium loads Pyodide by the extension's own code in a worker. Left out: tests marked `desktop` (they need what
only a desktop has), `soak` and `e2e`.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterable, Mapping
from contextlib import nullcontext
from pathlib import Path

from core_results import Result, find_faults, read_result, summarize
from places import CORE, EXTENSION, PUBLIC, ROOT
from pyodide_files import copy_pyodide
from snapshot import make_snapshot
from stamps import alone, files_under
from wheels import REQUIREMENTS, download, make_wheels
from zips import zip_bytes

TOOLS = REQUIREMENTS / "pyodide-tests.txt"
TESTS = ROOT / "tests"
USED = (ROOT / "pyproject.toml", CORE, *(TESTS / name for name in ("core", "data", "pyodide", "world", "seeds.py")))
# Each also gets what pack() wrote, the file for the result, and pytest's arguments.
RUNNERS: Mapping[str, tuple[str | Path, ...]] = {
    "Node": ("node", TESTS / "pyodide" / "run.mjs", EXTENSION),
    "Chromium": (sys.executable, "-m", "tests.pyodide.chromium", PUBLIC),
}


def main() -> int:
    """Build what the tests need, run them in all places; return 0 where they passed, and the same way, in each."""
    with tempfile.TemporaryDirectory(prefix="passerelle-core-") as name:
        folder = Path(name)
        prepare(folder / "packed")
        results = run(folder, sys.argv[1:] or ["tests/core"])
    faults = list(find_faults(results))
    print(*(f"{place}: {summarize(result)}" for place, result in results.items()), *faults, sep="\n")
    return max(bool(faults), *(result.status for result in results.values()))


def prepare(folder: Path) -> None:
    """Build what the tests run on, and pack them into `folder`."""
    with alone():
        copy_pyodide()
        make_wheels()
        make_snapshot()
        tools = download(TOOLS)
    pack(folder, tools)


def pack(folder: Path, wheels: Iterable[Path]) -> None:
    """Write what Pyodide unpacks into `folder`: the wheels' modules, and the files of this repository."""
    zip_bytes(dict(member for wheel in wheels for member in members(wheel)), folder / "site.zip", stored=True)
    files = {str(file.relative_to(ROOT)): file.read_bytes() for file in files_under(*USED)}
    zip_bytes(files, folder / "repository.zip", stored=True)


def members(wheel: Path) -> list[tuple[str, bytes]]:
    """Return the files in a wheel."""
    with zipfile.ZipFile(wheel) as archive:
        return [(name, archive.read(name)) for name in archive.namelist() if not name.endswith("/")]


def run(folder: Path, chosen: list[str]) -> dict[str, Result]:
    """Run the tests in all places at the same time; what the first prints is seen at once, the others' after it."""
    logs = {place: folder / f"{place}.log" for place in list(RUNNERS)[1:]}
    processes = {place: start(place, folder, chosen, logs.get(place)) for place in RUNNERS}
    for place, process in processes.items():
        process.wait()
        if place in logs:
            print(f"{place}:\n{logs[place].read_text()}")
    return {place: read_result(folder / place) for place in RUNNERS}


def start(place: str, folder: Path, chosen: list[str], log: Path | None) -> subprocess.Popen[bytes]:
    """Start the tests in one place; what they print goes to `log`, if there is one."""
    command = [*RUNNERS[place], folder / "packed", folder / place, json.dumps(chosen)]
    with log.open("w") if log else nullcontext() as output:
        return subprocess.Popen(command, cwd=ROOT, stdout=output, stderr=subprocess.STDOUT)


if __name__ == "__main__":
    raise SystemExit(main())
