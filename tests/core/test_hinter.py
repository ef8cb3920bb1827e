"""Hints in the engine: what profiles name is kept and proposed, and followed only after the person had it checked."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest
from passerelle.errors import NetworkError
from passerelle.transport import Request, Response

from tests.core.fakes import ME, NOW, Browser, Directory, Killer, Pds, did_document, reply, row
from tests.data.archives import make_archive
from tests.data.people import ADA, BRUNO, CHLOE, ELIF, OWNER, STRANGER, Someone

MINE = {"screen_name": OWNER.screen_name, "rest_id": OWNER.rest_id, "display_name": OWNER.display_name}
FOLLOWING = {"kind": "following", **MINE}
ADAS = "ada-nouvelle.bsky.social"
ADAS_DID = "did:plc:ada22222222222222222222222"
BRUNOS = "bruno@quai.example.org"
PNG = b"\x89PNG\r\n\x1a\n and so on"


def run(main: Coroutine[Any, Any, Any]) -> Any:
    return asyncio.run(main)


def profile(someone: Someone, date: str = "2026-11-20T08:00:00Z", **fields: Any) -> dict[str, Any]:
    """What a page of x.com says about somebody, bio and all."""
    known = {"rest_id": someone.rest_id, "screen_name": someone.screen_name, "display_name": someone.display_name}
    return {**known, "seen": date, "bio": someone.bio, "location": None, "urls": [], **fields}


def listed(*people: Someone) -> dict[str, Any]:
    """What the owner's own list of followings says."""
    names = ("rest_id", "screen_name", "display_name")
    seen = [{**{name: getattr(one, name) for name in names}, "seen": "2026-11-19T08:00:00Z"} for one in people]
    return {"people": seen, "listed": FOLLOWING}


class Web:
    """Everything but the directory: host -> who answers there. Writes down what it was asked."""

    def __init__(self, **hosts: Callable[[Request], Response]) -> None:
        self.hosts = hosts
        self.asked: list[str] = []


async def start(*rows: Any, profiles: dict[str, Any] | None = None) -> Browser:
    """A browser whose owner follows Ada, Bruno and Chloé, with a directory of these rows."""
    browser = Browser(directory=Directory(rows), pds=Pds(handles={ADAS: ADAS_DID}, profiles=profiles or {}))
    browser.start()
    await browser.ask("people.add", **listed(ADA, BRUNO, CHLOE))
    return browser


def hints(browser: Browser, someone: Someone) -> list[dict[str, Any]]:
    return list(browser.storage.stores["hints"].get(someone.rest_id, {"hints": []})["hints"])


def match(browser: Browser, someone: Someone) -> dict[str, Any] | None:
    found: dict[str, Any] | None = browser.storage.stores["matches"].get(someone.rest_id)
    return found


def codes(browser: Browser, someone: Someone) -> list[str]:
    return [one["code"] for one in (match(browser, someone) or {"evidence": []})["evidence"]]


def look(someone: Someone, address: str, network: str = "bluesky", row_id: str | None = None) -> dict[str, Any]:
    return {"rest_id": someone.rest_id, "screen_name": someone.screen_name, "row_id": row_id,
            "network": network, "address": address}  # fmt: skip


def test_what_a_bio_names_is_proposed_and_nothing_is_asked_of_anybody() -> None:
    async def main() -> None:
        browser = await start()
        asked = len(browser.requests)
        await browser.ask("hint.find", people=[profile(ADA), profile(BRUNO), profile(CHLOE)])
        assert len(browser.requests) == asked
        found = match(browser, ADA)
        assert found
        assert (found["row_id"], found["grade"], found["preselected"]) == (None, "hinted", False)
        assert [(one["address"], one["listed"], one["chosen"]) for one in found["accounts"]] == [(ADAS, False, False)]
        assert found["evidence"] == [{"code": "says_so", "detail": "bio", "url": None, "date": "2026-11-20"}]
        assert match(browser, CHLOE) is None
        counts = browser.storage.stores["state"]["matches"]
        assert (counts["found"], counts["hinted"], counts["preselected"]) == (0, 2, 0)

    run(main())


def test_a_look_that_finds_a_link_back_makes_a_hint_linked_and_choosable() -> None:
    async def main() -> None:
        record = {"displayName": "Ada", "description": f"Poet. Also x.com/{ADA.screen_name.upper()}"}
        browser = await start(profiles={ADAS_DID: record})
        await browser.ask("hint.find", people=[profile(ADA)])
        choice = {"rest_id": ADA.rest_id, "network": "bluesky", "address": ADAS, "decision": "chosen"}
        assert (await browser.ask("decision.set", **choice))["error"]["code"] == "hint_unchecked"
        view = await browser.ask("account.look", **look(ADA, ADAS))
        assert (view["did"], view["display_name"], view["links_back"]) == (ADAS_DID, "Ada", True)
        assert hints(browser, ADA)[0]["check"]["state"] == "linked"
        found = match(browser, ADA)
        assert found
        assert (found["grade"], found["accounts"][0]["did"]) == ("linked", ADAS_DID)
        assert codes(browser, ADA) == ["says_so", "account_found", "links_back"]
        assert await browser.ask("decision.set", **choice) == {}
        await browser.ask("follow.start", account=ME)
        await browser.until_idle()
        assert browser.pds.followed() == [ADAS_DID]

    run(main())
