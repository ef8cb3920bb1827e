"""A strict stand-in for Mastodon and its relatives: sign-in, finding accounts, following, posting, limits, faults.

It keeps state and a log. One `Mastodon` is one server under its own name; `people` is everyone whom its `resolve` can
find. API: https://docs.joinmastodon.org/methods/accounts/ and https://docs.joinmastodon.org/methods/search/
"""

from __future__ import annotations

import html
import json
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from tests.world.exchange import Answer, Ask, NoAnswer, Site, page
from tests.world.mastodon_limits import FIVE_MINUTES, REQUESTS_IN_FIVE_MINUTES, Window, limit_headers
from tests.world.mastodon_oauth import OUT_OF_BAND, Oauth, OauthRefusal, Token
from tests.world.mastodon_posts import Media, Posts, Status
from tests.world.mastodon_software import MASTODON, Software

# config/initializers/cors.rb: every method and header under /api, and the token address; /oauth/revoke is not listed.
CORS = (
    ("Access-Control-Allow-Origin", "*"),
    (
        "Access-Control-Expose-Headers",
        "Link, X-RateLimit-Reset, X-RateLimit-Limit, X-RateLimit-Remaining, X-Request-Id",
    ),
)
PREFLIGHT = (
    ("Access-Control-Allow-Origin", "*"),
    ("Access-Control-Allow-Methods", "GET, POST, PUT, DELETE, PATCH, OPTIONS"),
    ("Access-Control-Allow-Headers", "authorization, content-type, idempotency-key"),
    ("Access-Control-Max-Age", "7200"),
)
CROSS_ORIGIN = ("/api/", "/oauth/token", "/.well-known/", "/nodeinfo/")
NOT_PERMITTED = "This action is not allowed"
NOT_FOUND = "Record not found"
MOST_LISTED = 80  # accounts of one page of a list
WAITS_FOR_SLOW = 0.5  # seconds, of the fault "slow"


@dataclass(frozen=True, slots=True)
class Resident:
    """One account anywhere. `moved_to`: the acct that replaced it. `is_silent`: its server answers nobody."""

    acct: str
    display_name: str = ""
    is_locked: bool = False
    is_suspended: bool = False
    moved_to: str = ""
    is_silent: bool = False

    @property
    def username(self) -> str:
        """The part before the @."""
        return self.acct.partition("@")[0]

    @property
    def domain(self) -> str:
        """The part after the @."""
        return self.acct.partition("@")[2]


@dataclass(frozen=True, slots=True)
class Seen:
    """One request as the server's log has it. `username`: of the token, "" without one."""

    at: datetime
    method: str
    path: str
    username: str
    status: int


@dataclass
class Relations:
    """What one account of the server has with others, by acct in lower case."""

    following: set[str] = field(default_factory=set)
    requested: set[str] = field(default_factory=set)
    blocking: set[str] = field(default_factory=set)
    blocked_by: set[str] = field(default_factory=set)
    muting: set[str] = field(default_factory=set)
    domain_blocking: set[str] = field(default_factory=set)


Query = Mapping[str, str]
Handler = Callable[["Mastodon", Ask, Query], Answer]


class Refusal(Exception):
    """What the API answers with `status` as `{"error"}`."""

    def __init__(self, status: int, error: str) -> None:
        super().__init__(error)
        self.status = status
        self.error = error


def now_in_utc() -> datetime:
    """Return the time of this machine's clock."""
    return datetime.now(UTC)


