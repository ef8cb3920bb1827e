"""Following on Bluesky and on Mastodon with one press, in a real browser against a real PDS and a strict stand-in."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.conftest import Packages
from tests.data.people import BRUNO, CHLOE, GALINA, JUNHO
from tests.e2e.firefox_consent import authorize_mastodon
from tests.e2e.steps import (
    APP,
    await_followed,
    await_matches,
    command,
    follow_all,
    hand_over,
    row,
    sign_in,
    sign_in_to_mastodon,
)
from tests.e2e.tabs import FirefoxTab, at, choose_fast
from tests.world.chromium import Chromium
from tests.world.firefox import EXTENSION_ID, ConnectProxy, Firefox
from tests.world.mastodon import Mastodon
from tests.world.mastodons import HOME, PERSON
from tests.world.pds import Account, Pds
from tests.world.residents import FOUND, PRESELECTED
from tests.world.world import World

pytestmark = pytest.mark.e2e

ON_MASTODON = sorted(one.acct for one in FOUND if one.acct and one.sources > 1)


@pytest.fixture
def tab(chromium: Chromium, sample: Path, person: Account, home: Mastodon) -> Page:
    """The list of people found, signed in on both networks."""
    page = chromium.open_page(APP)
    hand_over(page, sample)
    await_matches(page)
    sign_in(page, person)
    expect(page.get_by_test_id("follow-all")).to_be_enabled()
    sign_in_to_mastodon(chromium)
    return page


def test_from_the_result_one_press_leads_to_the_form_of_mastodon(chromium: Chromium, sample: Path) -> None:
    page = chromium.open_page(APP)
    hand_over(page, sample)
    await_matches(page)
    page.get_by_test_id("sign-in-mastodon").click()
    expect(page.get_by_test_id("mastodon-server")).to_be_focused()


def account_of(page: Page, screen_name: str, network: str) -> str:
    return f'[data-screen-name="{screen_name}"] [data-testid="account"][data-network="{network}"]'


def test_one_press_follows_on_both_networks_and_says_how_many_on_each(
    tab: Page, person: Account, pds: Pds, home: Mastodon
) -> None:
    people = len(PRESELECTED) + 1  # Bruno is only on Mastodon
    label = f"Follow {people} people: {len(PRESELECTED)} on Bluesky, {len(ON_MASTODON)} on Mastodon"
    expect(tab.get_by_test_id("follow-all")).to_have_text(label)

    follow_all(tab)
    await_followed(tab)

    assert home.followed(PERSON) == ON_MASTODON
    assert len(pds.list_follows(person.did)) == len(PRESELECTED)
    for network in ("bluesky", "fediverse"):
        expect(tab.locator(account_of(tab, JUNHO.screen_name, network))).to_have_attribute("data-state", "following")


def test_whom_one_prefers_to_follow_on_mastodon_is_unticked_on_bluesky(
    tab: Page, person: Account, pds: Pds, home: Mastodon
) -> None:
    tab.get_by_test_id("prefer").select_option("fediverse")
    on_bluesky = tab.locator(account_of(tab, JUNHO.screen_name, "bluesky"))
    expect(on_bluesky.get_by_test_id("choose")).not_to_be_checked()

    tab.reload()
    expect(tab.get_by_test_id("prefer")).to_have_value("fediverse")
    follow_all(tab)
    await_followed(tab)

    assert home.followed(PERSON) == ON_MASTODON
    assert len(pds.list_follows(person.did)) == len(PRESELECTED) - 1


def test_a_row_follows_on_mastodon_in_place(tab: Page, person: Account, pds: Pds, home: Mastodon) -> None:
    home.faults, home.faults_at = ["429 iso", "cut after"], "/follow"
    bruno = row(tab, BRUNO.screen_name).get_by_test_id("account")

    bruno.get_by_test_id("follow-button").click()

    expect(bruno).to_have_attribute("data-state", "following")
    assert home.followed(PERSON) == ["bruno@quai.example.org"]
    assert pds.list_follows(person.did) == []


def test_undo_leaves_both_servers_as_they_were(
    tab: Page, person: Account, pds: Pds, home: Mastodon, accounts: Mapping[str, Account]
) -> None:
    by_hand = [pds.follow(person, accounts[name].did) for name in (CHLOE.screen_name, GALINA.screen_name)]
    home.of(PERSON).following.add("irini@agora.example.org")
    home.people["junho@bada.example.org"] = replace(home.people["junho@bada.example.org"], is_locked=True)
    before = deepcopy(home.of(PERSON))
    tab.reload()  # what was followed meanwhile is read
    follow_all(tab)
    await_followed(tab)
    assert home.of(PERSON).requested == {"junho@bada.example.org"}
    assert len(pds.list_follows(person.did)) > len(by_hand)

    for account in (person.did, f"{PERSON}@{HOME}"):
        command(tab, "follow.undo", account=account)
    bruno = tab.locator(account_of(tab, BRUNO.screen_name, "fediverse"))
    expect(bruno).to_have_attribute("data-state", "none")
    expect(tab.locator(account_of(tab, JUNHO.screen_name, "bluesky"))).to_have_attribute("data-state", "none")
    expect(tab.locator(account_of(tab, JUNHO.screen_name, "fediverse"))).to_have_attribute("data-state", "none")

    assert sorted(record.uri for record in pds.list_follows(person.did)) == sorted(by_hand)
    assert home.of(PERSON) == before


def sign_in_with_app_password(page: FirefoxTab, account: Account) -> None:
    page.click(at("sign-in"))
    page.click(at("use-app-password"))
    page.fill(at("sign-in-handle"), account.handle)
    page.fill(at("sign-in-password"), account.app_password)
    page.click(at("sign-in-submit"))
    page.await_true(f"document.querySelector('{at('follow-all')}')?.disabled === false")


def sign_in_to_mastodon_in(browser: Firefox) -> None:
    page = FirefoxTab(browser, browser.open(browser.url(f"{APP}#sign-in")))
    page.click(at("sign-in-fediverse"))
    authorize_mastodon(browser, page.tab, HOME, PERSON)
    page.await_true(f"document.querySelector('{at('mastodon-form')}') === null")


@pytest.mark.firefox
def test_in_firefox_too_one_press_follows_on_both_networks(
    packages: Packages, world: World, sample: Path, person: Account, pds: Pds, home: Mastodon, tmp_path: Path
) -> None:
    with (
        ConnectProxy(world) as proxy,
        Firefox(tmp_path, proxy_port=proxy.port, extension_id=EXTENSION_ID) as browser,
    ):
        browser.install(packages.firefox)
        page = FirefoxTab(browser, browser.open(browser.url(APP)))
        page.choose(at("file-input"), sample)
        page.await_true(f"document.querySelector('{at('found')}')?.dataset.found > 0")
        sign_in_with_app_password(page, person)
        sign_in_to_mastodon_in(browser)

        page.front()
        choose_fast(page)
        page.click(at("follow-all"))
        page.await_true(f"document.querySelector('{at('follow-finished')}') !== null")

    assert home.followed(PERSON) == ON_MASTODON
    assert len(pds.list_follows(person.did)) == len(PRESELECTED)
