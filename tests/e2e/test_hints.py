"""Addresses in X profiles, in the real extension: a badge without a request, a check on request, only then a follow."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.conftest import Packages
from tests.data.archives import make_archive
from tests.data.people import ADA, KIM, MAUD, NILS, OWNER, Someone
from tests.e2e.steps import APP, COMMAND, UNHURRIED, await_matches, await_that, hand_over, row, sign_in, switch_badges
from tests.e2e.tabs import firefox, text_of
from tests.world.chromium import Chromium, await_hidden, find_hidden
from tests.world.fediverse import DOT
from tests.world.pds import Account, Pds
from tests.world.sites import APPVIEW, DIRECTORY, PDS, PLC, X_PATTERNS, X
from tests.world.world import World, unreachable

pytestmark = pytest.mark.e2e

FEDIVERSE = "quai.example.org"


@pytest.fixture(scope="session")  # of this file Firefox's test runs long before Chromium's
def kim(pds: Pds) -> Account:
    """Kim's account, which names their X account in turn."""
    account = pds.create_account("kim-levee")
    pds.write_profile(
        account, {"displayName": "Kim \u202eLevée", "description": f"Before: x.com/{KIM.screen_name}"}, DOT
    )
    return account


@pytest.fixture
def tab(chromium: Chromium, kim: Account, accounts: Mapping[str, Account], tmp_path: Path) -> Page:
    """The app's tab: an archive without any name, and badges switched on."""
    page = chromium.open_page(APP)
    hand_over(page, make_archive(tmp_path / "x.zip", following=[ADA, KIM, NILS, MAUD], followers=[], tweets=[]))
    await_matches(page, 4)
    chromium.allow_sites(*X_PATTERNS)
    switch_badges(page)
    page.get_by_test_id("back").click()
    return page


def browse(chromium: Chromium) -> Page:
    """Open one's own list on x.com; X's answers hold the profiles."""
    page = chromium.context.new_page()
    page.goto(f"https://{X}/{OWNER.screen_name}/following")
    return page


def badge(x: Page, someone: Someone) -> Locator:
    return x.locator(f'[data-passerelle-badge="{someone.screen_name}"]')


def open_badge(x: Page, someone: Someone) -> None:
    expect(badge(x, someone)).to_be_visible()
    badge(x, someone).click()
    await_hidden(x, ".card")


def hosts(world: World) -> set[str]:
    return {ask.host for ask in world.asked} - {X}


def labels(x: Page) -> str:
    return " ".join(str(mark.evaluate("function () { return this.ariaLabel }")) for mark in find_hidden(x, ".mark"))


def subjects(pds: Pds, account: Account) -> list[str]:
    return [follow.subject for follow in pds.list_follows(account.did)]


def test_a_profile_makes_a_badge_without_a_request_is_checked_on_request_and_followed_then(
    chromium: Chromium, tab: Page, world: World, person: Account, pds: Pds, kim: Account
) -> None:
    sign_in(tab, person)
    expect(tab.get_by_test_id("follow-all")).to_be_visible()
    tab.wait_for_timeout(1_000)  # the accounts already followed are being read
    world.forget()

    x = browse(chromium)
    open_badge(x, KIM)
    assert hosts(world) == set()
    assert "Kim Levée" in labels(x)
    assert "Not checked." in labels(x)
    await_hidden(x, ".mark.hinted")
    assert "not checked" in await_hidden(x, ".standing.unchecked").text
    assert find_hidden(x, ".press.follow") == []
    asks = await_hidden(x, ".asks").text
    assert "bsky.app, plc.directory and the account’s own server" in asks

    await_hidden(x, ".press.check").click()
    profile = await_hidden(x, ".profile")
    assert hosts(world) == {APPVIEW, PLC, PDS}
    assert "Kim Levée" in profile.text
    assert "names the X account in turn" in profile.text
    picture = await_hidden(x, ".profile img")
    assert picture.evaluate("function () { return this.src.slice(0, 22) }") == "data:image/png;base64,"
    assert picture.evaluate("function () { return this.naturalWidth }") == 1
    assert "both name each other" in await_hidden(x, ".standing.linked").text
    assert subjects(pds, person) == []

    x.wait_for_timeout(UNHURRIED)
    await_hidden(x, ".press.follow").click()  # both profiles agree, so no question is asked
    await_hidden(x, ".state", "Followed")
    assert subjects(pds, person) == [kim.did]


