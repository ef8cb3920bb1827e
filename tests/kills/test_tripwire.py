"""The tripwire holds a request at its point, and lets it go with or without an answer."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.kills.points import Point, Tripwire, When
from tests.world.test_world import Loopback
from tests.world.world import Answer, Ask, World, page

HOST = "pds.passerelle.eu"
WRITE = f"https://{HOST}/xrpc/com.atproto.repo.applyWrites"


class Server:
    """A world whose only server counts the writes that it has carried out."""

    def __init__(self, folder: Path) -> None:
        self.written = 0
        self.world = World({HOST: self._site})
        self.world.write_authority(folder / "ca.pem")
        trust = ssl.create_default_context(cafile=str(folder / "ca.pem"))
        self.client = httpx.Client(transport=Loopback(self.world.port, trust), trust_env=False)
        self.answers: list[int] = []

    def _site(self, ask: Ask) -> Answer:
        self.written += 1
        return page(200, b"{}", "application/json")

    def write_in_background(self) -> threading.Thread:
        """Send one write; its answer, or 0 for none, is added to `answers`."""
        thread = threading.Thread(target=self._write)
        thread.start()
        return thread

    def _write(self) -> None:
        try:
            self.answers.append(self.client.post(WRITE).status_code)
        except httpx.TransportError:
            self.answers.append(0)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    made = Server(tmp_path)
    with made.world, made.client:
        yield made


@pytest.mark.parametrize(
    ("when", "cuts", "written", "answer"),
    [
        ("before", True, 0, 0),
        ("before", False, 0, 200),
        ("written", True, 1, 0),
        ("written", False, 1, 200),
        ("answered", True, 1, 200),
    ],
)
def test_a_write_is_held_at_its_point(server: Server, when: When, cuts: bool, written: int, answer: int) -> None:
    tripwire = Tripwire(server.world, {HOST: "bluesky"}, cuts=cuts)
    tripwire.arm(Point(when, "bluesky", 1, 0))
    thread = server.write_in_background()
    assert tripwire.is_reached(10)
    assert server.written == written
    tripwire.release()
    thread.join(10)
    assert server.answers == [answer]


def test_a_point_comes_at_the_write_that_it_counts_and_not_at_others(server: Server) -> None:
    tripwire = Tripwire(server.world, {HOST: "bluesky"}, cuts=True)
    tripwire.arm(Point("before", "bluesky", 2, 0))
    assert server.client.get(f"https://{HOST}/xrpc/com.atproto.repo.listRecords").status_code == 200
    assert server.client.post(WRITE).status_code == 200
    assert not tripwire.is_reached(0)
    thread = server.write_in_background()
    assert tripwire.is_reached(10)
    tripwire.release()
    thread.join(10)
    assert server.answers == [0]
    assert server.client.post(WRITE).status_code == 200
