"""Answers of a real Bluesky PDS: confirmed writes, the end of a list, and a 429 under right and wrong clocks."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from passerelle.identifiers import Did
from passerelle.networks import bluesky
from passerelle.networks.bluesky import Follow
from passerelle.transport import Request, Response

from tests.real_servers.test_following import signed_in
from tests.world.pds import Account, Pds, Plc

WINDOW = timedelta(minutes=5)  # of sign-ins: packages/pds/src/api/com/atproto/server/createSession.ts
TOO_OFTEN = 40  # sign-ins; 30 are allowed in WINDOW


def follows(first: int, count: int) -> list[Follow]:
    at = "2026-11-20T09:00:00.000Z"
    numbers = range(first, first + count)
    return [Follow(bluesky.make_tid(number, 1), Did(f"did:plc:{number:024}"), at) for number in numbers]


def test_writes_are_confirmed_by_their_answers(pds: Pds) -> None:
    account = pds.create_account("confirmed")
    fetch, did = signed_in(pds, account), Did(account.did)

    async def send(request: Request) -> Response:
        return await fetch(request)

    batch, [single] = follows(1, 3), follows(9, 1)
    uris = [bluesky.record_uri(did, one.rkey) for one in batch]
    answer = asyncio.run(send(bluesky.apply_writes_request(did, batch)))
    assert bluesky.confirms_writes(answer, uris)
    answer = asyncio.run(send(bluesky.create_follow_request(did, single)))
    assert bluesky.confirms_create(answer, bluesky.record_uri(did, single.rkey))
    assert not bluesky.confirms_create(answer, uris[0])


@pytest.mark.parametrize("count", [0, 1, 100, 101])
def test_a_list_of_any_length_is_read_to_its_end(pds: Pds, count: int) -> None:
    account = pds.create_account(f"lists-{count}")
    fetch, did = signed_in(pds, account), Did(account.did)
    if count:
        asyncio.run(fetch(bluesky.apply_writes_request(did, follows(1, count))))  # type: ignore[arg-type]
    assert len(asyncio.run(bluesky.list_follows(did, fetch))) == count


@pytest.fixture(scope="module")
def limited(plc: Plc, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pds]:
    """A PDS that counts requests."""
    with Pds(plc, tmp_path_factory.mktemp("limited"), limits={}) as server:
        yield server


def sign_in(pds: Pds, account: Account) -> Response:
    url = f"http://127.0.0.1:{pds.port}/xrpc/com.atproto.server.createSession"
    answer = httpx.post(url, json={"identifier": account.handle, "password": "wrong"}, trust_env=False)
    return Response(answer.status_code, dict(answer.headers), answer.content)


def test_a_429_is_waited_for_only_where_both_clocks_agree(limited: Pds) -> None:
    account = limited.create_account("hasty")
    answer = next(answer for answer in (sign_in(limited, account) for _ in range(TOO_OFTEN)) if answer.status == 429)
    now = datetime.now(UTC)
    until = bluesky.retry_at(answer, now)
    assert until is not None
    assert now < until <= now + WINDOW
    for wrong in (timedelta(days=-365), timedelta(hours=-1), WINDOW, timedelta(hours=10), timedelta(days=365)):
        assert bluesky.retry_at(answer, now + wrong) is None
