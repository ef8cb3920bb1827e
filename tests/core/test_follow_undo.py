"""Undo: what Passerelle followed is unfollowed, on both networks; what was followed by hand stays."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from passerelle.engine.messages import FollowUndo

from tests.core.engine_steps import CHOSEN, account_of, did_of, opened, run
from tests.core.fakes import FAULTS, ME, Browser
from tests.core.mastodon_steps import ME as ON_MASTODON
from tests.core.mastodon_steps import Home, follow_all
from tests.core.test_follow_mastodon import town
from tests.data.people import ADA, BRUNO, DARIUSZ
from tests.world import mastodon

BY_HAND = {"3kaaaaaaaaaa2": did_of(ADA)}


async def undone(browser: Browser, **fields: Any) -> None:
    await browser.ask("follow.undo", account=ME, **fields)
    await browser.until_idle()


def test_undo_leaves_the_repository_as_it_was(archive: str) -> None:
    async def main() -> None:
        browser = await opened(archive)
        browser.pds.records = dict(BY_HAND)
        await browser.ask("follow.start", accounts=[ME])
        await browser.until_idle()
        assert browser.pds.followed() == CHOSEN
        await undone(browser)
        assert browser.pds.records == BY_HAND
        assert account_of(browser, BRUNO)["state"] == "none"
        assert account_of(browser, ADA)["state"] == "following"
        done = [one["done"] for one in browser.storage.stores["history"].values()]
        assert sorted(done) == ["followed"] * 4 + ["unfollowed"] * 4

    run(main())


def test_a_selection_is_undone_after_a_new_start_and_can_be_followed_again(archive: str) -> None:
    async def main() -> None:
        browser = await opened(archive)
        await browser.ask("follow.start", accounts=[ME])
        await browser.until_idle()
        await browser.ask("follow.refresh", account=ME)  # the stored list of follows names them now
        browser.start()
        await undone(browser, names=[did_of(BRUNO), "Dariusz.example.org"])
        assert browser.pds.followed() == sorted(set(CHOSEN) - {did_of(BRUNO), did_of(DARIUSZ)})
        assert account_of(browser, BRUNO)["state"] == "none"
        await browser.ask("follow.start", accounts=[ME])
        await browser.until_idle()
        assert browser.pds.followed() == CHOSEN

    run(main())


def test_undo_of_what_was_unfollowed_by_hand_meanwhile_undoes_the_others(archive: str) -> None:
    async def main() -> None:
        browser = await opened(archive)
        await browser.ask("follow.start", accounts=[ME])
        await browser.until_idle()
        browser.pds.records = {key: did for key, did in browser.pds.records.items() if did != did_of(BRUNO)}
        await undone(browser)
        assert browser.pds.records == {}

    run(main())


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(faults=st.lists(st.sampled_from(["", *sorted(FAULTS.keys() - {"death"})]), max_size=6))
def test_undo_ends_whatever_the_server_answers(archive: str, faults: list[str]) -> None:
    async def main() -> None:
        browser = await opened(archive)
        await browser.ask("follow.start", accounts=[ME])
        await browser.until_idle()
        browser.pds.faults = list(faults)
        for _ in range(len(faults) + 1):
            await undone(browser)
        assert browser.pds.records == {}

    run(main())


async def undone_on_mastodon(home: Home) -> None:
    follows = home.start()
    await follows.load()
    for _ in range(12):
        await follows.on_undo(FollowUndo(account=ON_MASTODON))
        await home.until_idle()
        if not home.view()["error"]:
            return


@pytest.mark.parametrize("fault", ["", *sorted(mastodon.FAULTS.keys() - {"slow"})])
def test_undo_on_mastodon_leaves_the_relationships_as_they_were(fault: str) -> None:
    home = town()
    mine = home.server.of("camille")
    before = (set(mine.following), set(mine.requested))
    asyncio.run(follow_all(home))
    assert (mine.following, mine.requested) != before
    home.server.faults, home.server.faults_at = [fault] * 2, "/unfollow"
    asyncio.run(undone_on_mastodon(home))
    assert (mine.following, mine.requested) == before
