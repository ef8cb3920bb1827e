"""HTTP as data: Request, Response, and Fetch, the callable that the caller hands in.

A Request never carries a token. Where `account` is set, `url` is a path on that account's own server; the sessions
module (extension/lib/sessions) adds server and token.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from passerelle.identifiers import AccountId
from passerelle.jsons import parse_json

DEFAULT_TIMEOUT = 30.0  # seconds
# Bytes of an answer where the request does not say otherwise: a page of 100 records has about 40,000.
DEFAULT_LIMIT = 1 << 20
# What signs a request of an account: its sign-in, or a consent that the person gives for one post alone.
Grant = Literal["sign-in", "post"]


# Why a request without an account is sent, for the list of what left this computer (`sent.why_…` in the catalogues).
# The address does not tell: a stranger's server may have named it.
Purpose = Literal["account", "directory", "people", "picture", "registrar", "search", "x_post"]


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request as data. `timeout` in seconds; `body` is sent unchanged, `headers` name its type.

    At most `limit` bytes of the answer are read; the rest is cut off. Redirects are errors unless `may_redirect`, and
    then lead to public hosts over https only (hosts.py). `grant` counts where `account` is set, `purpose` elsewhere.
    """

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    account: AccountId | None = None
    timeout: float = DEFAULT_TIMEOUT
    limit: int = DEFAULT_LIMIT
    may_redirect: bool = False
    grant: Grant = "sign-in"
    purpose: Purpose = "account"


@dataclass(frozen=True, slots=True)
class Response:
    """One HTTP answer as data. Header names are lower case; `url` is where it came from after redirects, if known."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str | None = None

    def json(self) -> Any:
        """Parse the body as JSON. Raises ValueError for other bodies, and for JSON nested too deeply."""
        return parse_json(self.body)


# Raises NetworkError when no answer came in time, ServerRefused("not_signed_in" or "session_expired") for an account
# without a live session, ServerRefused("server_error") for a redirect to a host that may not be contacted. Every HTTP
# status is a Response, never an exception.
Fetch = Callable[[Request], Awaitable[Response]]


def read_start(parts: Iterable[bytes], limit: int) -> bytes:
    """Return the first `limit` bytes of a body that arrives in parts; later parts are not read.

    >>> read_start(iter([b"one", b"two", b"three"]), 4)
    b'onet'
    """
    body = bytearray()
    for part in parts:
        body += part[: limit - len(body)]
        if len(body) >= limit:
            break
    return bytes(body)
