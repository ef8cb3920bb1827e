"""The core's tests in Chromium (build/core_tests.py): a test that fails, and a snapshot that is refused, are named."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT, Packages

pytestmark = [pytest.mark.e2e, pytest.mark.soak]

FILE = "tests/core/test_dates.py"
BROKEN = "\n\ndef test_that_fails() -> None:\n    raise AssertionError\n"


@pytest.fixture
def packed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What the build packs for the runners, with a test that fails."""
    monkeypatch.setattr(sys, "path", [str(ROOT / "build"), *sys.path])
    import core_tests
    import zips

    folder = tmp_path / "packed"
    core_tests.prepare(folder)
    repository = folder / "repository.zip"
    files = dict(core_tests.members(repository))
    zips.zip_bytes({**files, FILE: files[FILE] + BROKEN.encode()}, repository, stored=True)
    return folder


@pytest.fixture
def package(packages: Packages, tmp_path: Path) -> Path:
    """A copy of the package, which may be damaged."""
    return Path(shutil.copytree(packages.chromium, tmp_path / "package"))


def run(package: Path, packed: Path) -> tuple[str, dict[str, Any]]:
    """Return what the runner printed, and what it wrote in the end."""
    result = packed.parent / "result"
    command: list[str | Path] = [
        sys.executable,
        "-m",
        "tests.pyodide.chromium",
        package,
        packed,
        result,
        json.dumps([FILE]),
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout, json.loads(result.read_text())


def test_a_test_that_fails_is_named_in_a_restored_python(package: Path, packed: Path) -> None:
    printed, result = run(package, packed)
    assert result["isRestored"]
    assert result["status"] == 1
    assert f"FAILED {FILE}::test_that_fails" in printed
    failed = {test for test, outcome in result["outcomes"].items() if outcome != "passed"}
    assert failed == {f"{FILE}::test_that_fails"}


def test_a_snapshot_that_is_refused_is_told_with_the_reason(package: Path, packed: Path) -> None:
    memory = package / "snapshot" / "memory.bin"
    memory.write_bytes(memory.read_bytes()[:-1000])
    printed, result = run(package, packed)
    assert not result["isRestored"]
    assert "Python starts without its snapshot." in printed
