"""A directory that sends too much: the command line stops reading at the size that it knows before."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from passerelle.cli.main import main
from passerelle.directory import MAX_PUBLISHED_FILE
from passerelle.directory.latest import MAX_LATEST

from tests.data.archives import make_archive

pytest.importorskip("httpx")

CHUNK = b" " * 65_536
ENDLESS = 64 * MAX_LATEST  # bytes; what a test may wait for if no bound stops it
PROMISED = 100_000  # bytes of each file


class Server(ThreadingHTTPServer):
    """Answers latest.json with `latest`, and files without end; counts the bytes that clients took."""

    latest = b""
    taken = 0


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        if self.path.endswith("latest.json") and self.server.latest:
            self.wfile.write(self.server.latest)
            return
        try:
            while self.server.taken < ENDLESS:
                self.server.taken += self.wfile.write(CHUNK)
        except OSError:  # the client has enough
            pass

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
        pass


@contextmanager
def serving(latest: bytes = b"") -> Iterator[Server]:
    with Server(("127.0.0.1", 0), Handler) as server:
        server.latest = latest
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def latest_with(size: int) -> bytes:
    promise = {"path": "v1/f", "sha256": hashlib.sha256(b"").hexdigest(), "bytes": size}
    now = datetime.now(UTC)
    dates = {"generated_at": now.isoformat(), "expires": (now + timedelta(days=1)).isoformat()}
    files = [{"kind": kind, **promise} for kind in ("rows", "keys", "places")]
    return json.dumps({"version": 1, "rows": 1, "files": files, "deltas": []} | dates).encode()


def match(server: Server, archive: Path) -> int:
    return main(["match", str(archive), "--directory", f"http://127.0.0.1:{server.server_port}"])


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    return make_archive(tmp_path / "x.zip")


def test_an_endless_latest_json_is_cut_off(archive: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with serving() as server:
        assert match(server, archive) == 3
    assert server.taken < 8 * MAX_LATEST  # what the sockets buffer is taken, too
    assert "not a directory" in capsys.readouterr().err


def test_a_file_longer_than_promised_is_cut_off(archive: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with serving(latest_with(PROMISED)) as server:
        assert match(server, archive) == 3
    assert server.taken < 8 * MAX_LATEST
    assert "checksum" in capsys.readouterr().err


def test_a_promise_of_an_absurd_size_is_refused(archive: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with serving(latest_with(MAX_PUBLISHED_FILE + 1)) as server:
        assert match(server, archive) == 3
    assert server.taken == 0
    assert "not a directory" in capsys.readouterr().err