def test_nothing_is_followed_before_it_is_checked(
    chromium: Chromium, tab: Page, world: World, person: Account, pds: Pds
) -> None:
    sign_in(tab, person)
    expect(badge(browse(chromium), KIM)).to_be_visible()
    follow = {
        "id": "forged",
        "type": "follow.one",
        "account": person.did,
        "row_id": None,
        "screen_name": KIM.screen_name,
        "rest_id": KIM.rest_id,
        "address": "kim-levee.pds.passerelle.eu",
    }
    reply: dict[str, Any] = tab.evaluate(COMMAND, follow)
    told = reply.get("error") or reply["result"]["error"]
    assert told["code"] == "hint_unchecked"
    assert subjects(pds, person) == []


def test_the_list_shows_the_same_and_a_lie_stays_unconfirmed(
    chromium: Chromium, tab: Page, world: World, accounts: Mapping[str, Account]
) -> None:
    expect(badge(browse(chromium), MAUD)).to_be_visible()
    tab.bring_to_front()
    tab.get_by_test_id("filter-hinted").click()
    expect(tab.get_by_test_id("found")).to_have_attribute("data-found", "1")
    expect(tab.get_by_test_id("found-hinted")).to_have_attribute("data-hinted", "3")
    world.forget()

    said = row(tab, MAUD.screen_name)
    expect(said.get_by_test_id("standing")).to_contain_text("not checked")
    expect(said.get_by_test_id("choose")).to_have_count(0)
    expect(said.get_by_test_id("follow-button")).to_have_count(0)
    assert hosts(world) == set()

    said.get_by_test_id("check").click()
    expect(said.get_by_test_id("profile")).to_contain_text("It does not name the X account.")
    expect(said.get_by_test_id("standing")).to_contain_text("does not name the X account")
    expect(said.get_by_test_id("why")).to_have_attribute("data-grade", "hinted")
    expect(said.get_by_test_id("choose")).not_to_be_checked()
    expect(said.get_by_test_id("follow-button")).to_be_visible()
    assert hosts(world) <= {APPVIEW, PLC, PDS}


def test_a_checked_account_is_followed_from_the_list_after_signing_in(
    chromium: Chromium, tab: Page, person: Account, pds: Pds, kim: Account
) -> None:
    expect(badge(browse(chromium), KIM)).to_be_visible()
    tab.bring_to_front()
    tab.get_by_test_id("filter-hinted").click()
    said = row(tab, KIM.screen_name)
    said.get_by_test_id("check").click()
    expect(said.get_by_test_id("why")).to_have_attribute("data-grade", "linked")
    said.get_by_test_id("follow-button").click()
    tab.get_by_test_id("use-app-password").click()
    tab.get_by_test_id("sign-in-handle").fill(person.handle)
    tab.get_by_test_id("sign-in-password").fill(person.app_password)
    tab.get_by_test_id("sign-in-submit").click()
    expect(said.get_by_test_id("follow-state")).to_have_text("Followed")
    assert subjects(pds, person) == [kim.did]


def test_a_fediverse_account_is_checked_at_its_own_server(chromium: Chromium, tab: Page, world: World) -> None:
    x = browse(chromium)
    open_badge(x, NILS)
    world.forget()
    assert FEDIVERSE in await_hidden(x, ".asks").text
    await_hidden(x, ".press.check").click()
    assert "Bridges and boats." in await_hidden(x, ".profile").text
    assert hosts(world) == {FEDIVERSE}
    assert "both name each other" in await_hidden(x, ".standing.linked").text
    assert find_hidden(x, ".press.follow") == []

    tab.bring_to_front()
    tab.get_by_test_id("filter-hinted").click()
    said = row(tab, NILS.screen_name)
    expect(said.get_by_test_id("why")).to_have_attribute("data-grade", "linked")
    expect(said.get_by_test_id("from-server")).to_be_visible()


def test_the_profile_of_a_listed_account_is_loaded_on_request_only(
    chromium: Chromium, tab: Page, world: World, pds: Pds, accounts: Mapping[str, Account]
) -> None:
    pds.write_profile(accounts[ADA.screen_name], {"displayName": "Ada", "description": "Poète."}, DOT)
    x = chromium.context.new_page()
    x.goto(f"https://{X}/home")
    expect(badge(x, ADA).first).to_be_visible()
    badge(x, ADA).first.click()
    asks = await_hidden(x, ".asks").text
    assert "bsky.app, plc.directory and the account’s own server" in asks
    assert hosts(world) - {DIRECTORY} == set()
    world.forget()

    await_hidden(x, ".press.look").click()
    assert "Poète." in await_hidden(x, ".profile").text
    await_hidden(x, ".profile img")
    assert hosts(world) <= {APPVIEW, PLC, PDS}


