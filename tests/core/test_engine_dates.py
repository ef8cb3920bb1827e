"""The date kept: what is approved once is followed on its day, on each network, once; and what came of it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from passerelle.following.dates import DAY, DELAY, LAPSE

from tests.core.date_steps import AHEAD, EARLIER, OPENS, begin, set_date
from tests.core.engine_steps import ROWS, account_of, bluesky_row, did_of, make_browser, run
from tests.core.fakes import ME, Browser, Directory, Killer
from tests.core.mastodon_steps import ME as ON_MASTODON
from tests.core.mastodon_steps import answer_page
from tests.data.people import ADA, BRUNO, CHLOE, DARIUSZ, ELIF, GALINA, HIDEO, Someone
from tests.world.mastodon import Mastodon, Resident, Seen

ADAS_ACCT = "ada@quai.example.org"
ARRIVED = (BRUNO, CHLOE, DARIUSZ, ELIF)  # in ROWS, and not in EARLIER


async def sync(
    browser: Browser, at: datetime, rows: Sequence[Any] | None = None, accounts: Sequence[str] = (ME,)
) -> Any:
    """Move the clock, publish `rows` where some are given, and sync as the background does each hour."""
    browser.clock.time = at
    if rows is not None:
        browser.directory.rows = rows
        browser.directory.version += 1
    browser.directory.generated_at = at - timedelta(hours=1)
    browser.directory.expires = at + timedelta(days=14)
    answer = await browser.ask("watch.sync", accounts=list(accounts))
    if browser.storage.stores["queue"]:
        await browser.until_idle()
    return answer


def add_mastodon(browser: Browser, *people: str) -> Mastodon:
    """Sign in on a Mastodon server that knows these people, too."""
    residents = [Resident(ON_MASTODON), *map(Resident, people)]
    server = Mastodon("rive.example.org", residents, now=lambda: browser.clock.time)
    token = server.sign_in("camille")
    browser.own_servers[ON_MASTODON] = lambda request: answer_page(server, token, request)
    return server


def posts(server: Mastodon) -> list[Seen]:
    """Return the requests that asked a server to follow someone."""
    return [one for one in server.log if one.path.endswith("/follow")]


def stored(browser: Browser) -> Any:
    return browser.storage.stores["state"].get("date")


def dids(*people: Someone) -> list[str]:
    return sorted(map(did_of, people))


def test_the_date_is_stored_with_the_number_of_people_and_can_be_changed_and_withdrawn(archive: str) -> None:
    async def main() -> None:
        browser = await begin(archive)
        view = stored(browser)
        assert (view["day"], view["people"], view["starts"]) == (OPENS.date().isoformat(), 1, [])
        assert [(one["step"], one["is_done"]) for one in view["steps"] if not one["is_optional"]] == [
            ("people", True),
            ("bluesky", True),
            ("fediverse", False),
        ]
        later = await set_date(browser, OPENS + timedelta(days=1))
        assert later["delay"] == view["delay"]
        assert stored(browser)["day"] == (OPENS.date() + timedelta(days=1)).isoformat()
        assert await browser.ask("date.withdraw") == {}
        assert stored(browser) is None
        await sync(browser, OPENS + DELAY, ROWS)
        assert browser.storage.stores["queue"] == {}

    run(main())


def test_a_day_that_is_over_is_refused_and_the_date_before_stays(archive: str) -> None:
    async def main() -> None:
        browser = await begin(archive)
        answer = await set_date(browser, OPENS - timedelta(days=AHEAD + 1))
        assert answer["error"]["code"] == "date_out_of_range"
        assert stored(browser)["day"] == OPENS.date().isoformat()

    run(main())


def test_what_the_browser_knows_changes_what_is_left_to_do(archive: str) -> None:
    async def main() -> None:
        browser = await begin(archive)
        known = {"signed_in": ["bluesky", "fediverse"], "notifies": True, "badges": True}
        await browser.ask("date.check", known=known)
        assert {one["step"]: one["is_done"] for one in stored(browser)["steps"]} == {
            "people": True,
            "bluesky": True,
            "fediverse": True,
            "notify": True,
            "badges": True,
            "join": False,
        }

    run(main())


def test_no_one_is_followed_before_the_date(archive: str) -> None:
    async def main() -> None:
        browser = await begin(archive)
        for days in (1, AHEAD - 1, AHEAD):
            await sync(browser, OPENS - timedelta(days=AHEAD - days) - timedelta(seconds=1))
        assert browser.storage.stores["queue"] == {}
        assert stored(browser)["starts"] == []

    run(main())


def test_the_plan_starts_after_the_delay_that_was_chosen_for_this_install(archive: str) -> None:
    async def main() -> None:
        browser = await begin(archive)
        delay = timedelta(seconds=stored(browser)["delay"])
        assert timedelta() < delay < DELAY
        await sync(browser, OPENS + delay - timedelta(seconds=1))
        assert stored(browser)["starts"] == []
        await sync(browser, OPENS + delay)
        assert browser.pds.followed() == dids(ADA)

    run(main())


def test_with_a_sign_in_on_each_network_the_plan_starts_on_both_once(archive: str) -> None:
    async def main() -> None:
        browser = await begin(archive)
        server = add_mastodon(browser, ADAS_ACCT)
        await sync(browser, OPENS - timedelta(hours=1), accounts=(ME, ON_MASTODON))
        browser.clock.time = OPENS + DELAY
        # The page and the background may ask at one moment.
        both = (browser.ask("watch.sync", accounts=[ME, ON_MASTODON]) for _ in range(2))
        assert await asyncio.gather(*both) == [{}, {}]
        await browser.until_idle()
        assert (browser.pds.followed(), server.followed("camille")) == (dids(ADA), [ADAS_ACCT])
        starts = stored(browser)["starts"]
        assert [one["network"] for one in starts] == ["bluesky", "fediverse"]

        asked = browser.pds.writes, len(posts(server))
        assert asked == (1, 1)
        await sync(browser, OPENS + DAY, accounts=(ME, ON_MASTODON))
        assert (browser.pds.writes, len(posts(server))) == asked
        assert [one["at"] for one in stored(browser)["starts"]] == [one["at"] for one in starts]

    run(main())


def test_the_network_without_a_sign_in_starts_after_the_other(archive: str) -> None:
    async def main() -> None:
        browser = await begin(archive)
        server = add_mastodon(browser, ADAS_ACCT)
        await sync(browser, OPENS + DELAY)
        assert (browser.pds.followed(), server.followed("camille")) == (dids(ADA), [])
        assert [one["network"] for one in stored(browser)["starts"]] == ["bluesky"]
        await sync(browser, OPENS + DELAY + timedelta(hours=1), accounts=(ME, ON_MASTODON))
        assert (browser.pds.followed(), server.followed("camille")) == (dids(ADA), [ADAS_ACCT])
        assert [one["network"] for one in stored(browser)["starts"]] == ["bluesky", "fediverse"]

    run(main())


def test_on_the_date_ticked_people_and_those_found_only_that_day_are_followed_once(archive: str) -> None:
    async def main() -> None:
        browser = await begin(archive)
        await sync(browser, OPENS + DELAY, ROWS)
        assert browser.pds.followed() == dids(ADA, *ARRIVED)  # Galina's row is only imported
        written = browser.pds.writes
        await sync(browser, OPENS + DAY / 2)
        await sync(browser, OPENS + DAY)
        assert (browser.pds.followed(), browser.pds.writes) == (dids(ADA, *ARRIVED), written)

    run(main())


def test_who_is_proven_in_the_evening_is_added_and_who_comes_after_the_day_is_not(archive: str) -> None:
    async def main() -> None:
        browser = await begin(archive)
        await sync(browser, OPENS + DELAY)
        assert browser.pds.followed() == dids(ADA)
        await sync(browser, OPENS + DAY, [*EARLIER, bluesky_row(BRUNO)])
        assert browser.pds.followed() == dids(ADA, BRUNO)
        assert [one["is_final"] for one in stored(browser)["starts"]] == [True]
        await sync(browser, OPENS + 2 * DAY, ROWS)
        assert browser.pds.followed() == dids(ADA, BRUNO)

    run(main())


def test_a_missed_date_is_caught_up_and_one_long_past_waits_for_a_press(archive: str) -> None:
    async def main() -> None:
        browser = await begin(archive)
        await sync(browser, OPENS + LAPSE - timedelta(hours=1), ROWS)
        assert browser.pds.followed() == dids(ADA, *ARRIVED)

        late = await begin(archive)
        await sync(late, OPENS + LAPSE, ROWS)
        assert late.pds.followed() == []
        await late.ask("date.begin", accounts=[ME])
        await late.until_idle()
        assert late.pds.followed() == dids(ADA, *ARRIVED)

    run(main())


def test_a_directory_out_of_reach_does_not_hold_up_the_date_and_who_was_missed_is_added(archive: str) -> None:
    async def main() -> None:
        browser = await begin(archive)
        browser.directory.is_down = True
        answer = await sync(browser, OPENS + DELAY, ROWS)
        assert answer["error"]["code"] == "server_unreachable"
        assert browser.pds.followed() == dids(ADA)
        browser.directory.is_down = False
        await sync(browser, OPENS + 2 * DAY)
        assert browser.pds.followed() == dids(ADA, *ARRIVED)

    run(main())


def test_without_a_sign_in_it_waits_and_starts_after_it(archive: str) -> None:
    async def main() -> None:
        browser = await begin(archive)
        await sync(browser, OPENS + DELAY, ROWS, accounts=[])
        assert stored(browser)["starts"] == []
        await sync(browser, OPENS + DELAY + timedelta(hours=1))
        assert browser.pds.followed() == dids(ADA, *ARRIVED)

    run(main())


def test_a_press_does_not_start_before_the_day(archive: str) -> None:
    async def main() -> None:
        browser = await begin(archive)
        browser.clock.time = OPENS - timedelta(hours=1)
        await browser.ask("date.begin", accounts=[ME])
        assert browser.storage.stores["queue"] == {}
        browser.clock.time = OPENS
        browser.directory.is_down = True
        assert await browser.ask("date.begin", accounts=[ME]) == {}
        await browser.until_idle()
        assert browser.pds.followed() == dids(ADA)

    run(main())


@pytest.mark.parametrize("decision", ["rejected", "unchosen"])
def test_who_is_unticked_before_the_date_is_not_followed(archive: str, decision: str) -> None:
    async def main() -> None:
        browser = await begin(archive, ROWS)
        about = {"rest_id": BRUNO.rest_id, "network": "bluesky", "address": account_of(browser, BRUNO)["address"]}
        await browser.ask("decision.set", **about, decision=decision)
        await sync(browser, OPENS + DELAY)
        assert browser.pds.followed() == dids(ADA, CHLOE, DARIUSZ, ELIF)

    run(main())


def test_who_was_unfollowed_since_the_approval_is_not_followed_again(archive: str) -> None:
    async def main() -> None:
        browser = await begin(archive, ROWS)
        await browser.ask("follow.start", accounts=[ME], rest_ids=[BRUNO.rest_id])
        await browser.until_idle()
        await browser.ask("follow.undo", account=ME)
        await browser.until_idle()
        await sync(browser, OPENS + DELAY)
        assert browser.pds.followed() == dids(ADA, CHLOE, DARIUSZ, ELIF)

    run(main())


def test_who_was_followed_before_the_date_is_not_followed_twice(archive: str) -> None:
    async def main() -> None:
        browser = await begin(archive, ROWS)
        await browser.ask("follow.start", accounts=[ME], rest_ids=[ADA.rest_id, BRUNO.rest_id])
        await browser.until_idle()
        await sync(browser, OPENS + DELAY)
        assert browser.pds.followed() == dids(ADA, *ARRIVED)
        assert len(browser.pds.records) == 1 + len(ARRIVED)

    run(main())


def test_the_day_after_a_paused_queue_stays_paused_and_failures_are_not_tried_again(archive: str) -> None:
    async def main() -> None:
        browser = await begin(archive)
        browser.pds.refused = frozenset({did_of(BRUNO)})
        await sync(browser, OPENS + DELAY, ROWS)
        await browser.ask("follow.pause")
        await sync(browser, OPENS + DAY, [*ROWS, bluesky_row(HIDEO)])
        view = await browser.until_idle()
        assert (view["failed"], view["waiting"], view["running"]) == (1, 1, False)

    run(main())


@pytest.mark.parametrize("before", [True, False])
@pytest.mark.parametrize("at", range(0, 60, 3))
def test_a_browser_killed_at_any_instant_of_the_start_follows_everyone_once(
    archive: str, at: int, *, before: bool
) -> None:
    async def main() -> None:
        browser = await begin(archive)
        killer = Killer(at, before=before)
        browser.start(killer)
        starting = asyncio.ensure_future(sync(browser, OPENS + DELAY, ROWS))
        while not killer.is_dead and not starting.done():
            await asyncio.sleep(0)
        await killer.bury()
        browser.start()
        await sync(browser, OPENS + DELAY + timedelta(hours=1))
        assert browser.pds.followed() == dids(ADA, *ARRIVED)
        assert len(browser.pds.records) == 1 + len(ARRIVED)

    run(main())


def test_the_receipt_counts_each_person_once_and_its_file_names_them(archive: str) -> None:
    async def main() -> None:
        browser = await begin(archive)
        browser.pds.refused = frozenset({did_of(BRUNO)})
        await sync(browser, OPENS + DELAY, ROWS)
        receipt = await browser.ask("date.receipt")
        following = browser.storage.stores["state"]["matches"]["following"]
        assert (receipt["followed"], receipt["failed"], receipt["not_ticked"]) == (4, 1, 1)  # Galina is not ticked
        assert receipt["not_found"] == following - 6
        assert [one["count"] for one in receipt["failures"]] == [1]
        saved = await browser.ask("export.make", format="receipt-csv")
        lines = saved["text"].splitlines()
        assert saved["filename"] == "passerelle-receipt.csv"
        assert any(f"{ADA.screen_name},{ADA.rest_id}" in line and ",followed,bluesky," in line for line in lines)
        assert sum(",not_found," in line for line in lines) == receipt["not_found"]
        assert sum(",failed," in line for line in lines) == 1

    run(main())


def test_the_calendar_file_has_the_day_and_is_refused_without_a_date(archive: str) -> None:
    async def main() -> None:
        browser = await begin(archive)
        made = await browser.ask("date.calendar", title="Leave X", text="Together")
        assert made["filename"] == f"passerelle-{OPENS.date().isoformat()}.ics"
        assert f"DTSTART;VALUE=DATE:{OPENS:%Y%m%d}" in made["text"]
        await browser.ask("date.withdraw")
        assert "error" in await browser.ask("date.calendar", title="Leave X", text="Together")

    run(main())


def has_use(browser: Browser) -> bool:
    """Return whether a date is offered."""
    return bool(browser.storage.stores["state"]["date_offer"]["has_use"])


def test_a_date_is_offered_while_someone_is_ticked_and_not_followed_or_no_one_is_followed(archive: str) -> None:
    async def main() -> None:
        browser = make_browser(directory=Directory(EARLIER))
        browser.start()
        await browser.ask("archive.open", [archive], names=["x.zip"])
        assert has_use(browser)
        await browser.ask("follow.start", accounts=[ME], rest_ids=None)
        await browser.until_idle()
        assert not has_use(browser)

        address = account_of(browser, GALINA)["address"]
        choice = {"rest_id": GALINA.rest_id, "network": "bluesky", "address": address}
        await browser.ask("decision.set", **choice, decision="chosen")
        assert has_use(browser)
        await browser.ask("decision.set", **choice, decision="rejected")
        assert not has_use(browser)
        await browser.ask("follow.undo", account=ME)
        await browser.until_idle()
        assert has_use(browser)

    run(main())
