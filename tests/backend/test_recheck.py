"""`recheck` asks politely, and goes on after an interruption."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace

import pytest
from passerelle.errors import NetworkError
from passerelle.transport import Request, Response
from passerelle_directory.registrar.recheck import ENOUGH_FAILURES, PAUSE, PoliteFetch, recheck

from tests.backend.conftest import Directory
from tests.backend.joining import Joining, joining
from tests.core.claim_servers import EVE, EVE_DID, EVE_ID

A, B = "https://a.example.org/x", "https://b.example.org/x"


class Host:
    """Answers with a status, or not at all; the clock moves when the fetch sleeps."""

    def __init__(self, status: int | None = 200) -> None:
        self.status = status
        self.asked: list[tuple[str, float]] = []
        self.now = 0.0

    async def fetch(self, request: Request) -> Response:
        self.asked.append((request.url, self.now))
        if self.status is None:
            raise NetworkError("No answer.")
        return Response(self.status, {}, b"")

    def sleep(self, seconds: float) -> None:
        self.now += seconds

    def polite(self) -> PoliteFetch:
        return PoliteFetch(self.fetch, lambda: self.now, self.sleep)


@pytest.fixture
def desk(directory: Directory) -> Iterator[Joining]:
    with joining(directory.config) as one:
        yield one


def ask(fetch: PoliteFetch, *urls: str) -> int:
    """Ask for URLs; return how many had an answer."""
    count = 0
    for url in urls:
        try:
            asyncio.run(fetch(Request("GET", url)))
        except NetworkError:
            continue
        count += 1
    return count


def test_a_host_gets_a_pause_between_two_requests_and_others_need_not_wait() -> None:
    host = Host()
    assert ask(host.polite(), A, B, A, A) == 4
    assert host.asked == [(A, 0.0), (B, 0.0), (A, PAUSE), (A, 2 * PAUSE)]


def test_a_host_that_does_not_answer_is_left_alone_and_others_are_not() -> None:
    host = Host(None)
    fetch = host.polite()
    assert ask(fetch, *[A] * 10) == 0
    assert len(host.asked) == ENOUGH_FAILURES
    host.status = 200
    assert ask(fetch, A, B) == 1


@pytest.mark.parametrize("status", [429, 503])
def test_a_host_that_asks_to_wait_is_asked_once(status: int) -> None:
    host = Host(status)
    assert ask(host.polite(), A, A, A) == 1
    assert len(host.asked) == 1


def test_an_answer_forgives_earlier_failures() -> None:
    host = Host(None)
    fetch = host.polite()
    ask(fetch, A, A)
    host.status = 200
    assert ask(fetch, A) == 1
    host.status = None
    ask(fetch, A, A)
    host.status = 200
    assert ask(fetch, A) == 1


def test_an_interrupted_run_goes_on_where_it_was(desk: Joining) -> None:
    first, second = desk.join(), desk.join("20", rest_id=EVE_ID, screen_name=EVE, did=EVE_DID)
    read: list[str] = []
    fetch = desk.servers.fetch

    async def interrupted(request: Request) -> Response:
        if "getRecord" in request.url:
            read.append(request.url)
            if len(read) == 2:
                raise KeyboardInterrupt
        return await fetch(request)

    desk.registrar = replace(desk.registrar, fetch=interrupted)
    with pytest.raises(KeyboardInterrupt):
        desk.recheck()
    assert desk.recheck().read == 1
    assert [first["claim_id"] in read[0], *(second["claim_id"] in url for url in read[1:])] == [True, True, True]
    assert desk.recheck().read == 0
    assert len(desk.rows()) == 2


def test_a_limit_leaves_the_rest_for_the_next_run(desk: Joining) -> None:
    desk.join()
    desk.join("20", rest_id=EVE_ID, screen_name=EVE, did=EVE_DID)
    assert [recheck(desk.registrar, desk.clock(), limit=1).read for _ in range(3)] == [1, 1, 0]
