"""An engine with a directory and a Bluesky that know invented people, and the steps that its tests share."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

from tests.core.fakes import (
    ME,
    Browser,
    Directory,
    Killer,
    Pds,
    row,
)
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


def make_browser(**fields: Any) -> Browser:
    """A browser, a directory that knows ROWS, and a Bluesky that knows their handles."""
    pds = Pds(handles={"dariusz.example.org": did_of(DARIUSZ), "me.example.org": ME})
    return Browser(**{"directory": Directory(ROWS), "pds": pds, **fields})


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


def room_events(browser: Browser) -> list[bool]:
    return [event["is_full"] for event in browser.events if event["type"] == "storage.changed"]


async def live(browser: Browser, killer: Killer, *, cancels: bool = False) -> None:
    """Follow all, then one by a badge, until that is done, cancelled, or the browser is killed."""
    browser.start(killer)

    async def act() -> None:
        await browser.ask("follow.start", accounts=[ME])
        if cancels:
            await browser.ask("follow.cancel")
        else:
            await browser.ask("follow.one", account=ME, row_id="elifisik", screen_name=ELIF.screen_name)
        await browser.until_idle()

    acting = asyncio.ensure_future(act())
    while not killer.is_dead and not acting.done():
        await asyncio.sleep(0)
    await killer.bury()
