"""The registrar's fetcher: no connection to an address inside a network, and a bounded, typed end of every answer."""

from __future__ import annotations

import gzip
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import trustme
from passerelle.errors import PasserelleError
from passerelle.identifiers import AccountId
from passerelle.transport import Request
from passerelle_directory.registrar import fetcher as fetcher_module
from passerelle_directory.registrar.addresses import is_public_address
from passerelle_directory.registrar.fetcher import MAX_REDIRECTS, USER_AGENT, Fetcher, FetchRefused, NoAnswer

from tests.backend.tls_server import Answer, TlsServer, serve, whole

HOST, OTHER = "quai.example.org", "gare.example.org"
URL = f"https://{HOST}/start"

INSIDE = [
    "127.0.0.1",
    "127.255.255.254",
    "0.0.0.0",
    "10.0.0.1",
    "100.64.0.1",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.1",
    "192.0.2.1",
    "192.168.1.1",
    "198.18.0.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:93.184.215.14",
    "::127.0.0.1",
    "64:ff9b::a00:1",
    "64:ff9b:1::a00:1",
    "2001::1",
    "2001:db8::1",
    "2002:a00:1::1",
    "2002:7f00:1::",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
    "100::1",
    "not an address",
]


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def connections(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Every connection that the fetcher tries to open."""
    tried: list[Any] = []
    connect = socket.create_connection

    def count(address: tuple[str, int], timeout: float) -> socket.socket:
        tried.append(address)
        return connect(address, timeout)

    monkeypatch.setattr(socket, "create_connection", count)
    return tried


def trusting(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


def local(authority: trustme.CA, server: TlsServer, **changes: Any) -> Fetcher:
    """Return a fetcher for which every name is this server, and 127.0.0.1 is public."""
    settings: dict[str, Any] = {
        "resolve": lambda _host, _port: [("127.0.0.1", server.port)],
        "is_public": lambda address: address == "127.0.0.1",
        "tls": trusting(authority),
        "seconds": 3.0,
    }
    return Fetcher(**(settings | changes))


@pytest.fixture
def answering(authority: trustme.CA) -> Iterator[Callable[[Answer], TlsServer]]:
    """Start servers that end with the test."""
    started: list[TlsServer] = []

    def start(answer: Answer) -> TlsServer:
        started.append(TlsServer(authority, answer, HOST, OTHER))
        return started[-1]

    yield start
    for server in started:
        server.close()


def refusal(fetcher: Fetcher, request: Request) -> PasserelleError:
    """Return the typed error that a request ends in."""
    with pytest.raises((FetchRefused, NoAnswer)) as caught:
        fetcher.fetch(request)
    return caught.value


@pytest.mark.parametrize("address", INSIDE)
def test_no_connection_to_an_address_inside_a_network(address: str, connections: list[Any]) -> None:
    assert not is_public_address(address)
    error = refusal(Fetcher(resolve=lambda _host, port: [(address, port)]), Request("GET", URL))
    assert error.code == "address_forbidden"
    assert connections == []


@pytest.mark.parametrize("address", ["93.184.215.14", "1.1.1.1", "2606:4700:4700::1111", "2a00:1450:4007:80e::200e"])
def test_addresses_of_public_servers(address: str) -> None:
    assert is_public_address(address)


@pytest.mark.parametrize(
    "url",
    [
        "http://quai.example.org/",
        "ftp://quai.example.org/",
        "file:///etc/passwd",
        "https://127.0.0.1/",
        "https://2130706433/",
        "https://0x7f000001/",
        "https://0x7f.0.0.1/",
        "https://0177.0.0.1/",
        "https://017700000001/",
        "https://127.1/",
        "https://127.0.1/",
        "https://[::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[fd00:ec2::254]/latest/meta-data/",
        "https://169.254.169.254/latest/meta-data/",
        "https://metadata.google.internal/",
        "https://localhost/",
        "https://localhost./",
        "https://router.lan/",
        "https://intranet/",
        "https://ada:secret@quai.example.org/",
        "https://quai.example.org:8443/",
        "https://quai.example.org\\@127.0.0.1/",
        "https://quai.example.org/\r\nx: y",
        "https://quai.example.org/a b",
        "https://①②⑦.0.0.1/",
        "https://[::1/",
        "",
    ],
)
def test_no_connection_for_other_addresses_than_https_on_public_names(url: str, connections: list[Any]) -> None:
    resolved: list[str] = []

    def resolve(host: str, port: int) -> list[tuple[str, int]]:
        resolved.append(host)
        return [("127.0.0.1", port)]

    assert refusal(Fetcher(resolve=resolve), Request("GET", url)).code == "address_forbidden"
    assert (connections, resolved) == ([], [])


@pytest.mark.parametrize(
    "request_", [Request("POST", URL, body=b"{}"), Request("GET", URL, account=AccountId("did:plc:a"))]
)
def test_nothing_is_written_and_no_account_is_used(request_: Request, connections: list[Any]) -> None:
    assert refusal(Fetcher(), request_).code == "address_forbidden"
    assert connections == []


def test_one_address_inside_a_network_among_public_ones_is_refused(connections: list[Any]) -> None:
    fetcher = Fetcher(resolve=lambda _host, port: [("93.184.215.14", port), ("10.0.0.1", port)])
    assert refusal(fetcher, Request("GET", URL)).code == "address_forbidden"
    assert connections == []


def test_a_name_is_resolved_once_and_the_checked_address_is_used(
    answering: Callable[[Answer], TlsServer], authority: trustme.CA
) -> None:
    """DNS that answers public first and private then: there is no second question."""
    server = answering(lambda tls, _path: tls.sendall(whole(b"{}")))
    answers = iter([[("127.0.0.1", server.port)], [("10.0.0.1", 443)]])
    fetcher = local(authority, server, resolve=lambda _host, _port: next(answers))
    assert fetcher.fetch(Request("GET", URL)).body == b"{}"
    assert server.connections == 1


def test_a_redirect_into_a_network_is_refused(
    answering: Callable[[Answer], TlsServer], authority: trustme.CA, connections: list[Any]
) -> None:
    server = answering(lambda tls, _path: tls.sendall(whole(b"", f"location: https://{OTHER}/", status="302 Found")))

    def resolve(host: str, port: int) -> list[tuple[str, int]]:
        return [("127.0.0.1", server.port)] if host == HOST else [("10.0.0.1", port)]

    fetcher = local(authority, server, resolve=resolve)
    assert refusal(fetcher, Request("GET", URL, may_redirect=True)).code == "address_forbidden"
    assert connections == [("127.0.0.1", server.port)]


def test_a_redirect_to_the_same_name_is_resolved_and_checked_again(
    answering: Callable[[Answer], TlsServer], authority: trustme.CA, connections: list[Any]
) -> None:
    """DNS that answers public for the first request and private for the redirect: the second answer is refused."""
    server = answering(lambda tls, _path: tls.sendall(whole(b"", "location: /again", status="302 Found")))
    answers = iter([[("127.0.0.1", server.port)], [("10.0.0.1", 443)]])
    fetcher = local(authority, server, resolve=lambda _host, _port: next(answers))
    assert refusal(fetcher, Request("GET", URL, may_redirect=True)).code == "address_forbidden"
    assert connections == [("127.0.0.1", server.port)]


def test_redirects_share_the_time_of_one_answer(
    answering: Callable[[Answer], TlsServer], authority: trustme.CA
) -> None:
    def answer(tls: ssl.SSLSocket, _path: str) -> None:
        time.sleep(0.6)
        tls.sendall(whole(b"", "location: /again", status="302 Found"))

    begun = time.monotonic()
    fetcher = local(authority, answering(answer), seconds=1.0)
    assert refusal(fetcher, Request("GET", URL, may_redirect=True)).code == "server_unreachable"
    assert time.monotonic() - begun < 2


def test_a_connection_that_never_speaks_tls_ends_in_time() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        fetcher = Fetcher(lambda _host, _port: [("127.0.0.1", port)], lambda _address: True, seconds=0.5)
        begun = time.monotonic()
        assert refusal(fetcher, Request("GET", URL)).code == "server_unreachable"
        assert time.monotonic() - begun < 2


@pytest.mark.parametrize(
    "target",
    [
        "http://quai.example.org/",
        "https://127.0.0.1/",
        "https://[::1]/",
        "//169.254.169.254/",
        "https://localhost/",
        "file:///etc/passwd",
        "https://[::1",
    ],
)
def test_a_redirect_to_a_forbidden_address_is_refused(
    target: str, answering: Callable[[Answer], TlsServer], authority: trustme.CA, connections: list[Any]
) -> None:
    server = answering(lambda tls, _path: tls.sendall(whole(b"", f"location: {target}", status="302 Found")))
    assert refusal(local(authority, server), Request("GET", URL, may_redirect=True)).code == "address_forbidden"
    assert len(connections) == 1


def test_a_redirect_is_followed_only_where_the_request_allows_it(
    answering: Callable[[Answer], TlsServer], authority: trustme.CA
) -> None:
    def answer(tls: ssl.SSLSocket, path: str) -> None:
        moved = whole(b"", f"location: https://{OTHER}/end", status="301 Moved")
        tls.sendall(whole(b'{"a":1}') if path == "/end" else moved)

    server = answering(answer)
    found = local(authority, server).fetch(Request("GET", URL, may_redirect=True))
    assert (found.url, found.json()) == (f"https://{OTHER}/end", {"a": 1})
    assert refusal(local(authority, server), Request("GET", URL)).code == "too_many_redirects"


def test_redirects_without_end(answering: Callable[[Answer], TlsServer], authority: trustme.CA) -> None:
    server = answering(lambda tls, _path: tls.sendall(whole(b"", "location: /again", status="302 Found")))
    assert refusal(local(authority, server), Request("GET", URL, may_redirect=True)).code == "too_many_redirects"
    assert server.connections == MAX_REDIRECTS + 1


def send_endless(tls: ssl.SSLSocket, _path: str) -> None:
    tls.sendall(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n")
    while True:
        tls.sendall(b" " * 65_536)


def send_endless_headers(tls: ssl.SSLSocket, _path: str) -> None:
    tls.sendall(b"HTTP/1.1 200 OK\r\n")
    while True:
        tls.sendall(b"x-more: " + b"a" * 4_000 + b"\r\n")


def send_slowly(tls: ssl.SSLSocket, _path: str) -> None:
    tls.sendall(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n")
    for _ in range(1000):
        tls.sendall(b" ")
        time.sleep(0.1)


def send_headers_slowly(tls: ssl.SSLSocket, _path: str) -> None:
    for letter in b"HTTP/1.1 200 OK\r\n" + b"a" * 1000:
        tls.sendall(bytes([letter]))
        time.sleep(0.1)


def send_nothing(tls: ssl.SSLSocket, _path: str) -> None:
    time.sleep(2)


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (send_endless, "answer_too_long"),
        (lambda tls, _path: tls.sendall(whole(b" " * 2_000_000)), "answer_too_long"),
        (send_endless_headers, "server_unreachable"),
        (send_slowly, "server_unreachable"),
        (send_headers_slowly, "server_unreachable"),
        (send_nothing, "server_unreachable"),
        (lambda tls, _path: tls.sendall(b"SSH-2.0-OpenSSH_9\r\n"), "server_unreachable"),
        (
            lambda tls, _path: tls.sendall(
                b"HTTP/1.1 200 OK\r\ncontent-length: 50\r\ncontent-type: text/plain\r\n\r\nshort"
            ),
            "server_unreachable",
        ),
        (
            lambda tls, _path: tls.sendall(whole(gzip.compress(b"0" * 50_000_000), "content-encoding: gzip")),
            "answer_encoded",
        ),
        (lambda tls, _path: tls.sendall(whole(b"<html>", media_type="text/html")), "answer_type"),
        (lambda tls, _path: tls.sendall(whole(b"MZ", media_type="application/octet-stream")), "answer_type"),
    ],
    ids=[
        "endless",
        "huge",
        "endless headers",
        "slow",
        "slow headers",
        "silent",
        "no HTTP",
        "cut off",
        "bomb",
        "html",
        "binary",
    ],
)
def test_every_bad_answer_ends_in_time_in_a_typed_error(
    answer: Answer, code: str, answering: Callable[[Answer], TlsServer], authority: trustme.CA
) -> None:
    server = answering(answer)
    begun = time.monotonic()
    assert refusal(local(authority, server, seconds=1.0), Request("GET", URL)).code == code
    assert time.monotonic() - begun < 5


def test_the_page_of_an_error_is_not_read_and_its_status_counts(
    answering: Callable[[Answer], TlsServer], authority: trustme.CA
) -> None:
    server = answering(lambda tls, _path: tls.sendall(whole(b"<html>", status="404 Not Found", media_type="text/html")))
    found = local(authority, server).fetch(Request("GET", URL))
    assert (found.status, found.body) == (404, b"")


def test_a_certificate_of_another_name_is_refused(authority: trustme.CA) -> None:
    with serve(authority, lambda tls, _path: tls.sendall(whole(b"{}")), "other.example.org") as server:
        assert refusal(local(authority, server), Request("GET", URL)).code == "server_unreachable"
        assert server.paths == []


def test_an_unknown_authority_is_refused(answering: Callable[[Answer], TlsServer], authority: trustme.CA) -> None:
    server = answering(lambda tls, _path: tls.sendall(whole(b"{}")))
    assert refusal(local(authority, server, tls=None), Request("GET", URL)).code == "server_unreachable"
    assert server.paths == []


def test_a_name_without_address_and_a_closed_port(connections: list[Any]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    assert refusal(Fetcher(lambda _h, _p: [], lambda _address: True), Request("GET", URL)).code == "server_unreachable"
    nothing = Fetcher(lambda _h, _p: [("127.0.0.1", port)], lambda _address: True)
    assert refusal(nothing, Request("GET", URL)).code == "server_unreachable"


def test_a_name_that_is_resolved_too_slowly_or_not_at_all() -> None:
    def sleep(_host: str, _port: int) -> list[tuple[str, int]]:
        time.sleep(2)
        return [("127.0.0.1", 443)]

    def fail(_host: str, _port: int) -> list[tuple[str, int]]:
        raise socket.gaierror("no such host")

    begun = time.monotonic()
    assert refusal(Fetcher(sleep, seconds=0.2), Request("GET", URL)).code == "server_unreachable"
    assert time.monotonic() - begun < 1.5
    assert refusal(Fetcher(fail), Request("GET", URL)).code == "server_unreachable"


def test_only_accept_and_content_type_are_sent_along(
    answering: Callable[[Answer], TlsServer], authority: trustme.CA, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    server = answering(lambda tls, _path: tls.sendall(whole(b"{}", "set-cookie: a=b")))
    headers = {"accept": "application/json", "authorization": "Bearer x", "cookie": "a=b"}
    assert local(authority, server).fetch(Request("GET", URL, headers)).status == 200
    sent = fetcher_module._headers(Request("GET", URL, headers), HOST, USER_AGENT)
    assert {name for name, _ in sent} == {"host", "user-agent", "accept-encoding", "accept"}
