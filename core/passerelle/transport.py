"""What the core asks of the network: Request, Response, and Fetch, the callable that everyone is handed.

A Request never carries a token. Where `account` is set, `url` is a path on that account's own server and whoever
holds the session (extension/lib/sessions) adds server and token.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from passerelle.identifiers import Did
from passerelle.jsons import parse_json

DEFAULT_TIMEOUT = 30.0  # seconds


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request as data. `timeout` in seconds; `body` is sent as it is, with `headers` saying what it is.

    Of an answer `limit` bytes are read, and the rest is cut off (None: everything is read). Whoever is asked has to
    answer; only where `may_redirect` may they name another https server instead.
    """

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    account: Did | None = None
    timeout: float = DEFAULT_TIMEOUT
    limit: int | None = None
    may_redirect: bool = False


@dataclass(frozen=True, slots=True)
class Response:
    """One HTTP answer as data. Header names are lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """Parse the body as JSON. Raises ValueError where it is none, or is nested absurdly."""
        return parse_json(self.body)


# Raises NetworkError when nobody answered in time, ServerRefused("not_signed_in" or "session_expired") for an
# account whose session is missing or over. Every HTTP status is a Response, never an exception.
Fetch = Callable[[Request], Awaitable[Response]]
