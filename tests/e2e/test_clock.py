"""A wrong clock: it is moved in every part of the extension, and what waits goes on once it is set right."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, Playwright

from tests.conftest import Packages
from tests.data.archives import make_archive
from tests.data.people import ADA
from tests.e2e.steps import APP, await_matches, hand_over
from tests.world.chromium import Chromium, closed_world
from tests.world.clock import copy_with_clock, set_clock
from tests.world.world import World

pytestmark = pytest.mark.e2e

DAY = timedelta(days=1)  # a directory is still valid then
NEAR = 120.0  # seconds; machines under load are slow
# When the engine updated its directory, by Python's clock.
CHECKED_AT = """() => new Promise((resolve) => {
  indexedDB.open("passerelle").onsuccess = ({ target }) => {
    target.result.transaction("state").objectStore("state").get("directory").onsuccess = (event) => {
      target.result.close();
      resolve(Date.parse(event.target.result.checked_at) / 1000);
    };
  };
})"""
ALARM = """async () => {
  const when = Date.now() + 3_600_000;
  await chrome.alarms.create("test", { when });
  const { scheduledTime } = await chrome.alarms.get("test");
  await chrome.alarms.clear("test");
  return (scheduledTime - when) / 1000;
}"""


def is_ahead(seconds: float, offset: timedelta) -> bool:
    """Tell whether a moment (seconds since 1970) lies `offset` after now."""
    return abs(seconds - time.time() - offset.total_seconds()) < NEAR


def test_the_extensions_clock_is_moved_everywhere_and_can_be_set(
    playwright: Playwright, packages: Packages, world: World, tmp_path: Path
) -> None:
    extension = copy_with_clock(packages.chromium, tmp_path / "extension", DAY)
    with Chromium(playwright, extension, tmp_path / "profile", closed_world(world)) as browser:
        tab = browser.open_page(APP)
        clocks: list[Callable[[str], float]] = [tab.evaluate, browser.background.evaluate]
        assert all(is_ahead(clock("Date.now()") / 1000, DAY) for clock in clocks)
        assert tab.evaluate("new Date().getTime() - Date.now()") in range(-1000, 1)
        assert tab.evaluate("new Date(5) instanceof Date && new Date(5).getTime()") == 5
        hand_over(tab, make_archive(tmp_path / "sample.zip", following=[ADA]))
        await_matches(tab)
        assert is_ahead(checked_at(tab), DAY)
        assert abs(browser.background.evaluate(ALARM)) < 1

        set_clock(tab, timedelta())
        tab.wait_for_timeout(500)
        assert all(is_ahead(clock("Date.now()") / 1000, timedelta()) for clock in clocks)


def checked_at(tab: Page) -> float:
    """Return when the engine updated its directory, in seconds since 1970 by its clock."""
    return float(tab.evaluate(CHECKED_AT))
