"""Run other programs: no output on success, all of theirs on failure."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path


def run(
    *command: str | Path, cwd: Path | None = None, text: str | None = None, env: dict[str, str] | None = None
) -> str:
    """Run `command` with `text` as input and `env` beside our own; return its output. Ends the build if it fails."""
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        input=text,
        env=os.environ | (env or {}),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        print(done.stdout, done.stderr, sep="\n", file=sys.stderr)
        raise SystemExit(f"{Path(command[0]).name} {command[1]} ended with status {done.returncode}")
    return done.stdout
