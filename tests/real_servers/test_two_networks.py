"""Following on a real Bluesky PDS and on a strict Mastodon stand-in at once, both with faults: each person once."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from passerelle.engine.messages import FollowUndo
from passerelle.engine.storage import MemoryStorage
from passerelle.errors import NetworkError
from passerelle.following.plan import Plan, Planned
from passerelle.following.rules import FollowRules
from passerelle.following.table import FOLLOWING
from passerelle.identifiers import AccountId, Network
from passerelle.transport import Fetch, Request, Response

from tests.core.mastodon_steps import HOST, ME, answer_page, assert_within
from tests.real_servers.test_following import PACE, dids, followed, make_follows, people, signed_in
from tests.world.mastodon import FAULTS, Mastodon, Resident
from tests.world.pds import Account, Pds

PATIENT = replace(FOLLOWING["fediverse"].pace, first_pause=0.05, longest_pause=0.2, pause_when_limited=0.05)
RULES: Mapping[Network, FollowRules] = {
    "bluesky": replace(FOLLOWING["bluesky"], pace=PACE),
    "fediverse": replace(FOLLOWING["fediverse"], pace=PATIENT),
}
ACCTS = [f"n{number}@agora.example.org" for number in range(12)]
LOCKED = ACCTS[:2]
LOSSES = ("", "request", "answer")


def make_server() -> Mastodon:
    """A server on which `ME` follows nobody."""
    others = [Resident(acct, is_locked=acct in LOCKED) for acct in ACCTS]
    return Mastodon(HOST, [Resident(str(ME)), *others])


def on_both(pds: Pds, ada: Account, server: Mastodon, losses: list[str]) -> Fetch:
    """Send requests of each account to its own server; writes to the PDS are lost as `losses` says."""
    bluesky, token, left = signed_in(pds, ada), server.sign_in("camille"), list(losses)

    async def fetch(request: Request) -> Response:
        if request.account == ME:
            return answer_page(server, token, request)
        loss = left.pop(0) if left and request.method == "POST" else ""
        if loss == "request":
            raise NetworkError("lost", host="pds")
        answer = await bluesky(request)
        if loss == "answer":
            raise NetworkError("lost", host="pds")
        return answer

    return fetch


async def until_done(storage: MemoryStorage) -> bool:
    """Wait until nothing is left to do; return whether it ended without an error."""
    for _ in range(1200):
        await asyncio.sleep(0.025)
        if not storage.stores["state"]["queue"]["running"]:
            return storage.stores["state"]["queue"]["error"] is None
    raise AssertionError("following never came to an end")


async def follow_and_undo(pds: Pds, ada: Account, server: Mastodon, losses: list[str]) -> None:
    storage = MemoryStorage()
    follows = make_follows(on_both(pds, ada, server, losses), storage, RULES)
    for _ in range(6):  # a fault may stop a queue; then the person presses "go on"
        await follows.start(Plan(AccountId(ada.did), tuple(people(0))))
        await follows.start(Plan(ME, tuple(Planned(None, acct) for acct in ACCTS)))
        if await until_done(storage):
            break
    assert followed(pds, ada) == dids(people(0))
    assert server.followed("camille") == sorted(set(ACCTS) - set(LOCKED))
    assert server.of("camille").requested == set(LOCKED)
    assert_within(server.log, 300, timedelta(minutes=5))

    for _ in range(6):
        for account in (ada.did, ME):
            await follows.on_undo(FollowUndo(account=account))
        if await until_done(storage):
            break
    assert followed(pds, ada) == []
    assert (server.followed("camille"), server.of("camille").requested) == ([], set())


@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    losses=st.lists(st.sampled_from(LOSSES), max_size=6),
    faults=st.lists(st.sampled_from(["", *sorted(FAULTS.keys() - {"slow", "429 iso", "429 epoch"})]), max_size=6),
)
def test_everyone_is_followed_once_on_each_network_and_all_of_it_can_be_undone(
    pds: Pds, losses: list[str], faults: list[str]
) -> None:
    server = make_server()
    server.faults = list(faults)
    ada = pds.create_account(f"both-{next(NUMBERS)}")
    asyncio.run(follow_and_undo(pds, ada, server, losses))


NUMBERS = iter(range(1000))
