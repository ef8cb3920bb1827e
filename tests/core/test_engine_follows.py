"""Following the chosen people: once each, whatever the server answers and the clock shows."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import pytest

from tests.core.engine_steps import (
    CHOSEN,
    account_of,
    did_of,
    live,
    opened,
    run,
)
from tests.core.fakes import (
    ME,
    NOW,
    Killer,
)
from tests.data.people import ADA, BRUNO, CHLOE, DARIUSZ, ELIF, GALINA


def test_everyone_chosen_is_followed_once_and_a_second_run_writes_nothing(archive: str) -> None:
    async def main() -> None:
        browser = await opened(archive)
        await browser.ask("follow.start", accounts=[ME])
        view = await browser.until_idle()
        assert (view["following"], view["failed"], view["waiting"]) == (5, 0, 0)
        assert browser.pds.followed() == CHOSEN
        assert account_of(browser, DARIUSZ)["state"] == "following"
        assert len(browser.storage.stores["history"]) == 5
        writes = browser.pds.writes
        await browser.ask("follow.start", accounts=[ME])
        await browser.until_idle()
        browser.start()
        await browser.ask("archive.open", [archive], names=["x.zip"])
        await browser.ask("follow.start", accounts=[ME])
        await browser.until_idle()
        assert browser.pds.writes == writes

    run(main())


def test_accounts_followed_already_are_marked_and_not_followed_again(archive: str) -> None:
    async def main() -> None:
        browser = await opened(archive)
        browser.pds.records = {"3kaaaaaaaaaa2": did_of(ADA), "3kaaaaaaaaab2": did_of(DARIUSZ)}
        await browser.ask("follow.refresh", account=ME)
        assert account_of(browser, ADA)["state"] == "following"
        assert account_of(browser, DARIUSZ)["state"] == "none"  # its handle is not resolved yet
        await browser.ask("follow.start", accounts=[ME])
        await browser.until_idle()
        assert browser.pds.followed() == CHOSEN
        assert account_of(browser, DARIUSZ)["state"] == "following"

    run(main())


def test_one_person_can_be_followed_from_the_list(archive: str) -> None:
    async def main() -> None:
        browser = await opened(archive)
        await browser.ask("follow.start", accounts=[ME], rest_ids=[GALINA.rest_id])
        await browser.until_idle()
        assert browser.pds.followed() == [did_of(GALINA)]

    run(main())


def test_rejected_accounts_leave_the_queue_while_they_wait(archive: str) -> None:
    async def main() -> None:
        browser = await opened(archive)
        await browser.ask("follow.pause")
        browser.pds.read_faults = ["slow"]  # the list of follows: the queue waits, and Bruno is taken out meanwhile
        await browser.ask("follow.start", accounts=[ME])
        address = account_of(browser, BRUNO)["address"]
        await browser.ask(
            "decision.set", rest_id=BRUNO.rest_id, network="bluesky", address=address, decision="rejected"
        )
        await browser.until_idle()
        assert did_of(BRUNO) not in browser.pds.followed()
        assert len(browser.pds.records) == 4

    run(main())


def test_a_server_that_goes_down_stops_the_queue_and_resuming_follows_everyone(archive: str) -> None:
    async def main() -> None:
        browser = await opened(archive)
        browser.pds.faults = ["", "death"]  # between the first batch and the second
        await browser.ask("follow.start", accounts=[ME])
        view = await browser.until_idle()
        assert view["error"]["code"] == "server_unreachable"
        assert (view["following"], view["failed"]) == (3, 0)
        browser.pds.is_down = False
        await browser.ask("follow.resume")
        view = await browser.until_idle()
        assert (view["following"], view["error"]) == (5, None)
        assert browser.pds.followed() == CHOSEN

    run(main())


@pytest.mark.parametrize("fault", ["signed out", "expired"])
def test_a_sign_in_that_ends_pauses_with_its_reason(archive: str, fault: str) -> None:
    async def main() -> None:
        browser = await opened(archive)
        browser.pds.faults = [fault]
        await browser.ask("follow.start", accounts=[ME])
        view = await browser.until_idle()
        assert (view["error"]["code"], view["waiting"]) == ("session_expired", 5)
        await browser.ask("follow.resume")
        await browser.until_idle()
        assert browser.pds.followed() == CHOSEN

    run(main())


@pytest.mark.parametrize("fault", ["login page", "empty object"])
def test_a_success_that_does_not_name_the_records_is_looked_up_and_sent_again(archive: str, fault: str) -> None:
    async def main() -> None:
        browser = await opened(archive)
        browser.pds.faults = [fault] * 2
        await browser.ask("follow.start", accounts=[ME])
        view = await browser.until_idle()
        assert (view["following"], view["error"]) == (5, None)
        assert browser.pds.followed() == CHOSEN

    run(main())


def test_success_pages_for_every_write_stop_the_queue_and_count_no_follow(archive: str) -> None:
    async def main() -> None:
        browser = await opened(archive)
        browser.pds.faults = ["login page"] * 100
        await browser.ask("follow.start", accounts=[ME])
        view = await browser.until_idle()
        assert (view["following"], view["error"]["code"]) == (0, "server_error")
        assert account_of(browser, ADA)["state"] != "following"
        browser.pds.faults = []
        await browser.ask("follow.resume")
        await browser.until_idle()
        assert browser.pds.followed() == CHOSEN

    run(main())


def test_success_pages_for_everything_stop_the_queue_and_count_no_follow(archive: str) -> None:
    async def main() -> None:
        browser = await opened(archive)
        browser.pds.faults, browser.pds.read_faults = ["login page"] * 100, ["login page"] * 100
        await browser.ask("follow.start", accounts=[ME])
        view = await browser.until_idle()
        assert (view["following"], view["error"]["code"]) == (0, "server_error")
        browser.pds.faults, browser.pds.read_faults = [], []
        await browser.ask("follow.resume")
        await browser.until_idle()
        assert browser.pds.followed() == CHOSEN

    run(main())


def test_one_bad_record_fails_alone_with_its_reason(archive: str) -> None:
    async def main() -> None:
        browser = await opened(archive)
        browser.pds.refused = frozenset({did_of(BRUNO)})
        await browser.ask("follow.start", accounts=[ME])
        view = await browser.until_idle()
        assert (view["following"], view["failed"]) == (4, 1)
        assert account_of(browser, BRUNO)["state"] == "failed"
        assert account_of(browser, BRUNO)["error"]["code"] == "server_refused"

    run(main())


def test_pausing_stops_before_the_next_batch(archive: str) -> None:
    async def main() -> None:
        browser = await opened(archive)
        await browser.ask("follow.start", accounts=[ME])
        await browser.ask("follow.pause")
        view = await browser.until_idle()
        assert view["waiting"] + view["following"] == 5
        assert len(browser.pds.records) < 5
        await browser.ask("follow.resume")
        await browser.until_idle()
        assert browser.pds.followed() == CHOSEN

    run(main())


def test_cancelling_keeps_who_is_followed_and_puts_the_others_back_in_the_list(archive: str) -> None:
    async def main() -> None:
        browser = await opened(archive)
        browser.pds.faults = ["", "signed out"]
        await browser.ask("follow.start", accounts=[ME])
        view = await browser.until_idle()
        assert (view["following"], view["waiting"]) == (3, 2)
        followed = browser.pds.followed()

        await browser.ask("follow.cancel")
        view = await browser.until_idle()
        assert (view["following"], view["waiting"], view["asked"], view["error"]) == (3, 0, 0, None)
        assert browser.pds.followed() == followed
        states = [account_of(browser, one)["state"] for one in (ADA, BRUNO, CHLOE, DARIUSZ, ELIF)]
        assert sorted(states) == ["following"] * 3 + ["none"] * 2

        await browser.ask("follow.start", accounts=[ME])
        await browser.until_idle()
        assert browser.pds.followed() == CHOSEN

    run(main())


OTHER = "did:plc:otherotherotherotherothe"


def test_signing_in_as_another_account_loses_nothing_of_the_first_queue(archive: str) -> None:
    async def main() -> None:
        browser = await opened(archive)
        browser.pds.faults = ["", "signed out"]
        await browser.ask("follow.start", accounts=[ME])
        view = await browser.until_idle()
        assert (view["following"], view["waiting"]) == (3, 2)
        of_me, browser.pds.records = browser.pds.records, {}
        await browser.ask("follow.refresh", account=OTHER)
        assert account_of(browser, ADA)["state"] == "none"  # the other account has no follows
        browser.start()  # also after the browser was closed
        await browser.ask("engine.start")
        queues = browser.storage.stores["state"]["queue"]["accounts"]
        assert [(one["account"], one["waiting"], one["is_current"]) for one in queues] == [
            (ME, 2, False),
            (OTHER, 0, True),
        ]
        browser.pds.records = of_me
        await browser.ask("follow.refresh", account=ME)
        await browser.ask("follow.resume")
        await browser.until_idle()
        assert browser.pds.followed() == CHOSEN
        assert account_of(browser, ADA)["state"] == "following"

    run(main())


def test_pausing_one_account_leaves_the_other_running(archive: str) -> None:
    async def main() -> None:
        browser = await opened(archive)
        await browser.ask("follow.refresh", account=OTHER)
        await browser.ask("follow.start", accounts=[ME])
        await browser.ask("follow.pause", account=OTHER)
        await browser.until_idle()
        assert browser.pds.followed() == CHOSEN

    run(main())


def test_two_accounts_of_one_network_cannot_follow_at_once(archive: str) -> None:
    async def main() -> None:
        browser = await opened(archive)
        answer = await browser.ask("follow.start", accounts=[ME, OTHER])
        assert answer["error"]["code"] == "unknown_command"

    run(main())


def test_following_goes_on_when_a_clock_a_year_ahead_is_set_right(archive: str) -> None:
    async def main() -> None:
        browser = await opened(archive)
        browser.clock.time += timedelta(days=365)
        browser.pds.faults = ["slow"]
        await browser.ask("follow.start", accounts=[ME])
        while not browser.storage.stores["queue"][ME]["pause"]:
            await asyncio.sleep(0)
        browser.clock.time = NOW
        await browser.until_idle()
        assert browser.pds.followed() == CHOSEN
        assert browser.clock.time - NOW < timedelta(minutes=10)

    run(main())


def test_a_queue_stored_by_a_clock_a_year_ahead_goes_on_after_a_restart(archive: str) -> None:
    async def main() -> None:
        browser = await opened(archive)
        browser.clock.time += timedelta(days=365)
        browser.pds.faults = ["slow"] * 1000
        killer = Killer(30)
        await live(browser, killer)
        stored = browser.storage.stores["queue"][ME]
        assert datetime.fromisoformat(stored["points_spent"][0][0]) > NOW + timedelta(days=300)
        browser.clock.time, browser.pds.faults = NOW, []
        browser.start()
        await browser.ask("engine.start")
        await browser.until_idle()
        assert browser.pds.followed() == CHOSEN
        assert browser.clock.time - NOW < timedelta(hours=1)

    run(main())


def test_resume_tries_at_once_while_a_server_asked_to_wait(archive: str) -> None:
    async def main() -> None:
        browser = await opened(archive)
        browser.pds.retry_after = 86_000
        browser.pds.faults = ["slow"]
        await browser.ask("follow.start", accounts=[ME])
        while not browser.storage.stores["queue"][ME]["pause"]:
            await asyncio.sleep(0)
        before = browser.clock.time
        await browser.ask("follow.resume")
        await browser.until_idle()
        assert browser.pds.followed() == CHOSEN
        assert browser.clock.time - before < timedelta(minutes=10)

    run(main())
