"""What is asked of Bluesky's servers, and what their answers mean (answers measured on a real PDS)."""

from __future__ import annotations

import asyncio
import json
import re
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from passerelle.errors import NetworkError, ServerRefused
from passerelle.identifiers import Did, Handle
from passerelle.networks.bluesky import follows as bluesky
from passerelle.networks.bluesky.follows import Follow
from passerelle.transport import Request, Response

from tests.core.fakes import ME, NOW, Pds, did_document, reply

ADA = Did("did:plc:ada22222222222222222222222")
HANDLE = Handle("ada.example.org")


def find(handle: str, pds: Pds) -> bluesky.Identity:
    async def fetch(request: Request) -> Response:
        return pds.answer(request)

    return asyncio.run(bluesky.find_identity(Handle(handle), fetch))


def code_of(document: Any, did: Did = ADA) -> str:
    with pytest.raises(ServerRefused) as caught:
        bluesky.read_did_document(reply(200, document), did)
    return caught.value.code


def test_a_handle_leads_to_its_did_and_server() -> None:
    assert find(HANDLE, Pds({HANDLE: ADA})) == bluesky.Identity(ADA, HANDLE, "https://pds.example.org")


def test_a_handle_that_its_did_does_not_claim_is_nobodys() -> None:
    with pytest.raises(ServerRefused) as caught:
        find("impostor.example.org", Pds({HANDLE: ADA, "impostor.example.org": ADA}))
    assert caught.value.code == "account_not_found"


def test_nobody_there_is_not_the_same_as_nobody_answering() -> None:
    with pytest.raises(ServerRefused) as caught:
        find("nobody.example.org", Pds())
    assert caught.value.code == "account_not_found"
    with pytest.raises(NetworkError):
        find(HANDLE, Pds({HANDLE: ADA}, read_faults=["lost request"]))
    with pytest.raises(ServerRefused) as caught:
        find(HANDLE, Pds({HANDLE: ADA}, read_faults=["error"]))
    assert caught.value.code == "server_error"


def test_public_questions_carry_nothing_about_who_asks() -> None:
    for request in (bluesky.resolve_handle_request(HANDLE), bluesky.did_document_request(ADA)):
        assert request.account is None
        assert not request.headers
    assert bluesky.did_document_request(ADA).url == f"https://plc.directory/{ADA}"


def test_a_did_web_is_asked_at_its_own_host() -> None:
    url = bluesky.did_document_request(Did("did:web:ada.example.org")).url
    assert url == "https://ada.example.org/.well-known/did.json"


@pytest.mark.parametrize(
    "did",
    [
        "did:web:localhost",
        "did:web:127.0.0.1",
        "did:web:a.example.org%3A8080",
        "did:web:a.example.org:path",
        "did:key:zabc",
    ],
)
def test_other_dids_are_not_asked_for(did: str) -> None:
    with pytest.raises(ServerRefused):
        bluesky.did_document_request(Did(did))


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://pds.example.org",
        "https://user@pds.example.org",
        "https://pds.example.org/path",
        "https://pds.example.org?x",
        "ftp://x.org",
        "https://",
        "//pds.example.org",
        5,
        None,
        "https://[::1",
    ],
)
def test_a_server_is_an_https_origin_and_nothing_else(endpoint: Any) -> None:
    assert code_of(did_document(ADA, HANDLE, endpoint)) == "account_not_found"


def test_a_document_about_somebody_else_is_refused() -> None:
    assert code_of(did_document(ME, HANDLE)) == "account_not_found"


@given(
    st.recursive(
        st.none() | st.booleans() | st.text() | st.integers(),
        lambda x: (
            st.lists(x) | st.dictionaries(st.sampled_from(["id", "alsoKnownAs", "service", "serviceEndpoint", "x"]), x)
        ),
    )
)
def test_no_document_breaks_the_reader(document: Any) -> None:
    with pytest.raises(ServerRefused):
        bluesky.read_did_document(reply(200, document), ADA)


def test_own_follows_are_read_to_the_end_and_strange_records_left_out() -> None:
    pds = Pds(records={f"3k{number:011}": f"did:plc:{number:024}" for number in range(213)})
    pds.records["3kz"] = "not a did"
    asked: list[Request] = []

    async def fetch(request: Request) -> Response:
        asked.append(request)
        return pds.answer(request)

    follows = asyncio.run(bluesky.list_follows(ME, fetch))
    assert len(follows) == 213
    assert len(asked) == 4  # three pages and the empty one that a real server ends with
    assert all(request.account == ME and request.url.startswith("/xrpc/") for request in asked)