@pytest.mark.firefox
def test_in_firefox_too(packages: Packages, world: World, sample: Path, kim: Account, tmp_path: Path) -> None:
    with firefox(packages, world, tmp_path, sample) as browser:
        x = browser.show(f"{OWNER.screen_name}/following")
        x.await_true(f"document.querySelector('[data-passerelle-badge={KIM.screen_name}]') !== null")
        world.forget()
        x.evaluate(f"document.querySelector('[data-passerelle-badge={KIM.screen_name}]').scrollIntoView()")
        x.press(".mark.hinted")
        assert hosts(world) == set()
        x.press(".press.check")
        assert "names the X account in turn" in text_of(x.await_hidden(".profile"))
        [picture] = x.hidden(".profile img")
        x.until(lambda: picture.evaluate("function () { return this.naturalWidth }"), lambda width: width == 1)
        assert hosts(world) == {APPVIEW, PLC, PDS}


PATH = "/i/api/graphql/inventedinventedinv-_0/Following"
ASK_X = f"""(first) => {{
  const variables = JSON.stringify({{ screen_name: "{OWNER.screen_name}", cursor: `${{first}}|1` }});
  return fetch(`{PATH}?variables=${{encodeURIComponent(variables)}}`).then(({{ status }}) => status);
}}"""
IS_PYTHON_AWAKE = (
    "chrome.runtime.getContexts({ contextTypes: ['OFFSCREEN_DOCUMENT'] }).then((found) => found.length > 0)"
)
HAS_INDEX = "chrome.storage.local.get('badge-index').then((stored) => 'badge-index' in stored)"
QUIET = 8_000  # ms, longer than the background waits for more people: extension/lib/background/hints.ts


def test_after_the_directory_has_come_python_sleeps_until_a_profile_may_name_an_account(
    chromium: Chromium, world: World
) -> None:
    """No server answers: the directory that comes with Passerelle knows no one of these pages."""
    tab = chromium.open_page(f"{APP}#settings")
    chromium.allow_sites(*X_PATTERNS)
    with world.fault(DIRECTORY, unreachable):
        switch_badges(tab)
        await_that(tab, lambda: bool(tab.evaluate(HAS_INDEX)), seconds=30)
        chromium.background.evaluate("chrome.offscreen.closeDocument()")  # as it ends by itself, later

        x = chromium.context.new_page()
        x.goto(f"https://{X}/home")
        assert x.evaluate(ASK_X, 200) == 200  # people without a word about themselves
        x.wait_for_timeout(QUIET)
        assert tab.evaluate(IS_PYTHON_AWAKE) is False

        x.evaluate(ASK_X, 0)
        expect(badge(x, ADA).first).to_be_visible()
        assert tab.evaluate(IS_PYTHON_AWAKE) is True
        badge(x, ADA).first.click()
        assert "not checked" in await_hidden(x, ".standing.unchecked").text
    assert hosts(world) <= {DIRECTORY}


def test_a_person_rejected_in_the_list_has_no_badge(chromium: Chromium, tab: Page) -> None:
    x = browse(chromium)
    expect(badge(x, MAUD)).to_be_visible()
    tab.bring_to_front()
    tab.get_by_test_id("filter-hinted").click()
    row(tab, MAUD.screen_name).get_by_test_id("reject").click()
    x.bring_to_front()
    x.reload()
    expect(badge(x, KIM)).to_be_visible()
    expect(badge(x, MAUD)).to_have_count(0)


def test_a_server_without_an_answer_is_named_and_nothing_is_lost(chromium: Chromium, tab: Page, world: World) -> None:
    x = browse(chromium)
    open_badge(x, KIM)
    with world.silence():
        await_hidden(x, ".press.check").click()
        await_that(x, lambda: "does not answer" in await_hidden(x, ".card .error").text, seconds=60)
    await_hidden(x, ".press.check").click()
    await_hidden(x, ".standing.linked")


def test_deleting_everything_takes_hints_and_their_badges_away(chromium: Chromium, tab: Page) -> None:
    x = browse(chromium)
    expect(badge(x, KIM)).to_be_visible()
    assert "badge-hints" in tab.evaluate("chrome.storage.local.get()")
    tab.bring_to_front()
    tab.get_by_test_id("open-settings").click()
    tab.get_by_test_id("delete-all").click()
    tab.get_by_test_id("delete-yes").click()
    expect(tab.get_by_test_id("deleted")).to_be_visible()
    expect(badge(x, KIM)).to_have_count(0)
    assert "badge-hints" not in tab.evaluate("chrome.storage.local.get()")
