"""An earlier commit of this repository, built and run as it was, with the dependencies that are installed now."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).parents[2]
TREES = ROOT / ".cache" / "tests" / "earlier"
DOWNLOADED = ("wheels", "stamps/download-browser")  # in .cache/build: what a build would download otherwise


def has_history() -> bool:
    """Return whether all commits are here: not in a shallow clone, and not where the sources came without Git."""
    asked = ["git", "rev-parse", "--is-shallow-repository"]
    return subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=False).stdout.strip() == "false"


class Earlier:
    """The files of a commit, in a folder of the cache."""

    def __init__(self, commit: str) -> None:
        self.tree = TREES / commit
        if not self.tree.exists():
            _check_out(commit, self.tree)

    @property
    def env(self) -> Mapping[str, str]:
        """The environment in which Python imports that commit's packages instead of today's."""
        return {"PYTHONPATH": os.pathsep.join(str(self.tree / part) for part in ("core", "backend"))}

    def build(self, trust: Path) -> Path:
        """Build the extension with the directories in `trust`; return the folder with `chromium` and `firefox`."""
        out = self.tree / "dist"
        command: list[str | Path] = [sys.executable, "build/make.py", "--directories", trust, "--out", out]
        built = subprocess.run(
            command, cwd=self.tree, env={**os.environ, **self.env}, capture_output=True, text=True, check=False
        )
        assert built.returncode == 0, built.stdout + built.stderr
        return out


def _check_out(commit: str, tree: Path) -> None:
    packed = subprocess.run(["git", "archive", commit], cwd=ROOT, capture_output=True, check=False)
    assert packed.returncode == 0, packed.stderr.decode()
    unfinished = tree.with_name(f"{tree.name}.part")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True)
    subprocess.run(["tar", "-x"], cwd=unfinished, input=packed.stdout, check=True)
    (unfinished / "extension" / "node_modules").symlink_to(ROOT / "extension" / "node_modules")
    for name in DOWNLOADED:
        _copy(ROOT / ".cache" / "build" / name, unfinished / ".cache" / "build" / name)
    unfinished.rename(tree)


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target)
    elif source.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
