"""Campaigns in the engine: downloaded with the pinned directory, stored for pages, and never a reason to fail."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from passerelle.directory import make_campaigns, parse_campaign
from passerelle.transport import Request, Response

from tests.core.fakes import NOW, Browser, Directory
from tests.core.test_campaigns import spring

SOON = (NOW + timedelta(days=40)).date().isoformat()
OTHER_URL = "https://other.example.org"


def file_of(*dates: str) -> bytes:
    return make_campaigns(parse_campaign(spring(campaign_id=f"n{n}", date=day)) for n, day in enumerate(dates))


def browser_of(campaigns: bytes | None) -> Browser:
    browser = Browser(directory=Directory(campaigns=campaigns))
    browser.start()
    return browser


async def update(browser: Browser, **changes: Any) -> list[str]:
    """Update from a directory with some fields changed; return the dates that are stored."""
    for name, value in changes.items():
        setattr(browser.directory, name, value)
    browser.requests.clear()
    view = await browser.ask("directory.update")
    assert view["error"] is None
    stored = browser.storage.stores["state"].get("campaigns", {"campaigns": []})
    return [one["date"] for one in stored["campaigns"]]


def asked(browser: Browser) -> int:
    """How often the file of campaigns was asked for."""
    return sum("/campaigns" in request.url for request in browser.requests)


def test_campaigns_are_stored_with_all_their_languages() -> None:
    browser = browser_of(file_of(SOON))
    assert asyncio.run(update(browser)) == [SOON]
    (one,) = browser.storage.stores["state"]["campaigns"]["campaigns"]
    assert one == spring(campaign_id="n0", date=SOON)


def test_only_another_file_is_asked_for_and_withdrawn_campaigns_go() -> None:
    browser = browser_of(file_of(SOON))

    async def live() -> None:
        await update(browser)
        assert asked(browser) == 1
        assert await update(browser, version=8) == [SOON]
        assert asked(browser) == 0
        later = (NOW + timedelta(days=50)).date().isoformat()
        assert await update(browser, version=9, campaigns=file_of(later, SOON)) == [SOON, later]
        assert await update(browser, version=10, campaigns=None) == []

    asyncio.run(live())


def test_a_directory_without_campaigns_costs_no_request() -> None:
    browser = browser_of(None)
    assert asyncio.run(update(browser)) == []
    assert asked(browser) == 0


def test_past_campaigns_go_thirty_days_after_their_date() -> None:
    days = [(NOW - timedelta(days=age)).date().isoformat() for age in (31, 30)]
    assert asyncio.run(update(browser_of(file_of(*days)))) == days[1:]


def breaking(break_: Callable[[], Response]) -> Callable[[Directory], None]:
    """Return what makes a directory answer otherwise for its file of campaigns."""

    def change(directory: Directory) -> None:
        whole = directory.answer
        directory.answer = lambda request: (  # type: ignore[method-assign]
            break_() if "/campaigns" in request.url else whole(request)
        )

    return change


def test_a_file_that_is_missing_or_damaged_leaves_those_of_before() -> None:
    for answer in (Response(404, {}, b""), Response(503, {}, b""), Response(200, {}, b"{}")):
        browser = browser_of(file_of(SOON))

        async def live(browser: Browser = browser, answer: Response = answer) -> None:
            await update(browser)
            breaking(lambda: answer)(browser.directory)
            assert await update(browser, version=8, campaigns=file_of("2099-01-01")) == [SOON]
            assert asked(browser) == 1

        asyncio.run(live())


def test_an_added_directory_announces_nothing() -> None:
    browser = browser_of(None)
    key = b"key of another directory........"
    other = Directory(campaigns=file_of(SOON), key=key)

    def answer(request: Request) -> Response:
        return other.answer(request)

    async def live() -> None:
        browser.web["other.example.org"] = answer
        await browser.ask("directory.add", url=OTHER_URL, key=base64.b64encode(key).decode())
        assert "campaigns" not in browser.storage.stores["state"]
        assert asked(browser) == 0
        assert await update(browser) == []
        assert asked(browser) == 0

    asyncio.run(live())
