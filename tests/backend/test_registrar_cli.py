"""The commands `registrar` and `recheck` as an operator uses them, beside a directory that needs neither."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from passerelle_directory.cli import main

from tests.backend.test_cli import START_UP, data, free_port, get_when_up
from tests.core.claim_servers import ADA, ADA_DID, ADA_ID

__all__ = ["data"]


def test_the_registrar_keeps_claims_and_stops_when_told(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    port = free_port()
    server = subprocess.Popen(
        [sys.executable, "-m", "passerelle_directory.cli", "registrar", "--port", str(port)],
        env={**os.environ, "HOME": str(data)},
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    try:
        document = json.loads(get_when_up(f"http://127.0.0.1:{port}/openapi.json"))
        body = {"rest_id": ADA_ID, "screen_name": ADA, "did": ADA_DID}
        made = httpx.post(f"http://127.0.0.1:{port}/v1/claims", json=body, trust_env=False, timeout=START_UP)
    finally:
        server.send_signal(signal.SIGTERM)
        _, log = server.communicate(timeout=START_UP)
    assert "/v1/claims" in document["paths"]
    assert (server.returncode, made.status_code) == (0, 201)
    assert made.json()["secret"].encode() not in log
    assert main(["recheck"]) == 0
    assert capsys.readouterr().out.startswith("0 claims read")
    assert [oct(path.stat().st_mode & 0o777) for path in data.glob("refusals.key")] == ["0o600"]


def test_the_directory_is_served_while_the_registrar_is_stopped(data: Path) -> None:
    """Serving needs what a snapshot has written, and nothing of the registrar."""
    for command in (["keygen"], ["db", "upgrade"], ["snapshot"]):
        assert main(command) == 0
    (data / "directory.sqlite").unlink()
    (data / "refusals.key").unlink()
    port = free_port()
    server = subprocess.Popen(
        [sys.executable, "-m", "passerelle_directory.cli", "serve", "--port", str(port)],
        env={**os.environ, "HOME": str(data)},
        stderr=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )
    try:
        assert json.loads(get_when_up(f"http://127.0.0.1:{port}/v1/directory/latest.json"))["rows"] == 0
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(timeout=START_UP)
    assert not (data / "directory.sqlite").exists()


def test_recheck_without_a_database_says_what_to_do(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["recheck"]) == 3
    assert "db upgrade" in capsys.readouterr().err
    assert not data.exists()
