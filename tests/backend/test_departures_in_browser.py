"""The pages of departures as a reader without JavaScript uses them on a telephone, and axe at three widths."""

from __future__ import annotations

import re

import pytest
from passerelle_directory.web.languages import LANGUAGES
from playwright.sync_api import Browser, Page

from tests.backend.site_paths import DEPARTURES
from tests.backend.test_pages_layout import SMALL_TARGETS, TALLEST, address, browser
from tests.world.axe import find_violations
from tests.world.layout import FINGER

__all__ = ["address", "browser"]

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]  # the first test waits for the server and the browser

TELEPHONE = 360  # pixels
WIDTHS = (320, 768, 1440)
MOST_CLICKS = 3


class Reader:
    """A reader of a page who counts their clicks."""

    def __init__(self, page: Page) -> None:
        self.page, self.clicks = page, 0

    def click(self, words: str) -> None:
        """Click the link that begins with these words."""
        self.page.get_by_role("link", name=re.compile(f"^{words}")).first.click()
        self.clicks += 1


def test_which_french_universities_left_when_and_where_are_they_now(browser: Browser, address: str) -> None:
    context = browser.new_context(
        viewport={"width": TELEPHONE, "height": 740}, locale="en", java_script_enabled=False, has_touch=True
    )
    asked: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    reader = Reader(context.new_page())
    reader.page.goto(f"{address}/")
    reader.click("Who has left X")
    reader.click("France")
    reader.click("university or research")
    rows = [" ".join(row.inner_text().split()) for row in reader.page.locator("main > table tbody tr").all()]
    assert reader.clicks <= MOST_CLICKS
    assert len(rows) >= 18
    (sorbonne,) = (row for row in rows if row.startswith("Sorbonne Université"))
    assert "left X, 27 November 2024" in sorbonne
    assert "@sorbonne-universite.fr" in sorbonne
    assert all("left X" in row or "posts nothing there any more" in row for row in rows)
    assert [url for url in asked if not url.startswith(address)] == []
    context.close()


def test_a_group_answers_in_two_clicks(browser: Browser, address: str) -> None:
    context = browser.new_context(
        viewport={"width": TELEPHONE, "height": 740}, locale="fr", java_script_enabled=False, has_touch=True
    )
    reader = Reader(context.new_page())
    reader.page.goto(f"{address}/")
    reader.click("Qui a quitté X")
    reader.click("Universités et écoles françaises")
    assert (reader.clicks, reader.page.locator("main > table tbody tr").count()) == (2, 18)
    context.close()


@pytest.mark.parametrize("language", LANGUAGES)
def test_axe_finds_nothing_and_nothing_is_wider_than_the_screen(browser: Browser, address: str, language: str) -> None:
    page = browser.new_page(viewport={"width": WIDTHS[0], "height": 640}, locale=language)
    page.goto(f"{address}/departures")
    entry = page.locator("tbody th a").first.get_attribute("href") or ""
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 640})
        for path in (*DEPARTURES, entry):
            page.goto(address + path)
            shown, height = page.evaluate("[document.documentElement.scrollWidth, document.body.scrollHeight]")
            assert shown <= width, path
            assert height <= TALLEST, path
            assert page.evaluate(SMALL_TARGETS, FINGER) == [], path
            assert find_violations(page) == [], (path, width)
    page.close()
