"""The compose file: valid by the schema of the specification, with commands and settings that the program has."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml
from passerelle_directory.cli import _parser

DEPLOY = Path(__file__).parents[2] / "deploy"
COMPOSE = DEPLOY / "compose.yaml"
CONFIG = Path(__file__).parents[2] / "backend" / "passerelle_directory" / "config.py"
SETTING = re.compile(r"\bPASSERELLE_[A-Z_]+")


def services() -> dict[str, dict[str, Any]]:
    """Return the services by name."""
    read: dict[str, dict[str, Any]] = yaml.safe_load(COMPOSE.read_text())["services"]
    return read


def check(file: Path) -> subprocess.CompletedProcess[str]:
    """Check a file by the compose specification's own schema, which the package brings."""
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", str(file)]
    return subprocess.run(command, capture_output=True, text=True)


def test_the_compose_file_is_valid_by_its_schema(tmp_path: Path) -> None:
    done = check(COMPOSE)
    assert done.returncode == 0, done.stdout
    (tmp_path / "compose.yaml").write_text(COMPOSE.read_text().replace("depends_on:", "depend_on:", 1))
    assert check(tmp_path / "compose.yaml").returncode == 1


def test_the_containers_run_commands_of_the_program() -> None:
    for name, service in services().items():
        if service.get("image") != "passerelle-directory":
            continue
        shell = " ".join(service.get("entrypoint", []))
        commands = [service["command"]] if "command" in service else []
        commands += [shlex.split(one) for one in re.findall(r"passerelle-directory ([^;&]+)", shell)]
        assert commands, name
        for command in commands:
            _parser().parse_args(command)


def test_only_the_front_is_reached_from_outside_and_the_directory_reaches_no_one() -> None:
    assert [name for name, service in services().items() if "ports" in service] == ["front"]
    assert services()["directory"]["networks"] == ["inside"]
    assert services()["directory"]["volumes"] == ["data:/srv/passerelle:ro"]
    assert yaml.safe_load(COMPOSE.read_text())["networks"]["inside"] == {"internal": True}


def test_the_settings_are_those_of_the_program() -> None:
    known = set(SETTING.findall(CONFIG.read_text()))
    for file in (COMPOSE, DEPLOY / "env.example", DEPLOY / "Dockerfile"):
        assert set(SETTING.findall(file.read_text())) <= known, file


def test_the_containers_stand_where_the_front_looks_for_them() -> None:
    command = " ".join(services()["front"]["command"])
    for name, port in (("directory", 8600), ("registrar", 8601)):
        assert f"127.0.0.1:{port}/{name}:{port}" in command
        assert f"server 127.0.0.1:{port};" in (DEPLOY / "nginx.conf").read_text()
        assert str(port) in services()[name]["command"]
