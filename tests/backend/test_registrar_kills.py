"""Eight writers claim, check and withdraw during snapshots and kills of the registrar: nothing is lost or half done."""

from __future__ import annotations

import random
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from passerelle_directory.config import Config
from passerelle_directory.models import Account, Statement, StoredClaim
from passerelle_directory.publishing.snapshot import publish, read_rows
from passerelle_directory.registrar.intake import take_in
from passerelle_directory.registrar.recheck import recheck
from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from tests.backend.conftest import Directory
from tests.backend.registrar_process import make
from tests.backend.test_registrar import config, postgres

__all__ = ["config", "postgres"]

WRITERS = 8
ROOT = Path(__file__).parents[2]
BETWEEN_KILLS = (0.3, 1.2)  # seconds
START_UP = 60  # seconds, on a busy machine
PORTS = range(20_000, 32_768)  # Linux gives outgoing connections the ports from 32,768 on: ip_local_port_range


def find_port() -> int:
    """Return a free port outside the range from which outgoing connections get theirs.

    While the server is down, its writers keep connecting: one of them would get this very port, be connected with
    itself, and keep the server from listening again.
    """
    for port in random.sample(PORTS, len(PORTS)):
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port
    raise AssertionError("no port is free")


class Server:
    """The registrar's process, which can be killed and started again on the same port."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self.port = find_port()
        self.start()

    def start(self) -> None:
        """Start the process and wait until it answers."""
        arguments = [str(self._config.data), self._config.database_url, str(self.port)]
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.backend.registrar_process", *arguments],
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        end = time.monotonic() + START_UP
        while time.monotonic() < end:
            ended = self._process.poll()
            assert ended is None, f"the registrar ended with status {ended} instead of answering"
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                time.sleep(0.05)
        raise AssertionError(f"the registrar did not answer within {START_UP} seconds")

    def kill(self) -> None:
        """End the process at once."""
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()


@dataclass
class Known:
    """What the registrar has confirmed to one writer."""

    made: dict[str, dict[str, Any]] = field(default_factory=dict)
    proven: set[str] = field(default_factory=set)
    leaving: set[str] = field(default_factory=set)  # a withdrawal was sent
    gone: set[str] = field(default_factory=set)  # and confirmed


class Writer(threading.Thread):
    """Makes, checks and withdraws claims until it is told to stop; an answer that did not come is not counted."""

    def __init__(self, number: int, port: int, stop: threading.Event) -> None:
        super().__init__()
        self.known = Known()
        self.failure: Exception | None = None
        self._number, self._stop_event = number, stop
        self._address = f"http://127.0.0.1:{port}/v1"
        self._random = random.Random(number)

    def run(self) -> None:
        with httpx.Client(timeout=30, trust_env=False) as client:
            count = 0
            while not self._stop_event.is_set():
                count += 1
                try:
                    self._join(client, count)
                except httpx.TransportError:
                    time.sleep(0.05)
                except Exception as error:  # noqa: BLE001  # shown at the end of the test
                    self.failure = error
                    return

    def _join(self, client: httpx.Client, count: int) -> None:
        rest_id = str(1_000_000 * (self._number + 1) + count)
        body = {"rest_id": rest_id, "screen_name": f"w{rest_id}", "did": f"did:plc:{rest_id}"}
        made = _expect(client.post(f"{self._address}/claims", json=body), 201).json()
        claim_id = made["claim_id"]
        self.known.made[claim_id] = made
        headers = {"Authorization": f"Bearer {made['secret']}"}
        post = {"post": f"https://x.com/w{rest_id}/status/{rest_id}"}
        checked = _expect(client.post(f"{self._address}/claims/{claim_id}/check", json=post, headers=headers), 200)
        assert checked.json()["claim"]["grade"] == "proven", checked.text
        self.known.proven.add(claim_id)
        if self._random.random() < 0.3:
            self.known.leaving.add(claim_id)
            _expect(client.delete(f"{self._address}/claims/{claim_id}", headers=headers), 204)
            self.known.gone.add(claim_id)


def _expect(answer: httpx.Response, status: int) -> httpx.Response:
    assert answer.status_code == status, (answer.status_code, answer.text)
    return answer


class Snapshots(threading.Thread):
    """Takes claims in and publishes until it is told to stop."""

    def __init__(self, directory: Directory, stop: threading.Event) -> None:
        super().__init__()
        self.count = 0
        self.failure: Exception | None = None
        self._directory, self._stop_event = directory, stop

    def run(self) -> None:
        registrar = make(self._directory.config.data, self._directory.config.database_url)
        try:
            while not self._stop_event.is_set():
                recheck(registrar, datetime.now(UTC), limit=20)
                with self._directory.session() as session:
                    take_in(session, registrar.refusals_key, datetime.now(UTC))
                    publish(session, self._directory.config.public, self._directory.key, datetime.now(UTC))
                self.count += 1
        except Exception as error:  # noqa: BLE001  # shown at the end of the test
            self.failure = error
        finally:
            registrar.sessions.kw["bind"].dispose()


@contextmanager
def busy(directory: Directory) -> Iterator[tuple[Server, list[Writer], Snapshots]]:
    """Run server, writers and snapshots inside the block."""
    stop = threading.Event()
    server = Server(directory.config)
    writers = [Writer(number, server.port, stop) for number in range(WRITERS)]
    snapshots = Snapshots(directory, stop)
    try:
        for thread in (*writers, snapshots):
            thread.start()
        yield server, writers, snapshots
    finally:
        stop.set()
        for thread in (*writers, snapshots):
            if thread.ident:
                thread.join(timeout=60)
        server.kill()


def check_everything(directory: Directory, writers: list[Writer]) -> None:
    """Compare the database and the rows with what was confirmed."""
    made = {claim_id for one in writers for claim_id in one.known.made}
    proven = {claim_id for one in writers for claim_id in one.known.proven}
    leaving = {claim_id for one in writers for claim_id in one.known.leaving}
    gone = {claim_id for one in writers for claim_id in one.known.gone}
    with Session(directory.engine) as session:
        stored = {
            one.claim_id: one for one in session.scalars(select(StoredClaim).options(selectinload(StoredClaim.proofs)))
        }
        assert made - leaving <= stored.keys(), "a claim was lost"
        assert not gone & stored.keys(), "a withdrawn claim is there"
        for claim_id, one in stored.items():
            sides = {proof.side for proof in one.proofs if proof.state == "holds"}
            assert (one.grade == "proven") == (sides >= {"x", "bluesky"}), "half a claim"
            assert (claim_id not in proven) or one.grade == "proven", "a proof was lost"
    registrar = make(directory.config.data, directory.config.database_url)
    recheck(registrar, datetime.now(UTC))
    registrar.sessions.kw["bind"].dispose()
    with Session(directory.engine) as session:
        take_in(session, registrar.refusals_key, datetime.now(UTC))
        rows = {row.rest_id: row for row, _ in read_rows(session)}
        expected = set(session.scalars(select(StoredClaim.rest_id).where(StoredClaim.grade == "proven")))
        assert set(rows) == expected
        assert all(row.grade == "proven" and row.did and row.screen_name for row in rows.values())
        assert not session.scalars(select(Account).where(~Account.statements.any())).all(), "half a row"
        assert session.query(Statement).count() == len(rows)


def run_kills(directory: Directory, kills: int, seed: int) -> None:
    """Kill the registrar so often at random moments, and compare."""
    chance = random.Random(seed)
    with busy(directory) as (server, writers, snapshots):
        for _ in range(kills):
            time.sleep(chance.uniform(*BETWEEN_KILLS))
            server.kill()
            server.start()
        time.sleep(1)
    assert [failure for failure in (*(one.failure for one in writers), snapshots.failure) if failure] == []
    assert snapshots.count > 0
    assert sum(len(one.known.gone) for one in writers) > 0
    check_everything(directory, writers)


@pytest.mark.timeout(280)
def test_nothing_is_lost_or_half_done_when_the_registrar_is_killed(directory: Directory, seed: int) -> None:
    run_kills(directory, 10, seed)


@pytest.mark.soak
@pytest.mark.timeout(1500)
def test_nothing_is_lost_or_half_done_when_the_registrar_is_killed_often(directory: Directory, seed: int) -> None:
    run_kills(directory, 50, seed)
