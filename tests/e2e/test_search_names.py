"""Searching by name with a sign-in by OAuth: a further consent, asked for when the button that needs it is pressed.

At a real PDS, which sends the search to the AppView behind it only where the token has the permission.
"""

from __future__ import annotations

import itertools
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.data.archives import make_archive, tweet
from tests.data.people import Someone
from tests.e2e.steps import open_signed_in_by_oauth
from tests.world.chromium import Chromium
from tests.world.pds import BEHIND, Account, Pds
from tests.world.sites import APPVIEW
from tests.world.world import World

pytestmark = pytest.mark.e2e

SEARCH = "rpc:app.bsky.actor.searchActors?aud=*"
_numbers = itertools.count(1)
# Found by name alone: the account's handle is unlike the name on X, and it names the X account.
WANTED = Someone("9000000000000777001", "zq_inkwell", "Zoraida Quillfeather")


@pytest.fixture
def wanted(pds: Pds) -> Account:
    account = pds.create_account(f"inkwell-{next(_numbers)}")
    pds.write_profile(account, {"displayName": WANTED.display_name, "description": f"Also x.com/{WANTED.screen_name}"})
    return account


@pytest.fixture
def opened(chromium: Chromium, wanted: Account, person: Account, tmp_path: Path) -> Page:
    """The tab, signed in by OAuth for following alone, after an archive in which one person is missing."""
    tweets = [tweet(1, f"Bonjour @{WANTED.screen_name}", mentions=[WANTED])]
    archive = make_archive(tmp_path / "x.zip", following=[WANTED], followers=[], tweets=tweets)
    return open_signed_in_by_oauth(chromium, person, archive)


def scopes(world: World) -> list[str]:
    """Return the scopes that sign-ins asked for, in order; a request is repeated with the server's nonce."""
    asked = [parse_qs(ask.body.decode()) for ask in world.asked if (ask.method, ask.path) == ("POST", "/oauth/par")]
    return list(dict.fromkeys(fields["scope"][0] for fields in asked))


def searches(world: World) -> list[str]:
    """Return the words that the AppView behind the PDS was searched for."""
    asked = [urlsplit(ask.path) for ask in world.asked_of(BEHIND)]
    return [parse_qs(one.query)["q"][0] for one in asked if one.path.endswith("searchActors")]


def open_consent(browser: Chromium, page: Page, person: Account) -> Page:
    """Press the button that searches by name, too; return the server's window, signed in."""
    with browser.context.expect_page() as opened:
        page.get_by_test_id("search-names").click()
    window = opened.value
    password = window.locator("input[type=password]")
    expect(password.or_(window.get_by_role("button", name="Authorize")).first).to_be_visible()
    if password.count():
        password.fill(person.password)
        window.get_by_role("button", name="Sign in").last.click()
    return window


def test_the_search_by_name_is_asked_for_when_it_is_pressed_and_finds_the_person(
    chromium: Chromium, opened: Page, person: Account, wanted: Account, world: World
) -> None:
    assert [SEARCH in one for one in scopes(world)] == [False]
    expect(opened.get_by_test_id("search-consent")).to_contain_text("pds.passerelle.eu")
    open_consent(chromium, opened, person).get_by_role("button", name="Authorize").click()
    expect(opened.get_by_test_id("search-status")).to_have_attribute("data-state", "done", timeout=120_000)
    assert [SEARCH in one for one in scopes(world)] == [False, True]
    assert searches(world) == ["zoraida quillfeather"]
    expect(opened.get_by_test_id("search-names")).to_have_count(0)
    opened.get_by_test_id("review-open").click()
    expect(opened.get_by_test_id("review-pair")).to_have_attribute("data-address", wanted.handle)


def test_where_the_consent_is_refused_the_other_sources_are_searched(
    chromium: Chromium, opened: Page, person: Account, world: World
) -> None:
    window = open_consent(chromium, opened, person)
    window.get_by_role("button", name="Deny").or_(window.get_by_role("button", name="Cancel")).last.click()
    expect(opened.get_by_test_id("search-status")).to_have_attribute("data-state", "done", timeout=120_000)
    assert searches(world) == []
    assert [ask for ask in world.asked_of(APPVIEW) if "getProfiles" in ask.path]
    expect(opened.get_by_test_id("search-names")).to_be_visible()
