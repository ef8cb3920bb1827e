"""deploy/nginx.conf in Debian's nginx, in front of the real programs."""

from __future__ import annotations

import gzip
import json
import os
import re
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from itertools import product
from pathlib import Path

import httpx
import pytest
from passerelle_directory.cli import main
from passerelle_directory.config import read_config
from passerelle_directory.web.app import create_app
from passerelle_directory.web.limits import name_visitor

from tests.backend.test_cli import START_UP, free_port, get_when_up
from tests.deploy.nginx import CONFIGURATION, DIRECTORY, PROGRAM, REGISTRAR, Nginx, running_front

pytestmark = pytest.mark.skipif(PROGRAM is None, reason="nginx is not installed; build/system.py does it as root")

LATEST = "/v1/directory/latest.json"
OTHER = {"date", "server", "connection", "content-length", "transfer-encoding", "accept-ranges", "x-cache"}
OWN = {"etag", "last-modified", "content-disposition", "expires"}  # each server makes its own; max-age rules (RFC 9111)


@contextmanager
def running(environment: dict[str, str], *arguments: str) -> Iterator[None]:
    """Run a command of the program inside the block."""
    command = [sys.executable, "-m", "passerelle_directory.cli", *arguments]
    process = subprocess.Popen(command, env=os.environ | environment, stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.terminate()
        process.wait(timeout=START_UP)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A published directory with the rows that come with the program."""
    folder = tmp_path_factory.mktemp("data")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PASSERELLE_DATA", str(folder))
        patch.delenv("DATABASE_URL", raising=False)
        for command in (["keygen"], ["seed"], ["snapshot"]):
            assert main(command) == 0
        yield folder


@pytest.fixture(scope="module")
def front(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nginx]:
    """Directory, registrar, and nginx in front of both."""
    environment = {"PASSERELLE_DATA": str(data), "PASSERELLE_PROXIES": "1"}
    ports = [free_port(), free_port()]
    with ExitStack() as stack:
        for name, port in zip(("serve", "registrar"), ports, strict=True):
            stack.enter_context(running(environment, name, "--port", str(port)))
        for port in ports:
            get_when_up(f"http://127.0.0.1:{port}/healthz")
        yield stack.enter_context(running_front(tmp_path_factory.mktemp("nginx"), data, *ports))


@pytest.fixture(autouse=True)
def rested() -> None:
    """Wait until what the test before has asked counts for little."""
    time.sleep(0.2)


def headers_of(response: httpx.Response) -> dict[str, str]:
    """Return the headers that a client may depend on."""
    return {name: value for name, value in response.headers.items() if name not in OTHER | OWN}


def files(data: Path) -> list[str]:
    """Return the paths of all published files, latest.json first."""
    latest = json.loads((data / "public" / "latest.json").read_bytes())
    return [LATEST, *(f"/{one['path']}" for one in latest["files"])]


def test_files_have_the_bytes_and_the_headers_that_the_program_gives_them(front: Nginx, data: Path) -> None:
    client = create_app(read_config({"PASSERELLE_DATA": str(data)})).test_client()
    for path in files(data):
        own = client.get(path, base_url=f"https://{DIRECTORY}", buffered=True)
        served = front.get(path)
        assert served.content == own.data
        expected = {name.lower(): value for name, value in own.headers.items() if name.lower() not in OTHER | OWN}
        found = headers_of(served)
        assert set(found.pop("cache-control").split(", ")) == set(expected.pop("cache-control").split(", "))
        assert found == expected, path


def test_what_is_there_already_is_not_sent_again(front: Nginx, data: Path) -> None:
    for path in (*files(data)[:2], "/departures"):
        first = front.get(path)
        again = front.get(path, headers={"If-None-Match": first.headers["ETag"]})
        assert (first.status_code, again.status_code, again.content) == (200, 304, b""), path


def test_pages_are_packed_and_published_files_are_not(front: Nginx, data: Path) -> None:
    accepts = {"Accept-Encoding": "gzip"}
    assert front.get("/departures", headers=accepts).headers["Content-Encoding"] == "gzip"
    assert front.get("/v1/departures.json", headers=accepts).headers["Content-Encoding"] == "gzip"
    for path in files(data):
        assert "Content-Encoding" not in front.get(path, headers=accepts).headers
    assert gzip.decompress(front.get(files(data)[1], headers=accepts).content)


def test_pages_have_the_headers_of_the_program_once(front: Nginx) -> None:
    page = front.get("/")
    assert page.headers.get_list("Content-Security-Policy") == page.headers.get_list("content-security-policy")[:1]
    assert page.headers["Strict-Transport-Security"] == "max-age=63072000"
    assert "nginx/" not in page.headers["Server"]


def test_a_page_is_kept_once_for_each_language(front: Nginx) -> None:
    for _ in range(2):
        for language in ("fr", "en"):
            page = front.get("/privacy", headers={"Accept-Language": language})
            assert page.headers["Content-Language"] == language
    assert page.headers["X-Cache"] == "HIT"


def test_nothing_else_of_the_folder_is_served(front: Nginx, data: Path) -> None:
    (data / "public" / "files" / ".making-x").write_text("half a file")
    base = "/v1/directory/files"
    for path in (
        f"{base}/.making-x",
        f"{base}/../../../keys/current.pem",
        f"{base}/%2e%2e/%2e%2e/keys/current.pem",
        f"{base}/",
    ):
        assert front.get(path).status_code in (400, 404, 422), path


def test_readiness_and_metrics_are_not_for_visitors(front: Nginx) -> None:
    for host in (DIRECTORY, REGISTRAR):
        statuses = [front.get(path, host).status_code for path in ("/healthz", "/readyz", "/metrics")]
        assert statuses == [200, 404, 404]


def test_plain_http_leads_to_https_and_an_unknown_name_gets_no_certificate(front: Nginx) -> None:
    answer = httpx.get(f"http://127.0.0.1:{front.http_port}/a?b=c", headers={"Host": DIRECTORY})
    assert (answer.status_code, answer.headers["Location"]) == (308, f"https://{DIRECTORY}/a?b=c")
    context = ssl.create_default_context(cafile=str(front.authority))
    with socket.create_connection(("127.0.0.1", front.https_port)) as plain, pytest.raises(ssl.SSLError):
        context.wrap_socket(plain, server_hostname="other.example.org")


def test_the_registrar_takes_a_claim_and_refuses_a_long_body(front: Nginx) -> None:
    claim = {"rest_id": "20", "screen_name": "ada", "did": "did:plc:ada22222222222222222222222"}
    made = front.get("/v1/claims", REGISTRAR, "POST", json=claim)
    assert made.status_code == 201
    assert made.headers["Cache-Control"] == "no-store"
    assert front.get("/v1/claims", REGISTRAR, "POST", content=b"x" * 20_000).status_code == 413
    preflight = front.get("/v1/claims", REGISTRAR, "OPTIONS", headers={"Origin": "chrome-extension://a"})
    assert "POST" in preflight.headers["Access-Control-Allow-Methods"]


def test_the_logs_have_no_address_no_path_and_no_query(front: Nginx) -> None:
    front.get("/departures?search=ada.example")
    front.get(f"/c/{'a' * 16}", REGISTRAR, headers={"User-Agent": "Curious/1"})
    lines = [json.loads(line) for line in front.logs().splitlines()]
    assert {"time", "host", "method", "status", "bytes", "seconds"} == set(lines[-1])
    for name in ("127.0.0.1", "ada.example", "Curious", "aaaaaaaa", "departures"):
        assert name not in front.logs()


def test_a_visitor_who_asks_too_often_waits_whatever_address_he_claims(front: Nginx) -> None:
    """Last of the file: it uses up the allowance of 127.0.0.1."""

    def ask(number: int) -> int:
        return front.get("/healthz", REGISTRAR, headers={"X-Forwarded-For": f"192.0.2.{number}"}).status_code

    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(ask, range(200)))
    assert statuses.count(429) > 20
    assert set(statuses) == {200, 429}


def test_visitors_are_counted_by_the_networks_of_the_program() -> None:
    patterns = re.findall(r'"~(\^\(\?<net>.*)" \$net;', CONFIGURATION.read_text())
    assert len(patterns) == 2

    def key(text: str) -> str:
        found = (re.match(pattern.replace("?<net>", "?P<net>"), text) for pattern in patterns)
        return next((one["net"] for one in found if one), text)

    for one, other in product(ADDRESSES, repeat=2):
        assert (key(one) == key(other)) == (name_visitor(one) == name_visitor(other)), (one, other)


# As nginx writes them: https://www.rfc-editor.org/rfc/rfc5952
ADDRESSES = (
    "192.0.2.1",
    "192.0.2.2",
    "2001:db8::",
    "2001:db8::1",
    "2001:db8::1:2:3:4",
    "2001:db8:1::5",
    "2001:db8:1:2::1",
    "2001:db8:1:2:3:4:5:6",
    "2001:db8:1:3:3:4:5:6",
    "2001:db8:0:2::1",
    "2001:db8:0:2:1:2:3:4",
)
