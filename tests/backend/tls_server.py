"""Servers on 127.0.0.1 that speak TLS and answer what a test wants, counting connections."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import trustme

Answer = Callable[[ssl.SSLSocket, str], None]  # writes the answer to the request for a path


class TlsServer:
    """A server for these host names; `connections` counts who connected, `paths` and `urls` are what was asked."""

    def __init__(self, authority: trustme.CA, answer: Answer, *hosts: str) -> None:
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert(*hosts).configure_cert(self._context)
        self._answer = answer
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        self.connections = 0
        self.paths: list[str] = []
        self.urls: list[str] = []
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop listening."""
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join(timeout=15)

    def _run(self) -> None:
        while True:
            try:
                connected, _ = self._socket.accept()
            except OSError:
                return
            self.connections += 1
            with connected, suppress(OSError):
                connected.settimeout(10)
                with self._context.wrap_socket(connected, server_side=True) as tls:
                    self._serve(tls)

    def _serve(self, tls: ssl.SSLSocket) -> None:
        request = b""
        while b"\r\n\r\n" not in request:
            part = tls.recv(65_536)
            if not part:
                return
            request += part
        self.paths.append(request.split(b" ", 2)[1].decode())
        host = next(line[6:] for line in request.decode().split("\r\n") if line.lower().startswith("host: "))
        self.urls.append(f"https://{host}{self.paths[-1]}")
        self._answer(tls, self.paths[-1])


def whole(body: bytes, *headers: str, status: str = "200 OK", media_type: str = "application/json") -> bytes:
    """Return a whole answer."""
    lines = [f"HTTP/1.1 {status}", f"content-type: {media_type}", f"content-length: {len(body)}", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


@contextmanager
def serve(authority: trustme.CA, answer: Answer, *hosts: str) -> Iterator[TlsServer]:
    """Run a server inside the block."""
    server = TlsServer(authority, answer, *hosts)
    try:
        yield server
    finally:
        server.close()
