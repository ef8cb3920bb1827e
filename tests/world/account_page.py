"""The account's page at its PDS, in a browser other than the one under test: sign in there, see apps, revoke them."""

from __future__ import annotations

from collections.abc import Sequence
from http.cookies import SimpleCookie
from typing import Any, Self
from urllib.parse import urlencode

import httpx

from tests.world.pds import HOSTNAME, Account, Pds

API = "/@atproto/oauth-provider/~api"
CSRF_COOKIE, CSRF_HEADER = "csrf-token", "x-csrf-token"
CSRF = "0123456789abcdef01234567"  # chosen by the browser where it has none


class AccountPage:
    """The page of one account, signed in with its password. `host`: the name of the authorization server."""

    def __init__(self, pds: Pds, account: Account, host: str = HOSTNAME) -> None:
        self._account = account
        self._origin = f"https://{host}"
        self._cookies = {CSRF_COOKIE: CSRF}
        self._http = httpx.Client(base_url=f"http://127.0.0.1:{pds.port}", trust_env=False)
        secrets = {"locale": "en", "username": account.handle, "password": account.password}
        self._ask("POST", "/sign-in", {**secrets, "remember": True})

    def list_apps(self) -> Sequence[str]:
        """Return the ids of the tokens that apps have for this account."""
        return [one["tokenId"] for one in self._ask("GET", "/oauth-sessions", {"sub": self._account.did})]

    def revoke_apps(self) -> None:
        """Press "Revoke access" for every app."""
        for token in self.list_apps():
            self._ask("POST", "/revoke-oauth-session", {"sub": self._account.did, "tokenId": token})

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def _ask(self, method: str, endpoint: str, fields: dict[str, Any]) -> Any:
        """Send what the page sends; cookies are kept by hand, since the page's are only for https."""
        query = f"?{urlencode(fields)}" if method == "GET" else ""
        answer = self._http.request(
            method,
            f"{API}{endpoint}{query}",
            json=None if method == "GET" else fields,
            headers={
                CSRF_HEADER: CSRF,
                "cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items()),
                "origin": self._origin,
                "referer": f"{self._origin}/account",
                "sec-fetch-mode": "same-origin",
                "sec-fetch-site": "same-origin",
                "user-agent": "another browser",
            },
        )
        assert answer.is_success, f"{endpoint}: {answer.status_code} {answer.text}"
        for header in answer.headers.get_list("set-cookie"):
            self._cookies |= {name: one.value for name, one in SimpleCookie(header).items()}
        return answer.json()
