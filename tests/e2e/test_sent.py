"""The list of what left this computer names exactly the hosts that were asked, and how often, as the servers saw it."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Playwright, expect

from tests.conftest import Packages
from tests.data.people import ADA, BRUNO
from tests.e2e.steps import (
    APP,
    authorize_bluesky,
    await_followed,
    await_matches,
    command,
    delete_all,
    follow_all,
    go_home,
    hand_over,
    open_bluesky_window,
    open_settings,
    sign_in_to_mastodon,
)
from tests.e2e.tabs import ChromiumTab, FirefoxTab, Tab, at, choose_fast
from tests.world.chromium import Chromium, closed_world
from tests.world.firefox import Firefox
from tests.world.mastodon import Mastodon
from tests.world.mastodons import HOME
from tests.world.pds import Account
from tests.world.sites import DIRECTORY, PDS, RETURN
from tests.world.world import World

pytestmark = pytest.mark.e2e

LONG = 60.0  # seconds: the engine starts, and the directory is downloaded, on a busy machine
LINES = f"""[...document.querySelectorAll('{at("sent-line")}')].map(
  ({{ dataset: {{ host, why, count }} }}) => [host, why, Number(count)])"""

# A person of the list, as the engine stored them.
STORED = """(rest_id) => new Promise((done) => {
  const opening = indexedDB.open("passerelle");
  opening.onsuccess = () => {
    const reading = opening.result.transaction("matches").objectStore("matches").get(rest_id);
    reading.onsuccess = () => { opening.result.close(); done(reading.result); };
  };
})"""


@pytest.fixture(params=["chromium", pytest.param("firefox", marks=pytest.mark.firefox)])
def tab(request: pytest.FixtureRequest) -> Tab:
    """The extension's page in each browser."""
    if request.param == "chromium":
        chromium: Chromium = request.getfixturevalue("chromium")
        return ChromiumTab(chromium.open_page(APP))
    firefox: Firefox = request.getfixturevalue("firefox")
    return FirefoxTab(firefox, firefox.open(firefox.url(APP)))


def follow_everyone(tab: Tab, sample: Path, person: Account) -> None:
    tab.choose(at("file-input"), sample)
    tab.await_true(f"document.querySelector('{at('found')}') !== null", LONG)
    tab.click(at("sign-in"))
    tab.click(at("use-app-password"))
    tab.fill(at("sign-in-handle"), person.handle)
    tab.fill(at("sign-in-password"), person.app_password)
    tab.click(at("sign-in-submit"))
    tab.await_true(f"document.querySelector('{at('follow-all')}')?.disabled === false", LONG)
    choose_fast(tab)
    tab.click(at("follow-all"))
    tab.await_true(f"document.querySelector('{at('follow-finished')}') !== null", LONG)


def open_list(tab: Tab) -> None:
    tab.click(at("open-settings"))
    tab.click(at("sent-open"))


def read_again(tab: Tab) -> list[Any]:
    """Close the list and open it, which reads it anew; return host, purpose and number of its lines."""
    tab.evaluate(f"document.querySelector('{at('sent-open')}').parentElement.open = false")
    tab.click(at("sent-open"))
    tab.await_true(f"document.querySelector('{at('sent')} details[open]') !== null")
    return list(tab.evaluate(LINES))


def counted(lines: list[Any]) -> Counter[str]:
    """Return how many requests lines name, by host."""
    hosts: Counter[str] = Counter()
    for host, _, count in lines:
        hosts[host] += count
    return hosts


def seen(world: World) -> Counter[str]:
    """Return how many requests the servers have seen, by host; CORS questions are the browser's own."""
    return Counter(ask.host for ask in world.asked if ask.method != "OPTIONS")


def test_the_list_says_how_often_each_host_was_asked_and_names_no_other(
    tab: Tab, world: World, sample: Path, person: Account
) -> None:
    open_list(tab)
    tab.await_true(f"document.querySelector('{at('sent-none')}') !== null")
    tab.click(at("back"))

    follow_everyone(tab, sample, person)

    open_list(tab)
    tab.until(lambda: (counted(read_again(tab)), seen(world)), lambda both: both[0] == both[1], LONG)
    lines = read_again(tab)
    assert {DIRECTORY, PDS} <= {host for host, _, _ in lines}
    purposes = {why for _, why, _ in lines}
    assert {"directory", "sign_in", "own_follows", "write", "people"} <= purposes
    assert "other" not in purposes
    assert {host for host, why, _ in lines if why == "directory"} == {DIRECTORY}
    assert {host for host, why, _ in lines if why in ("write", "own_follows")} == {PDS}

    tab.click(at("sent-clear"))
    tab.await_true(f"document.querySelector('{at('sent-none')}') !== null")
    assert tab.evaluate(LINES) == []


def save_list(page: Page, folder: Path) -> list[dict[str, str]]:
    """Save the list as a table; return its rows."""
    with page.expect_download() as download:
        page.get_by_test_id("sent-save").click()
    saved = folder / download.value.suggested_filename
    download.value.save_as(saved)
    with saved.open(newline="", encoding="utf-8-sig") as file:
        return list(csv.DictReader(file))


@pytest.mark.soak
def test_pages_for_signing_in_and_profiles_looked_at_are_in_the_list_which_outlives_a_crash(
    playwright: Playwright,
    packages: Packages,
    world: World,
    sample: Path,
    person: Account,
    home: Mastodon,
    tmp_path: Path,
) -> None:
    profile = tmp_path / "profile"
    with Chromium(playwright, packages.chromium, profile, closed_world(world)) as browser:
        page = browser.open_page(f"{APP}#sign-in")
        page.get_by_test_id("sign-in-bluesky").check()
        authorize_bluesky(open_bluesky_window(browser, page, person.handle), person)
        expect(page.get_by_test_id("bluesky-form")).to_be_hidden()
        sign_in_to_mastodon(browser)
        go_home(page)
        hand_over(page, sample)
        await_matches(page)
        follow_all(page)
        await_followed(page)
        bruno = page.evaluate(STORED, BRUNO.rest_id)
        who = {"rest_id": BRUNO.rest_id, "screen_name": BRUNO.screen_name, "row_id": bruno["row_id"]}
        command(page, "account.look", **who, network="fediverse", address="bruno@quai.example.org")

        tab = ChromiumTab(page)
        open_list(tab)
        tab.until(lambda: counted(read_again(tab)).keys(), lambda hosts: hosts == seen(world).keys() - {RETURN}, LONG)
        lines = read_again(tab)
        # Servers have seen more: pages for signing in load more, and the servers ask each other.
        assert counted(lines) <= seen(world)
        assert {"quai.example.org", HOME, PDS} <= {host for host, _, _ in lines}
        assert "other" not in {why for _, why, _ in lines}
        browser.kill()
        browser.await_death()

    with Chromium(playwright, packages.chromium, profile, closed_world(world)) as browser:
        page = browser.open_page(APP)
        open_settings(page)
        page.get_by_test_id("sent-open").click()
        expect(page.get_by_test_id("sent-line").first).to_be_visible()
        after = counted(read_again(ChromiumTab(page)))
        assert all(after[host] >= count for host, count in counted(lines).items())

        rows = save_list(page, tmp_path)
        assert {row["host"] for row in rows} == set(after)
        text = str(rows)
        assert not any(word in text for word in ("did:", person.handle, ADA.screen_name, "bruno", "://"))

        go_home(page)
        delete_all(page)
        open_settings(page)
        page.get_by_test_id("sent-open").click()
        expect(page.get_by_test_id("sent-none")).to_be_visible()
