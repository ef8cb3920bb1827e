"""Requests and time for a thousand follows at a real Bluesky PDS, at both speeds, beside one createRecord per person.

The gentle pace takes hours; here sleeping moves the clock, so that only its requests and its length are measured.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from passerelle.engine.follows import Follows
from passerelle.engine.messages import FollowSpeed
from passerelle.engine.repository import Repository
from passerelle.engine.storage import MemoryStorage
from passerelle.following.pace import Speed
from passerelle.following.plan import Plan
from passerelle.following.table import FOLLOWING
from passerelle.identifiers import AccountId, Did
from passerelle.networks import bluesky
from passerelle.transport import Fetch, Request, Response

from tests.bench.report import Figure
from tests.bench.tools import Tools, run_async
from tests.core.fakes import Clock, make_environment
from tests.real_servers.test_following import people, signed_in
from tests.world.appview import Actor, Followed, appview
from tests.world.pds import Account, Pds, Plc
from tests.world.world import Ask

PEOPLE = 1000
MOST_AT_FULL_SPEED = 16
MOST_GENTLE = 70
MOST_OF_THE_APPVIEW = 80
OLD = "2024-01-01T00:00:00.000Z"  # an established account
APPVIEW = "public.api.bsky.app"


@dataclass
class Counted:
    """Sends requests to the PDS or to a stand-in for the AppView, and counts them by the last part of their method."""

    send: Fetch
    counts: Counter[str] = field(default_factory=Counter)
    of_appview: int = 0

    def __post_init__(self) -> None:
        self._appview = appview(_Everyone())

    async def fetch(self, request: Request) -> Response:
        """Send one request."""
        parts = urlsplit(request.url)
        self.counts[parts.path.rpartition(".")[2]] += 1
        if parts.netloc != APPVIEW:
            return await self.send(request)
        self.of_appview += 1
        answer = self._appview(Ask(APPVIEW, request.method, f"{parts.path}?{parts.query}", (), b""))
        return Response(answer.status, {name.lower(): value for name, value in answer.headers}, answer.body)


class _Everyone:
    """An AppView's accounts: everyone is there, and there are no follows."""

    def find(self, identifier: str) -> Actor | None:
        return Actor(identifier, "someone.example.org", more={"createdAt": OLD})

    def all(self) -> Iterator[Actor]:
        return iter(())

    def follows(self, did: str) -> Sequence[Followed]:
        return ()


def measure(tools: Tools) -> Iterator[Figure]:
    """Follow a thousand people three times, each with an account of its own."""
    (folder := tools.folder / "pds").mkdir()
    with Plc() as plc, Pds(plc, folder) as pds:
        plain = _one_by_one(pds, pds.create_account("plain"))
        for speed, most in (("fast", MOST_AT_FULL_SPEED), ("gentle", MOST_GENTLE)):
            yield from _at_speed(pds, speed, most, plain)  # type: ignore[arg-type] # the two speeds there are


def _at_speed(pds: Pds, speed: Speed, most: int, plain: float) -> Iterator[Figure]:
    account = pds.create_account(f"bench-{speed}")
    counted, clock = Counted(signed_in(pds, account)), Clock()
    start, began = clock.time, time.perf_counter()
    run_async(_follow(counted, account, clock, speed))
    seconds = time.perf_counter() - began
    assert len({one.subject for one in pds.list_follows(account.did)}) == PEOPLE
    what, against = f"{speed}: of {PEOPLE} follows", "one createRecord per person"
    labels = counted.counts["getProfile"]  # the own account's, which are counted with what is sent to its server
    of_server = counted.counts.total() - counted.of_appview + labels
    yield Figure("following", f"requests {what}", "", [of_server], against, [PEOPLE], most=most)
    yield Figure("following", f"AppView requests {what}", "", [counted.of_appview - labels], most=MOST_OF_THE_APPVIEW)
    yield Figure("following", f"searches {what}", "", [_searches(counted)], most=0)
    if speed == "fast":
        yield Figure("following", f"time {what}", "s", [seconds], against, [plain])
    else:
        yield Figure("following", f"time with its waits {what}", "s", [(clock.time - start).total_seconds()])


def _searches(counted: Counted) -> int:
    return sum(count for method, count in counted.counts.items() if "search" in method.lower())


async def _follow(counted: Counted, account: Account, clock: Clock, speed: Speed) -> None:
    storage = MemoryStorage()
    environment = make_environment(storage, counted.fetch, now=clock, sleep=clock.sleep)
    follows = Follows(environment, Repository(environment), FOLLOWING)
    await follows.load()
    await follows.on_speed(FollowSpeed(speed=speed))
    await follows.start(Plan(AccountId(account.did), tuple(people(0, PEOPLE))))
    while storage.stores["state"]["queue"]["running"]:
        await asyncio.sleep(0.01)
    await follows.stop()
    assert storage.stores["state"]["queue"]["error"] is None


def _one_by_one(pds: Pds, account: Account) -> float:
    """Follow as most tools do, one request per person; return the seconds."""
    send = signed_in(pds, account)

    async def follow_all() -> None:
        for number, one in enumerate(people(0, PEOPLE)):
            key = bluesky.make_tid(1_795_000_000_000_000 + number, 5)
            follow = bluesky.Follow(key, Did(one.key), "2026-11-20T09:00:00.000Z")
            assert (await send(bluesky.create_follow_request(Did(account.did), follow))).status == 200

    began = time.perf_counter()
    run_async(follow_all())
    return time.perf_counter() - began
