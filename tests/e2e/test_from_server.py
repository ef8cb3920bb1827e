"""Following a Mastodon account from one's own server, for a person who is signed in nowhere."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.data.people import BRUNO
from tests.e2e.steps import APP, await_matches, go_home, hand_over, row, switch_badges
from tests.world.chromium import Chromium, await_hidden
from tests.world.sites import X_PATTERNS, X
from tests.world.world import World

pytestmark = pytest.mark.e2e

SERVER = "quai.example.org"  # its WebFinger names a follow page: tests/world/fediverse.py
MINE = f"nils@{SERVER}"
FOLLOW_PAGE = f"https://{SERVER}/authorize_interaction?uri=bruno%40quai.example.org"


def follow_from(page: Page) -> None:
    """Press the button that finds the follow page, and wait until it is there."""
    page.get_by_test_id("server-open").click()
    page.wait_for_url(FOLLOW_PAGE)


def test_a_badge_and_the_list_lead_to_the_follow_page_of_ones_own_server(
    chromium: Chromium, sample: Path, world: World
) -> None:
    tab = chromium.open_page(APP)
    hand_over(tab, sample)
    await_matches(tab)
    chromium.allow_sites(*X_PATTERNS)
    switch_badges(tab)
    go_home(tab)
    x = chromium.context.new_page()
    x.goto(f"https://{X}/home")
    mark = x.locator(f'[data-passerelle-badge="{BRUNO.screen_name}"]').first
    expect(mark).to_be_visible()
    mark.click()
    world.forget()
    with chromium.context.expect_page() as opened:
        await_hidden(x, ".press.from-server").click()
    page = opened.value
    assert {ask.host for ask in world.asked} - {X} == set(), "nothing is asked before the button is pressed"

    page.get_by_test_id("server-typed").fill("192.168.1.1")
    page.get_by_test_id("server-open").click()
    expect(page.get_by_test_id("server-error")).not_to_be_empty()
    assert {ask.host for ask in world.asked} - {X} == set()
    page.get_by_test_id("server-typed").fill(MINE)
    follow_from(page)
    assert {ask.host for ask in world.asked} - {X} == {SERVER}

    tab.bring_to_front()
    with chromium.context.expect_page() as opened:
        row(tab, BRUNO.screen_name).get_by_test_id("from-server").click()
    again = opened.value
    expect(again.get_by_test_id("server-typed")).to_have_value(MINE)
    follow_from(again)
