"""The Mastodon stand-in is as strict as the servers it stands for."""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from tests.world.exchange import Answer, Ask, NoAnswer
from tests.world.mastodon import FAULTS, Mastodon, Resident, without_api
from tests.world.mastodon_oauth import OUT_OF_BAND
from tests.world.mastodon_software import GOTOSOCIAL, MASTODON, OLD_MASTODON, PIXELFED, PLEROMA, Software

HOST = "quai.example.org"
BACK = "https://abcdefghijklmnopabcdefghijklmnop.chromiumapp.org/"
SCOPE = "read:accounts read:follows read:search write:follows"
VERIFIER = "a-verifier-that-is-long-enough-for-rfc-7636-section-4"
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode().rstrip("=")
PEOPLE = (
    Resident("me@quai.example.org"),
    Resident("ada@quai.example.org", "Ada"),
    Resident("elif@agora.example.org", is_locked=True),
    Resident("gone@agora.example.org", is_suspended=True),
    Resident("old@agora.example.org", moved_to="new@bada.example.org"),
    Resident("new@bada.example.org"),
    Resident("far@bada.example.org", is_silent=True),
)


class Time:
    """A clock that tests move."""

    def __init__(self) -> None:
        self.moment = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.moment


def server(software: Software = MASTODON) -> Mastodon:
    return Mastodon(HOST, PEOPLE, software, Time())


def send(to: Mastodon, method: str, path: str, token: str = "", **form: str) -> Answer:
    headers = (("authorization", f"Bearer {token}"), ("content-type", "application/x-www-form-urlencoded"))
    return to.site(Ask(to.host, method, path, headers, urlencode(form).encode()))


def body(answer: Answer) -> Any:
    return json.loads(answer.body)


def header(answer: Answer, name: str) -> str | None:
    return next((value for key, value in answer.headers if key.lower() == name), None)


def register(to: Mastodon, scope: str = SCOPE, redirect: str = BACK) -> dict[str, str]:
    made: dict[str, str] = body(send(to, "POST", "/api/v1/apps", client_name="P", redirect_uris=redirect, scopes=scope))
    return made


def authorize(to: Mastodon, app: dict[str, str], **changes: str) -> str:
    """The code that comes of pressing Authorize; "" where no redirect or an error came."""
    fields = {
        "response_type": "code",
        "client_id": app["client_id"],
        "redirect_uri": BACK,
        "scope": SCOPE,
        "state": "s1",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
        "username": "me",
        "decision": "authorize",
        **changes,
    }
    answer = send(to, "POST", "/oauth/authorize", **fields)
    query = parse_qs(urlsplit(header(answer, "location") or "").query)
    assert query.get("state", ["s1"]) == ["s1"]
    return query.get("code", [""])[0]


def exchange(to: Mastodon, app: dict[str, str], code: str, **changes: str) -> Answer:
    fields = {
        "grant_type": "authorization_code",
        "code": code,
        "client_id": app["client_id"],
        "client_secret": app["client_secret"],
        "redirect_uri": BACK,
        "code_verifier": VERIFIER,
        **changes,
    }
    return send(to, "POST", "/oauth/token", **fields)


def test_a_code_becomes_a_token_that_the_api_takes() -> None:
    to = server()
    app = register(to)
    answer = exchange(to, app, authorize(to, app))
    token = body(answer)["access_token"]
    assert body(answer)["scope"] == SCOPE
    assert body(send(to, "GET", "/api/v1/accounts/verify_credentials", token))["acct"] == "me"
    assert send(to, "POST", "/oauth/revoke", token="", client_id="x", client_secret="y").status == 403
    revoked = {"client_id": app["client_id"], "client_secret": app["client_secret"], "token": token}
    to.site(Ask(HOST, "POST", "/oauth/revoke", (), urlencode(revoked).encode()))
    assert send(to, "GET", "/api/v1/accounts/verify_credentials", token).status == 401


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"code_verifier": "x" * 43}, "invalid_grant"),
        ({"redirect_uri": "https://evil.example.org/"}, "invalid_grant"),
        ({"client_secret": "no"}, "invalid_client"),
        ({"client_id": "no"}, "invalid_client"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
    ],
)
def test_a_wrong_exchange_gives_no_token(changes: dict[str, str], error: str) -> None:
    to = server()
    app = register(to)
    assert body(exchange(to, app, authorize(to, app), **changes))["error"] == error


