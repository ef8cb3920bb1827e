"""World: one TLS front on loopback that answers under the real names, logs every request, and can have faults.

A site is a function Ask -> Answer, a fault a function Site -> Site; both are plain, so a test composes what it needs:

    with world.fault("dir.passerelle.eu", unreachable): ...
"""

from __future__ import annotations

import base64
import hashlib
import http.client
import mimetypes
import ssl
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

import trustme
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.world.exchange import Answer, Ask, Fault, NoAnswer, Site, page

__all__ = [
    "Answer",
    "Ask",
    "Fault",
    "NoAnswer",
    "Site",
    "World",
    "altered",
    "page",
    "proxy",
    "slow",
    "static",
    "unreachable",
]

HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "te", "trailer", "upgrade"}  # RFC 9110, section 7.6.1
PROXY_SECONDS = 30.0


def unreachable(_: Site) -> Site:
    """Close every connection without an answer."""

    def silent(ask: Ask) -> Answer:
        raise NoAnswer(ask.host)

    return silent


def slow(seconds: float) -> Fault:
    """Delay every answer."""

    def fault(site: Site) -> Site:
        def late(ask: Ask) -> Answer:
            time.sleep(seconds)
            return site(ask)

        return late

    return fault


def altered(path: str, change: Callable[[bytes], bytes]) -> Fault:
    """The body of `path` is changed on its way; a conditional request is answered in full."""

    def fault(site: Site) -> Site:
        def changed(ask: Ask) -> Answer:
            if ask.path != path:
                return site(ask)
            unconditional = tuple((name, value) for name, value in ask.headers if not name.startswith("if-"))
            answer = site(replace(ask, headers=unconditional))
            unmarked = tuple((name, value) for name, value in answer.headers if name.lower() != "etag")
            return replace(answer, headers=unmarked, body=change(answer.body))

        return changed

    return fault


def static(folder: Path) -> Site:
    """Serve the files of a folder by their path, and nothing outside it."""

    def site(ask: Ask) -> Answer:
        file = (folder / urlsplit(ask.path).path.lstrip("/")).resolve()
        if not (file.is_file() and file.is_relative_to(folder.resolve())):
            return page(404, b"not here", "text/plain")
        return page(200, file.read_bytes(), mimetypes.guess_type(file)[0] or "application/octet-stream")

    return site


def proxy(port: Callable[[], int]) -> Site:
    """Hand every request on to a server on loopback; `port` is asked each time, since a restart may change it."""

    def site(ask: Ask) -> Answer:
        upstream = http.client.HTTPConnection("127.0.0.1", port(), timeout=PROXY_SECONDS)
        try:
            headers = {name: value for name, value in ask.headers if name not in HOP_BY_HOP}
            upstream.request(ask.method, ask.path, ask.body or None, headers)
            response = upstream.getresponse()
            kept = tuple((name, value) for name, value in response.getheaders() if name.lower() not in HOP_BY_HOP)
            return Answer(response.status, kept, response.read())
        except (OSError, http.client.HTTPException) as error:
            raise NoAnswer(ask.host) from error
        finally:
            upstream.close()

    return site


class World:
    """The front. `asked` lists every request in the order it came, `strangers` those to hosts that are not here.

    `on_answered` is called with a request once the last byte of its answer was sent.
    """

    def __init__(self, sites: Mapping[str, Site]) -> None:
        self.sites = dict(sites)
        self.asked: list[Ask] = []
        self.strangers: list[Ask] = []
        self.bugs: list[BaseException] = []
        self.on_answered: Callable[[Ask], None] = lambda ask: None
        self._authority = trustme.CA()
        certificate = self._authority.issue_cert(*self.sites)
        self.spki = _spki(certificate.cert_chain_pems[0].bytes())
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        certificate.configure_cert(context)
        self._server = _Front(self, context)
        self.port: int = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self._thread.start()

    @property
    def authority(self) -> str:
        """The certificate authority as PEM."""
        return self._authority.cert_pem.bytes().decode()

    def write_authority(self, path: Path) -> None:
        """Write the certificate authority as PEM, for clients that take one."""
        self._authority.cert_pem.write_to_path(str(path))

    def answer(self, ask: Ask) -> Answer:
        """Write the request down and let its site answer. Raises NoAnswer."""
        self.asked.append(ask)
        site = self.sites.get(ask.host)
        if site is None:
            self.strangers.append(ask)
            raise NoAnswer(ask.host)
        return site(ask)

    def asked_of(self, host: str) -> list[Ask]:
        """Return the requests to one host."""
        return [ask for ask in self.asked if ask.host == host]

    def forget(self) -> None:
        """Begin a new list of requests."""
        self.asked.clear()
        self.strangers.clear()

    @contextmanager
    def fault(self, host: str, fault: Fault) -> Iterator[None]:
        """Make `host` misbehave inside the block."""
        healthy = self.sites[host]
        self.sites[host] = fault(healthy)
        try:
            yield
        finally:
            self.sites[host] = healthy

    @contextmanager
    def silence(self) -> Iterator[None]:
        """Make every host unreachable inside the block."""
        healthy = dict(self.sites)
        self.sites.update({host: unreachable(site) for host, site in healthy.items()})
        try:
            yield
        finally:
            self.sites.update(healthy)

    def stop(self) -> None:
        """Close every connection."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def _spki(pem: bytes) -> str:
    """Return the value for Chromium's --ignore-certificate-errors-spki-list: base64 of sha256 of the public key."""
    key = x509.load_pem_x509_certificate(pem).public_key()
    digest = hashlib.sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).digest()
    return base64.b64encode(digest).decode()


class _Front(ThreadingHTTPServer):
    """The listening socket. The handshake runs in each connection's own thread, so that none holds up the others."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, world: World, context: ssl.SSLContext) -> None:
        super().__init__(("127.0.0.1", 0), _Connection)
        self.world = world
        self._open: set[Any] = set()
        self.socket = context.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)

    def process_request(self, request: Any, client_address: Any) -> None:
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._open.discard(request)
        super().shutdown_request(request)

    def server_close(self) -> None:
        super().server_close()
        for connection in list(self._open):
            self.shutdown_request(connection)

    def handle_error(self, request: Any, client_address: Any) -> None:
        error = sys.exception()
        # A browser that leaves in the middle is no bug of ours (ssl's errors are OSErrors).
        if error and not isinstance(error, OSError | ValueError):
            self.world.bugs.append(error)


class _Connection(BaseHTTPRequestHandler):
    """One kept-alive connection."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Front

    def _handle(self) -> None:
        ask = self._ask()
        try:
            answer = self.server.world.answer(ask)
        except NoAnswer:
            self.close_connection = True
            return
        self.send_response_only(answer.status)
        for name, value in answer.headers:
            if name.lower() != "content-length":
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)
        self.server.world.on_answered(ask)

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = do_OPTIONS = _handle  # noqa: N815 - the names http.server calls

    def _ask(self) -> Ask:
        headers = tuple((name.lower(), value) for name, value in self.headers.items())
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        return Ask(self.headers.get("Host", "").partition(":")[0], self.command, self.path, headers, body)

    def finish(self) -> None:
        with suppress(OSError, ValueError):
            super().finish()

    def log_message(self, *_: object) -> None:
        """Stay silent: `World.asked` is the log."""
