"""A sign-in survives a long time at the server's page, with the popup closed and no page of the extension open."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from playwright.sync_api import Playwright, expect

from tests.conftest import Packages
from tests.e2e.firefox_consent import give_password, open_bluesky, press_authorize
from tests.e2e.steps import APP, authorize_bluesky, open_bluesky_window
from tests.world.chromium import Chromium, closed_world
from tests.world.firefox import EXTENSION_ID, ConnectProxy, Firefox
from tests.world.pds import Account
from tests.world.world import World

pytestmark = pytest.mark.e2e

# Both browsers stop an idle background after 30 s; without a heartbeat Firefox's was dead after 75 s.
HELD = [80, pytest.param(150, marks=pytest.mark.soak)]
POPUP = "popup.html#sign-in"


@pytest.mark.parametrize("seconds", HELD)
def test_in_chromium(
    playwright: Playwright, packages: Packages, world: World, person: Account, tmp_path: Path, seconds: int
) -> None:
    with Chromium(playwright, packages.chromium, tmp_path / "profile", closed_world(world)) as browser:
        page = browser.context.pages[0]
        with browser.open_popup() as popup:
            popup.goto(browser.url(POPUP))
            window = open_bluesky_window(browser, popup, person.handle)
        page.wait_for_timeout(seconds * 1000)
        authorize_bluesky(window, person)

        tab = browser.open_page(f"{APP}#settings")
        expect(tab.locator(f'[data-testid="signed-in"][data-did="{person.did}"]')).to_be_visible()


@pytest.mark.firefox
@pytest.mark.parametrize("seconds", HELD)
def test_in_firefox(packages: Packages, world: World, person: Account, tmp_path: Path, seconds: int) -> None:
    with (
        ConnectProxy(world) as proxy,
        Firefox(tmp_path, proxy_port=proxy.port, extension_id=EXTENSION_ID) as browser,
    ):
        browser.install(packages.firefox)
        popup = browser.open(browser.url(POPUP))
        window = open_bluesky(browser, popup, person.handle)
        browser.close_tab(popup)
        time.sleep(seconds)
        give_password(browser, window, person)
        press_authorize(browser, window)

        tab = browser.open(browser.url(f"{APP}#settings"))
        browser.until(tab, f"document.querySelector('[data-did=\"{person.did}\"]') !== null", seconds=30)
