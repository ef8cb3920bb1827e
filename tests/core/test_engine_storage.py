"""Storage that is full, unreadable, or written by a newer version; what pages are told of writes."""

from __future__ import annotations

import asyncio
from typing import Any

from passerelle.engine.storage import STORES, Clear, Delete, Put
from passerelle.engine.writer import MOST_KEYS, describe
from passerelle.errors import StorageFull

from tests.core.engine_steps import (
    CHOSEN,
    make_browser,
    opened,
    room_events,
    run,
)
from tests.core.fakes import (
    ME,
    NOW,
)
from tests.data.people import ELIF


def test_storage_of_a_newer_version_is_left_alone_and_can_be_deleted() -> None:
    async def main() -> None:
        browser = make_browser()
        stored = {"schemas": {"state": 99}, "archive": {"shape": "unknown"}}
        browser.storage.stores["state"] = dict(stored)
        browser.start()
        answer = await browser.ask("export.make", format="json")
        assert answer["error"]["code"] == "storage_newer"
        assert browser.storage.stores["state"] == stored
        assert await browser.ask("data.delete") == {}
        assert await browser.ask("export.make", format="json")

    run(main())


def test_an_unreadable_queue_can_still_be_deleted() -> None:
    async def main() -> None:
        browser = make_browser()
        browser.storage.stores["queue"]["queue"] = {"made": "by a newer version"}
        browser.start()
        answer = await browser.engine.receive({"id": "1", "type": "engine.start"})
        assert answer["error"]["code"] == "bug"
        assert "Traceback" in browser.reports[0]
        answer = await browser.engine.receive({"id": "1", "type": "data.delete"})
        assert answer == {"id": "1", "result": {}}
        assert browser.storage.stores["queue"] == {}

    run(main())


def test_without_room_nothing_is_sent_pages_are_told_and_following_goes_on_by_itself(archive: str) -> None:
    async def main() -> None:
        browser = await opened(archive)
        await browser.ask("follow.refresh", account=ME)
        browser.storage.fills_up = lambda changes: any(
            isinstance(one, Put) and one.store == "queue" and one.value.get("state") == "asked" for one in changes
        )
        await browser.ask("follow.start", accounts=[ME])
        while len(room_events(browser)) < 3:
            await asyncio.sleep(0)
        assert browser.pds.writes == 0
        browser.storage.fills_up = None
        view = await browser.until_idle()
        assert (view["following"], view["error"]) == (5, None)
        assert browser.pds.followed() == CHOSEN
        assert room_events(browser)[-2:] == [True, False]

    run(main())


def test_an_answer_that_could_not_be_stored_is_looked_up_later_and_not_doubled(archive: str) -> None:
    async def main() -> None:
        browser = await opened(archive)
        browser.storage.fills_up = lambda changes: browser.pds.writes > 0
        await browser.ask("follow.start", accounts=[ME])
        while len(room_events(browser)) < 3:
            await asyncio.sleep(0)
        browser.storage.fills_up = None
        await browser.until_idle()
        assert browser.pds.followed() == CHOSEN

    run(main())


def test_reading_an_archive_waits_for_room_and_goes_on(archive: str) -> None:
    async def main() -> None:
        browser = make_browser()
        browser.start()
        browser.storage.fills_up = lambda changes: any(one.store == "people" for one in changes)
        opening = asyncio.ensure_future(browser.ask("archive.open", [archive], names=["x.zip"]))
        while len(room_events(browser)) < 3:
            await asyncio.sleep(0)
        assert browser.storage.stores["state"]["work"]["error"] is None
        browser.storage.fills_up = None
        assert (await opening)["matches"]["found"] == 6
        assert room_events(browser)[-1] is False

    run(main())


def test_a_start_that_could_not_read_storage_is_tried_again_by_the_next_command(archive: str) -> None:
    async def main() -> None:
        browser = await opened(archive)
        await browser.ask("follow.start", accounts=[ME])
        await browser.ask("follow.pause")
        await browser.until_idle()
        get_all = browser.storage.get_all

        async def refuse(store: str) -> Any:
            raise StorageFull("the database does not open")

        browser.storage.get_all = refuse  # type: ignore[method-assign]
        browser.start()
        answer = await browser.ask("follow.resume")
        assert answer["error"]["code"] == "storage_full"
        browser.storage.get_all = get_all  # type: ignore[method-assign]
        await browser.ask("follow.resume")
        await browser.until_idle()
        assert browser.pds.followed() == CHOSEN

    run(main())


def test_everything_can_be_deleted_while_work_and_start_wait_for_room(archive: str) -> None:
    async def main() -> None:
        browser = await opened(archive)
        browser.storage.fills_up = lambda changes: any(isinstance(one, Put) for one in changes)
        waiting = [asyncio.ensure_future(browser.ask("follow.start", accounts=[ME]))]
        waiting.append(asyncio.ensure_future(browser.ask("archive.open", [archive], names=["x.zip"])))
        while len(room_events(browser)) < 2:
            await asyncio.sleep(0)
        assert await browser.ask("data.delete") == {}
        codes = [answer["error"]["code"] for answer in await asyncio.gather(*waiting)]
        assert set(codes) <= {"storage_full", "cancelled"}
        assert browser.storage.stores == {name: {} for name in STORES}

        browser.storage.stores["state"]["work"] = work = {
            **{"command": "archive.open", "step": "reading", "done": 0, "total": 0},
            **{"started_at": NOW.isoformat(), "error": None},
        }
        browser.start()
        browser.events.clear()
        starting = asyncio.ensure_future(browser.ask("engine.start"))
        while len(room_events(browser)) < 2:
            await asyncio.sleep(0)
        assert browser.storage.stores["state"]["work"] == work
        assert await browser.ask("data.delete") == {}
        assert "error" in await starting
        browser.storage.fills_up = None
        assert "archive" in await browser.ask("archive.open", [archive], names=["x.zip"])

    run(main())


def test_a_badge_is_told_at_once_that_storage_is_full(archive: str) -> None:
    async def main() -> None:
        browser = await opened(archive)
        browser.storage.fills_up = lambda changes: True
        deciding = asyncio.ensure_future(browser.ask("follow.refresh", account=ME))
        while not room_events(browser):
            await asyncio.sleep(0)
        answer = await browser.ask("follow.one", account=ME, row_id="elifisik", screen_name=ELIF.screen_name)
        assert answer["error"]["code"] == "storage_full"
        browser.storage.fills_up = None
        await deciding

    run(main())


def test_pages_are_told_the_keys_that_were_written() -> None:
    event = describe(
        [Put("matches", "1", {}), Delete("matches", "2"), Put("matches", "1", {}), Put("state", "queue", {})]
    )
    assert event.stores == ["matches", "state"]
    assert event.keys == {"matches": ["1", "2"], "state": ["queue"]}


def test_a_store_that_was_emptied_or_largely_rewritten_is_named_without_keys() -> None:
    many = [Put("hints", str(number), {}) for number in range(MOST_KEYS + 1)]
    event = describe([Clear("matches"), Put("matches", "1", {}), *many])
    assert event.stores == ["matches", "hints"]
    assert event.keys == {}
