"""Profiles read from their own servers: every answer gives a profile or a ServerRefused, never another exception."""

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
from passerelle.networks.fediverse.profile import picture_url
from passerelle.networks.html import read_html
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
    """Objects that have some of these fields, with any JSON in them."""
    return st.fixed_dictionaries({}, optional=dict.fromkeys(names, JSON))


def serve(*answers: bytes | Response) -> Fetch:
    """Answer one request after the other with these bodies, and every further one with the last."""
    left = list(answers)

    async def fetch(request: Request) -> Response:
        body = left.pop(0) if len(left) > 1 else left[0]
        if body == SILENT:
            raise NetworkError("silent", host="quai.example.org")
        return body if isinstance(body, Response) else Response(200, {}, body)

    return fetch


def read_profile(fetch: Fetch, address: str = str(ADA), network: Any = "fediverse") -> Profile:
    target = Target(network, address, None, frozenset({ScreenName("ada")}))
    return asyncio.run(checks.check_account(target, b"\0" * 8, fetch))


def json_bytes(value: object) -> bytes:
    return json.dumps(value).encode()


MISSING = reply(404, {})


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
def test_an_answer_without_an_actor_is_an_error(document: object) -> None:
    with pytest.raises(ServerRefused) as raised:
        read_profile(serve(json_bytes(document), MISSING))
    assert raised.value.code == "server_error"


def test_a_subject_of_another_domain_is_ignored() -> None:
    jrd = {**JRD, "subject": "acct:nasa@other.example.org"}
    assert read_profile(serve(json_bytes(jrd), MISSING, b"{}")).address == str(ADA)


def test_html_for_the_random_name_means_that_it_does_not_exist() -> None:
    assert read_profile(serve(json_bytes(JRD), b"<html>Not found</html>", b"{}")).address == "Ada@quai.example.org"


def test_no_answer_about_the_random_name_is_a_network_error() -> None:
    with pytest.raises(NetworkError):
        read_profile(serve(json_bytes(JRD), SILENT))


# Actors.


def test_an_unreadable_actor_gives_a_profile_without_text() -> None:
    unreadable = (SILENT, b"\xff", b"[]", b"[" * 5_000, b" " * (MAX_BODY + 1), reply(401, {}), reply(500, {}))
    for answer in unreadable:
        profile = read_profile(serve(json_bytes(JRD), MISSING, answer))
        assert (profile.display_name, profile.description, profile.texts) == (None, None, ())


def test_an_actor_answered_with_410_is_not_found() -> None:
    with pytest.raises(ServerRefused) as raised:
        read_profile(serve(json_bytes(JRD), MISSING, reply(410, {})))
    assert raised.value.code == "account_not_found"


def test_html_becomes_text_and_links_without_scripts() -> None:
    html = (
        "<p>Poet &amp; <b>sailor</b><br>at sea</p><script>alert(1)</script><style>p{}</style>"
        '<p><a href="https://x.com/ada"><span class="invisible">https://</span><span>x.com/ada</span></a></p>'
    )
    actor = {"name": "Ada\u202e", "summary": html, "attachment": {"type": "PropertyValue", "value": "x.com/old"}}
    profile = read_profile(serve(json_bytes(JRD), MISSING, json_bytes(actor)))
    assert profile.display_name == "Ada"
    assert profile.description == "Poet & sailor\nat sea\n\nhttps://x.com/ada"
    assert "https://x.com/ada" in profile.texts
    assert "x.com/old" in profile.texts


@given(
    st.text()
    | st.lists(st.sampled_from(["<", "<!", "<![", "<p>", "</", "&", "x", ">", "--", "CDATA", "[", "]]"])).map("".join)
)
def test_any_text_is_read_as_html_without_an_error(html: str) -> None:
    assert isinstance(read_html(html).text, str)


def test_long_broken_html_is_read_quickly() -> None:
    for part in ("<a ", "<![", "&#", "<!--", "</", "<a href='"):
        read_html(part * 500_000)


def test_a_picture_is_fetched_only_over_https_from_a_public_host() -> None:
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


def test_pictures_are_recognized_by_their_first_bytes() -> None:
    assert (read_picture(Response(200, {"content-type": "text/html"}, PNG)) or "").startswith("data:image/png;base64,")
    assert (read_picture(Response(200, {}, b"\xff\xd8\xff\xe0")) or "").startswith("data:image/jpeg;")
    assert (read_picture(Response(200, {}, b"RIFF\0\0\0\0WEBPVP8 ")) or "").startswith("data:image/webp;")


BODIES = {
    "empty": b"",
    "SVG": b"<svg onload=alert(1)>",
    "GIF": b"GIF89a",
    "WAVE": b"RIFF\0\0\0\0WAVE",
    "a cut PNG signature": b"\x89PNG",
    "too large": PNG + b"\0" * MAX_BODY,
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES.keys())
def test_other_bodies_are_not_shown_as_pictures(body: bytes) -> None:
    assert read_picture(Response(200, {"content-type": "image/png"}, body)) is None


