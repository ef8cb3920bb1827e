"""Reading an archive: what is stored and shown, progress, failures, cancelling."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from tests.core.engine_steps import (
    FOLLOWED,
    ROWS,
    account_of,
    make_browser,
    opened,
    run,
)
from tests.core.fakes import (
    FOREIGN_KEY,
    NOW,
    Browser,
    Directory,
    Killer,
)
from tests.data.archives import make_archive
from tests.data.people import ADA, BRUNO, CHLOE, DARIUSZ, ELIF, GALINA, IRINI


def test_an_archive_is_read_matched_and_stored_ready_for_pages(archive: str) -> None:
    browser = run(opened(archive))
    state = browser.storage.stores["state"]
    assert state["archive"]["following"] == 7
    assert (state["directory"]["version"], state["directory"]["rows"]) == (7, 7)
    assert state["matches"]["found"] == 6
    assert state["matches"]["preselected"] == 5
    assert set(browser.storage.stores["matches"]) == {one.rest_id for one in (ADA, BRUNO, CHLOE, DARIUSZ, ELIF, GALINA)}
    assert account_of(browser, ADA)["chosen"]
    assert not account_of(browser, GALINA)["chosen"]
    assert "work" not in state


def test_progress_is_reported_step_by_step(archive: str) -> None:
    browser = run(opened(archive))
    steps = [event["step"] for event in browser.events if event["type"] == "work.progress"]
    assert list(dict.fromkeys(steps)) == ["reading", "directory", "matching"]


def test_two_archives_cause_the_same_requests(archive: str, tmp_path: Path) -> None:
    other = make_archive(tmp_path / "other.zip", following=[IRINI], followers=FOLLOWED)
    one, two = run(opened(archive)), run(opened(str(other)))
    assert one.requests == two.requests
    assert len(one.requests) == 3


@pytest.mark.parametrize(
    ("lie", "code"),
    [
        ({"is_down": True}, "server_unreachable"),
        ({"key": FOREIGN_KEY}, "directory_key_unknown"),
        ({"expires": NOW}, "directory_expired"),
        ({"tamper": lambda latest: latest.update(version=9)}, "directory_signature"),
        ({"tamper": lambda latest: latest.clear()}, "directory_key_unknown"),
    ],
)
def test_a_directory_that_fails_does_not_lose_the_archive(archive: str, lie: dict[str, Any], code: str) -> None:
    async def main() -> Browser:
        browser = make_browser()
        browser.directory = Directory(ROWS, **lie)
        browser.start()
        result = await browser.ask("archive.open", [archive], names=["x.zip"])
        assert result["archive"]["following"] == 7
        assert result["directory"]["error"]["code"] == code
        assert result["matches"] is None
        browser.directory = Directory(ROWS)
        await browser.ask("directory.update")
        return browser

    browser = run(main())
    assert browser.storage.stores["state"]["matches"]["found"] == 6  # matched as soon as there is one
    assert browser.storage.stores["state"]["directory"]["error"] is None


def test_a_directory_that_goes_bad_leaves_the_good_copy_in_use(archive: str) -> None:
    async def main() -> Browser:
        browser = await opened(archive)
        browser.directory = Directory(ROWS[:1], version=6)
        answer = await browser.ask("directory.update")
        assert answer["error"]["code"] == "directory_older"
        assert (await browser.ask("match.find"))["found"] == 6
        return browser

    state = run(main()).storage.stores["state"]
    assert (state["directory"]["version"], state["directory"]["error"]["code"]) == (7, "directory_older")


def test_an_unchanged_directory_is_not_downloaded_again(archive: str) -> None:
    async def main() -> None:
        browser = await opened(archive)
        count = len(browser.requests)
        await browser.ask("directory.update")
        assert len(browser.requests) == count + 1

    run(main())


def test_a_file_that_is_no_archive_says_so_and_keeps_the_one_before(archive: str, tmp_path: Path) -> None:
    (tmp_path / "x.zip").write_bytes(b"this is no ZIP")

    async def main() -> Browser:
        browser = await opened(archive)
        answer = await browser.ask("archive.open", [str(tmp_path / "x.zip")], names=["x.zip"])
        assert answer["error"]["code"] == "not_a_zip"
        return browser

    stores = run(main()).storage.stores
    assert stores["state"]["archive"]["following"] == 7
    assert len(stores["matches"]) == 6
    assert stores["state"]["work"]["error"]["code"] == "not_a_zip"  # for a popup opened later


def test_reading_can_be_stopped(archive: str) -> None:
    async def main() -> None:
        browser = make_browser()
        browser.start()
        opening = asyncio.ensure_future(browser.ask("archive.open", [archive], names=["x.zip"]))
        while not any(event["type"] == "work.progress" for event in browser.events):
            await asyncio.sleep(0)
        assert await browser.ask("archive.cancel") == {}
        assert (await opening)["error"]["code"] == "cancelled"
        assert browser.storage.stores["state"].keys() == {"schemas"}
        assert "archive" in await browser.ask("archive.open", [archive], names=["x.zip"])

    run(main())


def test_a_second_drop_replaces_the_first(archive: str) -> None:
    async def main() -> None:
        browser = make_browser()
        browser.start()
        first, second = await asyncio.gather(
            browser.ask("archive.open", [archive], names=["x.zip"]),
            browser.ask("archive.open", [archive], names=["x.zip"]),
        )
        assert first["error"]["code"] == "cancelled"
        assert second["matches"]["found"] == 6

    run(main())


def test_a_reading_cut_off_by_a_crash_says_so_at_the_next_start(archive: str) -> None:
    async def main() -> None:
        browser = make_browser()
        browser.start(killer := Killer())
        opening = asyncio.ensure_future(browser.ask("archive.open", [archive], names=["x.zip"]))
        while not any(event["type"] == "work.progress" for event in browser.events):
            await asyncio.sleep(0)
        await killer.bury()
        assert opening.done()
        browser.start()
        await browser.ask("engine.start")
        assert browser.storage.stores["state"]["work"]["error"]["code"] == "interrupted"

    run(main())
