"""Apps, codes and tokens of a Mastodon stand-in: strict where Mastodon is.

https://docs.joinmastodon.org/methods/apps/ and https://docs.joinmastodon.org/methods/oauth/; the errors are those of
doorkeeper, which Mastodon uses.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tests.world.mastodon_software import Software

OUT_OF_BAND = "urn:ietf:wg:oauth:2.0:oob"
CODE_LIFE = timedelta(minutes=10)  # config/initializers/doorkeeper.rb
# What each parent scope contains, of the scopes that following and posting need.
PARENTS: Mapping[str, str] = {
    "read:accounts": "read",
    "read:follows": "read",
    "read:search": "read",
    "write:follows": "write",
    "read:statuses": "read",
    "write:media": "write",
    "write:statuses": "write",
    "profile": "read",
}
INVALID_GRANT = (
    "The provided authorization grant is invalid, expired, revoked, does not match the redirection URI used in the "
    "authorization request, or was issued to another client."
)


class OauthRefusal(Exception):
    """What the server answers with `status` as `{"error", "error_description"}`."""

    def __init__(self, status: int, error: str, description: str) -> None:
        super().__init__(description)
        self.status = status
        self.error = error
        self.description = description


@dataclass(frozen=True, slots=True)
class App:
    """One registration."""

    client_id: str
    client_secret: str
    name: str
    redirects: tuple[str, ...]
    scopes: frozenset[str]


@dataclass(frozen=True, slots=True)
class Code:
    """One authorization that waits to be exchanged."""

    app: App
    username: str
    redirect: str
    scopes: frozenset[str]
    challenge: str
    made_at: datetime


@dataclass(frozen=True, slots=True)
class Token:
    """One access token."""

    app: App
    username: str
    scopes: frozenset[str]

    def may(self, scope: str) -> bool:
        """Return whether the token includes a scope, by itself or by a parent."""
        parents = {PARENTS.get(scope, scope), "follow" if scope.endswith(":follows") else scope}
        return bool(self.scopes & {scope, *parents})


@dataclass
class Oauth:
    """Apps, codes and tokens of one server. `grants` chooses which of the asked scopes are granted."""

    software: Software
    now: Callable[[], datetime]
    grants: Callable[[frozenset[str]], frozenset[str]] = lambda scopes: scopes
    apps: dict[str, App] = field(default_factory=dict)
    codes: dict[str, Code] = field(default_factory=dict)
    tokens: dict[str, Token] = field(default_factory=dict)
    made: int = 0

    def register(self, name: str, redirects: Sequence[str], scope: str) -> App:
        """Register an app. Raises OauthRefusal."""
        scopes = frozenset((scope or "read").split())
        if not name or not redirects:
            raise OauthRefusal(422, "Validation failed: Name can't be blank, Redirect URI can't be blank", "")
        if any(not self._takes_redirect(one) for one in redirects):
            raise OauthRefusal(422, "Validation failed: Redirect URI must be an absolute URI.", "")
        if len(redirects) > 1 and not self.software.takes_several_redirects:
            raise OauthRefusal(422, "The redirect uris field must be a valid URL.", "")
        if not all(map(self._has_scope, scopes)):
            raise OauthRefusal(422, "Validation failed: Scopes doesn't match configured on the server.", "")
        app = App(self._secret("client"), self._secret("secret"), name, tuple(redirects), scopes)
        self.apps[app.client_id] = app
        return app

    def check_authorization(self, query: Mapping[str, str]) -> App:
        """Return the app whose consent page may be shown. Raises OauthRefusal: to show, without a redirect."""
        app = self.apps.get(query.get("client_id", ""))
        if app is None:
            raise OauthRefusal(401, "invalid_client", "Client authentication failed due to unknown client.")
        if query.get("redirect_uri", "") not in app.redirects:
            raise OauthRefusal(400, "invalid_redirect_uri", "The redirect uri included is not valid.")
        return app

    def error_in(self, query: Mapping[str, str], app: App) -> str:
        """Return the error that goes to the redirect, or ""."""
        if query.get("response_type") != "code":
            return "unsupported_response_type"
        if not frozenset(query.get("scope", "read").split()) <= app.scopes:
            return "invalid_scope"
        if self.software.checks_pkce and query.get("code_challenge_method", "S256") != "S256":
            return "invalid_code_challenge_method"
        return ""

    def authorize(self, query: Mapping[str, str], app: App, username: str) -> str:
        """Return a code for the account: it counts once, for ten minutes, at this redirect."""
        scopes = self.grants(frozenset(query.get("scope", "read").split()))
        code = self._secret("code")
        challenge = query.get("code_challenge", "") if self.software.checks_pkce else ""
        self.codes[code] = Code(app, username, query["redirect_uri"], scopes, challenge, self.now())
        return code

    def exchange(self, form: Mapping[str, str]) -> tuple[str, Token]:
        """Return an access token for a code. Raises OauthRefusal."""
        app = self._client(form)
        code = self.codes.pop(form.get("code", ""), None)  # once, whatever comes of it
        if form.get("grant_type") != "authorization_code":
            raise OauthRefusal(400, "unsupported_grant_type", "The grant type is not supported.")
        if code is None or code.app != app or code.redirect != form.get("redirect_uri"):
            raise OauthRefusal(400, "invalid_grant", INVALID_GRANT)
        if self.now() > code.made_at + CODE_LIFE or code.challenge != _challenge(form, code.challenge):
            raise OauthRefusal(400, "invalid_grant", INVALID_GRANT)
        return self.issue(code.username, code.scopes, app)

    def issue(self, username: str, scopes: frozenset[str], app: App | None = None) -> tuple[str, Token]:
        """Return a new access token; without an app, of one that was registered for tests."""
        text, token = self._secret("token"), Token(app or TEST_APP, username, scopes)
        self.tokens[text] = token
        return text, token

    def revoke(self, form: Mapping[str, str]) -> None:
        """Revoke a token; an unknown one is no error (RFC 7009). Raises OauthRefusal for another client's."""
        app = self._client(form, 403, "unauthorized_client")
        token = self.tokens.get(form.get("token", ""))
        if token and token.app != app:
            raise OauthRefusal(403, "unauthorized_client", "You are not authorized to revoke this token")
        self.tokens.pop(form.get("token", ""), None)

    def _client(self, form: Mapping[str, str], status: int = 401, error: str = "invalid_client") -> App:
        app = self.apps.get(form.get("client_id", ""))
        if app is None or app.client_secret != form.get("client_secret"):
            raise OauthRefusal(status, error, "Client authentication failed due to unknown client.")
        return app

    def _takes_redirect(self, redirect: str) -> bool:
        if redirect == OUT_OF_BAND:
            return self.software.takes_out_of_band
        scheme, found, rest = redirect.partition("://")
        return bool(found and rest and scheme not in ("javascript", "data", "vbscript"))

    def _has_scope(self, scope: str) -> bool:
        parent, is_part, _ = scope.partition(":")
        return scope in self.software.scopes or bool(is_part and parent in self.software.scopes & {"read", "write"})

    def _secret(self, kind: str) -> str:
        self.made += 1
        return base64.urlsafe_b64encode(hashlib.sha256(f"{kind} {self.made}".encode()).digest()).decode().rstrip("=")


TEST_APP = App("app-of-tests", "secret-of-tests", "Tests", (OUT_OF_BAND,), frozenset({"read", "write"}))


def _challenge(form: Mapping[str, str], expected: str) -> str:
    """Return the S256 challenge of the verifier in a form; "" where none is expected. RFC 7636, section 4.6"""
    verifier = form.get("code_verifier", "")
    if not expected:
        return ""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
