"""Following on Mastodon and compatible servers: every person ends in the right state, within the server's limits."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from passerelle.engine.messages import FollowRefresh
from passerelle.following.mastodon import PACE

from tests.core.fakes import Killer
from tests.core.mastodon_steps import ME, Home, assert_within, follow_all, residents
from tests.world.mastodon import FAULTS, Resident
from tests.world.mastodon_software import GOTOSOCIAL, MASTODON, OLD_MASTODON, PIXELFED, PLEROMA, Software

FIVE_MINUTES, DAY = timedelta(minutes=5), timedelta(days=1)
PEOPLE = (
    Resident("ada@agora.example.org"),
    Resident("elif@agora.example.org", is_locked=True),
    Resident("gone@agora.example.org", is_suspended=True),
    Resident("old@agora.example.org", moved_to="ada@agora.example.org"),
    Resident("mute@bada.example.org", is_silent=True),
    Resident("blocks@bada.example.org"),
    Resident("known@bada.example.org"),
    Resident("asked@bada.example.org", is_locked=True),
    Resident("local@rive.example.org"),
    Resident(str(ME)),
)
ENDS = {
    "ada@agora.example.org": "following",
    "elif@agora.example.org": "requested",
    "gone@agora.example.org": "account_suspended",
    "old@agora.example.org": "account_moved",
    "mute@bada.example.org": "account_not_found",
    "blocks@bada.example.org": "account_blocked",
    "known@bada.example.org": "following",
    "asked@bada.example.org": "requested",
    "local@rive.example.org": "following",
    str(ME): "own_account",
}


def run(main: Coroutine[Any, Any, Any]) -> Any:
    return asyncio.run(main)


def town(software: Software = MASTODON) -> Home:
    """A person who follows `known` already, has asked `asked`, and is blocked by `blocks`."""
    home = Home(list(PEOPLE), software)
    mine = home.server.of("camille")
    mine.following.add("known@bada.example.org")
    mine.requested.add("asked@bada.example.org")
    mine.blocked_by.add("blocks@bada.example.org")
    for acct in ("known@bada.example.org", "asked@bada.example.org"):
        home.server.meet(acct)
    return home


def follows_sent(home: Home) -> list[str]:
    return [one.path for one in home.server.log if one.path.endswith("/follow")]


@pytest.mark.parametrize(
    "software", [MASTODON, OLD_MASTODON, PLEROMA, PIXELFED], ids=lambda one: f"{one.name} {one.version}"
)
def test_everyone_ends_in_the_state_that_the_server_knows(software: Software) -> None:
    home = town(software)
    run(follow_all(home))
    assert home.states() == ENDS
    assert home.server.followed("camille") == [key for key, end in sorted(ENDS.items()) if end == "following"]
    assert len(follows_sent(home)) == 3  # ada, elif, local: those followed or asked before are left out
    moved = home.items()["old@agora.example.org"]["error"]
    assert moved["params"] == {"address": "ada@agora.example.org"}


def test_on_gotosocial_a_follow_of_another_server_is_a_request_at_first() -> None:
    home = town(GOTOSOCIAL)
    run(follow_all(home))
    assert home.states() == {**ENDS, "ada@agora.example.org": "requested", "local@rive.example.org": "requested"}
    home.server.of("camille").requested.discard("ada@agora.example.org")
    home.server.of("camille").following.add("ada@agora.example.org")  # accepted meanwhile

    async def look_again() -> None:
        follows = home.start()
        await follows.load()
        await follows.on_refresh(FollowRefresh(account=ME))

    run(look_again())
    assert home.states()["ada@agora.example.org"] == "following"


def test_one_person_is_looked_up_resolved_related_and_followed_in_this_order() -> None:
    home = Home([Resident("ada@agora.example.org")])
    run(follow_all(home))
    paths = [one.path.partition("?")[0].rpartition("/")[2] for one in home.server.log]
    assert paths == [
        "verify_credentials",
        "following",
        "verify_credentials",
        "lookup",
        "search",
        "relationships",
        "follow",
    ]


def test_following_again_sends_nothing() -> None:
    home = town()
    run(follow_all(home))
    sent = len(follows_sent(home))
    run(follow_all(home))
    assert len(follows_sent(home)) == sent


@pytest.mark.parametrize("fault", sorted(FAULTS.keys() - {"slow"}))
@pytest.mark.parametrize("at", ["lookup", "search", "relationships", "follow", "following", "verify_credentials"])
def test_a_fault_at_any_request_changes_no_end(fault: str, at: str) -> None:
    home = town()
    home.server.faults, home.server.faults_at = [fault, fault], at
    run(follow_all(home))
    assert home.states() == ENDS
    assert not home.server.faults


def test_a_limit_that_web_pages_cannot_read_is_waited_out() -> None:
    home = Home(residents(40))
    home.server.requests_allowed, home.server.cors_on_429 = 60, False  # others use the same address
    run(follow_all(home))
    assert set(home.states().values()) == {"following"}


def test_a_sign_in_without_the_scope_stops_the_queue_and_fails_no_person() -> None:
    home = Home(residents(3))
    home.token = home.server.sign_in("camille", "read")

    async def main() -> None:
        follows = home.start()
        await follows.start(home.plan())
        await home.until_idle()

    run(main())
    assert home.view()["error"]["code"] == "scope_missing"
    assert set(home.states().values()) == {"waiting"}
    home.token = home.server.sign_in("camille")
    run(follow_all(home))
    assert set(home.states().values()) == {"following"}


def test_a_revoked_token_stops_the_queue_and_loses_nothing() -> None:
    home = Home(residents(3))
    home.server.oauth.tokens.clear()

    async def main() -> None:
        follows = home.start()
        await follows.start(home.plan())
        await home.until_idle()

    run(main())
    assert (home.view()["error"]["code"], home.view()["waiting"]) == ("session_expired", 3)


def test_more_people_than_a_day_allows_are_followed_the_next_day_and_no_limit_is_passed() -> None:
    home = Home(residents(450))
    started = home.clock.time
    run(follow_all(home))
    assert set(home.states().values()) == {"following"}
    assert DAY < home.clock.time - started < 2 * DAY
    assert {one.status for one in home.server.log} <= {200, 404}  # 404: lookup of a new account; never 429
    assert_within(home.server.log, 300, FIVE_MINUTES)
    assert_within(home.server.log, 400, DAY, ending="/follow")


def test_a_server_whose_limit_is_used_up_by_others_is_left_alone_until_its_reset() -> None:
    home = Home(residents(5))
    home.server.requests_allowed = 10
    run(follow_all(home))
    assert set(home.states().values()) == {"following"}
    assert sum(one.status == 429 for one in home.server.log) == 0  # the headers said how many were left


def test_the_next_start_remembers_what_was_sent_before() -> None:
    home = Home(residents(70))
    run(follow_all(home))
    home.people = residents(140)
    home.server.people |= {one.acct: one for one in home.people}
    run(follow_all(home))
    assert_within(home.server.log, PACE.request_limits[0].amount, FIVE_MINUTES)


KILLS = st.lists(st.tuples(st.integers(0, 120), st.booleans()), max_size=5)
BAD_ANSWERS = st.lists(st.sampled_from(["", *sorted(FAULTS.keys() - {"slow"})]), max_size=12)


async def follow_through(kills: list[tuple[int, bool]], faults: list[str], *, cors: bool) -> None:
    home = town()
    home.server.faults, home.server.cors_on_429 = list(faults), cors
    for at, before in kills:
        killer = Killer(at, before=before)
        living = asyncio.ensure_future(follow_all(home, killer))
        while not killer.is_dead and not living.done():
            await asyncio.sleep(0)
        await killer.bury()
    await follow_all(home)
    assert home.states() == ENDS
    assert home.server.followed("camille") == [key for key, end in sorted(ENDS.items()) if end == "following"]
    assert_within(home.server.log, 300, FIVE_MINUTES)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(kills=KILLS, faults=BAD_ANSWERS, cors=st.booleans())
def test_killed_and_badly_answered_everyone_ends_as_they_should(
    kills: list[tuple[int, bool]], faults: list[str], cors: bool
) -> None:
    run(follow_through(kills, faults, cors=cors))
