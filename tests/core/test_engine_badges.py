"""Following one person from a badge."""

from __future__ import annotations

import asyncio

import pytest

from tests.core.engine_steps import (
    account_of,
    did_of,
    make_browser,
    opened,
    run,
)
from tests.core.fakes import (
    ME,
    QUICK,
    Directory,
    row,
)
from tests.data.people import ADA, BRUNO, ELIF


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
        await browser.ask("follow.start", accounts=[ME])
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


def test_a_badge_is_told_to_wait_for_our_own_pace_without_a_word_about_the_server() -> None:
    async def main() -> None:
        browser = make_browser()
        browser.start()
        limit = QUICK.limits[0]
        many = [f"did:plc:{number:a>24}" for number in range(limit.amount // QUICK.points_per_follow + 1)]
        rows = [row(str(number), screen_name=f"zoe_{number}", did=did) for number, did in enumerate(many)]
        browser.directory = Directory(rows, version=8)
        await browser.ask("directory.update")
        answers = [
            await browser.ask("follow.one", account=ME, row_id=str(number), screen_name=f"zoe_{number}")
            for number in range(len(many))
        ]
        assert [answer["state"] for answer in answers] == ["following"] * (len(many) - 1) + ["waiting"]
        assert answers[-1]["error"] is None
        await browser.until_idle()
        assert len(browser.pds.followed()) == len(many)

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