class Mastodon:
    """One server. `log` lists every request, `faults` (keys of FAULTS, "" for none) are used up one per API request.

    `faults_at` limits them to paths that contain it. With `cors_on_429` False a refused request cannot be read by web
    pages, as behind some proxies. `approves`: the username for which the authorization page redirects at once.
    `is_down`: every connection is closed, as while the server is not running; what it has stored stays.
    """

    def __init__(
        self,
        host: str,
        people: Iterable[Resident] = (),
        software: Software = MASTODON,
        now: Callable[[], datetime] = now_in_utc,
        otherwise: Site | None = None,
    ) -> None:
        self.host = host
        self.software = software
        self.now = now
        self.people = {one.acct.lower(): one for one in people}
        self.otherwise = otherwise
        self.oauth = Oauth(software, now)
        self.relations: dict[str, Relations] = {}
        self.known: dict[str, str] = {}  # id -> acct in lower case, of accounts that this server has met
        self.posts = Posts()
        self.log: list[Seen] = []
        self.faults: list[str] = []
        self.faults_at = "/api/"
        self.cors_on_429 = True
        self.approves = ""
        self.is_down = False
        self.requests_allowed = REQUESTS_IN_FIVE_MINUTES
        self.requests_window = FIVE_MINUTES
        self.follows_allowed = software.follows_a_day
        self.most_follows = 7_500  # app/validators/follow_limit_validator.rb, MAX_FOLLOWS_THRESHOLD
        self._windows: dict[str, Window] = {}
        for one in self.people.values():
            if one.domain == host:
                self.meet(one.acct)

    def site(self, ask: Ask) -> Answer:
        """Answer one request. Raises NoAnswer where a fault cuts the connection."""
        if self.is_down:
            raise NoAnswer(self.host)
        path = urlsplit(ask.path).path
        if ask.method == "OPTIONS" and path.startswith(CROSS_ORIGIN):
            return Answer(200, PREFLIGHT, b"")
        if path not in ROUTES and not path.startswith("/api/"):
            return self.otherwise(ask) if self.otherwise else page(404, b"", "text/html")
        answer = None
        try:
            answer = self._faulty(ask, path)
            return answer
        finally:
            token = self.token_of(ask)
            username = token.username if token else ""
            self.log.append(Seen(self.now(), ask.method, ask.path, username, answer.status if answer else 0))

    def sign_in(self, username: str, scope: str = "read write") -> str:
        """Return an access token, without a browser."""
        return self.oauth.issue(username, frozenset(scope.split()))[0]

    def meet(self, acct: str) -> str:
        """Return the id of an account on this server; it knows the account from now on."""
        key = acct.lower()
        found = next((known for known, other in self.known.items() if other == key), None)
        if found is None:
            found = self.software.make_id(len(self.known) + 1)
            self.known[found] = key
        return found

    def of(self, username: str) -> Relations:
        """Return what an account of this server has with others."""
        return self.relations.setdefault(username.lower(), Relations())

    def followed(self, username: str) -> list[str]:
        """Return the accts that an account follows, sorted."""
        return sorted(self.of(username).following)

    def token_of(self, ask: Ask) -> Token | None:
        """Return the token that a request carries, if it counts."""
        return self.oauth.tokens.get(ask.header("authorization").removeprefix("Bearer "))

    def _faulty(self, ask: Ask, path: str) -> Answer:
        fault = self.faults.pop(0) if self.faults and self.faults_at in path else ""
        if fault == "cut after":
            self._allowed(ask, path)
            raise NoAnswer(self.host)
        made = FAULTS[fault](self) if fault else None
        return self._with_cors(path, made if made else self._allowed(ask, path))

    def _allowed(self, ask: Ask, path: str) -> Answer:
        """Answer within the limits; the closest one is shown in the headers."""
        if not path.startswith("/api/") or path == "/api/v1/apps":
            return self._route(ask, path)
        token = self.token_of(ask)
        name = token.username if token else ""
        window = self._window(f"requests {name}", self.requests_allowed, self.requests_window)
        if not window.use():
            return self.refuse_for_now(window)
        if path.endswith("/follow") and self.follows_allowed is not None:
            follows = self._window(f"follows {name}", self.follows_allowed, timedelta(days=1))
            if not follows.use():
                return self.refuse_for_now(follows)
            window = follows if follows.remaining < window.remaining else window
        answer = self._route(ask, path)
        return Answer(answer.status, (*answer.headers, *limit_headers(window, self.software)), answer.body)

    def refuse_for_now(self, window: Window) -> Answer:
        """Answer 429."""
        answer = _json(429, {"error": "Too many requests"})
        return Answer(429, (*answer.headers, *limit_headers(window, self.software)), answer.body)

    def _window(self, name: str, limit: int, length: timedelta) -> Window:
        window = self._windows.setdefault(name, Window(limit, length, self.now))
        window.limit = limit
        return window

    def _route(self, ask: Ask, path: str) -> Answer:
        handler = ROUTES.get(path) or _account_route(path)
        if handler is None or (path == LOOKUP and not self.software.has_lookup):
            return _json(404, {"error": "Not Found"})
        try:
            return handler(self, ask, read_form(ask))
        except Refusal as refusal:
            return _json(refusal.status, {"error": refusal.error})
        except OauthRefusal as refusal:
            return _json(refusal.status, {"error": refusal.error, "error_description": refusal.description})

    def _with_cors(self, path: str, answer: Answer) -> Answer:
        is_open = path.startswith(CROSS_ORIGIN) and (answer.status != 429 or self.cors_on_429)
        return Answer(answer.status, (*answer.headers, *(CORS if is_open else ())), answer.body)

    def signed_in(self, ask: Ask, scope: str) -> str:
        """Return the username of the request's token. Raises Refusal: none, or without the scope."""
        token = self.token_of(ask)
        if token is None:
            raise Refusal(401, "The access token is invalid")
        if not token.may(scope):
            raise Refusal(403, "This action is outside the authorized scopes")
        return token.username

    def find_known(self, account_id: str) -> Resident:
        """Return an account by its id here. Raises Refusal."""
        found = self.people.get(self.known.get(account_id, ""))
        if found is None:
            raise Refusal(404, NOT_FOUND)
        return found

    def account(self, one: Resident, *, nested: bool = False) -> dict[str, Any]:
        """Return an Account entity. https://docs.joinmastodon.org/entities/Account/"""
        acct = one.username if one.domain == self.host else one.acct
        entity: dict[str, Any] = {
            "id": self.meet(one.acct),
            "username": one.username,
            "acct": acct,
            "display_name": one.display_name or one.username,
            "locked": one.is_locked,
            "bot": False,
            "discoverable": True,
            "group": False,
            "created_at": "2022-11-05T00:00:00.000Z",
            "note": "",
            "url": f"https://{one.domain}/@{one.username}",
            "uri": f"https://{one.domain}/users/{one.username}",
            "avatar": f"https://{self.host}/avatars/original/missing.png",
            "followers_count": 0,
            "following_count": len(self.of(one.username).following) if one.domain == self.host else 0,
            "statuses_count": 0,
            "emojis": [],
            "fields": [],
        }
        if one.is_suspended:
            entity["suspended"] = True
        if one.moved_to and not nested and (target := self.people.get(one.moved_to.lower())):
            entity["moved"] = self.account(target, nested=True)
        return entity

    def relationship(self, username: str, account_id: str) -> dict[str, Any]:
        """Return a Relationship entity. https://docs.joinmastodon.org/entities/Relationship/"""
        key, mine = self.known.get(account_id, ""), self.of(username)
        return {
            "id": account_id,
            "following": key in mine.following,
            "showing_reblogs": key in mine.following,
            "notifying": False,
            "languages": [],
            "followed_by": False,
            "blocking": key in mine.blocking,
            "blocked_by": key in mine.blocked_by,
            "muting": key in mine.muting,
            "muting_notifications": False,
            "requested": key in mine.requested,
            "requested_by": False,
            "domain_blocking": key.partition("@")[2] in mine.domain_blocking,
            "endorsed": False,
            "note": "",
        }


