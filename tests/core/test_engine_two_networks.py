"""Following with an account on each network: one plan, each person where the account holder wants them."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from tests.core.engine_steps import CHOSEN, account_of, did_of, opened, run
from tests.core.fakes import ME, Browser, Killer
from tests.core.mastodon_steps import ME as ON_MASTODON
from tests.core.mastodon_steps import answer_page
from tests.data.people import ADA
from tests.world.mastodon import Mastodon, Resident

ADAS_ACCT = "ada@quai.example.org"


async def opened_on_both(archive: str) -> tuple[Browser, Mastodon]:
    browser = await opened(archive)
    server = Mastodon("rive.example.org", [Resident(ON_MASTODON), Resident(ADAS_ACCT)], now=lambda: browser.clock.time)
    token = server.sign_in("camille")
    browser.own_servers[ON_MASTODON] = lambda request: answer_page(server, token, request)
    return browser, server


async def follow_on_both(browser: Browser) -> dict[str, Any]:
    await browser.ask("follow.start", accounts=[ME, ON_MASTODON])
    return await browser.until_idle()


def test_a_person_found_on_both_networks_is_followed_on_both(archive: str) -> None:
    async def main() -> None:
        browser, server = await opened_on_both(archive)
        view = await follow_on_both(browser)
        assert [(one["network"], one["following"]) for one in view["accounts"]] == [("bluesky", 5), ("fediverse", 1)]
        assert view["following"] == 6
        assert (browser.pds.followed(), server.followed("camille")) == (CHOSEN, [ADAS_ACCT])
        assert [account_of(browser, ADA, number)["state"] for number in (0, 1)] == ["following"] * 2
        history = browser.storage.stores["history"].values()
        assert sorted({one["network"] for one in history}) == ["bluesky", "fediverse"]

    run(main())


async def ask_and_kill(browser: Browser, at: int, command: str, **fields: Any) -> None:
    """Send a command to an engine that has just started, and kill the browser at one of its awaits."""
    browser.start(killer := Killer(at))
    asking = asyncio.ensure_future(browser.ask(command, **fields))
    while not killer.is_dead and not asking.done():
        await asyncio.sleep(0)
    await killer.bury()


@pytest.mark.parametrize("at", range(24))
def test_a_press_on_follow_is_stored_for_both_networks_or_for_none(archive: str, at: int) -> None:
    async def main() -> None:
        browser, _ = await opened_on_both(archive)
        await ask_and_kill(browser, at, "follow.start", accounts=[ME, ON_MASTODON])
        stored = {key.partition(" ")[0] for key in browser.storage.stores["queue"] if " " in key}
        assert stored in (set(), {ME, ON_MASTODON})

    run(main())


@pytest.mark.parametrize("at", range(24))
def test_pausing_is_stored_for_both_networks_or_for_none(archive: str, at: int) -> None:
    async def main() -> None:
        browser, _ = await opened_on_both(archive)
        await follow_on_both(browser)
        await ask_and_kill(browser, at, "follow.pause")
        queues = browser.storage.stores["queue"]
        assert queues[ME]["paused"] == queues[ON_MASTODON]["paused"]

    run(main())


def test_people_on_both_networks_are_followed_on_the_preferred_one_unless_their_row_says_otherwise(
    archive: str,
) -> None:
    async def main() -> None:
        browser, server = await opened_on_both(archive)
        await browser.ask("follow.prefer", network="fediverse")
        assert [account_of(browser, ADA, number)["chosen"] for number in (0, 1)] == [False, True]
        browser.start()
        await browser.ask("match.find")  # the preference is remembered
        await follow_on_both(browser)
        assert browser.pds.followed() == sorted(set(CHOSEN) - {did_of(ADA)})
        assert server.followed("camille") == [ADAS_ACCT]
        address = account_of(browser, ADA)["address"]
        await browser.ask("decision.set", rest_id=ADA.rest_id, network="bluesky", address=address, decision="chosen")
        await follow_on_both(browser)
        assert browser.pds.followed() == CHOSEN

    run(main())


def test_a_rejected_account_on_the_preferred_network_leaves_the_other_chosen(archive: str) -> None:
    async def main() -> None:
        browser, _ = await opened_on_both(archive)
        await browser.ask("follow.prefer", network="bluesky")
        address = account_of(browser, ADA)["address"]
        await browser.ask("decision.set", rest_id=ADA.rest_id, network="bluesky", address=address, decision="rejected")
        assert [account_of(browser, ADA, number)["chosen"] for number in (0, 1)] == [False, True]
        await browser.ask("follow.prefer", network=None)
        assert [account_of(browser, ADA, number)["chosen"] for number in (0, 1)] == [False, True]

    run(main())


def test_who_is_followed_already_on_either_network_is_in_no_plan(archive: str) -> None:
    async def main() -> None:
        browser, server = await opened_on_both(archive)
        others = [Resident(f"n{number}@agora.example.org") for number in range(500)]
        server.people |= {one.acct: one for one in others}
        server.of("camille").following |= {one.acct for one in others} | {ADAS_ACCT}
        browser.pds.records = {f"3k{number:011}": f"did:plc:{number:024}" for number in range(500)}
        browser.pds.records |= {f"3m{number:011}": did for number, did in enumerate(CHOSEN)}
        for account in (ME, ON_MASTODON):
            await browser.ask("follow.refresh", account=account)
        assert [account_of(browser, ADA, number)["state"] for number in (0, 1)] == ["following"] * 2
        before = dict(browser.pds.records)
        view = await follow_on_both(browser)
        assert all(one["waiting"] + one["failed"] == 0 for one in view["accounts"])
        assert browser.pds.records == before
        assert not [one for one in server.log if one.path.endswith("/follow")]

    run(main())


def test_one_network_that_fails_does_not_stop_the_other(archive: str) -> None:
    async def main() -> None:
        browser, server = await opened_on_both(archive)
        server.oauth.tokens.clear()
        view = await follow_on_both(browser)
        codes = [one["error"] and one["error"]["code"] for one in view["accounts"]]
        assert codes == [None, "session_expired"]
        assert browser.pds.followed() == CHOSEN

    run(main())


def test_a_badge_follows_on_the_network_of_the_account(archive: str) -> None:
    async def main() -> None:
        browser, server = await opened_on_both(archive)
        row_id = ADA.screen_name.lower()
        fields = {"row_id": row_id, "screen_name": ADA.screen_name, "rest_id": ADA.rest_id}
        assert (await browser.ask("follow.one", account=ON_MASTODON, **fields))["state"] == "following"
        assert server.followed("camille") == [ADAS_ACCT]
        server.people[ADAS_ACCT] = replace(server.people[ADAS_ACCT], is_locked=True)
        server.of("camille").following.clear()
        await browser.ask("follow.refresh", account=ON_MASTODON)
        assert (await browser.ask("follow.one", account=ON_MASTODON, **fields))["state"] == "requested"
        assert browser.pds.followed() == []

    run(main())
