"""The directory stays thin: reading requests only, no database, no socket, and a read-only folder is enough."""

from __future__ import annotations

import socket
import subprocess
import sys

import pytest
import sqlalchemy
from flask import Flask
from flask.testing import FlaskClient
from passerelle_directory.config import Config
from passerelle_directory.web.app import create_app

from tests.backend.campaigns import TOML
from tests.backend.conftest import Directory
from tests.backend.people import departure, line


def visit(client: FlaskClient) -> dict[str, int]:
    """Ask for every page and file; return the statuses."""
    latest = client.get("/v1/directory/latest.json").get_json()
    files = [f"/{one['path']}" for one in [*latest["files"], *latest["campaigns"]]]
    pages = ["/", "/departures", "/install", "/listed", "/privacy", "/legal", "/openapi.json", "/v1/departures.json"]
    pages += ["/groups", "/departures.atom", "/v1/groups.json", "/campaigns/spring-2027.ics"]
    return {path: client.get(path, buffered=True).status_code for path in (*pages, *files)}


def test_the_directory_answers_reading_requests_only(app: Flask) -> None:
    methods = {method for rule in app.url_map.iter_rules() for method in rule.methods or ()}
    assert methods == {"GET", "HEAD", "OPTIONS"}


def test_the_directory_opens_no_database_and_no_socket(directory: Directory, monkeypatch: pytest.MonkeyPatch) -> None:
    directory.add(line(handle="museum.example.com"), departure())
    directory.config.campaigns.write_text(TOML, encoding="utf-8")
    directory.publish()
    (directory.config.data / "directory.sqlite").unlink()

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("the directory opened a connection")

    monkeypatch.setattr(sqlalchemy.Engine, "connect", refuse)
    monkeypatch.setattr(socket.socket, "connect", refuse)
    client = create_app(directory.config).test_client()
    assert set(visit(client).values()) == {200}
    assert "Stadtmuseum Beispielstadt" in client.get("/departures").text


def test_the_directory_is_served_from_a_read_only_folder(directory: Directory, config: Config) -> None:
    """In a process of its own without root's rights, which write into any folder."""
    directory.add(line(handle="museum.example.com"), departure())
    directory.config.campaigns.write_text(TOML, encoding="utf-8")
    directory.publish()
    folders = [path for path in [config.data, *config.data.rglob("*")] if path.is_dir()]
    for folder in folders:
        folder.chmod(0o555)
    open_up = [parent for parent in config.data.parents if parent.stat().st_mode & 0o005 != 0o005]
    try:
        for parent in open_up:
            parent.chmod(0o755)
        done = subprocess.run(
            [sys.executable, "-c", READ_ONLY, str(config.data)],
            capture_output=True,
            text=True,
            timeout=100,
        )
        assert done.stdout.splitlines()[-1:] == ["200"], done.stderr
    finally:
        for folder in folders:
            folder.chmod(0o755)
        for parent in open_up:
            parent.chmod(0o700)


READ_ONLY = """
import os, sys, pathlib
from passerelle_directory.config import read_config
from passerelle_directory.web.app import create_app
data = pathlib.Path(sys.argv[1])
client = create_app(read_config({"PASSERELLE_DATA": str(data)})).test_client()
paths = ["/", "/departures", "/groups", "/departures.atom"]
paths += ["/v1/groups.json", "/v1/directory/latest.json", "/v1/departures.json"]
latest = client.get("/v1/directory/latest.json").get_json()
paths += ["/" + one["path"] for one in latest["files"] + latest["campaigns"]]
visit = lambda: {client.get(path, buffered=True).status_code for path in paths}
visit()  # Python itself may be in a folder that only root reads
if os.geteuid() == 0:
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
try:
    (data / "public" / "x").write_text("x")
    sys.exit("the folder can be written")
except PermissionError:
    print(*visit())
"""
