"""Keep X or leave it, by keyboard; and where people are, with the numbers of the list."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from tests.axe.report import THEMES, Look
from tests.axe.stage import find_in_look
from tests.e2e.steps import APP, await_matches, go_home, hand_over
from tests.world.chromium import WINDOW, Chromium
from tests.world.world import World

pytestmark = pytest.mark.e2e

HANDLE, ACCT = "ada.bsky.social", "@ada@quai.example.org"
MAX_NAME, MAX_BIO = 50, 160
NARROW: ViewportSize = {"width": 320, "height": 720}


@pytest.fixture(scope="module")
def opened(shared: Chromium, sample: Path) -> Page:
    """The app's tab with a result."""
    page = shared.open_page(APP)
    hand_over(page, sample)
    await_matches(page)
    return page


@pytest.fixture
def tab(opened: Page) -> Iterator[Page]:
    """The same, at home."""
    opened.bring_to_front()
    opened.set_viewport_size(WINDOW)
    go_home(opened)
    expect(opened.get_by_test_id("match-list")).to_be_visible()
    yield opened
    opened.evaluate("chrome.storage.local.remove(['leaving', 'language'])")


def press(page: Page, test_id: str) -> None:
    page.get_by_test_id(test_id).focus()
    page.keyboard.press("Enter")


def open_leave(page: Page) -> None:
    press(page, "open-leave")
    expect(page.get_by_test_id("leave")).to_have_attribute("data-loaded", "true")


def step(page: Page, name: str) -> str:
    return str(page.locator(f'[data-testid="leave-step"][data-step="{name}"]').get_attribute("data-done"))


def bars(page: Page, chart: str) -> dict[str, int]:
    """Return the numbers of a chart; its table has the same."""
    shown, table = (
        {one.get_attribute("data-key") or "": int(one.get_attribute("data-count") or 0) for one in rows}
        for rows in (
            page.get_by_test_id(chart).get_by_test_id("bar").all(),
            page.get_by_test_id(f"{chart}-table").locator("tbody tr").all(),
        )
    )
    assert shown == table
    return shown


def test_ticks_by_keyboard_survive_a_reload_and_a_new_way(tab: Page, everywhere: World) -> None:
    asked = len(everywhere.asked)
    open_leave(tab)
    expect(tab.get_by_test_id("leave-archive-here")).to_be_visible()
    assert tab.locator('[data-step="deactivate"]').count() == 0
    tab.locator('[data-step="archive"]').get_by_test_id("leave-tick").focus()
    tab.keyboard.press("Space")
    expect(tab.get_by_test_id("leave-done")).to_have_attribute("data-count", "1")
    tab.get_by_test_id("leave-way-keep").focus()
    tab.keyboard.press("ArrowDown")
    expect(tab.get_by_test_id("leave")).to_have_attribute("data-way", "delete")
    expect(tab.locator('[data-step="deactivate"] [data-testid="leave-link"]')).to_have_attribute(
        "href", "https://x.com/settings/deactivate"
    )
    expect(tab.locator('[data-step="visit"]')).to_have_count(0)
    tab.reload()
    expect(tab.get_by_test_id("leave")).to_have_attribute("data-way", "delete")
    expect(tab.get_by_test_id("leave-done")).to_have_attribute("data-count", "1")
    assert (step(tab, "archive"), step(tab, "apps")) == ("true", "false")
    press(tab, "back")
    expect(tab.get_by_test_id("match-list")).to_be_visible()
    assert len(everywhere.asked) == asked


def test_texts_for_the_profile_fit_and_are_copied(tab: Page, shared: Chromium) -> None:
    shared.context.grant_permissions(["clipboard-read", "clipboard-write"])
    open_leave(tab)
    expect(tab.get_by_test_id("leave-bio")).to_have_count(0)
    tab.get_by_test_id("leave-handle").fill("ada")
    expect(tab.get_by_test_id("leave-handle")).to_have_attribute("aria-invalid", "true")
    tab.get_by_test_id("leave-handle").fill(HANDLE)
    tab.get_by_test_id("leave-acct").fill(ACCT)
    names, bios = (tab.get_by_test_id(f"leave-{one}").all_inner_texts() for one in ("name", "bio"))
    assert names
    assert max(map(len, names)) <= MAX_NAME
    assert HANDLE in bios[0]
    assert ACCT in bios[0]
    assert max(map(len, bios)) <= MAX_BIO
    tab.get_by_test_id("leave-bio-copy").first.focus()
    tab.keyboard.press("Enter")
    expect(tab.get_by_test_id("said")).not_to_be_empty()
    assert tab.evaluate("navigator.clipboard.readText()") == bios[0]
    (text,) = parse_qs(urlsplit(tab.get_by_test_id("leave-post").get_attribute("href") or "").query)["text"]
    assert text == tab.get_by_test_id("leave-post-text").inner_text()
    assert HANDLE in text


def test_the_charts_have_the_numbers_of_the_list(tab: Page, everywhere: World) -> None:
    asked = len(everywhere.asked)
    found = tab.get_by_test_id("found")
    following, known = (int(found.get_attribute(f"data-{one}") or 0) for one in ("following", "found"))
    groups = {
        one.get_attribute("data-group"): int(one.locator("strong").text_content() or 0)
        for one in tab.get_by_test_id("lane-group").all()
    }
    press(tab, "open-where")
    expect(tab.get_by_test_id("where")).to_have_attribute("data-counted", "true")
    places = bars(tab, "places")
    assert sum(places.values()) == following
    assert places["bluesky"] + places["both"] + places["fediverse"] == known > 0
    assert bars(tab, "groups") == groups
    expect(tab.get_by_test_id("growth")).to_have_attribute("data-days", "1")
    press(tab, "back")
    expect(tab.get_by_test_id("match-list")).to_be_visible()
    assert len(everywhere.asked) == asked


@pytest.mark.parametrize("language", ["fr", "ar"])
def test_both_pages_are_accessible_and_fit_a_narrow_window(tab: Page, language: str) -> None:
    tab.set_viewport_size(NARROW)
    for name in ("leave", "where"):
        tab.evaluate("(name) => { location.hash = name; }", name)
        expect(tab.get_by_test_id(name)).to_be_visible()
        for details in tab.locator("figure details").all():
            details.locator("summary").click()
        for theme in THEMES:
            assert find_in_look(tab, Look(language, theme)) == []
            assert tab.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]
