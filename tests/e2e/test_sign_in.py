"""Signing in on the server's own page, in real browsers: Mastodon and its relatives."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from playwright.sync_api import Page, Playwright, expect

from tests.conftest import Packages
from tests.e2e.steps import (
    APP,
    authorize_bluesky,
    authorize_mastodon,
    await_followed,
    await_matches,
    await_that,
    error,
    follow_all,
    hand_over,
    open_bluesky_window,
    open_mastodon_window,
    open_settings,
)
from tests.world.chromium import Chromium, closed_world
from tests.world.mastodon import Mastodon
from tests.world.mastodons import HOME, PERSON, SOFTWARE, WITHOUT_API
from tests.world.pds import Account, Pds
from tests.world.residents import PRESELECTED
from tests.world.sites import PDS, is_batch
from tests.world.world import World

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def browser(
    playwright: Playwright, packages: Packages, everywhere: World, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Chromium]:
    """One browser for the file; each test signs out again."""
    profile = tmp_path_factory.mktemp("sign-in") / "profile"
    with Chromium(playwright, packages.chromium, profile, closed_world(everywhere)) as running:
        yield running


@pytest.fixture
def tab(browser: Chromium, world: World, mastodons: Mapping[str, Mastodon]) -> Iterator[Page]:
    for server in mastodons.values():  # tests of other files have signed in there, too
        server.oauth.tokens.clear()
    page = browser.open_page(f"{APP}#sign-in")
    page.get_by_test_id("sign-in-fediverse").check()
    yield page
    page.goto(browser.url(f"{APP}#settings"))
    page.reload()
    expect(page.get_by_test_id("badges-switch")).to_be_visible()
    for _ in range(page.get_by_test_id("sign-out").count()):
        page.get_by_test_id("sign-out").first.click()
    expect(page.get_by_test_id("sign-out")).to_have_count(0)
    page.close()


def expect_signed_in(page: Page, acct: str) -> None:
    expect(page.get_by_test_id("mastodon-form")).to_be_hidden()
    open_settings(page)
    expect(page.locator(f'[data-testid="signed-in"][data-did="{acct}"]')).to_be_visible()


def test_the_offer_to_make_an_account_stays_in_view_while_the_field_has_the_focus(
    browser: Chromium, world: World
) -> None:
    page = browser.context.new_page()
    page.set_viewport_size({"width": 400, "height": 600})
    page.goto(browser.url("popup.html#sign-in"))
    expect(page.get_by_test_id("bluesky-handle")).to_be_focused()
    title = page.get_by_test_id("create-account").get_by_role("heading").bounding_box()
    assert title
    assert 0 <= title["y"] < 600
    assert page.evaluate("scrollY") == 0
    page.close()


@pytest.mark.parametrize("host", SOFTWARE)
def test_each_kind_of_server_signs_in_and_its_token_is_revoked_by_signing_out(
    browser: Chromium, tab: Page, mastodons: Mapping[str, Mastodon], host: str
) -> None:
    server = mastodons[host]
    authorize_mastodon(open_mastodon_window(browser, tab, host))

    expect_signed_in(tab, f"{PERSON}@{host}")
    assert [token.username for token in server.oauth.tokens.values()] == [PERSON]
    tab.get_by_test_id("sign-out").click()
    expect(tab.get_by_test_id("sign-out")).to_have_count(0)
    await_that(tab, lambda: not server.oauth.tokens)


def test_a_refusal_on_the_page_and_a_closed_window_are_told_apart(
    browser: Chromium, tab: Page, mastodons: Mapping[str, Mastodon]
) -> None:
    open_mastodon_window(browser, tab, f"@{PERSON}@{HOME}").locator("#deny").click()
    expect(error(tab, "sign_in_denied")).to_be_visible()

    open_mastodon_window(browser, tab, HOME).close()
    expect(error(tab, "sign_in_closed")).to_be_visible()

    assert mastodons[HOME].oauth.tokens == {}


def test_a_server_that_grants_less_than_following_needs_keeps_no_token(
    browser: Chromium, tab: Page, mastodons: Mapping[str, Mastodon], monkeypatch: pytest.MonkeyPatch
) -> None:
    oauth = mastodons[HOME].oauth
    monkeypatch.setattr(oauth, "grants", lambda _: frozenset({"read:accounts"}))
    open_mastodon_window(browser, tab, HOME).locator("#authorize").click()

    expect(error(tab, "scope_missing")).to_be_visible()
    await_that(tab, lambda: not oauth.tokens)


def test_an_app_that_the_server_deleted_is_registered_again_without_a_word(
    browser: Chromium, tab: Page, mastodons: Mapping[str, Mastodon]
) -> None:
    oauth = mastodons[HOME].oauth
    open_mastodon_window(browser, tab, HOME).locator("#deny").click()
    expect(error(tab, "sign_in_denied")).to_be_visible()
    oauth.apps.clear()

    authorize_mastodon(open_mastodon_window(browser, tab, HOME))

    expect_signed_in(tab, f"{PERSON}@{HOME}")
    assert len(oauth.apps) == 1


@pytest.mark.parametrize("host", WITHOUT_API)
def test_a_server_without_the_api_is_named_by_its_software(tab: Page, host: str) -> None:
    tab.get_by_test_id("mastodon-server").fill(host)
    tab.get_by_test_id("mastodon-submit").click()

    told = error(tab, "server_software_without_api")
    expect(told).to_contain_text(host.partition(".")[0])


def test_a_code_copied_from_the_page_signs_in_where_no_window_opens(
    browser: Chromium, tab: Page, mastodons: Mapping[str, Mastodon]
) -> None:
    tab.get_by_test_id("mastodon-server").fill(HOME)
    with browser.context.expect_page() as opened:
        tab.get_by_test_id("mastodon-code").click()
    window = opened.value
    authorize_mastodon(window)
    code = window.locator("#code").inner_text()
    window.close()
    tab.get_by_test_id("mastodon-code-field").fill(code)
    tab.get_by_test_id("mastodon-submit").click()

    expect_signed_in(tab, f"{PERSON}@{HOME}")


def test_a_sign_in_begun_in_a_popup_that_closes_is_finished(browser: Chromium, tab: Page) -> None:
    tab.goto(browser.url(f"{APP}#settings"))
    with browser.open_popup() as popup:
        popup.goto(browser.url("popup.html#sign-in"))
        popup.get_by_test_id("sign-in-fediverse").check()
        popup.get_by_test_id("mastodon-server").fill(HOME)
        with browser.context.expect_page() as opened:
            popup.get_by_test_id("mastodon-submit").click()
    authorize_mastodon(opened.value)

    expect(tab.locator(f'[data-testid="signed-in"][data-did="{PERSON}@{HOME}"]')).to_be_visible()


# Bluesky, at a real PDS.


@pytest.fixture
def bluesky(tab: Page) -> Page:
    tab.get_by_test_id("sign-in-bluesky").check()
    return tab


def test_a_real_pds_signs_in_by_oauth_follows_and_is_revoked(
    browser: Chromium, bluesky: Page, person: Account, pds: Pds, world: World
) -> None:
    authorize_bluesky(open_bluesky_window(browser, bluesky, person.handle), person)

    expect(bluesky.get_by_test_id("bluesky-form")).to_be_hidden()
    open_settings(bluesky)
    expect(bluesky.locator(f'[data-testid="signed-in"][data-did="{person.did}"]')).to_be_visible()
    assert [ask.path for ask in world.asked if ask.path == "/oauth/par"]
    assert not [ask for ask in world.asked if "createSession" in ask.path]

    bluesky.get_by_test_id("sign-out").click()
    expect(bluesky.get_by_test_id("sign-out")).to_have_count(0)
    await_that(bluesky, lambda: any(ask.path == "/oauth/revoke" and ask.method == "POST" for ask in world.asked))


def test_whom_the_archive_names_is_followed_with_tokens_of_oauth(
    browser: Chromium, bluesky: Page, person: Account, pds: Pds, sample: Path, world: World
) -> None:
    authorize_bluesky(open_bluesky_window(browser, bluesky, person.handle), person)
    expect(bluesky.get_by_test_id("bluesky-form")).to_be_hidden()
    hand_over(bluesky, sample)
    await_matches(bluesky)
    follow_all(bluesky)
    await_followed(bluesky)

    assert len(pds.list_follows(person.did)) == len(PRESELECTED)
    written = [ask for ask in world.asked if is_batch(ask)]
    assert written
    assert all(ask.header("authorization").startswith("DPoP ") and ask.header("dpop") for ask in written)


def test_bluesky_a_refusal_on_the_page_and_a_closed_window_are_told_apart(
    browser: Chromium, bluesky: Page, person: Account
) -> None:
    window = open_bluesky_window(browser, bluesky, person.did)
    window.locator("input[type=password]").fill(person.password)
    window.get_by_role("button", name="Sign in").last.click()
    window.get_by_role("button", name="Deny").or_(window.get_by_role("button", name="Cancel")).last.click()
    expect(error(bluesky, "sign_in_denied")).to_be_visible()

    open_bluesky_window(browser, bluesky, person.handle).close()
    expect(error(bluesky, "sign_in_closed")).to_be_visible()


def test_a_server_can_be_typed_instead_of_an_address(browser: Chromium, bluesky: Page, person: Account) -> None:
    window = open_bluesky_window(browser, bluesky, PDS)
    if window.get_by_role("button", name="Sign in").count():
        window.get_by_role("button", name="Sign in").first.click()
    window.locator("input[name=username]").fill(person.handle)
    authorize_bluesky(window, person)

    expect(bluesky.get_by_test_id("bluesky-form")).to_be_hidden()
    open_settings(bluesky)
    expect(bluesky.locator(f'[data-testid="signed-in"][data-did="{person.did}"]')).to_be_visible()
