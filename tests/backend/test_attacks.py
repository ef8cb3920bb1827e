"""The server as `serve` starts it, against clients that send or read slowly, and beside a large import."""

from __future__ import annotations

import hashlib
import http.client
import os
import resource
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from passerelle_directory.cli import main
from passerelle_directory.locks import WRITER_LOCK, hold_lock

from tests.backend.test_cli import free_port, get_when_up

ATTACKERS = 500
LATEST = "/v1/directory/latest.json"
BIG = 8 << 20  # bytes: the largest file a directory publishes
PATIENCE = 2.0  # seconds within which everyone else must be answered
COMMAND = [sys.executable, "-m", "passerelle_directory.cli"]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Publish the seed in a PASSERELLE_DATA for all tests of this file."""
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("data")
        patch.setenv("PASSERELLE_DATA", str(folder))
        patch.setenv("PASSERELLE_LIMIT", "100000 per minute")  # all attackers and readers here have one address
        patch.delenv("DATABASE_URL", raising=False)
        for command in (["keygen"], ["seed"], ["snapshot"]):
            assert main(command) == 0
        yield folder


@pytest.fixture(scope="module")
def port(data: Path) -> Iterator[int]:
    """Serve it on a free port."""
    number = free_port()
    server = subprocess.Popen(
        [*COMMAND, "serve", "--port", str(number)], stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL
    )
    try:
        get_when_up(f"http://127.0.0.1:{number}{LATEST}")
        yield number
    finally:
        server.terminate()
        server.wait(timeout=30)


@pytest.fixture(scope="module")
def big_file(data: Path) -> str:
    """Publish a file of 8 MB; return its address."""
    content = os.urandom(1 << 16) * (BIG >> 16)
    name = f"{hashlib.sha256(content).hexdigest()}.jsonl.gz"
    (data / "public" / "files" / name).write_bytes(content)
    return f"/v1/directory/files/{name}"


@pytest.fixture(autouse=True)
def many_files() -> Iterator[None]:
    """Allow this process a socket for each attacker."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 4 * ATTACKERS
    if hard != resource.RLIM_INFINITY and hard < wanted:
        pytest.skip("not enough file descriptors")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, wanted), hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def ask(port: int, path: str, timeout: float = 30) -> tuple[int, float]:
    """Ask for a page on a connection of its own; return the status and the seconds it took."""
    began = time.monotonic()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        answer.read()
        return answer.status, time.monotonic() - began
    finally:
        connection.close()


def connect(port: int, first: bytes) -> socket.socket:
    """Open an attacker's connection with a tiny receive buffer, and send the first bytes."""
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
    client.settimeout(10)
    client.connect(("127.0.0.1", port))
    client.sendall(first)
    client.setblocking(False)
    return client


def read_a_little(client: socket.socket) -> None:
    """Read some bytes of the answer."""
    client.recv(16)


def send_a_little(client: socket.socket) -> None:
    """Send one more byte of the request's head."""
    client.send(b"x")


@contextmanager
def attack(port: int, first: bytes, step: Callable[[socket.socket], None]) -> Iterator[list[socket.socket]]:
    """Keep ATTACKERS connections busy with one step a second."""
    over = threading.Event()

    def keep_busy() -> None:
        while not over.wait(1):
            for client in clients:
                try:
                    step(client)
                except OSError:  # nothing to read yet, or closed by the server
                    continue

    with ExitStack() as stack:
        clients = [stack.enter_context(connect(port, first)) for _ in range(ATTACKERS)]
        worker = threading.Thread(target=keep_busy)
        worker.start()
        try:
            yield clients
        finally:
            over.set()
            worker.join()


def worst(port: int, path: str, times: int = 10) -> float:
    """Ask several times; return the longest time, after checking that each was answered."""
    answers = [ask(port, path) for _ in range(times)]
    assert {status for status, _ in answers} == {200}
    return max(took for _, took in answers)


