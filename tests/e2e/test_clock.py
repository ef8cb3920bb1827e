"""A wrong clock: it is moved in every part of the extension, and what waits goes on once it is set right."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, Playwright, expect

from tests.conftest import Packages
from tests.data.archives import make_archive
from tests.data.people import ADA
from tests.e2e.steps import APP, await_matches, follow_all, hand_over, sign_in
from tests.world.chromium import Chromium, closed_world
from tests.world.clock import copy_with_clock, set_clock
from tests.world.pds import Account, Pds
from tests.world.residents import CROWD
from tests.world.sites import PDS, is_batch
from tests.world.world import Answer, Ask, Fault, Site, World, page

pytestmark = pytest.mark.e2e

YEAR = timedelta(days=365)
DAY = timedelta(days=1)  # a directory is still valid then
WAIT = timedelta(seconds=15)
LONG = 150_000  # milliseconds, for a wait of 15 s and a busy machine
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


def refuses_once(wait: timedelta) -> Fault:
    """Refuse the first batch of follows with 429 and a Retry-After."""
    refused = False

    def fault(site: Site) -> Site:
        def answer(ask: Ask) -> Answer:
            nonlocal refused
            if refused or not is_batch(ask):
                return site(ask)
            refused = True
            seconds = str(wait // timedelta(seconds=1))
            readable = ("Access-Control-Allow-Origin", "*"), ("Access-Control-Expose-Headers", "Retry-After")
            headers = ("Retry-After", seconds), *readable
            body = b'{"error":"RateLimitExceeded","message":"Rate Limit Exceeded"}'
            return page(429, body, "application/json", *headers)

        return answer

    return fault


def test_a_queue_that_waits_goes_on_when_a_clock_that_was_a_year_ahead_is_set_right(
    playwright: Playwright, packages: Packages, world: World, tmp_path: Path, person: Account, pds: Pds
) -> None:
    archive = make_archive(tmp_path / "crowd.zip", following=CROWD)
    extension = copy_with_clock(packages.chromium, tmp_path / "extension", DAY)
    with Chromium(playwright, extension, tmp_path / "profile", closed_world(world)) as browser:
        tab = browser.open_page(APP)
        hand_over(tab, archive)
        await_matches(tab)
        sign_in(tab, person)
        set_clock(tab, YEAR)
        with world.fault(PDS, refuses_once(WAIT)):
            follow_all(tab)
            expect(tab.get_by_test_id("follow-status")).to_contain_text("Waiting")
        assert pds.list_follows(person.did) == []

        set_clock(tab, timedelta())
        expect(tab.get_by_test_id("follow-finished")).to_be_visible(timeout=LONG)

    assert len(pds.list_follows(person.did)) == len(CROWD)
