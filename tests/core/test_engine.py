"""Commands and their answers, signing in, exports, deletion."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from passerelle.cli import main as cli
from passerelle.engine.messages import COMMANDS
from passerelle.engine.storage import STORES

from tests.core.engine_steps import (
    FOLLOWED,
    make_browser,
    opened,
    run,
)
from tests.core.fakes import (
    ME,
)
from tests.data.archives import make_archive
from tests.data.people import IRINI


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
        await browser.ask("follow.start", accounts=[ME])
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


def test_the_engine_has_a_handler_for_every_command() -> None:
    assert make_browser().start().handlers.keys() == COMMANDS.keys()
