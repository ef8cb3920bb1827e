"""What the pictures show, in each language: choosing an archive, the people found, badges on x.com."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import FloatRect, Page, ViewportSize, expect

from tests.data.people import ADA
from tests.e2e import steps
from tests.run.journey import set_language
from tests.store.frames import SCENE, Frames
from tests.store.listing import languages
from tests.world.chromium import Chromium, await_hidden
from tests.world.sites import X_PATTERNS, X

PATIENCE = 60_000  # milliseconds
USUAL: ViewportSize = {"width": 1280, "height": 900}


def take_scenes(browser: Chromium, archive: Path, frames: Frames) -> None:
    """Photograph every scene in every language: the first before the archive is read, the others after."""
    tab = browser.open_page(steps.APP)
    expect(tab.get_by_test_id("drop-zone")).to_be_visible()
    for language in languages():
        speak(tab, language)
        frames.take(language, "popup", picture_of_popup(browser))
    steps.hand_over(tab, archive)
    steps.await_matches(tab)
    browser.allow_sites(*X_PATTERNS)
    steps.switch_badges(tab)
    steps.go_home(tab)
    for language in languages():
        speak(tab, language)
        frames.take(language, "people", picture_of(tab))
        frames.take(language, "badges", picture_of_x(browser))


def speak(tab: Page, language: str) -> None:
    """Choose the language, and wait until the page is in it."""
    tab.set_viewport_size(USUAL)
    tab.bring_to_front()
    set_language(tab, language)
    expect(tab.locator(f'html[lang^="{language}"]')).to_be_attached()


def picture_of(page: Page) -> bytes:
    """Return a picture of the page at the size of a scene."""
    page.set_viewport_size(SCENE)
    return page.screenshot(animations="disabled")


def picture_of_popup(browser: Chromium) -> bytes:
    """Return a picture of the real popup, as wide as what it shows."""
    with browser.open_popup() as popup:
        expect(popup.get_by_test_id("drop-zone")).to_be_visible()
        box: FloatRect = popup.evaluate(
            f"({{x: 0, y: 0, width: document.body.offsetWidth, height: Math.min(innerHeight, {SCENE['height']})}})"
        )
        return popup.screenshot(animations="disabled", clip=box)


def picture_of_x(browser: Chromium) -> bytes:
    """Return a picture of the fake x.com with the card of a person's badge open."""
    page = browser.context.new_page()
    page.set_viewport_size(SCENE)
    page.goto(f"https://{X}/home")
    badge = page.locator(f'[data-passerelle-badge="{ADA.screen_name}"]').first
    expect(badge).to_be_visible()
    badge.click()
    await_hidden(page, ".card")
    picture = page.screenshot(animations="disabled")
    page.close()
    return picture
