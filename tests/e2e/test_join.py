"""Joining the directory in a real browser: a real PDS, posts of the fake X, a profile field on Mastodon."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, Playwright, expect

from tests.conftest import Packages
from tests.data.archives import make_archive
from tests.data.people import ADA, OWNER
from tests.e2e.clicks import Clicks
from tests.e2e.steps import (
    APP,
    await_followed,
    await_matches,
    follow_all,
    go_home,
    hand_over,
    open_settings,
    row,
    sign_in,
    switch_badges,
)
from tests.world.chromium import Chromium, closed_world
from tests.world.directory import REGISTRAR
from tests.world.mastodons import HOME, PERSON
from tests.world.pds import Account, Pds, Plc
from tests.world.residents import EXPORTED, make_rows
from tests.world.sites import X_PATTERNS
from tests.world.town import Town, open_town
from tests.world.world import World

pytestmark = pytest.mark.e2e

MONTH = timedelta(days=30)
SECONDS = 60  # of joining, from the loaded archive and a signed-in Bluesky account
ACCT = f"{PERSON}@{HOME}"
POST_DATA_PATTERNS = ("https://cdn.syndication.twimg.com/*", "https://publish.x.com/*")


@pytest.fixture
def town(plc: Plc, pds: Pds, accounts: dict[str, Account], tmp_path: Path) -> Iterator[Town]:
    """A town of its own for each test: one publishes a month ahead, which no other browser would believe."""
    with open_town(plc, pds, tmp_path / "town", make_rows(accounts)) as running:
        yield running


@pytest.fixture
def everywhere(town: Town) -> World:
    return town.world


@pytest.fixture
def tab(chromium: Chromium, sample: Path, person: Account) -> Page:
    """The result of the owner's archive, signed in to Bluesky."""
    chromium.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = chromium.open_page(APP)
    hand_over(page, sample)
    await_matches(page)
    sign_in(page, person)
    expect(page.get_by_test_id("follow-all")).to_be_visible()
    return page


def join(browser: Chromium, tab: Page) -> None:
    """Join with the Bluesky account, from the result on, until the claim was checked."""
    tab.get_by_test_id("open-join").click()
    expect(tab.get_by_test_id("join-name")).to_have_text(f"@{OWNER.screen_name}")
    with browser.context.expect_page() as opened:
        tab.get_by_test_id("join-start").click()
    on_x = opened.value
    on_x.bring_to_front()  # a page without the focus may not write the clipboard
    on_x.get_by_test_id("tweetButton").click()
    on_x.get_by_test_id("copy-link").click()
    expect(on_x.get_by_test_id("copy-link")).to_have_text("Copied")
    on_x.close()
    tab.bring_to_front()
    expect(tab.get_by_test_id("post-address-claim")).to_be_focused()
    tab.keyboard.press("Control+V")
    await_status(tab, "checked")


def await_status(tab: Page, status: str, purpose: str = "claim") -> None:
    """Wait until the page shows a claim in this state."""
    expect(tab.get_by_test_id(f"standing-{purpose}")).to_have_attribute("data-status", status)


def withdraw(tab: Page) -> None:
    """Withdraw the claim, and confirm."""
    tab.get_by_test_id("join-withdraw-claim").click()
    tab.get_by_test_id("withdraw-claim-yes").click()
    await_status(tab, "withdrawn")


def make_page(tab: Page) -> None:
    """Have the page of one's own made."""
    own = tab.get_by_test_id("own-page")
    own.get_by_test_id("page-change").click()
    expect(own).to_have_attribute("data-wanted", "true")
    expect(own.get_by_test_id("join-public-page")).to_be_visible()


def take_page(tab: Page) -> None:
    """Have it taken away; the button keeps the focus, and what happens is read aloud."""
    own = tab.get_by_test_id("own-page")
    own.get_by_test_id("page-change").click()
    expect(own).to_have_attribute("data-wanted", "false")
    expect(own.get_by_test_id("join-public-page")).to_have_count(0)
    expect(own.get_by_role("status")).to_have_text("Your page goes with the next edition of the directory.")
    expect(own.get_by_test_id("page-change")).to_be_focused()


def update_directory(tab: Page) -> None:
    """Have the directory downloaded anew, and go back."""
    open_settings(tab)
    before = tab.get_by_test_id("directory").get_attribute("data-version")
    tab.get_by_test_id("update-directory").click()
    expect(tab.get_by_test_id("directory")).not_to_have_attribute("data-version", before or "")
    tab.get_by_test_id("back").click()


def test_five_actions_lead_from_the_archive_to_a_row_that_others_find_until_it_is_withdrawn(
    playwright: Playwright,
    packages: Packages,
    chromium: Chromium,
    tab: Page,
    town: Town,
    person: Account,
    tmp_path: Path,
) -> None:
    clicks = Clicks(chromium.context)
    began = time.monotonic()
    join(chromium, tab)
    assert [kind for kind, _ in clicks.seen] == ["click"] * 4 + ["paste"]
    assert time.monotonic() - began < SECONDS
    assert town.rows(OWNER.rest_id) == []

    town.registrar.publish()
    [published] = town.rows(OWNER.rest_id)
    assert (published["did"], published["grade"]) == (person.did, "proven")

    with Chromium(playwright, packages.chromium, tmp_path / "other", closed_world(town.world)) as other:
        other.allow_sites(*POST_DATA_PATTERNS)
        friend = other.open_page(APP)
        hand_over(friend, make_archive(tmp_path / "friend.zip", owner=ADA, following=[OWNER], exported=EXPORTED))
        assert await_matches(friend, 1) == 1
        found = row(friend, OWNER.screen_name)
        account = found.locator('[data-testid="account"][data-network="bluesky"]')
        expect(account).to_have_attribute("data-address", person.handle)
        expect(account.get_by_test_id("choose")).to_be_checked()
        check_row(friend, OWNER.screen_name)

        make_page(tab)
        take_page(tab)
        withdraw(tab)
        town.registrar.publish()
        assert town.rows(OWNER.rest_id) == []
        update_directory(friend)
        expect(row(friend, OWNER.screen_name)).to_have_count(0)

    assert town.files_with(person.did)
    town.registrar.publish(ahead=MONTH)
    assert town.files_with(person.did) == []


