"""The engine: every command, what is stored when, and what survives being killed at any instant."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Coroutine
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from passerelle.cli import main as cli
from passerelle.engine.messages import COMMANDS
from passerelle.engine.storage import STORES, Put
from passerelle.errors import StorageFull

from tests.core.fakes import (
    FAULTS,
    FOREIGN_KEY,
    ME,
    NOW,
    Browser,
    Directory,
    Killer,
    Pds,
    row,
)
from tests.data.archives import make_archive
from tests.data.people import ADA, BRUNO, CHLOE, DARIUSZ, ELIF, GALINA, HIDEO, IRINI, Someone

FOLLOWED = (ADA, BRUNO, CHLOE, DARIUSZ, ELIF, GALINA, HIDEO)


def did_of(someone: Someone) -> str:
    return f"did:plc:{int(someone.rest_id) % 10**12:024}"


def bluesky_row(someone: Someone, **fields: Any) -> Any:
    name = someone.screen_name
    return row(name.lower(), **{"rest_id": someone.rest_id, "screen_name": name, "did": did_of(someone), **fields})


ROWS = [
    bluesky_row(ADA, handle="ada.example.org", acct="ada@quai.example.org"),
    bluesky_row(BRUNO),
    bluesky_row(CHLOE),
    row("dariusz", rest_id=DARIUSZ.rest_id, handle="dariusz.example.org"),
    bluesky_row(ELIF),
    bluesky_row(GALINA, grade="imported"),
    bluesky_row(IRINI),
]
CHOSEN = sorted(map(did_of, (ADA, BRUNO, CHLOE, DARIUSZ, ELIF)))  # Galina's row is only imported; Irini is not followed


@pytest.fixture(scope="session")
def archive(tmp_path_factory: pytest.TempPathFactory) -> str:
    """An archive whose owner follows FOLLOWED."""
    return str(make_archive(tmp_path_factory.mktemp("archive") / "x.zip", following=FOLLOWED, followers=[ADA]))


def make_browser(**fields: Any) -> Browser:
    """A browser, a directory that knows ROWS, and a Bluesky that knows their handles."""
    pds = Pds(handles={"dariusz.example.org": did_of(DARIUSZ), "me.example.org": ME})
    return Browser(directory=Directory(ROWS), pds=pds, **fields)


def run(main: Coroutine[Any, Any, Any]) -> Any:
    return asyncio.run(main)


async def opened(archive: str, **fields: Any) -> Browser:
    """A browser in which the archive was read and matched."""
    browser = make_browser(**fields)
    browser.start()
    result = await browser.ask("archive.open", [archive], names=["x.zip"])
    assert "archive" in result, result
    return browser


def view_of(browser: Browser, someone: Someone) -> dict[str, Any]:
    view: dict[str, Any] = browser.storage.stores["matches"][someone.rest_id]
    return view


def account_of(browser: Browser, someone: Someone, number: int = 0) -> dict[str, Any]:
    account: dict[str, Any] = view_of(browser, someone)["accounts"][number]
    return account


# Opening an archive.


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


# Deciding.


def test_a_rejection_is_remembered_through_everything_but_deletion(archive: str) -> None:
    async def main() -> None:
        browser = await opened(archive)
        await browser.ask(
            "decision.set", rest_id=ADA.rest_id, network="bluesky", address="ada.example.org", decision="rejected"
        )
        assert account_of(browser, ADA)["rejected"]
        assert not account_of(browser, ADA)["chosen"]
        assert account_of(browser, ADA, 1)["chosen"]  # her fediverse account is another decision
        browser.directory = Directory([bluesky_row(ADA, handle="renamed.example.org"), *ROWS[1:]], version=8)
        browser.start()
        await browser.ask("archive.open", [archive], names=["x.zip"])
        assert account_of(browser, ADA)["address"] == "renamed.example.org"
        assert account_of(browser, ADA)["rejected"]
        await browser.ask(
            "decision.set", rest_id=ADA.rest_id, network="bluesky", address="renamed.example.org", decision="unrejected"
        )
        assert account_of(browser, ADA)["chosen"]

    run(main())


def test_a_decision_about_an_unknown_person_is_an_error(archive: str) -> None:
    async def main() -> None:
        browser = await opened(archive)
        answer = await browser.ask("decision.set", rest_id="1", network="bluesky", address="x.org", decision="chosen")
        assert answer["error"]["code"] == "unknown_command"

    run(main())


# Following.


def test_everyone_chosen_is_followed_once_and_a_second_run_writes_nothing(archive: str) -> None:
    async def main() -> None:
        browser = await opened(archive)
        await browser.ask("follow.start", account=ME)
        view = await browser.until_idle()
        assert (view["following"], view["failed"], view["waiting"]) == (5, 0, 0)
        assert browser.pds.followed() == CHOSEN
        assert account_of(browser, DARIUSZ)["state"] == "following"
        assert len(browser.storage.stores["history"]) == 5
        writes = browser.pds.writes
        await browser.ask("follow.start", account=ME)
        await browser.until_idle()
        browser.start()
        await browser.ask("archive.open", [archive], names=["x.zip"])
        await browser.ask("follow.start", account=ME)
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
        await browser.ask("follow.start", account=ME)
        await browser.until_idle()
        assert browser.pds.followed() == CHOSEN
        assert account_of(browser, DARIUSZ)["state"] == "following"

    run(main())


def test_one_person_can_be_followed_from_the_list(archive: str) -> None:
    async def main() -> None:
        browser = await opened(archive)
        await browser.ask("follow.start", account=ME, rest_ids=[GALINA.rest_id])
        await browser.until_idle()
        assert browser.pds.followed() == [did_of(GALINA)]

    run(main())


def test_rejected_accounts_leave_the_queue_while_they_wait(archive: str) -> None:
    async def main() -> None:
        browser = await opened(archive)
        await browser.ask("follow.pause")
        browser.pds.read_faults = ["slow"]  # the list of follows: the queue waits, and Bruno is taken out meanwhile
        await browser.ask("follow.start", account=ME)
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
        await browser.ask("follow.start", account=ME)
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
        await browser.ask("follow.start", account=ME)
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
        await browser.ask("follow.start", account=ME)
        view = await browser.until_idle()
        assert (view["following"], view["error"]) == (5, None)
        assert browser.pds.followed() == CHOSEN

    run(main())


def test_success_pages_for_every_write_stop_the_queue_and_count_no_follow(archive: str) -> None:
    async def main() -> None:
        browser = await opened(archive)
        browser.pds.faults = ["login page"] * 100
        await browser.ask("follow.start", account=ME)
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
        await browser.ask("follow.start", account=ME)
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
        await browser.ask("follow.start", account=ME)
        view = await browser.until_idle()
        assert (view["following"], view["failed"]) == (4, 1)
        assert account_of(browser, BRUNO)["state"] == "failed"
        assert account_of(browser, BRUNO)["error"]["code"] == "server_refused"

    run(main())


def test_pausing_stops_before_the_next_batch(archive: str) -> None:
    async def main() -> None:
        browser = await opened(archive)
        await browser.ask("follow.start", account=ME)
        await browser.ask("follow.pause")
        view = await browser.until_idle()
        assert view["waiting"] + view["following"] == 5
        assert len(browser.pds.records) < 5
        await browser.ask("follow.resume")
        await browser.until_idle()
        assert browser.pds.followed() == CHOSEN

    run(main())


def test_another_account_starts_its_own_queue(archive: str) -> None:
    other = "did:plc:otherotherotherotherothe"

    async def main() -> None:
        browser = await opened(archive)
        await browser.ask("follow.start", account=ME)
        await browser.until_idle()
        await browser.ask("follow.pause")
        browser.pds.records = {}
        await browser.ask("follow.refresh", account=other)
        assert account_of(browser, ADA)["state"] == "none"
        assert browser.storage.stores["queue"].keys() == {"queue"}

    run(main())


def test_following_goes_on_when_a_clock_a_year_ahead_is_set_right(archive: str) -> None:
    async def main() -> None:
        browser = await opened(archive)
        browser.clock.time += timedelta(days=365)
        browser.pds.faults = ["slow"]
        await browser.ask("follow.start", account=ME)
        while not browser.storage.stores["queue"]["queue"]["pause"]:
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
        stored = browser.storage.stores["queue"]["queue"]
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
        await browser.ask("follow.start", account=ME)
        while not browser.storage.stores["queue"]["queue"]["pause"]:
            await asyncio.sleep(0)
        before = browser.clock.time
        await browser.ask("follow.resume")
        await browser.until_idle()
        assert browser.pds.followed() == CHOSEN
        assert browser.clock.time - before < timedelta(minutes=10)

    run(main())


# Badges.


def test_a_badge_follows_one_person_who_is_in_no_archive() -> None:
    async def main() -> None:
        browser = make_browser()
        browser.start()
        await browser.ask("directory.update")
        browser.directory.rows = ()
        for _ in range(2):
            rows = [row("zoe", screen_name="zoe_z", did="did:plc:zoezoezoezoezoezoezoezoe")]
            browser.directory = Directory(rows, version=8)
            await browser.ask("directory.update")
            answer = await browser.ask("follow.one", account=ME, row_id="zoe", screen_name="Zoe_Z")
            assert answer == {"state": "following", "error": None}
        assert browser.pds.followed() == ["did:plc:zoezoezoezoezoezoezoezoe"]
        assert browser.pds.writes == 1

    run(main())


def test_a_badge_pressed_twice_at_once_writes_one_record(archive: str) -> None:
    async def main() -> None:
        browser = await opened(archive)
        fields = {"account": ME, "row_id": "ada_nouvelle", "screen_name": "renamed", "rest_id": ADA.rest_id}
        answers = await asyncio.gather(*(browser.ask("follow.one", **fields) for _ in range(3)))
        assert [answer["state"] for answer in answers] == ["following"] * 3
        assert browser.pds.writes == 1
        assert account_of(browser, ADA)["state"] == "following"

    run(main())


def test_a_badge_of_an_account_followed_already_writes_nothing(archive: str) -> None:
    async def main() -> None:
        browser = await opened(archive)
        browser.pds.records = {"3kaaaaaaaaaa2": did_of(ADA)}
        for _ in range(2):
            answer = await browser.ask("follow.one", account=ME, row_id="ada_nouvelle", screen_name=ADA.screen_name)
            assert answer["state"] == "following"
            browser.start()  # the list of follows is stored
        assert browser.pds.writes == 0

    run(main())


def test_a_badge_works_while_the_queue_is_paused(archive: str) -> None:
    async def main() -> None:
        browser = await opened(archive)
        await browser.ask("follow.start", account=ME)
        await browser.ask("follow.pause")
        await browser.until_idle()
        assert did_of(ELIF) not in browser.pds.followed()
        answer = await browser.ask("follow.one", account=ME, row_id="elifisik", screen_name=ELIF.screen_name)
        assert answer["state"] == "following"
        assert did_of(ELIF) in browser.pds.followed()
        assert (await browser.until_idle())["waiting"] > 0

    run(main())


@pytest.mark.parametrize(
    ("row_id", "screen_name"),
    [("ada_nouvelle", BRUNO.screen_name), ("nobody", ADA.screen_name), ("ada_nouvelle", "nobody")],
)
def test_a_badge_whose_row_and_name_disagree_is_refused(archive: str, row_id: str, screen_name: str) -> None:
    async def main() -> None:
        browser = await opened(archive)
        answer = await browser.ask("follow.one", account=ME, row_id=row_id, screen_name=screen_name)
        assert answer["error"]["code"] == "account_not_found"
        assert browser.pds.writes == 0

    run(main())


def test_a_badge_is_told_of_an_ended_sign_in_and_of_a_rate_limit(archive: str) -> None:
    async def main() -> None:
        browser = await opened(archive)
        fields = {"account": ME, "row_id": "elifisik", "screen_name": ELIF.screen_name}
        browser.pds.faults = ["signed out"]
        answer = await browser.ask("follow.one", **fields)
        assert (answer["state"], answer["error"]["code"]) == ("waiting", "session_expired")
        browser.pds.faults = ["slow"]
        answer = await browser.ask("follow.one", **fields)
        assert (answer["state"], answer["error"]["code"]) == ("waiting", "rate_limited")
        await browser.until_idle()
        assert browser.pds.followed() == [did_of(ELIF)]

    run(main())


# Everything else.


def test_signing_in_finds_the_accounts_own_server() -> None:
    async def main() -> None:
        browser = make_browser()
        browser.start()
        found = await browser.ask("account.find", handle="@Me.Example.org")
        assert found == {"did": ME, "handle": "me.example.org", "pds": "https://pds.example.org"}
        for pasted in ("https://bsky.app/profile/me.example.org", ME, "\u200e＠me.example.org."):
            assert await browser.ask("account.find", handle=pasted) == found
        answer = await browser.ask("account.find", handle="ada")
        assert answer["error"]["params"] == {"proposal": "ada.bsky.social"}
        answer = await browser.ask("account.find", handle="nobody.example.org")
        assert answer["error"]["code"] == "account_not_found"
        answer = await browser.ask("account.find", handle="no handle")
        assert answer["error"]["code"] == "invalid_identifier"

    run(main())


def test_exports_come_in_every_format(archive: str) -> None:
    async def main() -> None:
        browser = await opened(archive)
        mastodon = await browser.ask("export.make", format="mastodon-csv")
        assert mastodon["filename"] == "following_accounts.csv"
        assert mastodon["text"].splitlines()[1:] == ["ada@quai.example.org,true,false,"]
        assert (await browser.ask("export.make", format="csv"))["text"].count("\r\n") == 8
        assert len(json.loads((await browser.ask("export.make", format="json"))["text"])) == 6

    run(main())


def test_the_archive_is_written_as_the_command_line_prints_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    archive = str(make_archive(tmp_path / "x.zip", following=FOLLOWED, blocked=[IRINI], omit=["follower.js"]))

    async def main() -> str:
        browser = await opened(archive)
        made = await browser.ask("export.make", format="archive-json")
        return str(made["text"])

    text = run(main())
    assert cli.main(["read", archive, "--json", "--full"]) == 0
    assert text == capsys.readouterr().out
    assert "followers_missing" in text


def test_without_an_archive_there_is_none_to_write() -> None:
    async def main() -> None:
        browser = make_browser()
        browser.start()
        refused = await browser.ask("export.make", format="archive-json")
        assert refused["error"]["message"] == "No archive has been read yet."

    run(main())


def test_deleting_during_work_leaves_nothing(archive: str) -> None:
    async def main() -> None:
        browser = await opened(archive)
        await browser.ask("follow.start", account=ME)
        opening = asyncio.ensure_future(browser.ask("archive.open", [archive], names=["x.zip"]))
        updating = asyncio.ensure_future(browser.ask("directory.update"))
        await asyncio.sleep(0)
        assert await browser.ask("data.delete") == {}
        assert (await opening)["error"]["code"] == "cancelled"
        assert (await updating)["error"]["code"] == "cancelled"
        for _ in range(100):
            await asyncio.sleep(0)
        assert browser.storage.stores == {name: {} for name in STORES}
        assert "archive" in await browser.ask("archive.open", [archive], names=["x.zip"])

    run(main())


@pytest.mark.parametrize(
    "envelope",
    [
        {"type": "nothing.known"},
        {"type": None},
        {},
        {"type": "archive.open"},
        {"type": "archive.open", "names": []},
        {"type": "archive.open", "names": ["x.zip"]},
        {"type": "follow.start"},
        {"type": "follow.start", "account": ME, "extra": 1},
        {"type": "export.make", "format": "exe"},
    ],
)
def test_an_unknown_or_malformed_command_gets_one_typed_answer(envelope: dict[str, Any]) -> None:
    async def main() -> None:
        browser = make_browser()
        answer = await browser.start().receive({"id": "7", **envelope})
        assert answer["id"] == "7"
        assert answer["error"]["code"] == "unknown_command"

    run(main())


def test_an_exception_is_answered_and_logged() -> None:
    async def main() -> None:
        browser = make_browser()
        browser.start()
        browser.storage.stores["matches"]["x"] = {"not": "a view"}
        answer = await browser.engine.receive({"id": "1", "type": "export.make", "format": "json"})
        assert answer["error"]["code"] == "bug"
        assert "Traceback" in browser.reports[0]

    run(main())


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


def room_events(browser: Browser) -> list[bool]:
    return [event["is_full"] for event in browser.events if event["type"] == "storage.changed"]


def test_without_room_nothing_is_sent_pages_are_told_and_following_goes_on_by_itself(archive: str) -> None:
    async def main() -> None:
        browser = await opened(archive)
        await browser.ask("follow.refresh", account=ME)
        browser.storage.fills_up = lambda changes: any(
            isinstance(one, Put) and one.store == "queue" and one.value.get("state") == "asked" for one in changes
        )
        await browser.ask("follow.start", account=ME)
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
        await browser.ask("follow.start", account=ME)
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
        await browser.ask("follow.start", account=ME)
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
        waiting = [asyncio.ensure_future(browser.ask("follow.start", account=ME))]
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


def test_the_engine_has_a_handler_for_every_command() -> None:
    assert make_browser().start().handlers.keys() == COMMANDS.keys()


# Killed at any instant.


async def live(browser: Browser, killer: Killer) -> None:
    """Follow all, then one by a badge, until that is done or the browser is killed."""
    browser.start(killer)

    async def act() -> None:
        await browser.ask("follow.start", account=ME)
        await browser.ask("follow.one", account=ME, row_id="elifisik", screen_name=ELIF.screen_name)
        await browser.until_idle()

    acting = asyncio.ensure_future(act())
    while not killer.is_dead and not acting.done():
        await asyncio.sleep(0)
    await killer.bury()


KILLS = st.lists(st.tuples(st.integers(0, 60), st.booleans()), max_size=6)
BAD_ANSWERS = st.lists(st.sampled_from(["", *sorted(FAULTS.keys() - {"death"})]), max_size=8)


async def follow_all_through(archive: str, kills: list[tuple[int, bool]], faults: list[str]) -> None:
    """Everyone is followed exactly once, though the browser is killed and the server answers badly."""
    browser = await opened(archive)
    browser.pds.faults = list(faults)
    for at, before in kills:
        await live(browser, Killer(at, before=before))
    browser.start()
    for _ in range(len(faults) + 1):  # a fault may stop the queue; then the person presses "go on"
        await browser.ask("follow.start", account=ME)
        await browser.until_idle()
    assert browser.pds.followed() == CHOSEN
    items = [item for key, item in browser.storage.stores["queue"].items() if key != "queue"]
    assert {item["state"] for item in items} == {"following"}


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(kills=KILLS, faults=BAD_ANSWERS)
def test_killed_at_any_instant_everyone_is_followed_exactly_once(
    archive: str, kills: list[tuple[int, bool]], faults: list[str]
) -> None:
    run(follow_all_through(archive, kills, faults))


@pytest.mark.soak
@pytest.mark.timeout(1800)
@settings(max_examples=3000, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(kills=KILLS, faults=BAD_ANSWERS)
def test_killed_thousands_of_times_everyone_is_followed_exactly_once(
    archive: str, kills: list[tuple[int, bool]], faults: list[str]
) -> None:
    run(follow_all_through(archive, kills, faults))