def test_a_code_counts_once_and_for_ten_minutes() -> None:
    to = server()
    app = register(to)
    code = authorize(to, app)
    assert exchange(to, app, code).status == 200
    assert exchange(to, app, code).status == 400
    late = authorize(to, app)
    assert isinstance(to.now, Time)
    to.now.moment += timedelta(minutes=11)
    assert exchange(to, app, late).status == 400


def test_the_authorization_page_shows_errors_about_app_and_redirect_and_redirects_the_others() -> None:
    to = server()
    app = register(to)
    query = {"response_type": "code", "client_id": app["client_id"], "redirect_uri": BACK, "scope": SCOPE, "state": "s"}
    shown = send(to, "GET", f"/oauth/authorize?{urlencode(query)}")
    assert (shown.status, b"id=authorize" in shown.body) == (200, True)
    for wrong in ({"client_id": "no"}, {"redirect_uri": "https://evil.example.org/"}):
        assert send(to, "GET", f"/oauth/authorize?{urlencode({**query, **wrong})}").status in (400, 401)
    asked_more = send(to, "GET", f"/oauth/authorize?{urlencode({**query, 'scope': 'write'})}")
    assert header(asked_more, "location") == f"{BACK}?error=invalid_scope&state=s"
    denied = send(to, "POST", "/oauth/authorize", **query, decision="deny", username="me")
    assert header(denied, "location") == f"{BACK}?error=access_denied&state=s"
    assert authorize(to, app, redirect_uri=OUT_OF_BAND) == ""  # not registered


def test_fewer_scopes_may_be_granted_and_then_following_is_refused() -> None:
    to = server()
    to.oauth.grants = lambda scopes: scopes - {"write:follows"}
    app = register(to)
    answer = body(exchange(to, app, authorize(to, app)))
    assert "write:follows" not in answer["scope"]
    refused = send(to, "POST", f"/api/v1/accounts/{to.meet('ada@quai.example.org')}/follow", answer["access_token"])
    assert (refused.status, body(refused)["error"]) == (403, "This action is outside the authorized scopes")


def test_old_versions_refuse_the_scope_profile_and_pixelfed_several_redirects() -> None:
    def status(to: Mastodon, redirects: str, scope: str) -> int:
        return send(to, "POST", "/api/v1/apps", client_name="P", redirect_uris=redirects, scopes=scope).status

    assert status(server(OLD_MASTODON), BACK, "profile") == 422
    assert status(server(), BACK, "profile") == 200
    assert status(server(PIXELFED), f"{BACK} https://other.example.org/", "read") == 422
    assert status(server(PIXELFED), OUT_OF_BAND, "read") == 422
    assert send(server(OLD_MASTODON), "GET", "/.well-known/oauth-authorization-server").status == 404


def test_an_account_elsewhere_is_found_by_resolving_and_known_afterwards() -> None:
    to = server()
    token = to.sign_in("me")
    look = "/api/v1/accounts/lookup?acct=elif@agora.example.org"
    assert send(to, "GET", look, token).status == 404
    search = "/api/v2/search?q=@elif@agora.example.org&type=accounts"
    assert body(send(to, "GET", search, token))["accounts"] == []
    assert body(send(to, "GET", f"{search}&resolve=true", token))["accounts"][0]["acct"] == "elif@agora.example.org"
    assert body(send(to, "GET", look, token))["acct"] == "elif@agora.example.org"
    for missing in ("far@bada.example.org", "never@bada.example.org"):
        answer = send(to, "GET", f"/api/v2/search?q=@{missing}&resolve=true", token)
        assert (answer.status, body(answer)["accounts"]) == (200, [])