def test_slow_readers_hold_no_one_up(port: int, big_file: str) -> None:
    with attack(port, f"GET {big_file} HTTP/1.1\r\nHost: x\r\n\r\n".encode(), read_a_little):
        assert worst(port, LATEST) < PATIENCE
        assert worst(port, "/", 3) < PATIENCE


def test_half_sent_requests_hold_no_one_up(port: int) -> None:
    with attack(port, f"GET {LATEST} HTTP/1.1\r\nHost: x\r\nX-Long: ".encode(), send_a_little):
        assert worst(port, LATEST) < PATIENCE
        assert worst(port, "/", 3) < PATIENCE


def test_both_attacks_at_once_hold_no_one_up(port: int, big_file: str) -> None:
    with (
        attack(port, f"GET {big_file} HTTP/1.1\r\nHost: x\r\n\r\n".encode(), read_a_little),
        attack(port, b"GET / HTTP/1.1\r\nX-Long: ", send_a_little),
    ):
        assert worst(port, LATEST) < PATIENCE


def test_pipelined_requests_of_slow_readers_hold_no_one_up(port: int, big_file: str) -> None:
    with attack(port, f"GET {big_file} HTTP/1.1\r\nHost: x\r\n\r\n".encode() * 20, read_a_little):
        assert worst(port, LATEST) < PATIENCE


def test_a_request_that_is_not_finished_in_time_is_closed(port: int) -> None:
    client = connect(port, b"GET / HTTP/1.1\r\nX-Long: ")
    client.settimeout(1)
    began = time.monotonic()
    try:
        while time.monotonic() - began < 40:
            client.sendall(b"x")
            try:
                assert client.recv(100) == b""
                break
            except TimeoutError:
                continue
        else:
            pytest.fail("the connection is still open")
    except OSError:
        pass  # reset: closed as well
    finally:
        client.close()
    assert time.monotonic() - began > 15  # an honest slow client has that long


def write_rows(path: Path, rows: int, source: str) -> Path:
    """Write a list of so many invented X accounts."""
    lines = (f"name{n},name{n}.example.com,{source},2026-05-07\n" for n in range(rows))
    path.write_text("screen_name,handle,source,source_date\n" + "".join(lines), encoding="utf-8")
    return path


def import_beside_readers(port: int, files: list[Path]) -> tuple[list[subprocess.Popen[str]], list[tuple[int, float]]]:
    """Import files at the same time while pages are read; return the imports and the answers."""
    imports = [
        subprocess.Popen([*COMMAND, "import", str(path)], stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for path in files
    ]
    answers = []
    while any(one.poll() is None for one in imports):
        answers += [ask(port, path) for path in (LATEST, "/", "/departures", "/v1/departures.json")]
        time.sleep(0.2)
    return imports, answers


def check_imports(port: int, tmp_path: Path, rows: int) -> None:
    """Import two files at once beside readers: no reader meets an error, and one import waits for the other."""
    files = [write_rows(tmp_path / f"{name}.csv", rows, f"{name}/list") for name in ("first", "second")]
    imports, answers = import_beside_readers(port, files)
    printed = [one.communicate() for one in imports]
    assert [one.returncode for one in imports] == [0, 0], printed
    assert {status for status, _ in answers} == {200}
    assert all(f"{rows} new" in out for out, _ in printed)


def test_pages_are_served_beside_two_imports(port: int, tmp_path: Path) -> None:
    check_imports(port, tmp_path, 1_000)


def test_an_import_waits_for_the_writer_before_it_and_says_so(data: Path, tmp_path: Path) -> None:
    command = [*COMMAND, "import", str(write_rows(tmp_path / "third.csv", 10, "third/list"))]
    with hold_lock(data / WRITER_LOCK):
        waiting = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert waiting.stderr
        assert "waiting until it is done" in waiting.stderr.readline()
        assert waiting.poll() is None
    out, _ = waiting.communicate(timeout=60)
    assert waiting.returncode == 0
    assert "10 new" in out


@pytest.mark.soak
def test_pages_are_served_beside_imports_of_200_000_rows(port: int, tmp_path: Path) -> None:
    check_imports(port, tmp_path, 200_000)
