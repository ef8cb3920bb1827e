"""The only file of the registrar that opens sockets to other servers. Everything it is told comes from strangers.

https only, to public DNS names whose every address is public. The addresses are checked once and the connection goes to
a checked one, so a second answer of the DNS cannot lead elsewhere; each redirect is checked like a first request.
No cookies, no credentials, no proxy of the environment, one connection for each request.
"""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar
from urllib.parse import urljoin, urlsplit

import dns.exception
import dns.resolver
import httpcore
from passerelle.errors import NetworkError, ServerRefused
from passerelle.hosts import public_host
from passerelle.transport import Request, Response

from passerelle_directory.registrar.addresses import is_public_address

# (host, port) -> the addresses to connect to
Resolve = Callable[[str, int], Sequence[tuple[str, int]]]

MAX_REDIRECTS = 3
MAX_SECONDS = 10.0  # for a whole answer with its redirects
MAX_ADDRESSES = 16  # of one name
MAX_RECORDS = 64  # TXT records of one name
USER_AGENT = "passerelle-registrar/1 (+https://dir.passerelle.eu)"
REDIRECTS = frozenset({301, 302, 303, 307, 308})
OWN_HEADERS = frozenset({"accept", "content-type"})  # what a request may bring; nothing else is sent
# What the registrar reads: JSON in all its names, host-meta's XRD, and plain text.
TYPES = frozenset({"application/json", "application/xrd+xml", "application/xml", "text/xml", "text/plain"})
JSON_SUFFIX = "+json"
HTML = "text/html"  # read only where the request accepts it


class FetchRefused(ServerRefused):
    """An answer that must not be read, or an address that must not be asked."""

    code = "address_forbidden"
    CODES: ClassVar[Mapping[str, str]] = {
        "address_forbidden": "The address is not https on a public host.",
        "too_many_redirects": "The server redirects too often.",
        "answer_too_long": "The answer is too long.",
        "answer_encoded": "The answer is compressed, though it was asked for as it is.",
        "answer_type": "The answer has another type than expected.",
    }


class NoAnswer(NetworkError):
    """No answer, not in time, or not by HTTP over TLS."""

    code = "server_unreachable"


def resolve(host: str, port: int) -> Sequence[tuple[str, int]]:
    """Return the addresses of a host by the system's resolver."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys((str(entry[4][0]), port) for entry in found))


def look_up_txt(name: str, seconds: float, resolver: dns.resolver.Resolver | None = None) -> Sequence[str]:
    """Return the texts of a name's TXT records; none where there are none. Raises NoAnswer."""
    try:
        resolver = resolver or dns.resolver.get_default_resolver()
        found = resolver.resolve(name, "TXT", lifetime=seconds, search=False)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return ()
    except (dns.exception.DNSException, OSError) as error:
        raise NoAnswer(f"The DNS did not answer for {name}: {type(error).__name__}.", host=name) from error
    return [b"".join(one.strings).decode("utf-8", "replace") for one in list(found)[:MAX_RECORDS]]


@dataclass(frozen=True, slots=True)
class Fetcher:
    """Fetches public documents; `user_agent` says who asks. Only tests set resolver, address test and TLS context."""

    resolve: Resolve = resolve
    is_public: Callable[[str], bool] = is_public_address
    tls: ssl.SSLContext | None = None
    seconds: float = MAX_SECONDS
    user_agent: str = USER_AGENT

    async def __call__(self, request: Request) -> Response:
        """Answer as the core's `Fetch` does. Raises FetchRefused, NoAnswer."""
        return self.fetch(request)

    def fetch(self, request: Request) -> Response:
        """Return the answer to a request, after redirects where it allows them. Raises FetchRefused, NoAnswer."""
        deadline = time.monotonic() + min(self.seconds, request.timeout)
        url = request.url
        for _ in range(MAX_REDIRECTS + 1):
            response = self._ask(request, url, deadline)
            target = response.headers.get("location") if response.status in REDIRECTS else None
            if target is None:
                return response
            if not request.may_redirect:
                raise FetchRefused("The server redirects.", code="too_many_redirects", host=urlsplit(url).netloc)
            url = _join(url, target)
        raise FetchRefused("The server redirects too often.", code="too_many_redirects", host=urlsplit(url).netloc)

    def _ask(self, request: Request, url: str, deadline: float) -> Response:
        host = public_host(url)
        if host is None or request.method != "GET" or request.account is not None:
            raise FetchRefused("This is not https on a public host.", code="address_forbidden")
        backend = _CheckedBackend(self.resolve, self.is_public, deadline)
        tls = self.tls or ssl.create_default_context()
        try:
            with (
                httpcore.ConnectionPool(ssl_context=tls, network_backend=backend, max_connections=1) as pool,
                pool.stream("GET", _ascii(url), headers=_headers(request, host, self.user_agent)) as answer,
            ):
                return _read(answer, request, url)
        except (
            httpcore.NetworkError,
            httpcore.TimeoutException,
            httpcore.ProtocolError,
            httpcore.UnsupportedProtocol,
            ssl.SSLError,
            OSError,
        ) as error:
            raise NoAnswer(f"{host} did not answer: {type(error).__name__}.", host=host) from error


