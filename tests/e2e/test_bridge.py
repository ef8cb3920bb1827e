"""People who are on Bluesky only, for a person signed in on Mastodon: looked for on a bridge, followed from the row."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.data.people import ADA, CHLOE
from tests.e2e.steps import APP, await_matches, hand_over, row, sign_in_to_mastodon
from tests.world.bridge import BRIDGE, bridge
from tests.world.chromium import Chromium
from tests.world.mastodon import Mastodon, Resident
from tests.world.mastodons import PERSON
from tests.world.pds import Account
from tests.world.world import World

pytestmark = pytest.mark.e2e


@pytest.fixture
def tab(chromium: Chromium, sample: Path, home: Mastodon) -> Page:
    """The list of people found, signed in on Mastodon alone."""
    page = chromium.open_page(APP)
    hand_over(page, sample)
    await_matches(page)
    sign_in_to_mastodon(chromium)
    expect(page.get_by_test_id("follow-all")).to_be_enabled()
    return page


def test_a_person_the_bridge_shows_is_followed_from_the_row_and_another_is_not_offered(
    tab: Page, home: Mastodon, world: World, accounts: Mapping[str, Account]
) -> None:
    ada = accounts[ADA.screen_name]
    copy = f"{ada.handle}@{BRIDGE}"
    home.people[copy] = Resident(copy)
    assert world.asked_of(BRIDGE) == []
    with world.fault(BRIDGE, lambda site: bridge({ada.handle: ada.did})):
        chloe = row(tab, CHLOE.screen_name)
        chloe.get_by_test_id("ask-bridge").click()
        expect(chloe.get_by_test_id("bridged")).to_have_attribute("data-state", "absent")
        expect(chloe.locator('[data-network="fediverse"]')).to_have_count(0)
        row(tab, ADA.screen_name).get_by_test_id("ask-bridge").click()
        account = row(tab, ADA.screen_name).locator('[data-testid="account"][data-network="fediverse"]')
        expect(account).to_have_attribute("data-address", copy)
        account.get_by_test_id("follow-button").click()
        expect(account).to_have_attribute("data-state", "following")
    assert home.followed(PERSON) == [copy]
    expect(row(tab, ADA.screen_name).get_by_test_id("bridged")).to_have_count(0)