def check_row(tab: Page, screen_name: str) -> None:
    """Press "Check this row", read which servers it asks, and have the proofs read."""
    listed = row(tab, screen_name)
    listed.get_by_test_id("why").click()
    listed.get_by_test_id("row-check-open").click()
    expect(listed.get_by_test_id("row-check-servers")).to_contain_text("cdn.syndication.twimg.com")
    listed.get_by_test_id("row-check-start").click()
    result = listed.get_by_test_id("row-check-result")
    expect(result).to_be_visible()
    proofs = listed.locator('[data-testid="row-proof"][data-kind="bluesky_record"]')
    expect(proofs).to_have_attribute("data-state", "holds")


def test_with_badges_on_the_post_is_found_and_checked_by_itself(chromium: Chromium, tab: Page, town: Town) -> None:
    chromium.allow_sites(*X_PATTERNS)
    switch_badges(tab)
    go_home(tab)
    tab.get_by_test_id("open-join").click()
    with chromium.context.expect_page() as opened:
        tab.get_by_test_id("join-start").click()
    on_x = opened.value
    town.posts.publish("Good morning")
    on_x.get_by_test_id("tweetButton").click()
    expect(on_x.get_by_test_id("tweetText")).to_contain_text("psr-")
    await_status(tab, "checked")  # the person is still on X and has pasted nothing
    expect(tab.get_by_test_id("side-x")).to_have_attribute("data-state", "holds")
    withdraw(tab)


def test_any_post_on_x_carries_the_code_while_one_has_an_entry(chromium: Chromium, tab: Page) -> None:
    tab.get_by_test_id("open-join").click()
    with chromium.context.expect_page() as opened:
        tab.get_by_test_id("join-start").click()
    opened.value.close()
    tab.evaluate("location.hash = 'exit'")
    card = tab.locator('[data-testid="post"][data-place="x"]')
    code = card.get_by_test_id("post-code").inner_text()
    card.get_by_test_id("post-text").fill("Goodbye")
    expect(card.get_by_test_id("post-length")).to_have_attribute("data-length", str(len(f"Goodbye\n{code}")))
    with chromium.context.expect_page() as opened:
        card.get_by_test_id("post-open").click()
    opened.value.wait_for_url("https://x.com/**")
    [text] = parse_qs(urlsplit(opened.value.url).query)["text"]
    assert text == f"Goodbye\n{code}"

    card.get_by_test_id("post-code-address").click()
    withdraw(tab)
    tab.evaluate("location.hash = 'exit'")
    expect(card.get_by_test_id("post-code")).to_have_count(0)
    expect(card.get_by_test_id("post-text")).to_have_value("Goodbye")


def test_a_field_of_the_mastodon_profile_and_a_post_prove_the_account_there(
    chromium: Chromium, tab: Page, town: Town
) -> None:
    tab.get_by_test_id("open-join").click()
    tab.get_by_test_id("join-bluesky").uncheck()
    tab.get_by_test_id("join-mastodon").check()
    tab.get_by_test_id("join-acct").fill(ACCT)
    tab.get_by_test_id("join-start").click()
    await_status(tab, "made")
    expect(tab.get_by_test_id("profile-settings")).to_have_attribute("href", f"https://{HOME}/settings/profile")
    page = tab.get_by_test_id("claim-page").inner_text()
    with chromium.context.expect_page() as opened:
        tab.get_by_test_id("open-post").click()
    opened.value.get_by_test_id("tweetButton").click()
    expect(opened.value.get_by_test_id("tweetText")).to_contain_text("psr-")
    tab.get_by_test_id("post-address-claim").fill(opened.value.url)
    tab.get_by_test_id("post-check-claim").click()
    await_status(tab, "unproven")
    expect(tab.get_by_test_id("side-x")).to_have_attribute("data-state", "holds")

    town.profiles.links[PERSON] = page
    tab.get_by_test_id("join-check-claim").click()
    expect(tab.get_by_test_id("standing-claim")).to_have_attribute("data-status", re.compile("checked|proven"))
    expect(tab.get_by_test_id("side-fediverse")).to_have_attribute("data-state", "holds")
    withdraw(tab)


def test_while_the_registrar_is_stopped_people_are_followed_and_joining_says_which_server_is_silent(
    tab: Page, town: Town, pds: Pds, person: Account
) -> None:
    town.registrar.stop()
    try:
        tab.get_by_test_id("open-join").click()
        tab.get_by_test_id("join-start").click()
        error = tab.get_by_test_id("join").locator('[data-testid="error"][data-code="server_unreachable"]')
        expect(error.first).to_contain_text(REGISTRAR)
        tab.get_by_test_id("back").click()
        follow_all(tab)
        await_followed(tab)
        assert pds.list_follows(person.did)
    finally:
        town.registrar.start(town.world)
    tab.get_by_test_id("open-join").click()
    tab.get_by_test_id("join-start-again").click()
    await_status(tab, "made")
    withdraw(tab)