def test_an_error_answer_is_not_a_picture() -> None:
    assert read_picture(Response(404, {}, PNG)) is None


# Bluesky.

DOCUMENT = json_bytes(did_document(DID, "ada.example.org"))
RESOLVED = json_bytes({"did": DID})


def read_bluesky(*answers: bytes | Response) -> Profile:
    return read_profile(serve(RESOLVED, DOCUMENT, *answers), "ada.example.org", "bluesky")


def test_a_failed_picture_leaves_the_card_without_one() -> None:
    record = json_bytes({"value": {"displayName": "Ada", "avatar": {"ref": {"$link": "bafy"}}}})
    for picture in (SILENT, b"<html>", reply(404, {})):
        profile = read_bluesky(record, picture)
        assert (profile.display_name, profile.picture) == ("Ada", None)
    assert (read_bluesky(record, PNG).picture or "").startswith("data:")


def test_content_ids_are_read_in_both_forms_and_hold_letters_and_digits_only() -> None:
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


def test_a_server_that_is_not_public_is_not_contacted() -> None:
    for pds in ("https://127.0.0.1", "https://router.local", "https://quai.example.org:3000"):
        document = json_bytes(did_document(DID, "ada.example.org", pds))
        with pytest.raises(ServerRefused) as raised:
            read_profile(serve(RESOLVED, document, b"never asked"), "ada.example.org", "bluesky")
        assert raised.value.code == "account_not_found"


def test_a_handle_that_resolves_to_another_did_is_not_shown() -> None:
    other = json_bytes({"did": "did:plc:other222222222222222222222"})
    for resolved in (other, reply(400, {"error": "InvalidRequest"})):
        assert read_profile(serve(DOCUMENT, resolved, b'{"value": {}}'), DID, "bluesky").address == DID
    assert read_profile(serve(DOCUMENT, RESOLVED, b'{"value": {}}'), DID, "bluesky").address == "ada.example.org"


def test_an_unanswered_handle_check_is_an_error() -> None:
    with pytest.raises(ServerRefused) as raised:
        read_profile(serve(DOCUMENT, reply(502, {}), b"{}"), DID, "bluesky")
    assert raised.value.code == "server_error"


# Any input.


@given(fields("displayName", "description", "avatar", "labels", "website") | JSON | st.binary())
def test_any_record_gives_a_profile_or_a_passerelle_error(record: Any) -> None:
    body = record if isinstance(record, bytes) else json_bytes({"value": record})
    view = checks.make_look_view(read_bluesky(body, PNG), [ScreenName("ada")])
    assert view.did == DID
    assert not view.hidden or view.picture is view.display_name is view.description is None


@given(
    fields("subject", "links", "aliases") | JSON | st.binary() | st.just(JRD),
    fields("name", "summary", "icon", "attachment") | JSON | st.binary(),
)
def test_any_webfinger_and_any_actor_give_a_profile_or_a_passerelle_error(jrd: Any, actor: Any) -> None:
    first, third = (one if isinstance(one, bytes) else json_bytes(one) for one in (jrd, actor))
    try:
        profile = read_profile(serve(first, MISSING, third, PNG))
    except PasserelleError:
        return
    checks.make_look_view(profile, [ScreenName("ada")])


def test_every_request_is_bounded_and_carries_nothing_about_the_asker() -> None:
    asked: list[Request] = []

    def recording(fetch: Fetch) -> Fetch:
        async def record_request(request: Request) -> Response:
            asked.append(request)
            return await fetch(request)

        return record_request

    record = json_bytes({"value": {"avatar": {"cid": "bafy"}}})
    read_profile(recording(serve(RESOLVED, DOCUMENT, record, PNG)), "ada.example.org", "bluesky")
    actor = json_bytes({"icon": {"url": "https://quai.example.org/ada.png"}})
    read_profile(recording(serve(json_bytes(JRD), MISSING, actor, PNG)))
    assert len(asked) == 8
    for request in asked:
        assert (request.method, request.account, request.body) == ("GET", None, None)
        assert (request.timeout, request.limit) == (PATIENCE, MAX_BODY + 1)
        assert request.headers.keys() <= {"accept"}


def test_only_webfinger_may_be_redirected() -> None:
    actor = json.dumps({"icon": {"url": "https://quai.example.org/ada.png"}}).encode()
    server = serve(json.dumps(JRD).encode(), Response(404, {}, b""), actor, PNG)
    asked: list[Request] = []

    async def fetch(request: Request) -> Response:
        asked.append(request)
        return await server(request)

    read_profile(fetch)
    assert ["webfinger" in request.url for request in asked] == [True, True, False, False]
    assert [request.may_redirect for request in asked] == [True, True, False, False]