def test_following_locks_refuses_and_undoes_as_mastodon_does() -> None:
    to = server()
    token = to.sign_in("me")

    def act(acct: str, action: str = "follow") -> Answer:
        return send(to, "POST", f"/api/v1/accounts/{to.meet(acct)}/{action}", token)

    assert body(act("ada@quai.example.org"))["following"]
    assert body(act("ada@quai.example.org"))["following"]  # again: no error
    locked = body(act("elif@agora.example.org"))
    assert (locked["following"], locked["requested"]) == (False, True)
    assert act("me@quai.example.org").status == 404
    assert act("gone@agora.example.org").status == 404
    assert act("old@agora.example.org").status == 403
    to.of("me").blocked_by.add("new@bada.example.org")
    assert act("new@bada.example.org").status == 403
    ids = "&".join(f"id[]={to.meet(one.acct)}" for one in PEOPLE)
    related = body(send(to, "GET", f"/api/v1/accounts/relationships?{ids}", token))
    assert [one["following"] for one in related] == [False, True, *[False] * 5]
    assert body(act("ada@quai.example.org", "unfollow"))["following"] is False
    assert to.followed("me") == []


def test_moved_accounts_name_their_successor() -> None:
    to = server()
    found = send(to, "GET", "/api/v2/search?q=old@agora.example.org&resolve=true", to.sign_in("me"))
    assert body(found)["accounts"][0]["moved"]["acct"] == "new@bada.example.org"


def test_the_list_of_follows_has_pages() -> None:
    to = server()
    others = [Resident(f"n{number}@agora.example.org") for number in range(170)]
    to.people |= {one.acct: one for one in others}
    to.of("me").following |= {one.acct for one in others}
    token, seen = to.sign_in("me"), list[str]()
    path = f"/api/v1/accounts/{to.meet('me@quai.example.org')}/following?limit=80"
    while path:
        answer = send(to, "GET", path, token)
        seen += [one["acct"] for one in body(answer)]
        link = header(answer, "link") or ""
        path = link.partition(">")[0].removeprefix(f"<https://{HOST}")
    assert sorted(seen) == sorted(one.acct for one in others)


@pytest.mark.parametrize(("software", "shape"), [(MASTODON, "iso"), (PLEROMA, None), (GOTOSOCIAL, "iso")])
def test_more_requests_than_allowed_are_refused_until_the_window_ends(software: Software, shape: str | None) -> None:
    to = server(software)
    to.requests_allowed = 3
    token = to.sign_in("me")

    def status() -> int:
        return send(to, "GET", "/api/v1/accounts/verify_credentials", token).status

    assert [status() for _ in range(4)] == [200, 200, 200, 429]
    refused = send(to, "GET", "/api/v1/accounts/verify_credentials", token)
    assert (header(refused, "x-ratelimit-reset") or "").endswith("Z") == (shape == "iso")
    assert isinstance(to.now, Time)
    to.now.moment += timedelta(minutes=5)
    assert status() == 200
    assert [one.status for one in to.log] == [200, 200, 200, 429, 429, 200]


def test_the_daily_limit_of_follows_has_its_own_window() -> None:
    to = server()
    to.follows_allowed = 1
    token = to.sign_in("me")
    ids = [to.meet(one) for one in ("ada@quai.example.org", "elif@agora.example.org")]
    answers = [send(to, "POST", f"/api/v1/accounts/{one}/follow", token) for one in ids]
    assert [one.status for one in answers] == [200, 429]
    assert header(answers[1], "x-ratelimit-limit") == "1"


