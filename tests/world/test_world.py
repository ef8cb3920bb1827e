"""The front of the closed world: real names, a full log, faults for a while, and no other host."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.world.world import Answer, Ask, World, altered, page, proxy, unreachable


def greeting(ask: Ask) -> Answer:
    return page(200, f"{ask.method} {ask.path} {ask.body.decode()}".encode(), "text/plain", ("ETag", '"1"'))


@pytest.fixture
def world() -> Iterator[World]:
    with World({"x.com": greeting, "dir.passerelle.eu": greeting}) as running:
        yield running


@pytest.fixture
def browser(world: World, tmp_path: Path) -> Iterator[httpx.Client]:
    """A client that trusts the world's authority and reaches every name there."""
    world.write_authority(tmp_path / "ca.pem")
    trust = ssl.create_default_context(cafile=str(tmp_path / "ca.pem"))
    with httpx.Client(transport=Loopback(world.port, trust), trust_env=False) as client:
        yield client


class Loopback(httpx.HTTPTransport):
    """Resolve every https host to the front, as --host-resolver-rules does."""

    def __init__(self, port: int, trust: ssl.SSLContext) -> None:
        super().__init__(verify=trust)
        self.port = port

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.extensions["sni_hostname"] = request.url.host
        request.url = request.url.copy_with(host="127.0.0.1", port=self.port)
        return super().handle_request(request)


def test_the_front_answers_under_a_real_name_with_a_trusted_certificate(browser: httpx.Client) -> None:
    assert browser.post("https://x.com/home?tab=1", content="hello").text == "POST /home?tab=1 hello"


def test_every_request_is_logged(world: World, browser: httpx.Client) -> None:
    browser.get("https://x.com/home", headers={"x-mark": "1"})
    browser.post("https://dir.passerelle.eu/v1", content="abc")

    assert [(ask.host, ask.method, ask.path) for ask in world.asked] == [
        ("x.com", "GET", "/home"),
        ("dir.passerelle.eu", "POST", "/v1"),
    ]
    assert ("x-mark", "1") in world.asked[0].headers
    assert world.asked[1].body_sha256.startswith("ba7816bf")  # sha256("abc")


def test_an_unknown_host_gets_no_answer_and_is_logged(world: World) -> None:
    with (
        httpx.Client(verify=False, trust_env=False) as client,
        pytest.raises(httpx.RemoteProtocolError),
    ):
        client.get(f"https://127.0.0.1:{world.port}/", headers={"host": "telemetry.example"})

    assert [ask.host for ask in world.strangers] == ["telemetry.example"]


def test_a_fault_ends_with_its_block(world: World, browser: httpx.Client) -> None:
    with world.fault("x.com", unreachable), pytest.raises(httpx.RemoteProtocolError):
        browser.get("https://x.com/")
    with world.silence(), pytest.raises(httpx.RemoteProtocolError):
        browser.get("https://dir.passerelle.eu/")

    assert browser.get("https://x.com/").status_code == 200
    assert browser.get("https://dir.passerelle.eu/").status_code == 200


def test_an_altered_file_is_altered_alone_and_not_cached(world: World, browser: httpx.Client) -> None:
    with world.fault("x.com", altered("/a", lambda body: body.upper() + b"!")):
        changed, other = browser.get("https://x.com/a"), browser.get("https://x.com/b")

    assert (changed.text, other.text) == ("GET /A !", "GET /b ")
    assert "etag" not in changed.headers


def test_a_proxied_server_that_is_down_does_not_answer(browser: httpx.Client, world: World) -> None:
    with world.fault("x.com", lambda _: proxy(lambda: 9)), pytest.raises(httpx.RemoteProtocolError):
        browser.get("https://x.com/")


def test_no_bug_stayed_hidden(world: World, browser: httpx.Client) -> None:
    browser.get("https://x.com/")

    assert world.bugs == []


def test_an_answered_request_is_announced_once_its_site_has_answered(world: World, browser: httpx.Client) -> None:
    announced: list[str] = []
    came = threading.Event()

    def note(ask: Ask) -> None:
        announced.append(ask.path)
        came.set()

    world.on_answered = note
    browser.get("https://x.com/home")
    assert came.wait(10)
    with world.fault("x.com", unreachable), pytest.raises(httpx.TransportError):
        browser.get("https://x.com/notifications")
    assert announced == ["/home"]
