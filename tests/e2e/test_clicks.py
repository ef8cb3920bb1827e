"""How many clicks things take: following everyone one, a badge two. Joining, five presses: test_join.py."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.data.people import ADA
from tests.e2e.clicks import Clicks
from tests.e2e.steps import APP, UNHURRIED, await_followed, await_matches, go_home, hand_over, sign_in, switch_badges
from tests.world.chromium import Chromium, await_hidden
from tests.world.pds import Account, Pds
from tests.world.residents import PRESELECTED
from tests.world.sites import X_PATTERNS, X

pytestmark = pytest.mark.e2e


@pytest.fixture
def clicks(chromium: Chromium) -> Clicks:
    return Clicks(chromium.context)


@pytest.fixture
def tab(chromium: Chromium, clicks: Clicks, sample: Path, person: Account) -> Page:
    """The tab with a result, signed in."""
    page = chromium.open_page(APP)
    hand_over(page, sample)
    await_matches(page)
    sign_in(page, person)
    expect(page.get_by_test_id("follow-all")).to_be_enabled()
    return page


def test_after_the_sign_in_everyone_is_followed_by_one_click(
    tab: Page, clicks: Clicks, pds: Pds, person: Account
) -> None:
    clicks.forget()

    tab.get_by_test_id("follow-all").click()
    await_followed(tab)

    assert len(pds.list_follows(person.did)) == len(PRESELECTED)
    assert clicks.seen == [("click", "follow-all")]


def test_a_badge_follows_by_two_clicks(
    chromium: Chromium, tab: Page, clicks: Clicks, accounts: dict[str, Account], pds: Pds, person: Account
) -> None:
    chromium.allow_sites(*X_PATTERNS)
    switch_badges(tab)
    go_home(tab)
    x = chromium.context.new_page()
    x.goto(f"https://{X}/home")
    mark = x.locator(f'article [data-passerelle-badge="{ADA.screen_name}"]').first
    expect(mark).to_be_visible()
    clicks.forget()

    mark.click()
    await_hidden(x, ".press.follow")
    x.wait_for_timeout(UNHURRIED)
    await_hidden(x, ".press.follow").click()
    await_hidden(x, ".press.undo")

    assert [one.subject for one in pds.list_follows(person.did)] == [accounts[ADA.screen_name].did]
    assert clicks.seen == [("click", ADA.screen_name)] * 2
