"""Each file of tests runs in one worker, and each worker has either browsers or the rest."""

from __future__ import annotations

import os
import subprocess
import sys
from itertools import groupby
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.lanes import BROWSERS, in_browser, next_file

BROWSER, OTHER, ANOTHER = "tests/e2e/test_a.py", "tests/core/test_b.py", "tests/core/test_c.py"
TESTS = """
import os, pathlib, pytest
{mark}
@pytest.mark.parametrize("number", range(5))
def test_one(number):
    with pathlib.Path({log!r}).open("a") as log:
        log.write(os.environ["PYTEST_XDIST_WORKER"] + " {name}\\n")
"""


@pytest.mark.parametrize(
    ("waiting", "takes_browsers", "browsers_first", "browsers_begun", "expected"),
    [
        ([OTHER, ANOTHER, BROWSER], False, False, False, OTHER),
        ([OTHER, ANOTHER, BROWSER], True, True, False, BROWSER),
        ([BROWSER], False, False, False, None),
        ([OTHER], True, True, False, OTHER),
        ([OTHER], True, True, True, None),
        ([BROWSER, OTHER], True, False, False, OTHER),
        ([BROWSER], True, False, False, BROWSER),
        ([OTHER, BROWSER], True, False, True, BROWSER),
        ([], False, False, False, None),
    ],
)
def test_a_worker_gets_files_of_its_kind_and_one_that_is_alone_gets_all(
    waiting: list[str], takes_browsers: bool, browsers_first: bool, browsers_begun: bool, expected: str | None
) -> None:
    file = next_file(
        waiting, takes_browsers=takes_browsers, browsers_first=browsers_first, browsers_begun=browsers_begun
    )
    assert file == expected


def test_every_place_of_tests_in_a_browser_is_there() -> None:
    assert [place for place in BROWSERS if not (ROOT / place).exists()] == []


def write_tests(root: Path, names: list[str], mark: str = "") -> Path:
    """Write a file of five tests for each name into `root`; returns the log into which they write."""
    log = root / "log"
    (root / "pytest.ini").write_text("[pytest]\nmarkers =\n    e2e\n")
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(TESTS.format(log=str(log), name=name, mark=mark))
    return log


def run_tests(root: Path, workers: int) -> subprocess.CompletedProcess[str]:
    """Run the tests in `root` by so many workers."""
    options = ["--import-mode=importlib", "-p", "no:cacheprovider", "-p", "xdist", "-p", "tests.lanes", f"-n{workers}"]
    command = [sys.executable, "-m", "pytest", *options]
    env = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    return subprocess.run(
        command,
        cwd=root,
        env={**env, "PYTHONPATH": str(ROOT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("workers", [1, 2, 3])
def test_every_test_runs_once_and_each_file_in_one_worker(workers: int, tmp_path: Path) -> None:
    names = [f"tests/{folder}/test_{letter}.py" for folder in ("core", "e2e") for letter in "abcdef"]
    log = write_tests(tmp_path, names)
    done = run_tests(tmp_path, workers)
    assert done.returncode == 0, done.stdout + done.stderr
    ran = [line.split() for line in log.read_text().splitlines()]
    assert sorted(name for _, name in ran) == sorted(names * 5)
    assert len({(worker, name) for worker, name in ran}) == len(names)
    kinds = [
        [kind for kind, _ in groupby(in_browser(name) for by, name in ran if by == worker)]
        for worker in {worker for worker, _ in ran}
    ]
    assert sorted(set(map(tuple, kinds))) == ([(False, True)] if workers == 1 else [(False,), (True,)]), ran


def test_a_test_in_a_browser_outside_the_listed_files_is_refused_by_name(tmp_path: Path) -> None:
    write_tests(tmp_path, [OTHER], mark="@pytest.mark.e2e")
    done = run_tests(tmp_path, 0)
    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert f"{OTHER}::test_one[0] is a test in a browser" in done.stdout + done.stderr
