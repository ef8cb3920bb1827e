"""Decisions about matches."""

from __future__ import annotations

from tests.core.engine_steps import (
    ROWS,
    account_of,
    bluesky_row,
    opened,
    run,
)
from tests.core.fakes import (
    Directory,
)
from tests.data.people import ADA


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
