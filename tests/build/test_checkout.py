"""`uv run` in the checkout uses the environment that `make setup` made, and changes nothing."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
UV = (str(Path(sys.executable).with_name("uv")), "--offline")


@pytest.mark.parametrize("folder", [".", "core", "backend"])
def test_uv_run_neither_locks_nor_installs(tmp_path: Path, folder: str) -> None:
    for one in (".", "core", "backend"):
        (tmp_path / one).mkdir(exist_ok=True)
        shutil.copy(ROOT / one / "pyproject.toml", tmp_path / one)
    subprocess.run([*UV, "venv", "--quiet", "--python", sys.executable, str(tmp_path / ".venv")], check=True)
    before = sorted(tmp_path.rglob("*"))

    command = [*UV, "run", "python", "-c", "import sys; print(sys.prefix)"]
    done = subprocess.run(command, cwd=tmp_path / folder, capture_output=True, text=True, check=True)

    assert Path(done.stdout.strip()) == tmp_path / ".venv"
    assert sorted(tmp_path.rglob("*")) == before
