"""Signing in on the server's own page in Firefox, on both networks, and following one person on each."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.data.people import ADA, BRUNO
from tests.e2e.firefox_consent import authorize_bluesky, authorize_mastodon
from tests.e2e.steps import APP
from tests.world.firefox import Firefox
from tests.world.mastodon import Mastodon
from tests.world.mastodons import HOME, PERSON
from tests.world.pds import Account, Pds
from tests.world.world import World

pytestmark = [pytest.mark.e2e, pytest.mark.firefox]


def at(test_id: str) -> str:
    return f'[data-testid="{test_id}"]'


def account_of(screen_name: str, network: str) -> str:
    return f'[data-screen-name="{screen_name}"] [data-testid="account"][data-network="{network}"]'


def follow_one(firefox: Firefox, tab: str, screen_name: str, network: str) -> None:
    account = account_of(screen_name, network)
    firefox.click(tab, f"{account} {at('follow-button')}")
    firefox.until(tab, f"document.querySelector('{account}').dataset.state === 'following'", seconds=60)


def test_one_person_is_followed_on_each_network_after_signing_in_on_its_page(
    firefox: Firefox, world: World, pds: Pds, person: Account, sample: Path, home: Mastodon
) -> None:
    tab = firefox.open(firefox.url(APP))
    firefox.set_files(tab, at("file-input"), sample)
    firefox.until(tab, f"document.querySelector('{at('found')}') !== null", seconds=60)

    firefox.click(tab, at("sign-in"))
    authorize_bluesky(firefox, tab, person)
    firefox.until(tab, f"document.querySelector('{at('bluesky-form')}') === null", seconds=60)
    follow_one(firefox, tab, ADA.screen_name, "bluesky")
    assert len(pds.list_follows(person.did)) == 1
    assert not [ask for ask in world.asked if "createSession" in ask.path and ask.header("origin")]

    page = firefox.open(firefox.url(f"{APP}#sign-in"))
    firefox.click(page, at("sign-in-fediverse"))
    authorize_mastodon(firefox, page, HOME, PERSON)
    firefox.until(page, f"document.querySelector('{at('mastodon-form')}') === null", seconds=60)
    follow_one(firefox, page, BRUNO.screen_name, "fediverse")
    assert home.followed(PERSON) == ["bruno@quai.example.org"]
