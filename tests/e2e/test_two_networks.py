"""Following on Bluesky and on Mastodon with one press, in a real browser against a real PDS and a strict stand-in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.data.people import BRUNO, JUNHO
from tests.e2e.steps import APP, await_followed, await_matches, follow_all, hand_over, row, sign_in, sign_in_to_mastodon
from tests.world.chromium import Chromium
from tests.world.mastodon import Mastodon, Relations
from tests.world.mastodons import HOME, PERSON
from tests.world.pds import Account, Pds
from tests.world.residents import FOUND, PRESELECTED

pytestmark = pytest.mark.e2e

ON_MASTODON = sorted(one.acct for one in FOUND if one.acct and one.sources > 1)


@pytest.fixture
def home(mastodons: Mapping[str, Mastodon]) -> Iterator[Mastodon]:
    """The person's server, without any follow of theirs."""
    server = mastodons[HOME]
    server.relations[PERSON] = Relations()
    yield server
    server.relations[PERSON] = Relations()
    server.faults = []


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
