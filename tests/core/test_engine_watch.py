"""The daily sync: who is new in a directory, what is announced, and what the standing approval follows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from passerelle.matching.newcomers import NEW_FOR

from tests.core.engine_steps import ROWS, account_of, bluesky_row, did_of, make_browser, run, view_of
from tests.core.fakes import ME, Browser, Directory
from tests.data.archives import make_archive
from tests.data.people import ADA, BRUNO, CHLOE, DARIUSZ, ELIF, GALINA, HIDEO, IRINI, Someone

EARLIER = [one for one in ROWS if one.rest_id in (ADA.rest_id, GALINA.rest_id)]


async def begin(archive: str, rows: Sequence[Any] = EARLIER) -> Browser:
    """A browser whose archive was matched with a directory of `rows`."""
    browser = make_browser(directory=Directory(rows))
    browser.start()
    assert "archive" in await browser.ask("archive.open", [archive], names=["x.zip"])
    return browser


async def sync(browser: Browser, rows: Sequence[Any], accounts: Sequence[str] = (ME,)) -> Any:
    """Publish a newer directory of `rows`, and let a day pass and the browser sync."""
    browser.clock.time += timedelta(days=1)
    browser.directory.rows = rows
    browser.directory.version += 1
    browser.directory.generated_at = browser.clock.time - timedelta(hours=1)
    browser.directory.expires = browser.clock.time + timedelta(days=14)
    return await browser.ask("watch.sync", accounts=list(accounts))


def news(browser: Browser) -> Any:
    return browser.storage.stores["state"].get("news")


def new_people(browser: Browser) -> set[str]:
    return {rest_id for rest_id, view in browser.storage.stores["matches"].items() if view["new_since"]}


def ids(*people: Someone) -> set[str]:
    return {one.rest_id for one in people}


def test_people_whom_only_the_newer_directory_has_are_new_and_announced_once(archive: str) -> None:
    async def main() -> None:
        browser = await begin(archive)
        assert new_people(browser) == set()
        assert await sync(browser, ROWS) == {}
        assert new_people(browser) == ids(BRUNO, CHLOE, DARIUSZ, ELIF)  # Irini is not followed on X
        assert (news(browser)["count"], news(browser)["followed"]) == (4, 0)
        assert browser.storage.stores["state"]["lanes"]["new"] == 4
        told = news(browser)
        await sync(browser, ROWS)
        assert news(browser) == told
        assert new_people(browser) == ids(BRUNO, CHLOE, DARIUSZ, ELIF)

    run(main())


def test_people_are_new_for_two_weeks(archive: str) -> None:
    async def main() -> None:
        browser = await begin(archive)
        await sync(browser, ROWS)
        browser.clock.time += NEW_FOR - timedelta(days=2)
        await sync(browser, ROWS)
        assert new_people(browser) == ids(BRUNO, CHLOE, DARIUSZ, ELIF)
        await sync(browser, ROWS)
        assert new_people(browser) == set()

    run(main())


def test_no_one_is_new_in_the_first_directory_or_after_the_button_for_updates(archive: str) -> None:
    async def main() -> None:
        browser = make_browser(directory=Directory(ROWS, is_down=True))
        browser.start()
        await browser.ask("archive.open", [archive], names=["x.zip"])
        browser.directory.is_down = False
        await sync(browser, ROWS)
        assert (new_people(browser), news(browser)) == (set(), None)
        browser.directory.rows = [*ROWS, bluesky_row(HIDEO)]
        browser.directory.version += 1
        await browser.ask("directory.update")
        assert new_people(browser) == ids(HIDEO)
        assert news(browser)["count"] == 0  # the person who pressed it is looking
        await sync(browser, [*ROWS, bluesky_row(HIDEO)])
        assert news(browser)["count"] == 0

    run(main())


def test_a_directory_out_of_reach_changes_nothing_and_shows_nothing(archive: str) -> None:
    async def main() -> None:
        browser = await begin(archive)
        before = dict(browser.storage.stores["state"])
        browser.directory.is_down = True
        answer = await browser.ask("watch.sync", accounts=[])
        assert answer["error"]["code"] == "server_unreachable"
        assert browser.storage.stores["state"] == before

    run(main())


def test_without_approval_no_one_is_followed(archive: str) -> None:
    async def main() -> None:
        browser = await begin(archive)
        await sync(browser, ROWS)
        assert browser.storage.stores["queue"] == {}
        assert not any("createRecord" in one.url or "applyWrites" in one.url for one in browser.requests)

    run(main())


def test_with_approval_new_people_of_the_lane_sure_are_followed_once(archive: str) -> None:
    async def main() -> None:
        browser = await begin(archive)
        await browser.ask("watch.approve", approved=True)
        await sync(browser, ROWS)
        await browser.until_idle()
        expected = sorted(map(did_of, (BRUNO, CHLOE, DARIUSZ, ELIF)))  # Ada was there before
        assert browser.pds.followed() == expected
        assert news(browser)["followed"] == 4
        written = browser.pds.writes
        await sync(browser, ROWS)
        await browser.until_idle()
        assert (browser.pds.followed(), browser.pds.writes) == (expected, written)

    run(main())


def test_a_follow_that_failed_is_not_tried_again_by_the_next_sync(archive: str) -> None:
    async def main() -> None:
        browser = await begin(archive)
        browser.pds.refused = frozenset({did_of(BRUNO)})
        await browser.ask("watch.approve", approved=True)
        await sync(browser, [*EARLIER, bluesky_row(BRUNO)])
        assert (await browser.until_idle())["failed"] == 1
        written = browser.pds.writes
        await sync(browser, [*EARLIER, bluesky_row(BRUNO)])
        await browser.until_idle()
        assert browser.pds.writes == written

    run(main())


def test_an_approval_taken_back_follows_no_one(archive: str) -> None:
    async def main() -> None:
        browser = await begin(archive)
        await browser.ask("watch.approve", approved=True)
        await browser.ask("watch.approve", approved=False)
        await sync(browser, ROWS)
        assert browser.storage.stores["queue"] == {}

    run(main())


def test_who_was_new_before_the_approval_is_not_followed_by_it(archive: str) -> None:
    async def main() -> None:
        browser = await begin(archive)
        await sync(browser, [*EARLIER, bluesky_row(BRUNO)])
        await browser.ask("watch.approve", approved=True)
        await sync(browser, ROWS)
        await browser.until_idle()
        assert browser.pds.followed() == sorted(map(did_of, (CHLOE, DARIUSZ, ELIF)))

    run(main())


def test_a_new_person_without_a_sure_row_is_not_followed(archive: str) -> None:
    async def main() -> None:
        browser = await begin(archive)
        await browser.ask("watch.approve", approved=True)
        await sync(browser, [*EARLIER, bluesky_row(HIDEO, grade="imported")])
        assert new_people(browser) == ids(HIDEO)
        assert browser.storage.stores["queue"] == {}

    run(main())


@pytest.mark.parametrize("decision", ["rejected", "unchosen"])
def test_a_person_once_decided_against_is_never_followed_by_approval(archive: str, decision: str) -> None:
    async def main() -> None:
        browser = await begin(archive, [*EARLIER, bluesky_row(BRUNO, handle="other.example.org", did=did_of(IRINI))])
        wrong = account_of(browser, BRUNO)
        await browser.ask(
            "decision.set",
            rest_id=BRUNO.rest_id,
            network="bluesky",
            address=wrong["address"],
            decision=decision,
        )
        await browser.ask("watch.approve", approved=True)
        await sync(browser, EARLIER)
        await sync(browser, [*EARLIER, bluesky_row(BRUNO)])
        assert view_of(browser, BRUNO)["new_since"]
        assert browser.storage.stores["queue"] == {}

    run(main())


def test_a_person_once_unfollowed_is_never_followed_by_approval(archive: str) -> None:
    async def main() -> None:
        rows = [*EARLIER, bluesky_row(BRUNO)]
        browser = await begin(archive, rows)
        await browser.ask("follow.start", accounts=[ME], rest_ids=[BRUNO.rest_id])
        await browser.until_idle()
        await browser.ask("follow.undo", account=ME, names=[did_of(BRUNO)])
        await browser.until_idle()
        assert browser.pds.followed() == []
        await browser.ask("watch.approve", approved=True)
        await sync(browser, EARLIER)  # the row is withdrawn, and comes again
        await sync(browser, rows)
        assert view_of(browser, BRUNO)["new_since"]
        await browser.until_idle()
        assert browser.pds.followed() == []

    run(main())


def test_people_blocked_or_muted_on_x_are_never_followed_by_approval(tmp_path: Path) -> None:
    archive = str(make_archive(tmp_path / "x.zip", following=[ADA, BRUNO, CHLOE], blocked=[BRUNO], muted=[CHLOE]))

    async def main() -> None:
        browser = await begin(archive)
        await browser.ask("watch.approve", approved=True)
        await sync(browser, ROWS)
        assert browser.storage.stores["queue"] == {}

    run(main())


def test_a_queue_that_the_person_paused_stays_paused(archive: str) -> None:
    async def main() -> None:
        browser = await begin(archive)
        await browser.ask("follow.start", accounts=[ME], rest_ids=[ADA.rest_id])
        await browser.ask("follow.pause")
        await browser.until_idle()
        before = browser.pds.followed()
        await browser.ask("watch.approve", approved=True)
        await sync(browser, ROWS)
        view = await browser.until_idle()
        assert (browser.pds.followed(), view["running"]) == (before, False)
        assert view["waiting"] >= 4

    run(main())


def test_the_sync_goes_back_to_the_gentle_pace_where_nothing_is_under_way(archive: str) -> None:
    async def main() -> None:
        browser = await begin(archive)
        await browser.ask("follow.speed", speed="fast")
        await browser.ask("watch.approve", approved=True)
        await sync(browser, ROWS)
        assert (await browser.until_idle())["speed"] == "gentle"

    run(main())
