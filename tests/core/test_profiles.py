"""Accounts as their own servers show them: whatever a server sends, a profile or an error that says what is wrong."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from passerelle.errors import NetworkError, PasserelleError, ServerRefused
from passerelle.hints import check as checks
from passerelle.hints.check import Target
from passerelle.identifiers import Did, ScreenName, parse_acct
from passerelle.networks.bluesky.profile import picture_cid
from passerelle.networks.fediverse.profile import Finger, picture_url, read_finger, read_html
from passerelle.networks.profile import MAX_BODY, PATIENCE, Profile, read_picture
from passerelle.transport import Fetch, Request, Response

from tests.core.fakes import did_document, reply

ADA = parse_acct("ada@quai.example.org")
DID = Did("did:plc:ada22222222222222222222222")
ACTOR = "https://quai.example.org/users/ada"
SELF = {"rel": "self", "type": "application/activity+json", "href": ACTOR}
JRD = {"subject": "acct:Ada@quai.example.org", "links": [SELF]}
PNG = b"\x89PNG\r\n\x1a\n..."
SILENT = b"this server does not answer"

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=20,
)


def fields(*names: str) -> st.SearchStrategy[dict[str, Any]]:
    """An object that has these fields, with anything in them."""
    return st.fixed_dictionaries({}, optional=dict.fromkeys(names, JSON))


def serve(*answers: bytes | Response) -> Fetch:
    """Answer one request after the other with these bodies, the last for all that come after."""
    left = list(answers)

    async def fetch(request: Request) -> Response:
        body = left.pop(0) if len(left) > 1 else left[0]
        if body == SILENT:
            raise NetworkError("silent", host="quai.example.org")
        return body if isinstance(body, Response) else Response(200, {}, body)

    return fetch


def look(fetch: Fetch, address: str = str(ADA), network: Any = "fediverse") -> Profile:
    target = Target(network, address, None, frozenset({ScreenName("ada")}))
    return asyncio.run(checks.check_account(target, b"\0" * 8, fetch))


def json_bytes(value: object) -> bytes:
    return json.dumps(value).encode()


MISSING = reply(404, {})


# WebFinger.


def test_webfinger_names_the_actor_and_the_servers_own_spelling() -> None:
    assert read_finger(reply(200, JRD), ADA) == Finger(parse_acct("Ada@quai.example.org"), ACTOR)
    ld = {**SELF, "type": 'application/ld+json; profile="https://www.w3.org/ns/activitystreams"'}
    assert read_finger(reply(200, {"links": [{}, 3, ld]}), ADA) == Finger(ADA, ACTOR)


@pytest.mark.parametrize("status", [404, 410])
def test_webfinger_says_that_nobody_is_there(status: int) -> None:
    with pytest.raises(ServerRefused) as raised:
        read_finger(reply(status, {}), ADA)
    assert raised.value.code == "account_not_found"


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (400, "server_refused"),
        (401, "server_refused"),
        (403, "server_refused"),
        (429, "rate_limited"),
        (503, "server_error"),
    ],
)
def test_a_refusal_is_not_an_absence(status: int, code: str) -> None:
    with pytest.raises(ServerRefused) as raised:
        read_finger(reply(status, JRD), ADA)
    assert raised.value.code == code
    assert raised.value.params["host"] == "quai.example.org"


@pytest.mark.parametrize(
    "document",
    [
        [],
        {},
        {"links": {}},
        {"links": [{**SELF, "rel": "me"}]},
        {"links": [{**SELF, "type": "text/html"}]},
        {"links": [{**SELF, "href": "http://quai.example.org/users/ada"}]},
        {"links": [{**SELF, "href": "https://127.0.0.1/users/ada"}]},
        {"links": [{**SELF, "href": None}]},
    ],
)
def test_an_answer_without_an_actor_is_not_believed(document: object) -> None:
    with pytest.raises(ServerRefused) as raised:
        look(serve(json_bytes(document), MISSING))
    assert raised.value.code == "server_error"


def test_an_acct_of_another_server_in_the_answer_is_not_shown_as_theirs() -> None:
    jrd = {**JRD, "subject": "acct:nasa@other.example.org"}
    assert look(serve(json_bytes(jrd), MISSING, b"{}")).address == str(ADA)


def test_a_server_that_answers_a_name_by_chance_with_a_page_does_not_know_it() -> None:
    assert look(serve(json_bytes(JRD), b"<html>Not found</html>", b"{}")).address == "Ada@quai.example.org"


def test_silence_about_the_name_by_chance_is_silence() -> None:
    with pytest.raises(NetworkError):
        look(serve(json_bytes(JRD), SILENT))


# Actors.


def test_an_actor_that_cannot_be_read_leaves_an_account_without_text() -> None:
    unreadable = (SILENT, b"\xff", b"[]", b"[" * 5_000, b" " * (MAX_BODY + 1), reply(401, {}), reply(500, {}))
    for answer in unreadable:
        profile = look(serve(json_bytes(JRD), MISSING, answer))
        assert (profile.display_name, profile.description, profile.texts) == (None, None, ())


def test_an_actor_that_is_gone_is_gone() -> None:
    with pytest.raises(ServerRefused) as raised:
        look(serve(json_bytes(JRD), MISSING, reply(410, {})))
    assert raised.value.code == "account_not_found"


def test_html_becomes_text_and_links_and_nothing_runs() -> None:
    html = (
        "<p>Poet &amp; <b>sailor</b><br>at sea</p><script>alert(1)</script><style>p{}</style>"
        '<p><a href="https://x.com/ada"><span class="invisible">https://</span><span>x.com/ada</span></a></p>'
    )
    actor = {"name": "Ada\u202e", "summary": html, "attachment": {"type": "PropertyValue", "value": "x.com/old"}}
    profile = look(serve(json_bytes(JRD), MISSING, json_bytes(actor)))
    assert profile.display_name == "Ada"
    assert profile.description == "Poet & sailor\nat sea\n\nhttps://x.com/ada"
    assert "https://x.com/ada" in profile.texts
    assert "x.com/old" in profile.texts


@given(
    st.text()
    | st.lists(st.sampled_from(["<", "<!", "<![", "<p>", "</", "&", "x", ">", "--", "CDATA", "[", "]]"])).map("".join)
)
def test_any_text_can_be_read_as_html(html: str) -> None:
    assert isinstance(read_html(html).text, str)


def test_a_long_text_in_html_is_read_in_no_time() -> None:
    for part in ("<a ", "<![", "&#", "<!--", "</", "<a href='"):
        read_html(part * 500_000)


def test_a_picture_is_asked_for_over_tls_from_a_public_name_only() -> None:
    assert picture_url({"icon": {"type": "Image", "url": "https://quai.example.org/a.png"}})
    assert picture_url({"icon": [{"url": "https://quai.example.org/a.png"}, {}]})
    icons: list[Any] = [
        {"url": "http://quai.example.org/a"},
        {"url": "https://10.0.0.1/"},
        {},
        [],
        None,
        3,
        {"url": {}},
    ]
    for icon in icons:
        assert picture_url({"icon": icon}) is None


# Pictures.


def test_pictures_are_what_their_first_bytes_say() -> None:
    assert (read_picture(Response(200, {"content-type": "text/html"}, PNG)) or "").startswith("data:image/png;base64,")
    assert (read_picture(Response(200, {}, b"\xff\xd8\xff\xe0")) or "").startswith("data:image/jpeg;")
    assert (read_picture(Response(200, {}, b"RIFF\0\0\0\0WEBPVP8 ")) or "").startswith("data:image/webp;")


BODIES = {
    "nothing": b"",
    "a drawing that may hold scripts": b"<svg onload=alert(1)>",
    "a moving picture": b"GIF89a",
    "a sound": b"RIFF\0\0\0\0WAVE",
    "a cut signature": b"\x89PNG",
    "too much": PNG + b"\0" * MAX_BODY,
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES.keys())
def test_what_is_no_picture_of_ours_is_not_shown(body: bytes) -> None:
    assert read_picture(Response(200, {"content-type": "image/png"}, body)) is None


def test_an_error_is_no_picture() -> None:
    assert read_picture(Response(404, {}, PNG)) is None


# Bluesky.

DOCUMENT = json_bytes(did_document(DID, "ada.example.org"))
RESOLVED = json_bytes({"did": DID})


def look_bluesky(*answers: bytes | Response) -> Profile:
    return look(serve(RESOLVED, DOCUMENT, *answers), "ada.example.org", "bluesky")


def test_a_picture_that_does_not_come_leaves_the_card_without() -> None:
    record = json_bytes({"value": {"displayName": "Ada", "avatar": {"ref": {"$link": "bafy"}}}})
    for picture in (SILENT, b"<html>", reply(404, {})):
        profile = look_bluesky(record, picture)
        assert (profile.display_name, profile.picture) == ("Ada", None)
    assert (look_bluesky(record, PNG).picture or "").startswith("data:")


def test_content_ids_are_read_in_both_forms_and_are_never_more_than_letters_and_digits() -> None:
    assert picture_cid({"avatar": {"ref": {"$link": "bafkrei22"}}}) == "bafkrei22"
    assert picture_cid({"avatar": {"cid": "Qm22", "mimeType": "image/png"}}) == "Qm22"
    blobs: list[Any] = [
        {"cid": "../x"},
        {"cid": "a&b=c"},
        {"ref": {"$link": 3}},
        {"ref": []},
        {},
        [],
        None,
        {"cid": "é"},
    ]
    for blob in blobs:
        assert picture_cid({"avatar": blob}) is None


def test_a_server_without_a_public_name_is_not_asked() -> None:
    for pds in ("https://127.0.0.1", "https://router.local", "https://quai.example.org:3000"):
        document = json_bytes(did_document(DID, "ada.example.org", pds))
        with pytest.raises(ServerRefused) as raised:
            look(serve(RESOLVED, document, b"never asked"), "ada.example.org", "bluesky")
        assert raised.value.code == "account_not_found"


def test_a_handle_that_leads_elsewhere_is_not_the_accounts() -> None:
    other = json_bytes({"did": "did:plc:other222222222222222222222"})
    for resolved in (other, reply(400, {"error": "InvalidRequest"})):
        assert look(serve(DOCUMENT, resolved, b'{"value": {}}'), DID, "bluesky").address == DID
    assert look(serve(DOCUMENT, RESOLVED, b'{"value": {}}'), DID, "bluesky").address == "ada.example.org"


def test_a_server_that_does_not_say_whether_a_handle_leads_back_leaves_it_open() -> None:
    with pytest.raises(ServerRefused) as raised:
        look(serve(DOCUMENT, reply(502, {}), b"{}"), DID, "bluesky")
    assert raised.value.code == "server_error"


# Whatever comes.


@given(fields("displayName", "description", "avatar", "labels", "website") | JSON | st.binary())
def test_any_record_gives_a_profile_or_an_error_of_ours(record: Any) -> None:
    body = record if isinstance(record, bytes) else json_bytes({"value": record})
    view = checks.make_look_view(look_bluesky(body, PNG), [ScreenName("ada")])
    assert view.did == DID
    assert not view.hidden or view.picture is view.display_name is view.description is None


@given(
    fields("subject", "links", "aliases") | JSON | st.binary() | st.just(JRD),
    fields("name", "summary", "icon", "attachment") | JSON | st.binary(),
)
def test_any_webfinger_and_any_actor_give_a_profile_or_an_error_of_ours(jrd: Any, actor: Any) -> None:
    first, third = (one if isinstance(one, bytes) else json_bytes(one) for one in (jrd, actor))
    try:
        profile = look(serve(first, MISSING, third, PNG))
    except PasserelleError:
        return
    checks.make_look_view(profile, [ScreenName("ada")])


def test_every_request_of_a_look_is_short_and_bounded_and_carries_nothing_about_who_asks() -> None:
    asked: list[Request] = []

    def noting(fetch: Fetch) -> Fetch:
        async def note(request: Request) -> Response:
            asked.append(request)
            return await fetch(request)

        return note

    record = json_bytes({"value": {"avatar": {"cid": "bafy"}}})
    look(noting(serve(RESOLVED, DOCUMENT, record, PNG)), "ada.example.org", "bluesky")
    actor = json_bytes({"icon": {"url": "https://quai.example.org/ada.png"}})
    look(noting(serve(json_bytes(JRD), MISSING, actor, PNG)))
    assert len(asked) == 8
    for request in asked:
        assert (request.method, request.account, request.body) == ("GET", None, None)
        assert (request.timeout, request.limit) == (PATIENCE, MAX_BODY + 1)
        assert request.headers.keys() <= {"accept"}


def test_only_webfinger_may_be_answered_by_another_server() -> None:
    actor = json.dumps({"icon": {"url": "https://quai.example.org/ada.png"}}).encode()
    server = serve(json.dumps(JRD).encode(), Response(404, {}, b""), actor, PNG)
    asked: list[Request] = []

    async def fetch(request: Request) -> Response:
        asked.append(request)
        return await server(request)

    look(fetch)
    assert ["webfinger" in request.url for request in asked] == [True, True, False, False]
    assert [request.may_redirect for request in asked] == [True, True, False, False]
