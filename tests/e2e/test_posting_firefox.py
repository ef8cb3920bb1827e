"""Posting for the person in Firefox: the consent in the server's window, one post on each network, nothing kept."""

from __future__ import annotations

import pytest

from tests.e2e.firefox_consent import (
    allow_mastodon,
    authorize_bluesky,
    authorize_mastodon,
    give_password,
    press_authorize,
)
from tests.e2e.steps import APP
from tests.e2e.test_posting import CONSENTS, TEXT, expect_as_written, posts_of
from tests.world.firefox import Firefox
from tests.world.mastodon import Mastodon
from tests.world.mastodons import HOME, PERSON
from tests.world.pds import Account, Pds

pytestmark = [pytest.mark.e2e, pytest.mark.firefox, pytest.mark.soak]


def at(test_id: str) -> str:
    return f'[data-testid="{test_id}"]'


def inside(network: str, test_id: str) -> str:
    return f'[data-testid="post"][data-place="{network}"] {at(test_id)}'


def press(firefox: Firefox, tab: str, network: str) -> str:
    """Write a text, have it posted, and return the window in which the server asks."""
    firefox.fill(tab, inside(network, "post-text"), TEXT)
    firefox.click(tab, inside(network, "post-for-me"))
    before = firefox.tabs()
    firefox.click(tab, inside(network, "posting-yes"))
    return firefox.await_new_tab(before)


def await_posted(firefox: Firefox, tab: str, network: str) -> None:
    posted = f"document.querySelector('{inside(network, 'posting')}').dataset.state === 'posted'"
    firefox.until(tab, posted, seconds=60)


def authorize_again(firefox: Firefox, window: str, account: Account) -> None:
    """Allow what the server asks, with the password where it wants it once more."""
    give_password(firefox, window, account)
    press_authorize(firefox, window)


def test_a_post_on_each_network_with_a_consent_that_ends_with_it(
    firefox: Firefox, person: Account, home: Mastodon, pds: Pds
) -> None:
    tab = firefox.open(firefox.url(f"{APP}#sign-in"))
    firefox.click(tab, at("sign-in-bluesky"))
    authorize_bluesky(firefox, tab, person)
    firefox.until(tab, f"document.querySelector('{at('bluesky-form')}') === null", seconds=60)
    firefox.close_tab(tab)
    tab = firefox.open(firefox.url(f"{APP}#sign-in"))
    firefox.click(tab, at("sign-in-fediverse"))
    authorize_mastodon(firefox, tab, HOME, PERSON)
    firefox.until(tab, f"document.querySelector('{at('mastodon-form')}') === null", seconds=60)
    tokens = set(home.oauth.tokens)

    page = firefox.open(firefox.url(f"{APP}#exit"))
    authorize_again(firefox, press(firefox, page, "bluesky"), person)
    await_posted(firefox, page, "bluesky")
    (record,) = posts_of(pds, person)
    expect_as_written(pds, person, record)

    allow_mastodon(firefox, press(firefox, page, "fediverse"), PERSON)
    await_posted(firefox, page, "fediverse")
    (status,) = home.posts.statuses
    assert (status.text, status.visibility, status.owner) == (TEXT, "public", PERSON)
    gone = f"({CONSENTS})().then((count) => count === 0)"
    firefox.until(page, gone, seconds=60)
    assert set(home.oauth.tokens) == tokens
