"""Decisions about matches."""

from __future__ import annotations

from pathlib import Path

from tests.core.engine_steps import (
    FOLLOWED,
    ROWS,
    account_of,
    bluesky_row,
    did_of,
    opened,
    run,
)
from tests.core.fakes import (
    ME,
    Directory,
)
from tests.data.archives import make_archive
from tests.data.people import ADA, BRUNO, CHLOE, GALINA


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


def test_many_people_are_ticked_and_unticked_in_one_step(archive: str) -> None:
    async def main() -> None:
        browser = await opened(archive)
        people = [ADA.rest_id, BRUNO.rest_id, GALINA.rest_id, "404"]
        decide = {"rest_id": ADA.rest_id, "network": "bluesky", "address": "ada.example.org"}
        await browser.ask("decision.set", **decide, decision="rejected")
        assert not account_of(browser, GALINA)["chosen"]  # only one source: not ticked in advance
        await browser.ask("decision.set_many", rest_ids=people, decision="chosen")
        assert account_of(browser, GALINA)["chosen"]
        assert not account_of(browser, ADA)["chosen"]  # a rejection stays
        await browser.ask("decision.set_many", rest_ids=people, decision="unchosen")
        assert not any(account_of(browser, one)["chosen"] for one in (ADA, BRUNO, GALINA))
        assert account_of(browser, CHLOE)["chosen"]
        browser.start()
        await browser.ask("archive.open", [archive], names=["x.zip"])
        assert not account_of(browser, BRUNO)["chosen"]  # stored

    run(main())


def test_people_unticked_together_leave_the_queue(archive: str) -> None:
    async def main() -> None:
        browser = await opened(archive)
        await browser.ask("follow.start", accounts=[ME])
        await browser.ask("follow.pause")
        await browser.ask("decision.set_many", rest_ids=[BRUNO.rest_id], decision="unchosen")
        assert f"{ME} {did_of(BRUNO)}" not in browser.storage.stores["queue"]

    run(main())


def test_people_muted_on_x_are_not_ticked_with_others(tmp_path: Path) -> None:
    async def main() -> None:
        archive = make_archive(tmp_path / "x.zip", following=FOLLOWED, followers=[], muted=[BRUNO])
        browser = await opened(str(archive))
        people = [BRUNO.rest_id, GALINA.rest_id]
        await browser.ask("decision.set_many", rest_ids=people, decision="chosen")
        assert account_of(browser, GALINA)["chosen"]
        assert not account_of(browser, BRUNO)["chosen"]
        address = account_of(browser, BRUNO)["address"]
        await browser.ask("decision.set", rest_id=BRUNO.rest_id, network="bluesky", address=address, decision="chosen")
        assert account_of(browser, BRUNO)["chosen"]  # asked for by name

    run(main())


def test_people_blocked_on_x_are_listed_with_the_reason(tmp_path: Path) -> None:
    async def main() -> None:
        archive = make_archive(tmp_path / "x.zip", following=FOLLOWED, followers=[], blocked=[BRUNO])
        browser = await opened(str(archive))
        assert BRUNO.rest_id not in browser.storage.stores["matches"]
        [excluded] = browser.storage.stores["state"]["excluded"]["people"]
        assert excluded["rest_id"] == BRUNO.rest_id
        assert excluded["reason"] == "blocked_on_x"
        assert [one["network"] for one in excluded["accounts"]] == ["bluesky"]

    run(main())
