"""The systemd units: valid by `systemd-analyze verify`, tight by `security`, and their commands are commands."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from passerelle_directory.cli import _parser

UNITS = Path(__file__).parents[2] / "deploy" / "systemd"
SERVICES = sorted(UNITS.glob("*.service"))
PROGRAM = "/opt/passerelle/venv/bin/passerelle-directory"
MOST_EXPOSED = 20  # tenths, of 100: https://www.freedesktop.org/software/systemd/man/systemd-analyze.html
needs_systemd = pytest.mark.skipif(
    shutil.which("systemd-analyze") is None, reason="systemd is not installed; build/system.py does it as root"
)


@needs_systemd
def test_the_units_are_valid(tmp_path: Path) -> None:
    for unit in UNITS.iterdir():
        text = unit.read_text().replace(PROGRAM, str(shutil.which("true")))
        (tmp_path / unit.name).write_text(re.sub("^(User|EnvironmentFile|Documentation)=.*\n", "", text, flags=re.M))
    files = [str(path) for path in sorted(tmp_path.iterdir())]
    checked = subprocess.run(["systemd-analyze", "verify", *files], capture_output=True, text=True)
    own = [line for line in checked.stderr.splitlines() if "passerelle" in line]
    assert (checked.returncode, own) == (0, [])


@needs_systemd
@pytest.mark.parametrize("unit", SERVICES, ids=lambda path: path.stem)
def test_the_services_are_tight(unit: Path) -> None:
    command = ["systemd-analyze", "security", "--offline=true", f"--threshold={MOST_EXPOSED}", str(unit)]
    checked = subprocess.run(command, capture_output=True, text=True)
    assert checked.returncode == 0, checked.stdout.splitlines()[-1]


@pytest.mark.parametrize("unit", SERVICES, ids=lambda path: path.stem)
def test_the_services_run_commands_of_the_program(unit: Path) -> None:
    commands = re.findall(f"^ExecStart={PROGRAM} (.*)$", unit.read_text(), flags=re.M)
    assert commands
    for command in commands:
        _parser().parse_args(command.split())


def test_every_timer_has_its_service() -> None:
    assert {path.stem for path in UNITS.glob("*.timer")} <= {path.stem for path in SERVICES}
