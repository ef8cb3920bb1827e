"""What an answer of a Mastodon-compatible server means: how long to wait, in every spelling, and what to do."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from passerelle.errors import ServerRefused
from passerelle.identifiers import AccountId, parse_acct
from passerelle.networks.fediverse import answers, api

from tests.core.fakes import NOW, reply

ME = AccountId("camille@rive.example.org")
SOON = NOW + timedelta(minutes=4)
ACCOUNT = {"id": "109", "acct": "ada@agora.example.org", "url": "https://agora.example.org/@ada"}


def until(status: int, **headers: str) -> datetime | None:
    return answers.slowed_until(
        reply(status, {}, **{name.replace("_", "-"): text for name, text in headers.items()}), NOW
    )


@pytest.mark.parametrize(
    "headers",
    [
        {"x_ratelimit_reset": "2026-11-20T09:04:00.000000Z"},
        {"x_ratelimit_reset": "2026-11-20T09:04:00.000Z"},
        {"x_ratelimit_reset": "2026-11-20T10:04:00+01:00"},
        {"x_ratelimit_reset": "2026-11-20T09:04:00"},
        {"x_ratelimit_reset": str(int(SOON.timestamp()))},
        {"x_ratelimit_reset": "240"},
        {"ratelimit_reset": "240"},
        {"retry_after": "240"},
        {"retry_after": "Fri, 20 Nov 2026 09:04:00 GMT"},
        {"retry_after": "nonsense", "x_ratelimit_reset": "240"},
    ],
    ids=lambda headers: " ".join(f"{name}={text}" for name, text in headers.items()),
)
def test_a_429_is_waited_out_however_its_end_is_spelled(headers: dict[str, str]) -> None:
    assert until(429, **headers) == SOON


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"x_ratelimit_reset": ""},
        {"x_ratelimit_reset": "tomorrow"},
        {"x_ratelimit_reset": "2026-11-20T08:00:00Z"},  # the past: our clock or the server's is wrong
        {"x_ratelimit_reset": "2027-11-20T09:00:00Z"},
        {"x_ratelimit_reset": "99999999999999999999"},
    ],
    ids=lambda headers: " ".join(headers.values()) or "none",
)
def test_what_cannot_be_the_end_of_a_window_is_not_believed(headers: dict[str, str]) -> None:
    assert until(429, **headers) is None


def test_a_success_that_used_up_the_limit_is_waited_for_and_others_are_not() -> None:
    assert until(200, x_ratelimit_remaining="0", x_ratelimit_reset="240") == SOON
    assert until(200, x_ratelimit_remaining="1", x_ratelimit_reset="240") is None


@pytest.mark.parametrize(
    ("status", "words", "code"),
    [
        (401, "The access token is invalid", "session_expired"),
        (403, "This action is outside the authorized scopes", "scope_missing"),
        (403, "Insufficient permissions: follow | write:follows.", "scope_missing"),
        (403, "This action is not allowed", "server_refused"),
        (404, "Record not found", "account_not_found"),
        (410, "", "account_not_found"),
        (429, "Too many requests", "rate_limited"),
        (503, "", "server_error"),
    ],
)
def test_a_refusal_says_what_has_to_be_done_about_it(status: int, words: str, code: str) -> None:
    refusal = answers.refusal(reply(status, {"error": words}), "rive.example.org")
    assert (refusal.code, refusal.params["host"]) == (code, "rive.example.org")


@pytest.mark.parametrize(
    "broken",
    [None, [], {}, {"id": 109}, {"id": ""}, {"id": "a/b"}, {"id": "x" * 65}, {"acct": None}, {"acct": "no one"}],
    ids=str,
)
def test_an_account_without_id_or_address_cannot_be_read(broken: Any) -> None:
    document = {**ACCOUNT, **broken} if isinstance(broken, dict) and broken else broken
    with pytest.raises(ServerRefused) as caught:
        api.read_account(document, "rive.example.org")
    assert caught.value.code == "server_error"


def test_what_a_server_leaves_out_counts_as_not_so() -> None:
    account = api.read_account(ACCOUNT, "rive.example.org")
    assert (account.acct, account.is_suspended, account.moved_to) == (parse_acct("ada@agora.example.org"), False, None)
    relationship = api.read_relationship({"id": "109", "following": True}, "rive.example.org")
    assert (relationship.following, relationship.requested, relationship.blocked_by) == (True, False, False)