def _read(answer: httpcore.Response, request: Request, url: str) -> Response:
    """Read an answer. The body of an error or a redirect is not read: only its status counts."""
    host = urlsplit(url).netloc
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in answer.headers}
    if answer.status >= 300 and not _is_readable(headers, request):
        return Response(answer.status, headers, b"", url)
    if headers.get("content-encoding", "identity").lower() != "identity":
        raise FetchRefused("The answer is compressed.", code="answer_encoded", host=host)
    if not _is_readable(headers, request):
        raise FetchRefused("The answer is of another type.", code="answer_type", host=host)
    return Response(answer.status, headers, _read_body(answer.iter_stream(), request.limit, host), url)


def _read_body(parts: Iterable[bytes], limit: int, host: str) -> bytes:
    body = bytearray()
    for part in parts:
        body += part
        if len(body) > limit:
            raise FetchRefused("The answer is too long.", code="answer_too_long", host=host)
    return bytes(body)


def _is_readable(headers: Mapping[str, str], request: Request) -> bool:
    media_type = headers.get("content-type", "").partition(";")[0].strip().lower()
    is_wanted = media_type == HTML and HTML in request.headers.get("accept", "")
    return is_wanted or media_type in TYPES or media_type.endswith(JSON_SUFFIX)


def _headers(request: Request, host: str, user_agent: str) -> list[tuple[str, str]]:
    own = [(name, value) for name, value in request.headers.items() if name.lower() in OWN_HEADERS]
    return [("host", host), ("user-agent", user_agent), ("accept-encoding", "identity"), *own]


def _join(url: str, target: str) -> str:
    try:
        return urljoin(url, target)
    except ValueError:
        raise FetchRefused("The server redirects to no address.", code="address_forbidden") from None


def _ascii(url: str) -> str:
    """Return a URL that HTTP can carry. Raises FetchRefused for blanks, control characters and other scripts."""
    if not url.isascii() or not url.isprintable() or " " in url:
        raise FetchRefused("This is not an address.", code="address_forbidden")
    return url


class _CheckedBackend(httpcore.NetworkBackend):
    """Connects to checked addresses only, until a deadline."""

    def __init__(self, resolve: Resolve, is_public: Callable[[str], bool], deadline: float) -> None:
        self._resolve, self._is_public, self._deadline = resolve, is_public, deadline

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to the first address that accepts. Raises FetchRefused where one of them is not public."""
        addresses = _resolve_in_time(self._resolve, host, port, self._deadline)[:MAX_ADDRESSES]
        if not all(self._is_public(address) for address, _ in addresses):
            raise FetchRefused("The host's address is not public.", code="address_forbidden", host=host)
        failed: OSError = OSError(f"{host} has no address")
        for address in addresses:
            try:
                connected = socket.create_connection(address, _left(self._deadline))
            except OSError as error:
                failed = error
                continue
            return _Stream(connected, self._deadline)
        raise httpcore.ConnectError(str(failed)) from failed


class _Stream(httpcore.NetworkStream):
    """A connection whose every step ends at one deadline, so that an endless or slow answer does, too."""

    def __init__(self, connected: socket.socket, deadline: float) -> None:
        self._socket, self._deadline = connected, deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        self._socket.settimeout(_left(self._deadline))
        return self._socket.recv(max_bytes)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._socket.settimeout(_left(self._deadline))
        self._socket.sendall(buffer)

    def close(self) -> None:
        self._socket.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        self._socket.settimeout(_left(self._deadline))
        try:
            return _Stream(ssl_context.wrap_socket(self._socket, server_hostname=server_hostname), self._deadline)
        except BaseException:
            self._socket.close()
            raise

    def get_extra_info(self, info: str) -> Any:
        return None


def _resolve_in_time(resolve: Resolve, host: str, port: int, deadline: float) -> Sequence[tuple[str, int]]:
    """Resolve in a thread of its own, since the system's resolver takes no deadline. Raises OSError, TimeoutError."""
    found: list[Sequence[tuple[str, int]]] = []
    failed: list[OSError] = []

    def run() -> None:
        try:
            found.append(resolve(host, port))
        except OSError as error:
            failed.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(_left(deadline))
    if failed:
        raise failed[0]
    if not found:
        raise TimeoutError("the name was not resolved in time")
    return found[0]


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError("the time for an answer is over")
    return left
