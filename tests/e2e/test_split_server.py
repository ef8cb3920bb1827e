"""Accounts whose PDS and authorization server have different host names, as all of bsky.social: with a real PDS."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.data.people import ADA
from tests.e2e import firefox_consent
from tests.e2e.session_steps import ACCESS, HOUR
from tests.e2e.steps import (
    APP,
    authorize_bluesky,
    await_followed,
    await_matches,
    await_that,
    follow_all,
    hand_over,
    open_bluesky_window,
    open_settings,
)
from tests.world.chromium import Chromium
from tests.world.directory import DirectoryServer
from tests.world.exchange import Ask
from tests.world.firefox import Firefox
from tests.world.pds import Account, Pds, Plc
from tests.world.residents import PRESELECTED, make_rows, move_in
from tests.world.sites import PDS, is_batch, make_sites
from tests.world.split import ISSUER, make_split
from tests.world.world import World

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def pds(plc: Plc, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pds]:
    with Pds(plc, tmp_path_factory.mktemp("split"), issuer=f"https://{ISSUER}") as running:
        yield running


@pytest.fixture(scope="module")
def everywhere(plc: Plc, pds: Pds, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    rows = make_rows(move_in(pds))
    with DirectoryServer(tmp_path_factory.mktemp("split-directory"), rows) as directory:
        sites = make_sites(plc, pds, directory, {})
        with World({**sites, **make_split(sites[PDS])}) as running, pds.led_to(running.port, running.authority):
            yield running


def posts(world: World, host: str, path: str) -> list[Ask]:
    """Return the requests that the extension posted to this path of this host."""
    return [ask for ask in world.asked_of(host) if ask.method == "POST" and ask.path == path]


def test_signing_in_following_renewing_and_signing_out_each_ask_the_right_server(
    chromium: Chromium, world: World, short_lives: Pds, person: Account, sample: Path
) -> None:
    tab = chromium.open_page(APP)
    hand_over(tab, sample)
    await_matches(tab)
    short_lives.set_lifetimes(access=ACCESS, told=HOUR)
    tab.get_by_test_id("sign-in").click()
    window = open_bluesky_window(chromium, tab, person.handle)
    window.wait_for_url(f"https://{ISSUER}/**")
    authorize_bluesky(window, person)
    expect(tab.get_by_test_id("bluesky-form")).to_be_hidden()
    assert posts(world, ISSUER, "/oauth/par")

    tab.wait_for_timeout(1000 * ACCESS.total_seconds())
    follow_all(tab)
    await_followed(tab)
    assert len(short_lives.list_follows(person.did)) == len(PRESELECTED)
    assert {ask.host for ask in world.asked if is_batch(ask)} == {PDS}
    renewals = [ask for ask in posts(world, ISSUER, "/oauth/token") if b"refresh_token" in ask.body]
    assert renewals

    open_settings(tab)
    tab.get_by_test_id("sign-out").click()
    expect(tab.get_by_test_id("sign-out")).to_have_count(0)
    await_that(tab, lambda: bool(posts(world, ISSUER, "/oauth/revoke")))
    assert not [ask for ask in world.asked_of(PDS) if ask.path.startswith("/oauth/")]


@pytest.mark.firefox
def test_firefox_signs_in_at_the_other_host_and_follows_at_the_pds(
    firefox: Firefox, world: World, pds: Pds, person: Account, sample: Path
) -> None:
    tab = firefox.open(firefox.url(APP))
    firefox.set_files(tab, '[data-testid="file-input"]', sample)
    firefox.until(tab, "document.querySelector('[data-testid=found]') !== null", seconds=60)
    firefox.click(tab, '[data-testid="sign-in"]')
    firefox_consent.authorize_bluesky(firefox, tab, person)
    firefox.until(tab, "document.querySelector('[data-testid=bluesky-form]') === null", seconds=60)
    assert posts(world, ISSUER, "/oauth/par")

    account = f'[data-screen-name="{ADA.screen_name}"] [data-testid="account"][data-network="bluesky"]'
    firefox.click(tab, f'{account} [data-testid="follow-button"]')
    firefox.until(tab, f"document.querySelector('{account}').dataset.state === 'following'", seconds=60)
    assert len(pds.list_follows(person.did)) == 1
    assert not [ask for ask in world.asked_of(PDS) if ask.path.startswith("/oauth/")]
