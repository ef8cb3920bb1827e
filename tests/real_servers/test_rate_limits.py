"""A real PDS with its rate limits on, scaled down: a long plan is carried out in order, no batch is refused twice."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from passerelle.engine.storage import MemoryStorage
from passerelle.following.pace import Limit
from passerelle.following.plan import Plan, Planned
from passerelle.following.rules import FollowRules
from passerelle.following.table import FOLLOWING
from passerelle.identifiers import AccountId, Network
from passerelle.transport import Fetch, Request, Response

from tests.real_servers.test_following import PACE, dids, followed, make_follows, people, signed_in
from tests.world.pds import Account, Pds, Plc, ServerLimit

HOUR_SECONDS = 6  # what an hour of the real limit is here; a 429 names its end in whole seconds
POINTS = 5000 * 3 // 50  # what 5,000 points an hour are then: two batches of 50, three points a person
LIMITS = {
    "repo-write-hour": ServerLimit(POINTS, HOUR_SECONDS * 1000),
    "repo-write-day": ServerLimit(10**9, 24 * 3600 * 1000),
}
UNLIMITED = (Limit(10**9, timedelta(hours=1)),)
COUNTED = (Limit(POINTS, timedelta(seconds=HOUR_SECONDS + 1)),)


@pytest.fixture(scope="module")
def limited(plc: Plc, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pds]:
    with Pds(plc, tmp_path_factory.mktemp("limited"), limits=LIMITS) as server:
        yield server


@dataclass(frozen=True, slots=True)
class Write:
    """One batch as it was sent, and what the server answered."""

    subjects: tuple[str, ...]
    status: int


def recording(send: Fetch, writes: list[Write]) -> Fetch:
    """Write each batch and its answer down."""

    async def fetch(request: Request) -> Response:
        answer = await send(request)
        if "applyWrites" in request.url:
            subjects = tuple(one["value"]["subject"] for one in json.loads(request.body or b"{}")["writes"])
            writes.append(Write(subjects, answer.status))
        return answer

    return fetch


async def follow_all(fetch: Fetch, account: Account, planned: list[Planned], limits: tuple[Limit, ...]) -> None:
    """Follow everyone, however long the server makes it wait; `limits` are what the client counts itself."""
    storage = MemoryStorage()
    rules: Mapping[Network, FollowRules] = {"bluesky": replace(FOLLOWING["bluesky"], pace=replace(PACE, limits=limits))}
    follows = make_follows(fetch, storage, rules)
    await follows.start(Plan(AccountId(account.did), tuple(planned)))
    while storage.stores["state"]["queue"]["running"]:
        await asyncio.sleep(0.1)
    assert storage.stores["state"]["queue"]["error"] is None


def assert_carried_out(pds: Pds, account: Account, planned: list[Planned], writes: list[Write]) -> None:
    """Assert that the repository holds the plan, each subject once, in the plan's order."""
    assert followed(pds, account) == dids(planned)
    written = [subject for write in writes if write.status == 200 for subject in write.subjects]
    assert written == [one.key for one in planned]
    refused = Counter(write.subjects for write in writes if write.status == 429)
    assert [count for count in refused.values() if count > 1] == []


@pytest.mark.parametrize(
    "count", [300, pytest.param(3000, marks=[pytest.mark.soak, pytest.mark.timeout(1800)])], ids=str
)
def test_the_servers_429_is_waited_out_and_no_batch_is_refused_twice(limited: Pds, count: int) -> None:
    ada = limited.create_account(f"told-{count}")
    writes: list[Write] = []
    planned = people(0, count)

    asyncio.run(follow_all(recording(signed_in(limited, ada), writes), ada, planned, UNLIMITED))

    assert_carried_out(limited, ada, planned, writes)
    assert any(write.status == 429 for write in writes)


def test_a_client_that_counts_the_same_limit_is_never_refused(limited: Pds) -> None:
    ada = limited.create_account("counted")
    writes: list[Write] = []
    planned = people(0, 300)

    asyncio.run(follow_all(recording(signed_in(limited, ada), writes), ada, planned, COUNTED))

    assert_carried_out(limited, ada, planned, writes)
    assert [write.status for write in writes if write.status != 200] == []
