"""The queue against a real Bluesky PDS: whatever is lost on the way, everyone is followed once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace
from urllib.parse import urlsplit

import httpx
import pytest
from passerelle.engine.follows import Follows
from passerelle.engine.messages import FollowRefresh, FollowUndo
from passerelle.engine.repository import Repository
from passerelle.engine.storage import MemoryStorage
from passerelle.errors import NetworkError
from passerelle.following.bluesky import PACE as REAL_PACE
from passerelle.following.plan import Plan, Planned, make_plan
from passerelle.following.rules import FollowRules
from passerelle.following.table import FOLLOWING
from passerelle.identifiers import AccountId, Did, Network
from passerelle.networks import bluesky
from passerelle.transport import Fetch, Request, Response

from tests.core.fakes import chosen, make_environment
from tests.world.pds import Account, Pds

# What is lost is lost at any pace: no waiting, and no word about the own account, whose AppView is not here.
PACE = replace(REAL_PACE, first_pause=0.05, longest_pause=0.2, tiers=(), own_fresh_for=None, review=None)
RULES: Mapping[Network, FollowRules] = {"bluesky": replace(FOLLOWING["bluesky"], pace=PACE)}
MOST_REQUESTS = 25  # for 1,000 follows in batches of 50: a write each, and a few to begin and to end
DOZENS = 120  # more than two batches
BY_HAND = 500
WHEN = "2026-11-20T09:00:00.000Z"


def people(first: int, count: int = DOZENS) -> list[Planned]:
    """People with dids of no account: a PDS does not check."""
    return [Planned(Did(f"did:plc:{number:024}"), None) for number in range(first, first + count)]


def signed_in(pds: Pds, account: Account) -> Fetch:
    """Send requests for the account as the sessions module does."""
    base = f"http://127.0.0.1:{pds.port}"
    secrets = {"identifier": account.handle, "password": account.app_password}
    token = httpx.post(f"{base}/xrpc/com.atproto.server.createSession", json=secrets, trust_env=False).json()[
        "accessJwt"
    ]

    async def fetch(request: Request) -> Response:
        assert request.account == account.did
        assert not urlsplit(request.url).netloc
        headers = {**request.headers, "authorization": f"Bearer {token}"}
        async with httpx.AsyncClient(trust_env=False, timeout=30) as client:
            answer = await client.request(request.method, base + request.url, content=request.body, headers=headers)
        return Response(answer.status_code, dict(answer.headers), answer.content)

    return fetch


def make_follows(fetch: Fetch, storage: MemoryStorage, rules: Mapping[Network, FollowRules] = RULES) -> Follows:
    environment = make_environment(storage, fetch)
    return Follows(environment, Repository(environment), rules)


async def follow(
    fetch: Fetch, account: Account, planned: list[Planned], storage: MemoryStorage | None = None
) -> MemoryStorage:
    """Follow these people to the end."""
    storage = storage or MemoryStorage()
    follows = make_follows(fetch, storage)
    await follows.load()
    await follows.start(Plan(AccountId(account.did), tuple(planned)))
    for _ in range(600):
        await asyncio.sleep(0.05)
        if not storage.stores["state"]["queue"]["running"]:
            return storage
    raise AssertionError("following never came to an end")


def followed(pds: Pds, account: Account) -> list[str]:
    return sorted(record.subject for record in pds.list_follows(account.did))


def dids(planned: list[Planned]) -> list[str]:
    return sorted(one.key for one in planned)


def test_everyone_is_followed_once_and_a_second_run_writes_nothing(pds: Pds) -> None:
    ada = pds.create_account("all-once")
    send, requests = signed_in(pds, ada), list[str]()

    async def fetch(request: Request) -> Response:
        requests.append(request.url)
        return await send(request)

    asyncio.run(follow(fetch, ada, people(0)))
    assert followed(pds, ada) == dids(people(0))
    assert not any("getRecord" in url for url in requests)  # its answers confirm each write: nothing to look up
    before = pds.revision(ada.did)
    asyncio.run(follow(fetch, ada, people(0)))
    assert pds.revision(ada.did) == before


@pytest.mark.parametrize("lost", ["every second answer", "every second request"])
def test_lost_answers_and_lost_requests_neither_double_nor_lose_a_follow(pds: Pds, lost: str) -> None:
    ada = pds.create_account("lost-" + lost.split()[-1])
    fetch, count = signed_in(pds, ada), iter(range(1000))

    async def fetch_badly(request: Request) -> Response:
        is_lost = request.method == "POST" and next(count) % 2 == 0
        if is_lost and lost == "every second request":
            raise NetworkError("lost", host="pds")
        answer = await fetch(request)
        if is_lost:
            raise NetworkError("lost", host="pds")
        return answer

    asyncio.run(follow(fetch_badly, ada, people(0)))
    assert followed(pds, ada) == dids(people(0))


def test_sending_the_same_keys_again_writes_no_second_record(pds: Pds) -> None:
    ada = pds.create_account("same-keys")
    fetch, me = signed_in(pds, ada), Did(ada.did)
    follows = [
        bluesky.Follow(bluesky.make_tid(1_795_000_000_000_000 + number, 5), Did(one.key), "2026-11-20T09:00:00.000Z")
        for number, one in enumerate(people(0, 3))
    ]

    async def main() -> None:
        assert (await fetch(bluesky.apply_writes_request(me, follows))).status == 200
        assert (await fetch(bluesky.apply_writes_request(me, follows))).status == 500
        assert bluesky.read_follow_exists(await fetch(bluesky.get_follow_request(me, follows[0].rkey)))
        assert not bluesky.read_follow_exists(await fetch(bluesky.get_follow_request(me, "3zzzzzzzzzzz2")))
        assert (await fetch(bluesky.create_follow_request(me, follows[0]))).status == 200  # replaces itself

    asyncio.run(main())
    assert followed(pds, ada) == dids(people(0, 3))


def test_one_record_that_the_server_refuses_fails_alone(pds: Pds) -> None:
    ada = pds.create_account("one-bad")
    bad = Planned(Did("did:bad"), None)
    storage = asyncio.run(follow(signed_in(pds, ada), ada, [*people(0, 4), bad]))
    assert followed(pds, ada) == dids(people(0, 4))
    assert storage.stores["queue"][f"{ada.did} did:bad"]["state"] == "failed"
    assert storage.stores["state"]["queue"]["failed"] == 1


def test_a_server_killed_in_the_middle_goes_on_where_it_was(pds: Pds) -> None:
    ada = pds.create_account("killed")
    fetch, writes = signed_in(pds, ada), iter(range(1000))

    async def fetch_and_kill(request: Request) -> Response:
        if request.method == "POST" and next(writes) == 1:
            pds.kill()
        try:
            return await fetch(request)
        except httpx.TransportError:
            raise NetworkError("the server is down", host="pds") from None

    storage = asyncio.run(follow(fetch_and_kill, ada, people(0)))
    view = storage.stores["state"]["queue"]
    assert view["error"]["code"] == "server_unreachable"
    assert view["following"] == PACE.batch
    pds.start()
    asyncio.run(follow(signed_in(pds, ada), ada, people(0), storage))
    assert followed(pds, ada) == dids(people(0))


async def undo(fetch: Fetch, account: Account, storage: MemoryStorage) -> None:
    """Undo everything that was followed."""
    follows = make_follows(fetch, storage)
    await follows.load()
    await follows.on_undo(FollowUndo(account=account.did))
    for _ in range(600):
        await asyncio.sleep(0.05)
        if not storage.stores["state"]["queue"]["running"]:
            return
    raise AssertionError("the undo never came to an end")


@pytest.mark.parametrize("count", [1, DOZENS])
@pytest.mark.parametrize("lost", [False, True])
def test_undo_leaves_the_repository_as_it_was(pds: Pds, count: int, lost: bool) -> None:
    ada = pds.create_account(f"undo-{count}-{lost}".lower())
    by_hand = pds.follow(ada, people(0)[0].key)
    fetch, deletions = signed_in(pds, ada), iter(range(1000))

    async def fetch_badly(request: Request) -> Response:
        answer = await fetch(request)
        is_deletion = b"#delete" in (request.body or b"") or "deleteRecord" in request.url
        if lost and is_deletion and next(deletions) % 2 == 0:
            raise NetworkError("lost", host="pds")
        return answer

    storage = asyncio.run(follow(fetch, ada, people(0, count + 1)))
    assert followed(pds, ada) == dids(people(0, count + 1))
    asyncio.run(undo(fetch_badly, ada, storage))
    assert [record.uri for record in pds.list_follows(ada.did)] == [by_hand]
    assert storage.stores["state"]["queue"]["error"] is None


def test_two_browsers_on_one_account_follow_each_person_once(pds: Pds) -> None:
    ada = pds.create_account("two-browsers")

    async def main() -> None:
        await asyncio.gather(*(follow(signed_in(pds, ada), ada, people(0)) for _ in range(2)))

    asyncio.run(main())
    assert followed(pds, ada) == dids(people(0))


def test_people_followed_by_hand_during_each_write_have_one_record(pds: Pds) -> None:
    ada = pds.create_account("by-hand")
    fetch, by_hand = signed_in(pds, ada), iter(people(0, 100))

    async def fetch_late(request: Request) -> Response:
        if "applyWrites" in request.url:
            pds.follow(ada, next(by_hand).key)
        return await fetch(request)

    asyncio.run(follow(fetch_late, ada, people(0)))
    assert followed(pds, ada) == dids(people(0))


def test_five_hundred_people_followed_by_hand_are_in_no_plan(pds: Pds) -> None:
    ada = pds.create_account("five-hundred")
    fetch, me = signed_in(pds, ada), Did(ada.did)
    everyone = people(0, BY_HAND + 20)

    async def main() -> None:
        for first in range(0, BY_HAND, 100):
            batch = [
                bluesky.Follow(bluesky.make_tid(1_795_000_000_000_000 + first + number, 5), Did(one.key), WHEN)
                for number, one in enumerate(everyone[first : first + 100])
            ]
            assert (await fetch(bluesky.apply_writes_request(me, batch))).status == 200
        storage = MemoryStorage()
        follows = make_follows(fetch, storage)
        await follows.load()
        await follows.on_refresh(FollowRefresh(account=ada.did))
        followed = await follows._repository.follows(AccountId(ada.did)) or frozenset()
        views = [chosen("bluesky", f"{one.key[-9:]}.example.org", one.key) for one in everyone]
        plan = make_plan(views, AccountId(ada.did), followed)
        assert [one.key for one in plan.follows] == [one.key for one in everyone[BY_HAND:]]
        await follows.stop()
        await follow(fetch, ada, everyone, storage)  # nor does the queue send them, where a page knows nothing of it

    asyncio.run(main())
    assert followed(pds, ada) == dids(everyone)


@pytest.mark.parametrize("before", ["applyWrites", "getLatestCommit", "listRecords"])
@pytest.mark.parametrize(
    ("close", "code"), [(Pds.deactivate, "own_account_deactivated"), (Pds.take_down, "own_account_suspended")]
)
def test_an_own_account_that_is_closed_stops_the_queue_with_its_reason(
    pds: Pds, close: Callable[[Pds, Account], None], code: str, before: str
) -> None:
    ada = pds.create_account(f"{code[-9:]}-{before[:5].lower()}")
    fetch = signed_in(pds, ada)

    async def fetch_and_close(request: Request) -> Response:
        if before in request.url:
            close(pds, ada)
        return await fetch(request)

    storage = asyncio.run(follow(fetch_and_close, ada, people(0)))
    view = storage.stores["state"]["queue"]
    assert (view["error"]["code"], view["waiting"], view["failed"]) == (code, DOZENS, 0)


def test_requests_for_a_thousand_follows_are_few(pds: Pds) -> None:
    ada = pds.create_account("thousand")
    send, requests = signed_in(pds, ada), list[str]()

    async def fetch(request: Request) -> Response:
        requests.append(request.url)
        return await send(request)

    asyncio.run(follow(fetch, ada, people(0, 1000)))
    assert len(followed(pds, ada)) == 1000
    print(f"{len(requests)} requests for 1000 follows")
    assert len(requests) <= MOST_REQUESTS
