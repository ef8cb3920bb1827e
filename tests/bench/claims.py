"""How many claims a registrar makes and checks in a second: eight clients, other servers that answer at once."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx
from passerelle_directory.config import Config
from passerelle_directory.database import upgrade_database

from tests.bench.report import Figure
from tests.bench.runtimes import ROOT
from tests.bench.tools import Tools

CLIENTS = 8
SECONDS = 10.0
START_UP = 60.0


def measure(tools: Tools) -> Iterator[Figure]:
    """Make and check claims on SQLite."""
    folder = tools.folder / "claims"
    folder.mkdir()
    with _registrar(folder) as address, ThreadPoolExecutor(CLIENTS) as threads:
        begun = time.monotonic()
        counts = list(threads.map(lambda number: _join(address, number, begun + SECONDS), range(CLIENTS)))
        took = time.monotonic() - begun
    yield Figure("claims", f"claims made and checked, {CLIENTS} clients", "claims/s", [sum(counts) / took])


@contextmanager
def _registrar(folder: Path) -> Iterator[str]:
    """Run a registrar inside the block; yield its address."""
    config = Config(data=folder, database_url=f"sqlite:///{folder / 'directory.sqlite'}")
    upgrade_database(config)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    arguments = [str(folder), config.database_url, str(port)]
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.backend.registrar_process", *arguments],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        address = f"http://127.0.0.1:{port}"
        _wait(address)
        yield address
    finally:
        process.terminate()
        process.wait()


def _wait(address: str) -> None:
    end = time.monotonic() + START_UP
    while time.monotonic() < end:
        try:
            httpx.get(f"{address}/robots.txt", trust_env=False)
            return
        except httpx.TransportError:
            time.sleep(0.1)
    raise RuntimeError("The registrar did not start.")


def _join(address: str, number: int, end: float) -> int:
    """Make and check claims until `end`; return how many."""
    count = 0
    with httpx.Client(base_url=address, timeout=60, trust_env=False) as client:
        while time.monotonic() < end:
            rest_id = str(1_000_000 * (number + 1) + count)
            body = {"rest_id": rest_id, "screen_name": f"w{rest_id}", "did": f"did:plc:{rest_id}"}
            made = client.post("/v1/claims", json=body).raise_for_status().json()
            checked = client.post(
                f"/v1/claims/{made['claim_id']}/check",
                json={"post": f"https://x.com/w{rest_id}/status/{rest_id}"},
                headers={"Authorization": f"Bearer {made['secret']}"},
            )
            if checked.raise_for_status().json()["claim"]["grade"] != "proven":
                raise RuntimeError("A claim was not proven.")
            count += 1
    return count
