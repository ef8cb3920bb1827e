"""From install to a list of matches: the app opens by itself, and how many actions it takes."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Playwright, expect

from tests.conftest import Packages
from tests.e2e.steps import await_matches, hand_over
from tests.world.chromium import Chromium, closed_world
from tests.world.world import World

pytestmark = pytest.mark.e2e


def test_the_app_opens_when_it_is_installed_and_one_drop_leads_to_the_list(
    playwright: Playwright, packages: Packages, world: World, sample: Path, tmp_path: Path
) -> None:
    with Chromium(
        playwright, packages.chromium, tmp_path / "profile", closed_world(world), keeps_welcome=True
    ) as browser:
        page = browser.welcome()
        expect(page.get_by_test_id("way-get")).to_be_visible()
        hand_over(page, sample)  # the only action: at most four are allowed
        assert await_matches(page) > 0


def test_a_browser_started_again_opens_nothing_by_itself(
    playwright: Playwright, packages: Packages, world: World, tmp_path: Path
) -> None:
    for _ in range(2):
        with Chromium(playwright, packages.chromium, tmp_path / "profile", closed_world(world)) as browser:
            page = browser.open_page("popup.html")
            page.wait_for_timeout(2_000)
            assert not any(browser.url("app.html") in one.url for one in browser.context.pages)
