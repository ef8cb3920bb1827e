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
    view_of,
)
from tests.core.fakes import (
    ME,
    Directory,
)
from tests.data.archives import make_archive, tweet
from tests.data.people import ADA, BRUNO, CHLOE, GALINA, Someone


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


def test_of_two_candidates_the_rejected_one_is_not_offered_by_a_later_archive(tmp_path: Path) -> None:
    async def main() -> None:
        named = Someone(ADA.rest_id, ADA.screen_name, "Ada 🦋 other.bsky.social")
        posts = [tweet(1, f"@{ADA.screen_name} hi", mentions=[named])]
        first = make_archive(tmp_path / "1.zip", following=[named, BRUNO], followers=[], tweets=posts)
        browser = await opened(str(first))
        listed, hinted = (account_of(browser, ADA, number)["address"] for number in (0, 2))
        assert (listed, hinted) == ("ada.example.org", "other.bsky.social")  # beside each other, of one network
        for address in (listed, hinted):
            fields = {"rest_id": ADA.rest_id, "network": "bluesky", "address": address}
            await browser.ask("decision.set", **fields, decision="rejected")
        later = make_archive(tmp_path / "2.zip", following=[named, BRUNO, CHLOE], followers=[ADA], tweets=posts)
        browser.start()
        await browser.ask("archive.open", [str(later)], names=["2.zip"])
        assert view_of(browser, ADA)["followed_by"]
        assert [account_of(browser, ADA, number)["rejected"] for number in (0, 1, 2)] == [True, False, True]
        await browser.ask("decision.set_many", rest_ids=[ADA.rest_id], decision="chosen")
        assert [account_of(browser, ADA, number)["chosen"] for number in (0, 1, 2)] == [False, True, False]

    run(main())
