"""Badges on the fake x.com in Chromium: decided without network, texts as texts, and gone when they are switched off.

Where they stand and what pressing them does, in both browsers: test_badges_everywhere.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.data.people import ADA, BIDI, HTML
from tests.e2e.steps import APP, await_matches, go_home, hand_over, open_settings, switch_badges
from tests.world.chromium import Chromium, await_hidden, find_hidden
from tests.world.sites import X_PATTERNS, X
from tests.world.world import World

pytestmark = pytest.mark.e2e

# Two looks at a page, five seconds apart, and the telling, with patience: extension/lib/x/health.ts
LOOKS = 60
LOOK = 500  # ms
UNREADABLE = "(async () => 'page-unreadable' in await chrome.storage.local.get('page-unreadable'))()"


@pytest.fixture(scope="module")
def tab(shared: Chromium, sample: Path) -> Page:
    """The app's tab with matches, badges switched on."""
    page = shared.open_page(APP)
    hand_over(page, sample)
    await_matches(page)
    shared.allow_sites(*X_PATTERNS)
    switch_badges(page)
    return page


@pytest.fixture
def x(shared: Chromium, tab: Page) -> Iterator[Page]:
    """The fake x.com's home page in a tab of its own. Whatever a test does, no script on it may have failed."""
    page = shared.context.new_page()
    failures: list[str] = []
    page.on("pageerror", lambda error: failures.append(str(error)))
    page.goto(f"https://{X}/home")
    yield page
    page.close()
    assert failures == []


def badge(place: Page | Locator, screen_name: str) -> Locator:
    """Return the badges about one person."""
    return place.locator(f'[data-passerelle-badge="{screen_name}"]')


def test_the_badge_is_decided_without_network(x: Page, world: World) -> None:
    expect(badge(x, ADA.screen_name).first).to_be_visible()
    world.forget()

    x.goto(f"https://{X}/following?count=40")
    expect(badge(x, ADA.screen_name).first).to_be_visible()

    assert {ask.host for ask in world.asked} == {X}


def test_names_in_the_popover_are_text(x: Page) -> None:
    badge(x, HTML.screen_name).first.click()

    title = await_hidden(x, ".card h2")

    assert HTML.display_name in title.text
    assert find_hidden(x, ".card img, .card h2 b") == []


def test_bidi_marks_do_not_turn_the_popover_around(x: Page) -> None:
    badge(x, BIDI.screen_name).first.click()

    assert not set("\u202e\u2066\u2069\u202c") & set(await_hidden(x, ".card").text)


def test_switching_off_takes_badges_away_at_once_and_for_good(tab: Page, x: Page) -> None:
    expect(badge(x, ADA.screen_name).first).to_be_visible()
    tab.bring_to_front()

    switch_badges(tab, on=False)

    expect(x.locator("[data-passerelle-badge]")).to_have_count(0)
    x.reload()
    x.wait_for_timeout(1000)
    expect(x.locator("[data-passerelle-badge]")).to_have_count(0)
    switch_badges(tab)


def test_a_page_that_cannot_be_read_is_said_to_pause_badges_until_one_can(tab: Page, x: Page) -> None:
    for path, is_paused in (("unknown", True), ("home", False)):
        x.bring_to_front()
        x.goto(f"https://{X}/{path}")
        for _ in range(LOOKS):
            if tab.evaluate(UNREADABLE) == is_paused:
                break
            x.wait_for_timeout(LOOK)
        tab.bring_to_front()
        go_home(tab)
        open_settings(tab)
        expect(tab.get_by_test_id("badges-switch")).to_have_attribute("aria-checked", "true")
        assert tab.get_by_test_id("badges-paused").is_visible() == is_paused


def test_x_is_not_visible_to_the_extension_before_badges_are_switched_on(chromium: Chromium) -> None:
    page = chromium.open_page(APP)
    open_settings(page)

    assert page.evaluate("chrome.permissions.contains({ origins: ['https://x.com/*'] })") is False
    expect(page.get_by_test_id("badges-switch")).to_have_attribute("aria-checked", "false")
    expect(page.get_by_text("X’s own scripts can notice that a badge is there")).to_be_visible()  # said beforehand