def test_a_server_that_never_ends_a_list_is_left() -> None:
    async def fetch(request: Request) -> Response:
        return reply(200, {"records": [{"value": {"subject": ADA}}], "cursor": "again"})

    assert asyncio.run(bluesky.list_follows(ME, fetch)) == {ADA}


def test_a_batch_is_one_commit_with_the_chosen_keys() -> None:
    request = bluesky.apply_writes_request(ME, [Follow("3kaaaaaaaaaa2", ADA, "2026-11-20T09:00:00.000Z")])
    assert (request.method, request.url, request.account) == ("POST", "/xrpc/com.atproto.repo.applyWrites", ME)
    assert json.loads(request.body or b"") == {
        "repo": ME,
        "writes": [
            {
                "$type": "com.atproto.repo.applyWrites#create",
                "collection": "app.bsky.graph.follow",
                "rkey": "3kaaaaaaaaaa2",
                "value": {
                    "$type": "app.bsky.graph.follow",
                    "subject": ADA,
                    "createdAt": "2026-11-20T09:00:00.000Z",
                },
            }
        ],
    }


def test_a_record_is_asked_for_by_its_key() -> None:
    parts = urlsplit(bluesky.get_follow_request(ME, "3kaaaaaaaaaa2").url)
    assert parts.path == "/xrpc/com.atproto.repo.getRecord"
    assert parse_qs(parts.query) == {"repo": [ME], "collection": ["app.bsky.graph.follow"], "rkey": ["3kaaaaaaaaaa2"]}
    assert bluesky.read_follow_exists(reply(200, {}))
    assert not bluesky.read_follow_exists(reply(400, {"error": "RecordNotFound"}))
    with pytest.raises(ServerRefused):
        bluesky.read_follow_exists(reply(400, {"error": "InvalidRequest"}))


@pytest.mark.parametrize(
    ("response", "code"),
    [
        (reply(400, {"error": "ExpiredToken"}), "session_expired"),
        (reply(400, {"error": "InvalidToken"}), "session_expired"),
        (reply(401, {"error": "AuthMissing"}), "session_expired"),
        (reply(429, {}), "rate_limited"),
        (reply(502, {"error": "UpstreamFailure"}), "server_error"),
        (Response(400, {}, b"<html>"), "server_refused"),
        (reply(403, ["error"]), "server_refused"),
    ],
)
def test_refusals_say_why(response: Response, code: str) -> None:
    assert bluesky.refusal(response).code == code


def test_a_429_says_when_on_the_servers_clock() -> None:
    reset = int((NOW + timedelta(minutes=10)).timestamp())
    assert bluesky.retry_at(Response(429, {"ratelimit-reset": str(reset)}, b""), NOW) == NOW + timedelta(minutes=10)
    wrong_clock = {"ratelimit-reset": str(reset + 3600), "date": "Fri, 20 Nov 2026 10:00:00 GMT"}
    assert bluesky.retry_at(Response(429, wrong_clock, b""), NOW) == NOW + timedelta(minutes=10)
    assert bluesky.retry_at(Response(429, {"retry-after": "90"}, b""), NOW) == NOW + timedelta(seconds=90)
    date = {"retry-after": "Fri, 20 Nov 2026 09:02:00 GMT"}
    assert bluesky.retry_at(Response(429, date, b""), NOW) == NOW + timedelta(minutes=2)


@pytest.mark.parametrize(
    "headers", [{}, {"retry-after": "soon"}, {"ratelimit-reset": "-5"}, {"retry-after": "Fri, 99 Foo"}]
)
def test_a_429_may_not_say_when(headers: dict[str, str]) -> None:
    assert bluesky.retry_at(Response(429, headers, b""), NOW) is None


def test_no_server_makes_us_wait_for_ever_or_not_at_all() -> None:
    assert bluesky.retry_at(Response(429, {"ratelimit-reset": "99999999999"}, b""), NOW) == NOW + timedelta(days=1)
    assert bluesky.retry_at(Response(429, {"ratelimit-reset": "1"}, b""), NOW) == NOW + timedelta(seconds=1)


@given(st.integers(0, 2**53 - 2), st.integers(0, 1023))
def test_record_keys_are_tids_that_sort_by_time(microseconds: int, clock_id: int) -> None:
    tid = bluesky.make_tid(microseconds, clock_id)
    assert re.fullmatch(r"[234567abcdefghij][234567abcdefghijklmnopqrstuvwxyz]{12}", tid)
    assert tid < bluesky.make_tid(microseconds + 1, 0)
