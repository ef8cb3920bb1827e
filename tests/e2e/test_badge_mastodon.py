"""A badge on the fake x.com follows a Mastodon account with the account that is signed in there."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.data.people import BRUNO
from tests.e2e.steps import APP, await_matches, hand_over, sign_in_to_mastodon, switch_badges
from tests.world.chromium import Chromium, await_hidden
from tests.world.mastodon import Mastodon
from tests.world.mastodons import PERSON
from tests.world.sites import X_PATTERNS, X

pytestmark = pytest.mark.e2e

UNHURRIED = 600  # ms that a question wants to be read before it is answered: extension/lib/x/badge/card.ts
ACCT = "bruno@quai.example.org"


def test_a_person_found_on_mastodon_only_is_followed_from_the_badge(
    chromium: Chromium, sample: Path, home: Mastodon
) -> None:
    page = chromium.open_page(APP)
    hand_over(page, sample)
    await_matches(page)
    sign_in_to_mastodon(chromium)
    chromium.allow_sites(*X_PATTERNS)
    switch_badges(page)
    x = chromium.context.new_page()
    x.goto(f"https://{X}/home")
    mark = x.locator(f'[data-passerelle-badge="{BRUNO.screen_name}"]').first
    expect(mark).to_be_visible()
    mark.click()

    await_hidden(x, ".press.follow")
    x.wait_for_timeout(UNHURRIED)
    await_hidden(x, ".press.follow").click()

    await_hidden(x, ".press.undo")
    assert home.relations[PERSON].following == {ACCT}
