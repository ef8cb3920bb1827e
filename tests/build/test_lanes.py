"""Each file of tests runs in one worker, and no worker goes back from browsers to the rest."""

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
    ("waiting", "browsers_first", "browsers_begun", "expected"),
    [
        ([OTHER, ANOTHER, BROWSER], False, False, OTHER),
        ([OTHER, ANOTHER, BROWSER], True, False, BROWSER),
        ([OTHER, BROWSER], False, True, BROWSER),
        ([BROWSER], False, False, BROWSER),
        ([OTHER], True, False, OTHER),
        ([OTHER], True, True, None),
        ([], False, False, None),
    ],
)
def test_a_worker_gets_a_file_of_its_kind_first_and_after_browsers_only_browsers(
    waiting: list[str], browsers_first: bool, browsers_begun: bool, expected: str | None
) -> None:
    assert next_file(waiting, browsers_first=browsers_first, browsers_begun=browsers_begun) == expected


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
    assert all(kind in ([False], [True], [False, True]) for kind in kinds), ran
    assert workers == 1 or {kind[0] for kind in kinds} == {False, True}, ran


def test_a_test_in_a_browser_outside_the_listed_files_is_refused_by_name(tmp_path: Path) -> None:
    write_tests(tmp_path, [OTHER], mark="@pytest.mark.e2e")
    done = run_tests(tmp_path, 0)
    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert f"{OTHER}::test_one[0] is a test in a browser" in done.stdout + done.stderr