def read_form(ask: Ask) -> dict[str, str]:
    """Return the query and the body's fields, which come as a form or as JSON; the last of a repeated name counts."""
    fields = dict(parse_qsl(urlsplit(ask.path).query, keep_blank_values=True))
    if ask.header("content-type").startswith("multipart/"):
        return fields
    if ask.header("content-type").startswith("application/json"):
        sent = json.loads(ask.body or b"{}")
        return fields | {name: value if isinstance(value, str) else json.dumps(value) for name, value in sent.items()}
    return fields | dict(parse_qsl(ask.body.decode(), keep_blank_values=True))


def read_list(ask: Ask, name: str) -> list[str]:
    """Return the values of a repeated parameter, spelled `name[]` or `name`."""
    return [value for key, value in parse_qsl(urlsplit(ask.path).query) if key in (name, f"{name}[]")]


def _json(status: int, body: object, *more: tuple[str, str]) -> Answer:
    return page(status, json.dumps(body).encode(), "application/json; charset=utf-8", *more)


# Sign-in.


def _metadata(server: Mastodon, ask: Ask, form: Query) -> Answer:
    if not server.software.has_metadata:
        return page(404, b"", "text/html")
    base = f"https://{server.host}"
    return _json(
        200,
        {
            "issuer": f"{base}/",
            "authorization_endpoint": f"{base}/oauth/authorize",
            "token_endpoint": f"{base}/oauth/token",
            "revocation_endpoint": f"{base}/oauth/revoke",
            "app_registration_endpoint": f"{base}/api/v1/apps",
            "scopes_supported": sorted(
                {*server.software.scopes, "read:accounts", "read:follows", "read:search", "write:follows"}
            ),
            "response_types_supported": ["code"],
            "response_modes_supported": ["query", "fragment", "form_post"],
            "grant_types_supported": ["authorization_code", "client_credentials"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
            "code_challenge_methods_supported": ["S256"],
            "service_documentation": "https://docs.joinmastodon.org/",
        },
    )


def _apps(server: Mastodon, ask: Ask, form: Query) -> Answer:
    redirects = form.get("redirect_uris", "")
    several = json.loads(redirects) if redirects.startswith("[") else redirects.split()
    app = server.oauth.register(form.get("client_name", ""), several, form.get("scopes", ""))
    return _json(
        200,
        {
            "id": str(len(server.oauth.apps)),
            "name": app.name,
            "website": form.get("website"),
            "scopes": sorted(app.scopes),
            "redirect_uri": "\n".join(app.redirects),
            "redirect_uris": list(app.redirects),
            "client_id": app.client_id,
            "client_secret": app.client_secret,
            "client_secret_expires_at": 0,
        },
    )


def _authorize(server: Mastodon, ask: Ask, form: Query) -> Answer:
    """Show the consent page (GET), or do what was chosen there (POST). Errors about app or redirect are shown here."""
    try:
        app = server.oauth.check_authorization(form)
    except OauthRefusal as refusal:
        return page(refusal.status, _page(f"<p id=error>{html.escape(refusal.description)}</p>"), "text/html")
    if error := server.oauth.error_in(form, app):
        return _redirect(server, form, {"error": error}, is_error=True)
    if ask.method == "POST" and form.get("decision") != "authorize":
        return _redirect(server, form, {"error": "access_denied"}, is_error=True)
    username = form.get("username", "") if ask.method == "POST" else server.approves
    if not username:
        return page(200, _consent_page(server, form, app.name), "text/html; charset=utf-8")
    code = server.oauth.authorize(form, app, username)
    if form["redirect_uri"] == OUT_OF_BAND:
        return page(200, _page(f"<code id=code>{code}</code>"), "text/html; charset=utf-8")
    return _redirect(server, form, {"code": code}, is_error=False)


def _redirect(server: Mastodon, form: Query, fields: Mapping[str, str], *, is_error: bool) -> Answer:
    says_state = "state" in form and (not is_error or server.software.says_state_in_errors)
    query = urlencode({**fields, **({"state": form["state"]} if says_state else {})})
    return page(302, b"", "text/html", ("Location", f"{form['redirect_uri']}?{query}"))


def _consent_page(server: Mastodon, form: Query, app_name: str) -> bytes:
    hidden = "".join(
        f'<input type=hidden name="{html.escape(name)}" value="{html.escape(value)}">' for name, value in form.items()
    )
    locals_ = sorted(one.username for one in server.people.values() if one.domain == server.host)
    options = "".join(f"<option>{html.escape(name)}</option>" for name in locals_)
    return _page(
        f"<h1>{html.escape(app_name)}</h1><p>{html.escape(form.get('scope', 'read'))}</p>"
        f"<form method=post action=/oauth/authorize>{hidden}<select name=username id=username>{options}</select>"
        "<button name=decision value=authorize id=authorize>Authorize</button>"
        "<button name=decision value=deny id=deny>Deny</button></form>"
    )


def _page(body: str) -> bytes:
    return f"<!doctype html><html lang=en><title>Authorization</title><body>{body}".encode()


def _token(server: Mastodon, ask: Ask, form: Query) -> Answer:
    text, token = server.oauth.exchange(form)
    scope = {"scope": " ".join(sorted(token.scopes))} if server.software.says_scope else {}
    body = {"access_token": text, "token_type": "Bearer", **scope, "created_at": int(server.now().timestamp())}
    return _json(200, body)


def _revoke(server: Mastodon, ask: Ask, form: Query) -> Answer:
    server.oauth.revoke(form)
    return _json(200, {})


def _verify_credentials(server: Mastodon, ask: Ask, form: Query) -> Answer:
    username = server.signed_in(ask, "read:accounts")
    one = server.people[f"{username}@{server.host}".lower()]
    source = {"privacy": "public", "sensitive": False, "language": "en", "note": "", "fields": []}
    return _json(200, {**server.account(one), "source": source})


# Finding and following.


def _lookup(server: Mastodon, ask: Ask, form: Query) -> Answer:
    """Answer for accounts that the server has met; no other server is asked."""
    if server.software.lookup_needs_token:
        server.signed_in(ask, "read:accounts")
    acct = _whole_acct(server, form.get("acct", ""))
    if acct not in server.known.values():
        raise Refusal(404, NOT_FOUND)
    return _json(200, server.account(server.people[acct]))


def _search(server: Mastodon, ask: Ask, form: Query) -> Answer:
    """Answer 200 with an empty list for an unknown account and for a server that does not answer."""
    server.signed_in(ask, "read:search")
    acct = _whole_acct(server, form.get("q", ""))
    found = server.people.get(acct)
    is_met = acct in server.known.values()
    if found is None or found.is_silent or not (is_met or form.get("resolve") == "true"):
        return _json(200, {"accounts": [], "statuses": [], "hashtags": []})
    return _json(200, {"accounts": [server.account(found)], "statuses": [], "hashtags": []})


def _relationships(server: Mastodon, ask: Ask, form: Query) -> Answer:
    username = server.signed_in(ask, "read:follows")
    known = [one for one in read_list(ask, "id") if one in server.known]
    return _json(200, [server.relationship(username, one) for one in known])


def _following(server: Mastodon, ask: Ask, form: Query, account_id: str) -> Answer:
    """Answer a page of accounts, newest follow first; the next page stands in `Link`."""
    owner = server.find_known(account_id)
    ids = [server.meet(acct) for acct in sorted(server.of(owner.username).following)]
    start, limit = int(form.get("max_id", "0")), min(int(form.get("limit", "40")), MOST_LISTED)
    shown = [server.account(server.find_known(one)) for one in ids[start : start + limit]]
    url = f"https://{server.host}/api/v1/accounts/{account_id}/following"
    link = f'<{url}?limit={limit}&max_id={start + limit}>; rel="next"'
    return _json(200, shown, *([("Link", link)] if start + limit < len(ids) else []))


def _follow(server: Mastodon, ask: Ask, form: Query, account_id: str) -> Answer:
    """Follow as app/services/follow_service.rb does: the same refusals, and 200 for an account that is followed."""
    username = server.signed_in(ask, "write:follows")
    target, mine = server.find_known(account_id), server.of(username)
    key = target.acct.lower()
    if key == f"{username}@{server.host}".lower():
        raise Refusal(server.software.status_of_self_follow, NOT_FOUND)
    if target.is_suspended:
        raise Refusal(404, NOT_FOUND)
    is_blocked = key in mine.blocking | mine.blocked_by or target.domain in mine.domain_blocking
    if is_blocked or target.moved_to:
        raise Refusal(403, NOT_PERMITTED)
    if key not in mine.following and len(mine.following) >= server.most_follows:
        raise Refusal(422, f"Validation failed: You cannot follow more than {server.most_follows} people")
    if key not in mine.following:
        is_asked = target.is_locked or not server.software.answers_follow_at_once
        (mine.requested if is_asked else mine.following).add(key)
    return _json(200, server.relationship(username, account_id))


def _unfollow(server: Mastodon, ask: Ask, form: Query, account_id: str) -> Answer:
    username = server.signed_in(ask, "write:follows")
    key, mine = server.find_known(account_id).acct.lower(), server.of(username)
    mine.following.discard(key)
    mine.requested.discard(key)
    return _json(200, server.relationship(username, account_id))


# Posting.


def _upload(server: Mastodon, ask: Ask, form: Query) -> Answer:
    """Store a picture; it is processed later: 202."""
    username = server.signed_in(ask, "write:media")
    try:
        return _json(202, _media(server, server.posts.upload(username, ask)))
    except ValueError as error:
        raise Refusal(422, str(error)) from None


def _uploaded(server: Mastodon, ask: Ask, media_id: str) -> Answer:
    """Answer 206 while a picture is processed, 200 then, 404 once a post has it."""
    found = server.posts.free(server.signed_in(ask, "write:media"), media_id)
    if found is None:
        raise Refusal(404, NOT_FOUND)
    found.looks -= 1
    return _json(206 if found.looks > 0 else 200, _media(server, found))


def _media(server: Mastodon, media: Media) -> dict[str, Any]:
    url = f"https://{server.host}/media/{media.id}.png" if media.looks <= 0 else None
    return {"id": media.id, "type": "image", "url": url, "description": media.description, "meta": {}}


def _post(server: Mastodon, ask: Ask, form: Query) -> Answer:
    username = server.signed_in(ask, "write:statuses")
    key, media_ids = ask.header("idempotency-key"), json.loads(form.get("media_ids", "[]"))
    text, language, visibility = (form.get(name, "") for name in ("status", "language", "visibility"))
    try:
        return _json(200, _status(server, server.posts.post(username, key, text, media_ids, language, visibility)))
    except ValueError as error:
        raise Refusal(422, str(error)) from None


def _status(server: Mastodon, status: Status) -> dict[str, Any]:
    return {
        "id": status.id,
        "url": f"https://{server.host}/@{status.owner}/{status.id}",
        "content": f"<p>{html.escape(status.text)}</p>",
        "language": status.language,
        "visibility": status.visibility,
        "media_attachments": [_media(server, one) for one in status.media],
    }


def _statuses(server: Mastodon, ask: Ask, form: Query, account_id: str) -> Answer:
    """Answer anyone with an account's public posts, the newest first; with a token, it needs the scope."""
    if server.token_of(ask):
        server.signed_in(ask, "read:statuses")
    username = server.find_known(account_id).username
    return _json(200, [_status(server, one) for one in reversed(server.posts.statuses) if one.owner == username])


def _whole_acct(server: Mastodon, text: str) -> str:
    bare = text.strip().removeprefix("@").lower()
    return bare if "@" in bare else f"{bare}@{server.host}"


# About the server.


def _instance(server: Mastodon, ask: Ask, form: Query) -> Answer:
    return _json(
        200, {"domain": server.host, "uri": server.host, "title": server.host, "version": server.software.version}
    )


def _nodeinfo_links(server: Mastodon, ask: Ask, form: Query) -> Answer:
    rel = "http://nodeinfo.diaspora.software/ns/schema/2.0"
    return _json(200, {"links": [{"rel": rel, "href": f"https://{server.host}/nodeinfo/2.0"}]})


def _nodeinfo(server: Mastodon, ask: Ask, form: Query) -> Answer:
    software = {"name": server.software.name, "version": server.software.version}
    return _json(200, {"version": "2.0", "software": software, "protocols": ["activitypub"]})


LOOKUP = "/api/v1/accounts/lookup"
ROUTES: Mapping[str, Handler] = {
    "/.well-known/oauth-authorization-server": _metadata,
    "/.well-known/nodeinfo": _nodeinfo_links,
    "/nodeinfo/2.0": _nodeinfo,
    "/oauth/authorize": _authorize,
    "/oauth/token": _token,
    "/oauth/revoke": _revoke,
    "/api/v1/apps": _apps,
    "/api/v1/instance": _instance,
    "/api/v2/instance": _instance,
    "/api/v1/accounts/verify_credentials": _verify_credentials,
    LOOKUP: _lookup,
    "/api/v2/search": _search,
    "/api/v1/accounts/relationships": _relationships,
    "/api/v2/media": _upload,
    "/api/v1/statuses": _post,
}
ACCOUNT_ROUTES: Mapping[str, Callable[[Mastodon, Ask, Query, str], Answer]] = {
    "following": _following,
    "follow": _follow,
    "unfollow": _unfollow,
    "statuses": _statuses,
}
MEDIA = "/api/v1/media/"


def _account_route(path: str) -> Handler | None:
    """Return the handler of `/api/v1/accounts/ID/ACTION`, or of `/api/v1/media/ID`."""
    if path.startswith(MEDIA):
        return lambda server, ask, form: _uploaded(server, ask, path.removeprefix(MEDIA))
    account_id, _, action = path.removeprefix("/api/v1/accounts/").partition("/")
    handler = ACCOUNT_ROUTES.get(action)
    return (lambda server, ask, form: handler(server, ask, form, account_id)) if handler else None


# Faults.


def _cut(server: Mastodon) -> None:
    raise NoAnswer(server.host)


def _too_many(*headers: tuple[str, str]) -> Answer:
    return _json(429, {"error": "Too many requests"}, *headers)


def _limited_until(server: Mastodon, reset: str) -> Answer:
    return _too_many(("X-RateLimit-Limit", "300"), ("X-RateLimit-Remaining", "0"), ("X-RateLimit-Reset", reset))


def _soon(server: Mastodon) -> datetime:
    return server.now() + timedelta(seconds=2)


def _slow(server: Mastodon) -> None:
    time.sleep(WAITS_FOR_SLOW)


HTML_PAGE = b"<!doctype html><title>503</title><h1>We are down for maintenance</h1>"
# name -> the answer instead of the real one; None: the real one follows. "cut after" acts first, then cuts.
FAULTS: Mapping[str, Callable[[Mastodon], Answer | None]] = {
    "429 iso": lambda server: _limited_until(server, _soon(server).strftime("%Y-%m-%dT%H:%M:%S.%fZ")),
    "429 epoch": lambda server: _limited_until(server, str(int(_soon(server).timestamp()))),
    "429 retry-after": lambda server: _too_many(("Retry-After", "2")),
    "429 bare": lambda server: _too_many(),
    "500": lambda server: page(500, b'{"error":"Internal Server Error"}', "application/json"),
    "503 html": lambda server: page(503, HTML_PAGE, "text/html"),
    "200 html": lambda server: page(200, HTML_PAGE, "text/html"),
    "malformed": lambda server: page(200, b'{"id":"10', "application/json"),
    "slow": _slow,
    "cut": _cut,
    "cut after": _cut,
}


def without_api(host: str, name: str, version: str) -> Site:
    """Answer as a server that has no Mastodon API: Misskey, Lemmy. NodeInfo says what it is."""

    def site(ask: Ask) -> Answer:
        path = urlsplit(ask.path).path
        if path == "/.well-known/nodeinfo":
            rel = "http://nodeinfo.diaspora.software/ns/schema/2.0"
            return _json(200, {"links": [{"rel": rel, "href": f"https://{host}/nodeinfo/2.0"}]}, *CORS)
        if path == "/nodeinfo/2.0":
            software = {"name": name, "version": version}
            return _json(200, {"version": "2.0", "software": software, "protocols": ["activitypub"]}, *CORS)
        return page(404, b"<!doctype html><title>404</title>", "text/html", *CORS)

    return site
