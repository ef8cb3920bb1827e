"""The web server that `serve` starts: waitress, with deadlines for clients that send or read slowly.

One thread moves bytes for all connections (poll), so a slow client occupies a connection and no thread; a few threads
run the application. One process, so that limits in memory count every request.
"""

from __future__ import annotations

import logging
import resource
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, NoReturn

from flask import Flask
from waitress.channel import HTTPChannel  # type: ignore[import-untyped]
from waitress.server import create_server  # type: ignore[import-untyped]

THREADS = 8  # requests answered at a time; each takes milliseconds
IDLE_TIMEOUT = 30  # seconds without a byte in either direction
REQUEST_DEADLINE = 20  # seconds from the first byte of a request to its last
ANSWER_DEADLINE = 600  # seconds to read an answer: 8 MB on a line of 0.1 Mbit/s, and the timeout of our own client
CROWDED_DEADLINE = 20  # seconds to read an answer while no further connection can be accepted
CHECK_INTERVAL = 5  # seconds between two checks of the deadlines
MAX_HEADER = 16_384  # bytes of a request's head
MAX_BODY = 65_536  # bytes; every route reads only
MAX_FILES = 16_384  # file descriptors that we ask for
OWN_FILES = 64  # descriptors for the database, logs and libraries
MAX_IN_MEMORY = 131_072  # bytes of an answer; a longer one waits for its reader in a temporary file
NEVER = 1 << 40  # bytes that may wait for a reader: answers are small, and a thread must never wait for a reader
SEND_BUFFER = 65_536  # bytes that the kernel holds for a client; waitress reads that much of a file for each send
BACKLOG = 1024  # connections that the kernel completes before we accept them


class Channel(HTTPChannel):  # type: ignore[misc]  # waitress has no types
    """One connection; `began` is when the first byte of its current request arrived."""

    began = 0.0

    def received(self, data: bytes) -> bool:
        """Read a part of a request; a client that sends a second request before the first answer is cut off.

        No browser and no reverse proxy pipelines requests, and answers waiting for a slow reader would occupy a thread.
        """
        if self.request is None:
            self.began = time.time()
        accepted: bool = super().received(data)
        with self.requests_lock:
            if len(self.requests) > 1:
                del self.requests[1:]
                self.will_close = True
        return accepted

    def is_overdue(self, now: float, answer_deadline: float) -> bool:
        """Return whether the request should have been complete by now, or its answer read."""
        if self.request is not None and not self.requests:
            return now - self.began > REQUEST_DEADLINE
        return bool(self.total_outbufs_len) and now - self.began > answer_deadline

    def __repr__(self) -> str:
        """Return a text for logs: without the client's address, which the base class would show."""
        return "<connection>"


def serve(app: Flask, host: str, port: int, threads: int = THREADS) -> None:
    """Answer on `host` and `port` until SIGTERM or SIGINT."""
    server = create_server(app, **settings(host, port) | {"threads": threads})
    server.channel_class = Channel
    server.adj.socket_options = [*server.adj.socket_options, (socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)]
    _check_deadlines(server)
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # a full queue is no news: it drains in milliseconds
    with _stopped_by_signals():
        server.run()


def settings(host: str, port: int) -> dict[str, Any]:
    """Return the settings of waitress."""
    return {
        "host": host,
        "port": port,
        "threads": THREADS,
        "backlog": BACKLOG,
        "connection_limit": (_raise_file_limit() - OWN_FILES) // 2,  # a socket and a file being sent
        "asyncore_use_poll": True,  # select() cannot watch descriptors above 1023
        "channel_timeout": IDLE_TIMEOUT,
        "cleanup_interval": CHECK_INTERVAL,
        "max_request_header_size": MAX_HEADER,
        "max_request_body_size": MAX_BODY,
        "clear_untrusted_proxy_headers": False,  # the application reads them, if told how many proxies to trust
        "outbuf_overflow": MAX_IN_MEMORY,
        "outbuf_high_watermark": NEVER,
        "ident": "passerelle-directory",
    }


def _check_deadlines(server: Any) -> None:
    """Close overdue connections whenever the server looks for idle ones."""
    close_idle = server.maintenance

    def close_idle_and_overdue(now: float) -> None:
        close_idle(now)
        deadline = CROWDED_DEADLINE if server.in_connection_overflow else ANSWER_DEADLINE
        for channel in server.active_channels.values():
            if channel.is_overdue(now, deadline):
                channel.will_close = True

    server.maintenance = close_idle_and_overdue


def _raise_file_limit() -> int:
    """Allow as many open files as the system lets us, up to MAX_FILES; return how many."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = MAX_FILES if hard == resource.RLIM_INFINITY else min(MAX_FILES, hard)
    if soft == resource.RLIM_INFINITY:
        return MAX_FILES
    if soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
    return max(soft, most)


@contextmanager
def _stopped_by_signals() -> Iterator[None]:
    """End with SystemExit on SIGTERM, as on SIGINT; waitress finishes the requests at hand."""

    def stop(_number: int, _frame: FrameType | None) -> NoReturn:
        raise SystemExit

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
