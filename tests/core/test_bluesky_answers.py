"""What answers of Bluesky servers mean: refusals, confirmed writes, and how long a 429 asks to wait."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from passerelle.networks import bluesky
from passerelle.transport import Response

from tests.core.fakes import ME, NOW, reply

URIS = [bluesky.record_uri(ME, "3kaaaaaaaaaa2"), bluesky.record_uri(ME, "3kaaaaaaaaab2")]
CREATED = [{"uri": uri, "cid": "bafyrei"} for uri in URIS]
HTML = Response(200, {"content-type": "text/html"}, b"<html>Log in to this Wi-Fi</html>")


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
def test_refusals_have_a_code(response: Response, code: str) -> None:
    assert bluesky.refusal(response).code == code


def test_a_write_is_confirmed_by_the_uri_and_cid_of_each_record() -> None:
    assert bluesky.confirms_create(reply(200, CREATED[0]), URIS[0])
    assert bluesky.confirms_writes(reply(200, {"commit": {"cid": "b", "rev": "3k"}, "results": CREATED}), URIS)


@pytest.mark.parametrize(
    "body",
    [{}, [], None, CREATED[1], {"uri": URIS[0]}, {"uri": URIS[0], "cid": 5}, {"uri": None, "cid": "b"}],
)
def test_a_create_answer_of_another_shape_confirms_nothing(body: Any) -> None:
    assert not bluesky.confirms_create(reply(200, body), URIS[0])


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        {"results": []},
        {"results": CREATED[:1]},
        {"results": CREATED[::-1]},
        {"results": [*CREATED, *CREATED]},
        {"results": {}},
        {"results": [None, None]},
    ],
)
def test_a_batch_answer_of_another_shape_confirms_nothing(body: Any) -> None:
    assert not bluesky.confirms_writes(reply(200, body), URIS)


@pytest.mark.parametrize("response", [HTML, Response(200, {}, b""), Response(204, {}, b""), reply(202, CREATED[0])])
def test_html_an_empty_body_or_another_status_confirms_nothing(response: Response) -> None:
    assert not bluesky.confirms_create(response, URIS[0])
    assert not bluesky.confirms_writes(response, URIS)


def wait(**headers: str) -> timedelta | None:
    """Return how long a 429 with these headers asks to wait, on a clock that shows NOW."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    moment = bluesky.retry_at(Response(429, named, b""), NOW)
    return None if moment is None else moment - NOW


def reset_in(delta: timedelta) -> str:
    return str(int((NOW + delta).timestamp()))


SECOND = timedelta(seconds=1)  # servers cut off the fraction, so that a window ends within the second that they name


def test_a_reset_within_the_servers_window_is_trusted_and_its_second_waited_out() -> None:
    ten, nine = timedelta(minutes=10), timedelta(hours=9)
    assert wait(ratelimit_reset=reset_in(ten)) == ten + SECOND
    assert wait(ratelimit_reset=reset_in(ten), ratelimit_policy="5000;w=3600") == ten + SECOND
    assert wait(ratelimit_reset=reset_in(nine), ratelimit_policy="35000;w=86400") == nine + SECOND
    assert wait(ratelimit_reset=reset_in(ten), ratelimit_policy="100;w=30, 5000;w=3600") == ten + SECOND
    assert wait(ratelimit_reset=reset_in(timedelta(0))) == SECOND
    assert wait(ratelimit_reset=reset_in(-2 * SECOND)) == SECOND  # the answer took two seconds


@pytest.mark.parametrize("shift", [-timedelta(days=365), -timedelta(hours=1), -5 * SECOND, timedelta(hours=9)])
def test_a_reset_outside_the_window_says_that_a_clock_is_wrong(shift: timedelta) -> None:
    assert wait(ratelimit_reset=reset_in(shift), ratelimit_policy="5000;w=3600") is None
    assert wait(ratelimit_reset=reset_in(shift)) is None
    assert wait(ratelimit_reset=reset_in(timedelta(minutes=6)), ratelimit_policy="3000;w=300") is None


def test_retry_after_in_seconds_needs_no_clock() -> None:
    assert wait(retry_after="90", ratelimit_reset="1") == timedelta(seconds=90)
    assert wait(retry_after="0") == timedelta(seconds=1)
    assert wait(retry_after="999999999") == timedelta(days=1)


def test_retry_after_as_a_date_is_trusted_like_a_reset() -> None:
    assert wait(retry_after="Fri, 20 Nov 2026 09:02:00 GMT") == timedelta(minutes=2) + SECOND
    assert wait(retry_after="Fri, 20 Nov 2026 19:02:00 GMT") is None
    assert wait(retry_after="Fri, 20 Nov 2026 08:02:00 GMT") is None


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"retry_after": "soon"},
        {"ratelimit_reset": "-5"},
        {"ratelimit_reset": "99999999999"},
        {"ratelimit_reset": "1"},
        {"retry_after": "Fri, 99 Foo"},
        {"retry_after": "٣"},
    ],
)
def test_a_429_may_not_tell_how_long(headers: dict[str, str]) -> None:
    assert wait(**headers) is None


@given(reset=st.text("0123456789", max_size=12), policy=st.text("0123456789;=w, ", max_size=12))
def test_no_headers_make_us_wait_longer_than_a_day_or_not_at_all(reset: str, policy: str) -> None:
    waited = wait(ratelimit_reset=reset, ratelimit_policy=policy)
    assert waited is None or timedelta(0) < waited <= timedelta(days=1)
