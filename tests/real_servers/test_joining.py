"""Joining and blocking first against a real Bluesky PDS: records are written, found again, and deleted."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
from passerelle.engine.blocking import KEY, Blocking
from passerelle.engine.join_views import BlockedView, BlockingView
from passerelle.engine.joins import Joins
from passerelle.engine.messages import JoinRecord, JoinStart, JoinWithdraw, Nothing
from passerelle.engine.repository import Repository
from passerelle.engine.storage import MemoryStorage
from passerelle.engine.work import Works
from passerelle.errors import NetworkError
from passerelle.networks.bluesky import BLOCK
from passerelle.transport import Fetch, Request, Response

from tests.core.claim_servers import Servers
from tests.core.fakes import Clock, make_environment
from tests.core.join_servers import COLLECTION, HOST, FakeRegistrar
from tests.data.people import OWNER
from tests.real_servers.test_following import signed_in
from tests.world.pds import Account, Pds

STRANGERS = [f"did:plc:{number:024}" for number in range(3)]  # of no account: a PDS does not check


def make_joins(fetch: Fetch) -> tuple[Joins, FakeRegistrar]:
    registrar = FakeRegistrar(Servers(), Clock())

    async def fetch_from(request: Request) -> Response:
        return registrar.answer(request) if urlsplit(request.url).netloc == HOST else await fetch(request)

    environment = make_environment(MemoryStorage(), fetch_from)
    repository = Repository(environment)
    return Joins(environment, repository, Works(environment, repository)), registrar


def start(account: Account) -> JoinStart:
    names = {"rest_id": OWNER.rest_id, "screen_name": OWNER.screen_name}
    return JoinStart.model_validate({**names, "did": account.did, "account": account.did})


def records(fetch: Fetch, account: Account, collection: str) -> list[dict[str, Any]]:
    request = Request("GET", f"/xrpc/com.atproto.repo.listRecords?repo={account.did}&collection={collection}")
    named = Request(request.method, request.url, account=account.did)  # type: ignore[arg-type]
    return list(asyncio.run(fetch(named)).json()["records"])  # type: ignore[arg-type]


def test_the_record_is_written_once_however_often_and_deleted_with_the_claim(pds: Pds) -> None:
    account = pds.create_account("joins")
    fetch = signed_in(pds, account)
    joins, registrar = make_joins(fetch)

    async def main() -> None:
        made = await joins.on_start(start(account))
        assert made.record == "written"
        assert (await joins.on_record(JoinRecord(account=account.did))).record == "written"

    asyncio.run(main())
    [record] = records(fetch, account, COLLECTION)
    [stored] = registrar.claims.values()
    assert record["uri"].endswith(f"/{stored.claim.claim_id}")
    assert record["value"]["code"] == stored.claim.code
    gone = asyncio.run(joins.on_withdraw(JoinWithdraw()))
    assert (gone.status, gone.record, records(fetch, account, COLLECTION)) == ("withdrawn", "none", [])


def losing(fetch: Fetch, is_lost: Callable[[Request], bool]) -> Fetch:
    """Return a fetch that loses the answers to some requests, once each."""
    lost: set[str] = set()

    async def fetch_badly(request: Request) -> Response:
        answer = await fetch(request)
        key = f"{request.url} {request.body!r}"
        if is_lost(request) and key not in lost:
            lost.add(key)
            raise NetworkError("The answer was lost.")
        return answer

    return fetch_badly


def test_a_deletion_whose_answer_was_lost_is_done_by_the_next_withdrawal(pds: Pds) -> None:
    account = pds.create_account("leaves")
    fetch = signed_in(pds, account)
    joins, _ = make_joins(losing(fetch, lambda request: "deleteRecord" in request.url))

    async def main() -> None:
        await joins.on_start(start(account))
        with pytest.raises(NetworkError):
            await joins.on_withdraw(JoinWithdraw())
        assert (await joins.on_withdraw(JoinWithdraw())).record == "none"

    asyncio.run(main())
    assert records(fetch, account, COLLECTION) == []


@pytest.mark.parametrize("lost", ["", "createRecord"])
def test_people_are_blocked_once_though_answers_are_lost_and_undoing_leaves_the_own_block(
    pds: Pds, lost: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("passerelle.engine.blocking.PAUSE", 0.0)
    monkeypatch.setattr("passerelle.engine.blocking.FIRST_WAIT", 0.0)
    account = pds.create_account("blocks-lost" if lost else "blocks")
    fetch = signed_in(pds, account)
    pds.write_record(
        account, BLOCK, "3jzfcijpj2z2a", {"$type": BLOCK, "subject": STRANGERS[0], "createdAt": "2026-01-01T00:00:00Z"}
    )
    people = [BlockedView(rest_id=did, screen_name=None, address=did, did=did, is_sure=True) for did in STRANGERS]
    storage = MemoryStorage()
    view = BlockingView(state="running", account=account.did, people=people)
    storage.stores["state"][KEY] = view.model_dump(mode="json")
    environment = make_environment(storage, losing(fetch, lambda request: bool(lost) and lost in request.url))
    repository = Repository(environment)
    blocking = Blocking(environment, repository, Works(environment, repository))

    async def until(state: str) -> list[str]:
        for _ in range(400):
            await asyncio.sleep(0.05)
            stored = storage.stores["state"][KEY]
            if stored["state"] == state:
                return [person["state"] for person in stored["people"]]
            assert stored["error"] is None, stored["error"]
        raise AssertionError("this never ended")

    async def block() -> None:
        await blocking.load()
        assert await until("done") == ["already", "blocked", "blocked"]

    async def undo() -> None:
        await blocking.on_undo(Nothing())
        assert await until("undone") == ["already", "undone", "undone"]

    asyncio.run(block())
    assert sorted(one["value"]["subject"] for one in records(fetch, account, BLOCK)) == STRANGERS
    asyncio.run(undo())
    assert [one["value"]["subject"] for one in records(fetch, account, BLOCK)] == STRANGERS[:1]
