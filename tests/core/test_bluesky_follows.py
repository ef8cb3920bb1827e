"""Follow records: listing them to the end, writing them, looking one up."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterable
from itertools import chain, count, repeat
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from passerelle.errors import ServerRefused
from passerelle.identifiers import Did
from passerelle.networks import bluesky
from passerelle.networks.bluesky.follows import MAX_IDLE_PAGES, Follow
from passerelle.transport import Request, Response

from tests.core.fakes import ACCOUNT, ME, Pds, reply

ADA = Did("did:plc:ada22222222222222222222222")
RKEY = "3kaaaaaaaaaa2"


def record(number: int) -> dict[str, Any]:
    """Return a listed record that follows the account of this number."""
    return {"uri": f"at://{ME}/x/{number}", "value": {"subject": f"did:plc:{number:024}"}}


def list_from(pages: Iterable[Any]) -> tuple[frozenset[Did], list[Request]]:
    """List the follows that a server sends as these pages; return them and the requests."""
    requests: list[Request] = []
    left = iter(pages)

    async def fetch(request: Request) -> Response:
        requests.append(request)
        return reply(200, next(left))

    return frozenset(asyncio.run(bluesky.list_follows(ME, fetch)).values()), requests


def error_of(pages: Iterable[Any]) -> tuple[str, int]:
    """List from these pages, expect an error; return its code and the number of requests."""
    asked = 0

    def counted() -> Iterable[Any]:
        nonlocal asked
        for page in pages:
            asked += 1
            yield page

    with pytest.raises(ServerRefused) as caught:
        list_from(counted())
    return caught.value.code, asked


def test_follows_are_listed_to_the_end_without_other_records() -> None:
    pds = Pds(records={f"3k{number:011}": f"did:plc:{number:024}" for number in range(213)})
    pds.records["3kz"] = "not a did"
    requests: list[Request] = []

    async def fetch(request: Request) -> Response:
        requests.append(request)
        return pds.answer(request)

    follows = asyncio.run(bluesky.list_follows(ME, fetch))
    assert len(follows) == 213
    assert len(requests) == 4  # three pages and the empty one that a real server ends with
    assert all(request.account == ACCOUNT and request.url.startswith("/xrpc/") for request in requests)


@pytest.mark.parametrize("end", [{}, {"cursor": None}, {"cursor": ""}], ids=["missing", "null", "empty"])
def test_a_missing_null_or_empty_cursor_ends_the_list(end: dict[str, Any]) -> None:
    follows, requests = list_from([{"records": [record(1)], "cursor": "a"}, {"records": [record(2)]} | end])
    assert (len(follows), len(requests)) == (2, 2)


def test_a_numeric_cursor_is_sent_back_as_text() -> None:
    follows, requests = list_from([{"records": [record(1)], "cursor": 7}, {"records": [record(2)]}])
    assert len(follows) == 2
    assert parse_qs(urlsplit(requests[1].url).query)["cursor"] == ["7"]


def test_an_empty_page_with_a_new_cursor_is_not_the_end() -> None:
    follows, _ = list_from([{"records": [], "cursor": "a"}, {"records": [record(1)], "cursor": ""}])
    assert len(follows) == 1


@pytest.mark.parametrize("cursors", [["a", "a"], ["a", "b", "a"], ["a", "b", "c", "b"]])
def test_a_cursor_sent_twice_is_an_error(cursors: list[str]) -> None:
    pages = ({"records": [record(number)], "cursor": cursor} for number, cursor in enumerate(cursors))
    assert error_of(pages) == ("server_error", len(cursors))


@pytest.mark.parametrize("records", [[], [record(1)]], ids=["empty", "repeated"])
def test_a_list_that_names_no_new_account_is_an_error_after_a_few_pages(records: list[Any]) -> None:
    pages = ({"records": records, "cursor": f"c{number}"} for number in count())
    code, asked = error_of(pages)
    assert code == "server_error"
    assert asked <= MAX_IDLE_PAGES + 1


@pytest.mark.parametrize("cursor", [True, 1.5, [], {"a": 1}, "x" * 2000, "\ud800"])
def test_a_cursor_of_another_type_is_an_error(cursor: Any) -> None:
    assert error_of(chain([{"records": [record(1)], "cursor": cursor}], repeat({"records": []})))[0] == "server_error"


def test_a_page_that_fails_makes_the_whole_list_fail() -> None:
    assert error_of([{"records": [record(1)], "cursor": "a"}, {"records": "none"}]) == ("server_error", 2)


def test_a_batch_is_one_commit_with_the_chosen_keys() -> None:
    request = bluesky.apply_writes_request(ME, [Follow(RKEY, ADA, "2026-11-20T09:00:00.000Z")])
    assert (request.method, request.url, request.account) == ("POST", "/xrpc/com.atproto.repo.applyWrites", ACCOUNT)
    assert json.loads(request.body or b"") == {
        "repo": ME,
        "writes": [
            {
                "$type": "com.atproto.repo.applyWrites#create",
                "collection": "app.bsky.graph.follow",
                "rkey": RKEY,
                "value": {
                    "$type": "app.bsky.graph.follow",
                    "subject": ADA,
                    "createdAt": "2026-11-20T09:00:00.000Z",
                },
            }
        ],
    }


def test_a_record_is_requested_by_its_key() -> None:
    parts = urlsplit(bluesky.get_follow_request(ME, RKEY).url)
    assert parts.path == "/xrpc/com.atproto.repo.getRecord"
    assert parse_qs(parts.query) == {"repo": [ME], "collection": ["app.bsky.graph.follow"], "rkey": [RKEY]}


def test_a_record_exists_only_in_the_shape_of_its_lexicon() -> None:
    found = {"uri": bluesky.record_uri(ME, RKEY), "value": {"subject": ADA}}
    assert bluesky.read_follow_exists(reply(200, found))
    assert not bluesky.read_follow_exists(reply(400, {"error": "RecordNotFound"}))


@pytest.mark.parametrize(
    "response",
    [
        reply(400, {"error": "InvalidRequest"}),
        reply(200, {}),
        reply(200, []),
        reply(200, {"uri": "at://x", "value": "text"}),
        Response(200, {}, b"<html>Log in to this Wi-Fi</html>"),
    ],
)
def test_an_answer_of_another_shape_does_not_tell_whether_a_record_exists(response: Response) -> None:
    with pytest.raises(ServerRefused):
        bluesky.read_follow_exists(response)


@given(st.integers(0, 2**53 - 2), st.integers(0, 1023))
def test_record_keys_are_tids_that_sort_by_time(microseconds: int, clock_id: int) -> None:
    tid = bluesky.make_tid(microseconds, clock_id)
    assert re.fullmatch(r"[234567abcdefghij][234567abcdefghijklmnopqrstuvwxyz]{12}", tid)
    assert tid < bluesky.make_tid(microseconds + 1, 0)


def test_the_newest_follows_are_read_down_to_one_that_was_known() -> None:
    pds = Pds(records={f"3k{number:011}": f"did:plc:{number:024}" for number in range(350)})
    requests: list[Request] = []

    async def fetch(request: Request) -> Response:
        requests.append(request)
        return pds.answer(request)

    found = asyncio.run(bluesky.list_new_follows(ME, f"3k{199:011}", fetch))
    assert len(requests) == 2
    assert found.keys() == {f"3k{number:011}" for number in range(150, 350)}