@pytest.mark.parametrize("fault", sorted(FAULTS))
def test_a_fault_comes_once_and_only_cut_after_has_acted(fault: str) -> None:
    to = server()
    to.faults = [fault]
    token, path = to.sign_in("me"), f"/api/v1/accounts/{to.meet('ada@quai.example.org')}/follow"
    try:
        answer = send(to, "POST", path, token)
    except NoAnswer:
        assert fault.startswith("cut")
    else:
        assert fault == "slow" or answer.status != 200 or b'"following"' not in answer.body
    assert bool(to.followed("me")) == (fault in ("cut after", "slow"))
    assert send(to, "POST", path, token).status == 200


def test_web_pages_may_read_the_api_and_not_a_429_behind_some_proxies() -> None:
    to = server()
    to.faults = ["", "429 bare"]
    to.cors_on_429 = False
    readable = [header(send(to, "GET", "/api/v2/instance"), "access-control-allow-origin") for _ in range(2)]
    assert readable == ["*", None]
    assert send(to, "OPTIONS", "/api/v1/accounts/1/follow").status == 200


def test_a_server_without_this_api_says_what_it_is() -> None:
    site = without_api("misskey.example.org", "misskey", "2026.10.0")
    get = [site(Ask("misskey.example.org", "GET", path, (), b"")) for path in ("/nodeinfo/2.0", "/api/v2/instance")]
    assert body(get[0])["software"]["name"] == "misskey"
    assert get[1].status == 404


def test_a_server_that_is_down_answers_nothing_and_keeps_what_it_has_stored() -> None:
    home = server()
    token = home.sign_in("me")
    home.of("me").following.add("ada@quai.example.org")
    home.is_down = True
    with pytest.raises(NoAnswer):
        send(home, "GET", "/api/v1/accounts/verify_credentials", token)
    home.is_down = False
    assert send(home, "GET", "/api/v1/accounts/verify_credentials", token).status == 200
    assert home.followed("me") == ["ada@quai.example.org"]


def test_a_picture_is_processed_then_posted_once_under_its_key_and_found_by_anyone() -> None:
    to = server()
    token = to.sign_in("me", "read:accounts write:media write:statuses")
    assert send(to, "POST", "/api/v1/statuses", to.sign_in("me", "write:follows"), status="x").status == 403
    form = (
        b'--b\r\ncontent-disposition: form-data; name="description"\r\n\r\n\xc3\xa9t\xc3\xa9\r\n'
        b'--b\r\ncontent-disposition: form-data; name="file"; filename="a.png"\r\ncontent-type: image/png\r\n\r\n'
        b"\x89PNG\r\n\x1a\n\r\n--b--\r\n"
    )
    headers = (("authorization", f"Bearer {token}"), ("content-type", "multipart/form-data; boundary=b"))
    answer = to.site(Ask(HOST, "POST", "/api/v2/media", headers, form))
    media_id = body(answer)["id"]
    assert (answer.status, to.posts.media[media_id].description) == (202, "été")
    assert to.posts.media[media_id].content == b"\x89PNG\r\n\x1a\n"

    def post() -> Answer:
        sent = json.dumps({"status": "Hi", "media_ids": [media_id], "language": "en", "visibility": "public"}).encode()
        headers = (("authorization", f"Bearer {token}"), ("content-type", "application/json"), ("idempotency-key", "k"))
        return to.site(Ask(HOST, "POST", "/api/v1/statuses", headers, sent))

    assert post().status == 422
    assert send(to, "GET", f"/api/v1/media/{media_id}", token).status == 200
    assert body(post())["id"] == body(post())["id"]
    assert send(to, "GET", f"/api/v1/media/{media_id}", token).status == 404
    own_id = body(send(to, "GET", "/api/v1/accounts/verify_credentials", token))["id"]
    assert send(to, "GET", f"/api/v1/accounts/{own_id}/statuses", token).status == 403
    anyone = body(to.site(Ask(HOST, "GET", f"/api/v1/accounts/{own_id}/statuses", (), b"")))
    assert [one["media_attachments"][0]["id"] for one in anyone] == [media_id]
