"""People who are new in the next directory: marked, announced once, and followed only by approval, also for a date."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Playwright, expect

from tests.conftest import Packages
from tests.data.archives import make_archive
from tests.data.people import Someone, crowd
from tests.e2e.steps import APP, await_matches, go_home, hand_over, open_settings, row, sign_in
from tests.world.chromium import Chromium, closed_world
from tests.world.clock import copy_with_clock, set_clock
from tests.world.directory import DirectoryServer
from tests.world.notifications import allow_notifications, shown_notifications
from tests.world.pds import Account, Pds
from tests.world.residents import SEEN, SOURCES, TODAY, crowd_did
from tests.world.sites import DIRECTORY
from tests.world.world import World, proxy

pytestmark = pytest.mark.e2e

DAY = timedelta(hours=25)
KNOWN, *PEOPLE = crowd(7, first=90_000)  # all but the first are unknown to the directory at first
SYNC = """async (name) => {
  await chrome.alarms.create(name, { when: Date.now() + 100 });
}"""


def rows_of(*people: Someone) -> list[dict[str, str]]:
    """Return rows of two independent sources, so that they are ticked in advance."""
    return [
        {
            "source": source,
            "source_date": SEEN,
            "rest_id": one.rest_id,
            "screen_name": one.screen_name,
            "handle": f"{one.screen_name.lower().replace('_', '-')}.example.org",
            "did": crowd_did(one),
            "kind": "person",
        }
        for one in people
        for source in SOURCES
    ]


@pytest.fixture
def own_directory(world: World, tmp_path: Path) -> Iterator[DirectoryServer]:
    """A directory of this test alone, under the usual name."""
    folder = tmp_path / "directory"
    folder.mkdir()
    with (
        DirectoryServer(folder, rows_of(KNOWN)) as server,
        world.fault(DIRECTORY, lambda _: proxy(lambda: server.port)),
    ):
        yield server


@pytest.fixture
def watching(
    playwright: Playwright, packages: Packages, world: World, own_directory: DirectoryServer, tmp_path: Path
) -> Iterator[tuple[Chromium, Page]]:
    """A browser that may notify, whose clock tests can set, with an archive of these people."""
    package = allow_notifications(copy_with_clock(packages.chromium, tmp_path / "package", timedelta()))
    with Chromium(playwright, package, tmp_path / "profile", closed_world(world)) as browser:
        page = browser.open_page(APP)
        hand_over(page, make_archive(tmp_path / "x.zip", following=[KNOWN, *PEOPLE]))
        await_matches(page, 1 + len(PEOPLE))
        yield browser, page


def let_a_day_pass(browser: Chromium, page: Page, days: int = 1) -> None:
    """Move the clock and ring the alarm of each hour."""
    set_clock(page, DAY * days)
    page.wait_for_timeout(500)
    browser.background.evaluate(SYNC, "watch.hour")


def await_news(page: Page, count: int) -> None:
    expect(page.get_by_test_id("filter-new")).to_contain_text(str(count), timeout=60_000)


def test_a_newcomer_is_marked_and_announced_once_and_followed_by_no_one(
    watching: tuple[Chromium, Page], own_directory: DirectoryServer, pds: Pds, person: Account
) -> None:
    browser, page = watching
    sign_in(page, person)
    own_directory.add(rows_of(PEOPLE[0]))
    let_a_day_pass(browser, page)
    await_news(page, 1)
    page.get_by_test_id("filter-new").click()
    expect(row(page, PEOPLE[0].screen_name).get_by_test_id("match-new")).to_be_visible()
    shown = await_notifications(browser, page)
    assert list(shown) == ["newcomers"]

    browser.background.evaluate("chrome.notifications.clear('newcomers')")
    let_a_day_pass(browser, page, 2)
    page.wait_for_timeout(5_000)
    assert shown_notifications(browser) == {}
    assert pds.list_follows(person.did) == []


def test_with_the_standing_approval_a_newcomer_is_followed_once(
    watching: tuple[Chromium, Page], own_directory: DirectoryServer, pds: Pds, person: Account
) -> None:
    browser, page = watching
    sign_in(page, person)
    expect(page.get_by_test_id("sign-in")).to_be_hidden()
    open_settings(page)
    switch = page.get_by_test_id("approval-switch")
    expect(switch).to_have_attribute("aria-checked", "false")
    switch.click()
    expect(switch).to_have_attribute("aria-checked", "true")
    go_home(page)

    own_directory.add(rows_of(PEOPLE[1]))
    let_a_day_pass(browser, page)
    await_news(page, 1)
    assert list(await_notifications(browser, page)) == ["newcomers"]
    await_follows(page, pds, person, [crowd_did(PEOPLE[1])])

    let_a_day_pass(browser, page, 2)
    page.wait_for_timeout(5_000)
    await_follows(page, pds, person, [crowd_did(PEOPLE[1])])


def test_on_the_date_everyone_ticked_is_followed_and_who_is_found_only_then_each_once(
    watching: tuple[Chromium, Page], own_directory: DirectoryServer, pds: Pds, person: Account
) -> None:
    browser, page = watching
    sign_in(page, person)
    expect(page.get_by_test_id("sign-in")).to_be_hidden()
    page.get_by_test_id("open-date").click()
    page.get_by_test_id("date-input").fill((date.today() + timedelta(days=1)).isoformat())
    page.get_by_test_id("date-approve").click()
    expect(page.get_by_test_id("date-waiting")).to_be_visible()
    assert pds.list_follows(person.did) == []

    own_directory.add(rows_of(PEOPLE[2]))
    let_a_day_pass(browser, page, 2)  # the computer was off on the day itself
    receipt = page.get_by_test_id("receipt")
    expect(receipt).to_be_visible(timeout=60_000)
    await_follows(page, pds, person, [crowd_did(KNOWN), crowd_did(PEOPLE[2])])
    followed = receipt.locator('[data-testid="receipt-line"][data-result="followed"]')
    expect(followed).to_have_attribute("data-count", "2")
    not_found = receipt.locator('[data-testid="receipt-line"][data-result="not_found"]')
    expect(not_found).to_have_attribute("data-count", str(len(PEOPLE) - 1))

    let_a_day_pass(browser, page, 3)
    page.wait_for_timeout(5_000)
    await_follows(page, pds, person, [crowd_did(KNOWN), crowd_did(PEOPLE[2])])


def await_notifications(browser: Chromium, page: Page) -> dict[str, Any]:
    for _ in range(300):
        if shown := shown_notifications(browser):
            return shown
        page.wait_for_timeout(100)
    raise AssertionError("no notification was shown")


def await_follows(page: Page, pds: Pds, person: Account, expected: list[str]) -> None:
    """Wait until the person follows these, each once."""
    for _ in range(300):
        subjects = [follow.subject for follow in pds.list_follows(person.did)]
        if sorted(subjects) == sorted(expected):
            return
        page.wait_for_timeout(200)
    raise AssertionError(f"{subjects} instead of {expected}")


def test_who_went_to_x_for_the_archive_is_reminded_a_day_later_and_one_press_leads_on(
    playwright: Playwright, packages: Packages, world: World, tmp_path: Path
) -> None:
    package = allow_notifications(copy_with_clock(packages.chromium, tmp_path / "package", timedelta()))
    with Chromium(playwright, package, tmp_path / "profile", closed_world(world)) as browser:
        page = browser.open_page(APP)
        with browser.context.expect_page() as opened:
            page.get_by_test_id("get-archive").click()
        assert opened.value.url.startswith("https://x.com/settings/download_your_data")
        opened.value.close()
        expect(page.get_by_test_id("archive-asked")).to_be_visible()
        expect(page.get_by_test_id("read-following")).to_be_visible()  # meanwhile

        let_a_day_pass(browser, page)
        assert list(await_notifications(browser, page)) == ["archive"]
        popup = browser.open_page("popup.html")
        set_clock(page, DAY)
        popup.reload()
        popup.get_by_test_id("archive-due-choose").click()
        expect(popup.get_by_test_id("choose-file")).to_be_visible()
        hand_over(page, make_archive(tmp_path / "x.zip", following=[KNOWN, *PEOPLE]))
        await_matches(page, 1 + len(PEOPLE))
        expect(page.get_by_test_id("archive-due")).to_have_count(0)


def test_no_notification_is_offered_twice(chromium: Chromium) -> None:
    page = chromium.open_page(APP)
    with chromium.context.expect_page() as opened:
        page.get_by_test_id("get-archive").click()
    opened.value.close()
    page.get_by_test_id("notify-later").click()
    expect(page.get_by_test_id("notify-offer")).to_have_count(0)
    page.reload()
    expect(page.get_by_test_id("archive-asked")).to_be_visible()
    expect(page.get_by_test_id("notify-offer")).to_have_count(0)
    open_settings(page)
    expect(page.get_by_test_id("notify-switch")).to_have_attribute("aria-checked", "false")


def test_who_announced_to_leave_is_marked_in_the_list_and_counted_there_and_in_the_popup(
    chromium: Chromium, own_directory: DirectoryServer, tmp_path: Path
) -> None:
    leaving, *others = PEOPLE
    day = (TODAY + timedelta(days=20)).date().isoformat()
    announced = {"kind": "media", "display_name": "Le Quotidien du Quai", "left_x": day, "how": "announced"}
    own_directory.add([*(one | announced for one in rows_of(leaving)), *rows_of(*others)])
    page = chromium.open_page(APP)
    hand_over(page, make_archive(tmp_path / "x.zip", following=[KNOWN, *PEOPLE]))
    await_matches(page, 1 + len(PEOPLE))
    expect(row(page, leaving.screen_name).get_by_test_id("match-leaving")).to_be_visible()
    expect(page.get_by_test_id("match-leaving")).to_have_count(1)
    with chromium.open_popup() as popup:
        for place in (page, popup):
            count = place.get_by_test_id("leaving")
            expect(count).to_have_attribute("data-date", day)
            expect(count).to_have_attribute("data-leaving", "1")
