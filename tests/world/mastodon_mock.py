"""MastodonMock: mastodon-mock (PyPI), an independent Mastodon API that keeps state, under a name of the closed world.

Its sign-in is not strict (any code verifier, redirect or secret gives a token) and it resolves no remote account, so it
stands beside `mastodon.py`, which is strict and does. Accounts of other servers are seeded: it has met them.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any, Self

import httpx

from tests.world.directory import await_port, free_port
from tests.world.exchange import Answer, Ask
from tests.world.mastodon import Resident
from tests.world.processes import Child
from tests.world.world import proxy

PROGRAM = Path(sys.executable).with_name("mastodon_mock")


class MastodonMock:
    """A server named `host` with one account of its own, `username`, and seeded `residents` of others."""

    def __init__(self, folder: Path, host: str, username: str, residents: Iterable[Resident]) -> None:
        self.port = free_port()
        self._token = f"token-of-{username}"
        self._proxy = proxy(lambda: self.port)
        config = folder / "mastodon-mock.toml"
        config.write_text(_config(host, [_own(username, self._token), *map(_seed, residents)]))
        serve: list[str | Path] = [
            "serve",
            "--config",
            config,
            "--in-memory",
            "--host",
            "127.0.0.1",
            "--port",
            str(self.port),
        ]
        self._child = Child([PROGRAM, *serve], lambda line: "Uvicorn running" in line)
        await_port(self.port)

    def site(self, ask: Ask) -> Answer:
        """Answer a request to the front; the server learns that it came over TLS."""
        return self._proxy(replace(ask, headers=(*ask.headers, ("x-forwarded-proto", "https"))))

    def relationship(self, acct: str) -> dict[str, Any]:
        """Return what the server's own account has with another."""
        account = self._get("accounts/lookup", acct=acct)
        [found] = self._get("accounts/relationships", **{"id[]": account["id"]})
        return dict(found)

    def _get(self, path: str, **params: str) -> Any:
        url, headers = f"http://127.0.0.1:{self.port}/api/v1/{path}", {"authorization": f"Bearer {self._token}"}
        return httpx.get(url, params=params, headers=headers, trust_env=False).raise_for_status().json()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._child.stop()


def _config(host: str, accounts: Iterable[str]) -> str:
    return f'domain = "{host}"\nurl_scheme = "https"\n[seed]\naccounts = [\n{",".join(accounts)}\n]\n'


def _own(username: str, token: str) -> str:
    return _table(username=username, access_token=token)


def _seed(one: Resident) -> str:
    return _table(username=one.username, domain=one.domain, locked=one.is_locked)


def _table(**fields: object) -> str:
    """Return an inline table of TOML; its strings and booleans are spelled as JSON's."""
    return "{" + ", ".join(f"{name} = {json.dumps(value)}" for name, value in fields.items()) + "}"
