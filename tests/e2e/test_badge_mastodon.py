"""A badge on the fake x.com follows a Mastodon account with the account that is signed in there."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.data.people import BRUNO
from tests.e2e.steps import APP, await_matches, hand_over, press_in_card, sign_in_to_mastodon, switch_badges
from tests.world.chromium import Chromium, await_hidden
from tests.world.mastodon import Mastodon
from tests.world.mastodons import PERSON
from tests.world.sites import X_PATTERNS

pytestmark = pytest.mark.e2e

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

    x = press_in_card(chromium, BRUNO.screen_name, ".press.follow")

    await_hidden(x, ".press.undo")
    assert home.relations[PERSON].following == {ACCT}
