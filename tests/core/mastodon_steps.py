"""Following on a Mastodon stand-in, as a browser does it: what a page may not read, the engine does not see."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from passerelle.engine.follows import Follows
from passerelle.engine.repository import Repository
from passerelle.engine.storage import MemoryStorage
from passerelle.errors import NetworkError
from passerelle.following.items import State
from passerelle.following.plan import Plan, Planned
from passerelle.following.table import FOLLOWING
from passerelle.identifiers import AccountId
from passerelle.transport import Request, Response

from tests.core.fakes import Clock, FragileStorage, Killer, make_environment
from tests.world.exchange import Ask, NoAnswer
from tests.world.mastodon import Mastodon, Resident, Seen
from tests.world.mastodon_software import MASTODON, Software

HOST = "rive.example.org"
ME = AccountId(f"camille@{HOST}")
ALWAYS_READABLE = frozenset(
    {"content-type", "cache-control"}
)  # https://fetch.spec.whatwg.org/#cors-safelisted-response-header-name
RESUMES = 12  # how often a person presses Resume before a test gives up


def residents(count: int, **fields: Any) -> list[Resident]:
    """People of another server."""
    return [Resident(f"n{number}@agora.example.org", **fields) for number in range(count)]


def answer_page(server: Mastodon, token: str, request: Request) -> Response:
    """Send a request as a web page of another origin does. Raises NetworkError without an answer it may read."""
    headers = (*request.headers.items(), ("authorization", f"Bearer {token}"))
    try:
        answer = server.site(Ask(server.host, request.method, request.url, headers, request.body or b""))
    except NoAnswer:
        raise NetworkError("no answer", host=server.host) from None
    found = {name.lower(): value for name, value in answer.headers}
    if "access-control-allow-origin" not in found:
        raise NetworkError("may not be read", host=server.host)
    exposed = {name.strip().lower() for name in found.get("access-control-expose-headers", "").split(",")}
    readable = {name: value for name, value in found.items() if name in exposed | ALWAYS_READABLE}
    return Response(answer.status, readable, answer.body)


@dataclass
class Home:
    """A browser profile of a person with an account on one server. `start` is the browser being opened."""

    people: list[Resident]
    software: Software = MASTODON
    clock: Clock = field(default_factory=Clock)
    storage: MemoryStorage = field(default_factory=MemoryStorage)

    def __post_init__(self) -> None:
        mine = Resident(str(ME))
        self.server = Mastodon(HOST, [mine, *self.people], self.software, lambda: self.clock.time)
        self.token = self.server.sign_in(mine.username)

    def start(self, killer: Killer | None = None) -> Follows:
        """Return the engine's part that follows."""
        killer = killer or Killer()

        async def fetch(request: Request) -> Response:
            async def answer() -> Response:
                assert request.account == ME
                return answer_page(self.server, self.token, request)

            response: Response = await killer.around(answer)
            return response

        storage = FragileStorage(self.storage, killer)
        environment = make_environment(storage, fetch, now=self.clock, sleep=self.clock.sleep)
        return Follows(environment, Repository(environment), FOLLOWING)

    def lists_read(self) -> int:
        """Return how many requests read pages of the list of follows."""
        return sum("/following" in one.path for one in self.server.log)

    def plan(self) -> Plan:
        """Return the plan to follow all people."""
        return Plan(ME, tuple(Planned(None, one.acct) for one in self.people))

    def items(self) -> Mapping[str, Any]:
        """Return the stored items by acct."""
        return {key.partition(" ")[2]: item for key, item in self.storage.stores["queue"].items() if " " in key}

    def view(self) -> Mapping[str, Any]:
        """Return the stored view of the queue."""
        view: Mapping[str, Any] = self.storage.stores["state"]["queue"]
        return view

    def states(self) -> dict[str, str]:
        """Return the state of each item, with the code of its error."""
        return {
            key: item["error"]["code"] if item["state"] == State.FAILED else item["state"]
            for key, item in self.items().items()
        }

    async def until_idle(self) -> None:
        """Wait until nothing is left to do, or the queue has stopped."""
        for _ in range(400_000):
            await asyncio.sleep(0)
            if not self.view()["running"]:
                return
        raise AssertionError("following never came to an end")


async def follow_all(home: Home, killer: Killer | None = None) -> Follows:
    """Follow everyone until nothing is left; resume where the queue has stopped itself, as a person does."""
    follows = home.start(killer)
    await follows.load()
    for _ in range(RESUMES):
        await follows.start(home.plan())
        await home.until_idle()
        if not home.view()["error"]:
            break
    return follows


def assert_within(log: list[Seen], limit: int, window: timedelta, *, ending: str = "") -> None:
    """Assert from the server's log that no window holds more requests than allowed; each answer counts."""
    moments = [one.at for one in log if one.path.endswith(ending)]
    for first, last in zip(moments, moments[limit:], strict=False):
        assert last - first > window, f"{limit + 1} requests within {last - first}"
