"""Sessions by OAuth at a real PDS that end while following: expired, over after two weeks, revoked, used up."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.session_steps import (
    ACCESS,
    BATCH,
    HOUR,
    LONG,
    await_followed,
    expect_everyone_once,
    open_crowd,
    slow_and_logged,
)
from tests.e2e.steps import authorize_again, authorize_bluesky, error, follow_all, open_bluesky_window
from tests.world.account_page import AccountPage
from tests.world.chromium import Chromium
from tests.world.exchange import Answer, Ask, NoAnswer, Site
from tests.world.pds import Account, Pds
from tests.world.residents import CROWD
from tests.world.sites import PDS
from tests.world.world import World

pytestmark = pytest.mark.e2e

OVER = timedelta(milliseconds=1)
TOKEN = "/oauth/token"


@pytest.fixture
def tab(chromium: Chromium, short_lives: Pds, person: Account, tmp_path: Path) -> Page:
    """The list of the crowd, signed in by OAuth. The token runs out soon, and the client does not know it."""
    short_lives.set_lifetimes(access=ACCESS, told=HOUR)
    return open_signed_in(chromium, person, tmp_path)


def open_signed_in(browser: Chromium, account: Account, folder: Path) -> Page:
    """Open the list of the crowd and sign in by OAuth."""
    page = open_crowd(browser, folder)
    page.get_by_test_id("sign-in").click()
    authorize_bluesky(open_bluesky_window(browser, page, account.handle), account)
    expect(page.get_by_test_id("bluesky-form")).to_be_hidden()
    return page


def expect_stopped(page: Page, pds: Pds, account: Account) -> None:
    """Assert that the queue waits for a sign-in, with some people followed and others not."""
    expect(error(page, "session_expired").first).to_be_visible(timeout=LONG)
    assert 0 < len(pds.list_follows(account.did)) < len(CROWD)


def go_on_after_sign_in(browser: Chromium, page: Page, pds: Pds, account: Account) -> None:
    """Sign in again with the one button, and see that everyone is followed once."""
    pds.set_lifetimes()
    with browser.context.expect_page() as opened:
        page.get_by_test_id("sign-in-again").click()
    authorize_again(opened.value, account)
    await_followed(page)
    expect_everyone_once(pds, account)


def test_a_token_that_expires_in_the_queue_is_renewed(
    tab: Page, world: World, short_lives: Pds, person: Account
) -> None:
    with slow_and_logged(world) as log:
        follow_all(tab)
        await_followed(tab)

    assert log.count(BATCH, 401, b'"exp\\" claim timestamp check failed') > 0
    assert log.count(TOKEN, 200) > 0
    assert log.count(TOKEN, 400, b"invalid_grant") == 0
    expect_everyone_once(short_lives, person)


def test_a_session_that_is_over_in_the_queue_waits_for_a_sign_in(
    chromium: Chromium, tab: Page, world: World, short_lives: Pds, person: Account
) -> None:
    with slow_and_logged(world) as log:
        follow_all(tab)
        log.await_batch(tab)
        short_lives.set_lifetimes(access=ACCESS, told=HOUR, session=OVER)
        expect_stopped(tab, short_lives, person)

    assert log.count(TOKEN, 400, b"Session expired") == 1
    go_on_after_sign_in(chromium, tab, short_lives, person)


def test_a_session_that_was_revoked_on_the_servers_page_waits_for_a_sign_in(
    chromium: Chromium, world: World, pds: Pds, person: Account, tmp_path: Path
) -> None:
    tab = open_signed_in(chromium, person, tmp_path)
    with slow_and_logged(world) as log, AccountPage(pds, person) as page:
        follow_all(tab)
        log.await_batch(tab)
        assert len(page.list_apps()) == 1
        page.revoke_apps()
        expect_stopped(tab, pds, person)

    assert log.count(TOKEN, 400, b"invalid_grant") == 1
    go_on_after_sign_in(chromium, tab, pds, person)


@contextmanager
def dropped_renewals(world: World) -> Iterator[None]:
    """Drop the answers to renewals: the PDS has then used up the refresh token, and the extension has no new one."""

    def drop(site: Site) -> Site:
        def silent(ask: Ask) -> Answer:
            answer = site(ask)
            if ask.method == "POST" and ask.path == TOKEN and answer.status == 200:
                raise NoAnswer(ask.host)
            return answer

        return silent

    with world.fault(PDS, drop):
        yield


def test_a_renewal_whose_answer_is_lost_waits_for_a_sign_in(
    chromium: Chromium, tab: Page, world: World, short_lives: Pds, person: Account
) -> None:
    """The refresh token works once: https://github.com/bluesky-social/atproto/issues/5411"""
    with slow_and_logged(world) as log:
        follow_all(tab)
        log.await_batch(tab)
        with dropped_renewals(world):
            expect_stopped(tab, short_lives, person)

    go_on_after_sign_in(chromium, tab, short_lives, person)
