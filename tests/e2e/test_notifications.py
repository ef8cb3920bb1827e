"""Notifications in a real browser: asked for by a press alone; the end of the queue is told once, with pages closed."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Playwright, expect

from tests.conftest import Packages
from tests.e2e.session_steps import LONG, expect_everyone_once, open_crowd, slow_and_logged
from tests.e2e.steps import APP, await_that, follow_all, sign_in
from tests.world.chromium import Chromium, closed_world
from tests.world.clock import copy_with_clock, set_clock
from tests.world.notifications import allow_notifications, shown_notifications
from tests.world.pds import Account, Pds
from tests.world.world import World

pytestmark = pytest.mark.e2e

# Longer than LONG_FOLLOWING in extension/lib/background/notices.ts: shorter following ends under the person's eyes.
WHILE_AWAY = timedelta(minutes=3)
# No protocol presses the browser's own question: what is asked is noted, whether a press allows it, and answered no.
NOTE_QUESTIONS = """() => {
  globalThis.questions = [];
  chrome.permissions.request = async (wanted) => {
    questions.push({ ...wanted, isPressed: navigator.userActivation.isActive });
    return false;
  };
}"""


def test_the_browser_asks_only_when_the_button_is_pressed_and_a_refusal_is_kept(chromium: Chromium) -> None:
    page = chromium.open_page(APP)
    page.evaluate(NOTE_QUESTIONS)
    with chromium.context.expect_page() as opened:
        page.get_by_test_id("get-archive").click()
    opened.value.close()
    offer = page.get_by_test_id("notify-offer")
    expect(offer).to_be_visible()
    assert page.evaluate("questions") == []
    page.get_by_test_id("notify-yes").click()
    expect(offer).to_have_count(0)
    assert page.evaluate("questions") == [{"permissions": ["notifications"], "isPressed": True}]
    page.reload()
    expect(page.get_by_test_id("archive-asked")).to_be_visible()
    expect(offer).to_have_count(0)


def test_the_end_of_the_queue_is_told_once_with_every_page_closed(
    playwright: Playwright, packages: Packages, world: World, pds: Pds, person: Account, tmp_path: Path
) -> None:
    package = allow_notifications(copy_with_clock(packages.chromium, tmp_path / "package", timedelta()))
    with Chromium(playwright, package, tmp_path / "profile", closed_world(world)) as browser:
        elsewhere = browser.context.pages[0]
        page = open_crowd(browser, tmp_path)
        sign_in(page, person)
        with slow_and_logged(world) as log:
            follow_all(page)
            log.await_batch(page)
            assert shown_notifications(browser) == {}
            set_clock(page, WHILE_AWAY)
            elsewhere.wait_for_timeout(500)
            page.close()
            await_that(elsewhere, lambda: list(shown_notifications(browser)) == ["queue_finished"], LONG / 1000)
        expect_everyone_once(pds, person)

        browser.background.evaluate("chrome.notifications.clear('queue_finished')")
        with browser.open_popup() as popup:
            expect(popup.get_by_test_id("follow-finished")).to_be_visible()
        elsewhere.wait_for_timeout(3_000)
        assert shown_notifications(browser) == {}
