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
    NEXT_KEY,
    NOW,
    Browser,
    Directory,
    Killer,
)
from tests.data.archives import make_archive
from tests.data.people import ADA, BRUNO, CHLOE, DARIUSZ, ELIF, GALINA, IRINI, STRANGER


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
    assert len(one.requests) == 4  # latest.json, rows, keys, places


@pytest.mark.parametrize(
    ("lie", "code"),
    [
        ({"is_down": True}, "server_unreachable"),
        ({"key": FOREIGN_KEY}, "directory_key_unknown"),
        ({"expires": NOW}, "directory_expired"),
        ({"version": 2**53 - 1}, "directory_ahead"),
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


def test_a_stolen_key_is_worthless_once_the_next_one_was_used(archive: str) -> None:
    async def main() -> None:
        browser = await opened(archive)
        browser.directory = Directory(ROWS[:1], key=NEXT_KEY, version=1)
        await browser.ask("directory.update")
        browser.directory = Directory(ROWS, version=8)
        answer = await browser.ask("directory.update")
        assert answer["error"]["code"] == "directory_key_replaced"
        state = browser.storage.stores["state"]
        assert (state["directory"]["version"], state["directory"]["rows"]) == (1, 1)

    run(main())


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


def others_archive(folder: Path, **fields: Any) -> str:
    """An archive of another account than the sample's, that follows Irini."""
    recipe: dict[str, Any] = {"owner": STRANGER, "following": [IRINI], "followers": [], "tweets": []}
    return str(make_archive(folder / "other.zip", **(recipe | fields)))


def without_work(browser: Browser) -> dict[str, dict[str, Any]]:
    """Everything stored but the candidate."""
    return {
        store: {key: value for key, value in kept.items() if key != "candidate"}
        for store, kept in browser.storage.stores.items()
    }


@pytest.mark.parametrize("fields", [{}, {"omit": ["account.js", "manifest.js", "profile.js", "README.txt"]}])
def test_an_archive_of_another_or_an_unknown_account_waits_and_changes_nothing(
    archive: str, tmp_path: Path, fields: dict[str, Any]
) -> None:
    async def main() -> Browser:
        browser = await opened(archive)
        before, requests = without_work(browser), len(browser.requests)
        result = await browser.ask("archive.open", [others_archive(tmp_path, **fields)], names=["other.zip"])
        assert result["is_candidate"]
        assert result["matches"] is None
        assert without_work(browser) == before
        assert len(browser.requests) == requests
        return browser

    candidate = run(main()).storage.stores["state"]["candidate"]
    assert candidate["following"] == 1
    assert candidate["account"]["screen_name"] == (None if fields else STRANGER.screen_name)


def test_the_waiting_archive_replaces_the_one_here_when_the_person_says_so(archive: str, tmp_path: Path) -> None:
    async def main() -> Browser:
        browser = await opened(archive)
        account = account_of(browser, GALINA)
        decision = {"rest_id": GALINA.rest_id, "network": "bluesky", "address": account["address"]}
        await browser.ask("decision.set", **decision, decision="rejected")
        await browser.ask("archive.open", [others_archive(tmp_path)], names=["other.zip"])
        browser.start()  # the browser was closed before the person answered
        result = await browser.ask("archive.replace")
        assert (result["archive"]["following"], result["matches"]["found"]) == (1, 1)
        return browser

    stores = run(main()).storage.stores
    assert stores["state"]["archive"]["account"]["screen_name"] == STRANGER.screen_name
    assert "candidate" not in stores["state"]
    assert "candidate" not in stores["people"]
    assert set(stores["matches"]) == {IRINI.rest_id}
    assert stores["decisions"]  # what the person decided about people outlives the archive


def test_the_waiting_archive_is_forgotten_when_the_person_keeps_the_one_here(archive: str, tmp_path: Path) -> None:
    async def main() -> Browser:
        browser = await opened(archive)
        before = {store: dict(kept) for store, kept in browser.storage.stores.items()}
        await browser.ask("archive.open", [others_archive(tmp_path)], names=["other.zip"])
        assert await browser.ask("archive.discard") == {}
        assert browser.storage.stores == before
        assert (await browser.ask("archive.replace"))["error"]["code"] == "unknown_command"
        return browser

    run(main())


def test_an_archive_of_the_same_account_needs_no_answer_and_ends_the_waiting(archive: str, tmp_path: Path) -> None:
    async def main() -> Browser:
        browser = await opened(archive)
        await browser.ask("archive.open", [others_archive(tmp_path)], names=["other.zip"])
        result = await browser.ask("archive.open", [archive], names=["x.zip"])
        assert not result["is_candidate"]
        return browser

    assert "candidate" not in run(main()).storage.stores["state"]
