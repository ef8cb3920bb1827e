"""A browser in which a date is approved, 45 days ahead."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.core.engine_steps import ROWS, make_browser
from tests.core.fakes import NOW, Browser, Directory
from tests.data.people import ADA, GALINA

EARLIER = [one for one in ROWS if one.rest_id in (ADA.rest_id, GALINA.rest_id)]
AHEAD = 45  # days
OPENS = datetime(NOW.year, NOW.month, NOW.day, tzinfo=UTC) + timedelta(days=AHEAD)
KNOWN = {"signed_in": ["bluesky"], "notifies": False, "badges": False}


async def begin(archive: str, rows: Sequence[Any] = EARLIER, **fields: Any) -> Browser:
    """A browser with a date in 45 days, approved for the people of `rows` who are ticked."""
    browser = make_browser(directory=Directory(rows), **fields)
    browser.start()
    assert "archive" in await browser.ask("archive.open", [archive], names=["x.zip"])
    await set_date(browser)
    return browser


async def set_date(browser: Browser, opens: datetime = OPENS) -> Any:
    return await browser.ask("date.set", day=opens.date().isoformat(), opens_at=opens.isoformat(), known=KNOWN)
