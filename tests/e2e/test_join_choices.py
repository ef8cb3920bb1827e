"""Around joining, in real browsers with a real PDS: an objection, blocking first, a consent by OAuth, and Firefox."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs

import pytest
from playwright.sync_api import Page, expect

from tests.data.archives import make_archive
from tests.data.people import ADA, CHLOE, DARIUSZ, OWNER
from tests.e2e.steps import (
    APP,
    authorize_again,
    await_matches,
    await_that,
    hand_over,
    open_signed_in_by_oauth,
    sign_in,
)
from tests.e2e.test_firefox import at, open_archive
from tests.world.chromium import Chromium
from tests.world.firefox import Firefox
from tests.world.pds import Account, Pds, Plc
from tests.world.residents import SEEN, SOURCES, invented_did, make_rows
from tests.world.town import Town, open_town
from tests.world.world import World

pytestmark = pytest.mark.e2e

CLAIM, BLOCK = "eu.passerelle.claim", "app.bsky.graph.block"
LISTED_DID = invented_did("the owner's account, as a list states it")
LISTED = {
    "rest_id": OWNER.rest_id,
    "screen_name": OWNER.screen_name,
    "did": LISTED_DID,
    "kind": "person",
    "source": SOURCES[0],
    "source_date": SEEN,
}


@pytest.fixture(scope="module")
def town(plc: Plc, pds: Pds, accounts: dict[str, Account], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """One town for the file; a list states an account of the owner, who has not joined."""
    folder = tmp_path_factory.mktemp("choices") / "town"
    with open_town(plc, pds, folder, [*make_rows(accounts), LISTED]) as running:
        yield running


@pytest.fixture(scope="module")
def everywhere(town: Town) -> World:
    return town.world


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """The owner follows Dariusz, and blocks two people who are on Bluesky."""
    return make_archive(tmp_path / "x.zip", following=[DARIUSZ], followers=[], blocked=[ADA, CHLOE])


def open_join(browser: Chromium, archive: Path, account: Account | None = None) -> Page:
    """Open the page of joining after the archive was read, signed in with an app password where there is an account."""
    page = browser.open_page(APP)
    hand_over(page, archive)
    await_matches(page, 1)
    if account:
        sign_in(page, account)
        expect(page.get_by_test_id("follow-all")).to_be_visible()
    page.get_by_test_id("open-join").click()
    return page


def subjects(pds: Pds, account: Account) -> set[str]:
    return {record["value"]["subject"] for record in pds.list_records(account.did, BLOCK)}


def test_a_person_who_never_joined_has_what_a_list_states_removed(
    chromium: Chromium, town: Town, archive: Path
) -> None:
    assert [row["did"] for row in town.rows(OWNER.rest_id)] == [LISTED_DID]
    page = open_join(chromium, archive)
    page.get_by_test_id("objection").locator("summary").click()
    expect(page.get_by_test_id("objection-x")).to_be_checked()
    page.get_by_test_id("objection-start").click()
    standing = page.get_by_test_id("standing-objection")
    expect(standing).to_have_attribute("data-status", "made")
    with chromium.context.expect_page() as opened:
        standing.get_by_test_id("open-post").click()
    opened.value.get_by_test_id("tweetButton").click()
    expect(opened.value.get_by_test_id("tweetText")).to_contain_text("psr-")
    page.get_by_test_id("post-address-objection").fill(opened.value.url)
    page.get_by_test_id("post-check-objection").click()
    expect(standing).to_have_attribute("data-status", "carried_out")
    assert page.get_by_test_id("standing-claim").count() == 0

    town.registrar.publish()
    assert town.rows(OWNER.rest_id) == []


def test_people_blocked_on_x_are_blocked_first_and_unblocked_again(
    chromium: Chromium, pds: Pds, accounts: dict[str, Account], archive: Path, person: Account
) -> None:
    page = open_join(chromium, archive, person)
    expect(page.get_by_test_id("block-first")).to_have_attribute("data-state", "offered")
    assert subjects(pds, person) == set()
    page.get_by_test_id("block-start").click()
    expect(page.get_by_test_id("block-first")).to_have_attribute("data-state", "done")
    assert subjects(pds, person) == {accounts[one.screen_name].did for one in (ADA, CHLOE)}
    page.get_by_test_id("block-undo").click()
    expect(page.get_by_test_id("block-first")).to_have_attribute("data-state", "undone")
    assert subjects(pds, person) == set()
    expect(page.get_by_test_id("block-start")).to_be_visible()


def scopes(world: World) -> list[str]:
    """Return the scopes that sign-ins asked for, in order; a request is repeated with the server's nonce."""
    asked = [parse_qs(ask.body.decode()) for ask in world.asked if (ask.method, ask.path) == ("POST", "/oauth/par")]
    return list(dict.fromkeys(fields["scope"][0] for fields in asked))


def test_the_server_is_asked_to_allow_the_entry_when_join_is_pressed(
    chromium: Chromium, pds: Pds, world: World, archive: Path, person: Account
) -> None:
    page = open_signed_in_by_oauth(chromium, person, archive)
    page.get_by_test_id("open-join").click()
    expect(page.get_by_test_id("join-name")).to_have_text(f"@{OWNER.screen_name}")
    assert [CLAIM in one for one in scopes(world)] == [False]

    with chromium.context.expect_page() as opened:
        page.get_by_test_id("join-start").click()
    assert pds.list_records(person.did, CLAIM) == []
    authorize_again(opened.value, person)
    await_that(page, lambda: len(pds.list_records(person.did, CLAIM)) == 1, 30)
    expect(page.get_by_test_id("standing-claim")).to_have_attribute("data-status", "made")
    assert [(CLAIM in one, BLOCK in one) for one in scopes(world)] == [(False, False), (True, False)]
    page.get_by_test_id("join-withdraw-claim").click()
    page.get_by_test_id("withdraw-claim-yes").click()
    expect(page.get_by_test_id("standing-claim")).to_have_attribute("data-status", "withdrawn")
    await_that(page, lambda: pds.list_records(person.did, CLAIM) == [], 30)  # deleted once the claim is withdrawn


@pytest.mark.firefox
def test_joining_in_firefox(firefox: Firefox, pds: Pds, archive: Path, person: Account) -> None:
    tab = open_archive(firefox, archive)
    firefox.click(tab, at("sign-in"))
    firefox.click(tab, at("use-app-password"))
    firefox.fill(tab, at("sign-in-handle"), person.handle)
    firefox.fill(tab, at("sign-in-password"), person.app_password)
    firefox.click(tab, at("sign-in-submit"))
    firefox.until(tab, f"document.querySelector('{at('follow-all')}') !== null", seconds=60)
    firefox.click(tab, at("open-join"))
    firefox.until(tab, f"document.querySelector('{at('join-bluesky')}') !== null", seconds=60)
    before = firefox.tabs()
    firefox.click(tab, at("join-start"))
    on_x = firefox.await_new_tab(before)
    firefox.click(on_x, at("tweetButton"))
    url = firefox.until(on_x, f"document.querySelector('{at('tweetText')}') && location.href")
    assert len(pds.list_records(person.did, CLAIM)) == 1
    firefox.command("browsingContext.activate", context=tab)
    firefox.fill(tab, at("post-address-claim"), url)
    firefox.click(tab, at("post-check-claim"))
    status = f"document.querySelector('{at('standing-claim')}')?.dataset.status"
    firefox.until(tab, f"{status} === 'checked'", seconds=60)
