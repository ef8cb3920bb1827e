"""core/ -> the wheel `passerelle`, the same bytes every time."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from commands import run
from places import BUILD, CACHE, CORE, SOURCE_DATE_EPOCH
from stamps import files_under, once

FOLDER = CACHE / "core"


def make_core_wheel() -> Path:
    """Build the core's wheel with hatchling where it is not up to date; returns its path."""
    inputs = files_under(CORE / "pyproject.toml", CORE / "passerelle", BUILD / "core_wheel.py")
    once("core-wheel", inputs, lambda: files_under(FOLDER), _build)
    (wheel,) = FOLDER.glob("passerelle-*.whl")
    return wheel


def _build() -> None:
    shutil.rmtree(FOLDER, ignore_errors=True)
    epoch = {"SOURCE_DATE_EPOCH": str(SOURCE_DATE_EPOCH)}
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", FOLDER, cwd=CORE, env=epoch)
