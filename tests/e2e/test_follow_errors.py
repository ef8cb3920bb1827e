"""What stops following, in the person's words: on a Mastodon server and at a real PDS. Afterwards it goes on."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.session_steps import open_crowd, slow_and_logged
from tests.e2e.steps import (
    APP,
    authorize_mastodon,
    await_followed,
    await_matches,
    await_that,
    error,
    follow_all,
    hand_over,
    sign_in,
    sign_in_to_mastodon,
)
from tests.world.chromium import Chromium
from tests.world.exchange import Answer, Ask, Fault, Site, page
from tests.world.mastodon import CORS, Mastodon
from tests.world.mastodons import HOME, PERSON
from tests.world.pds import Account, Pds
from tests.world.residents import CROWD, FOUND
from tests.world.world import World, unreachable

pytestmark = pytest.mark.e2e

ON_MASTODON = sorted(one.acct for one in FOUND if one.acct and one.sources > 1)
# What require_user! of app/controllers/api/base_controller.rb answers with 403, and what the person reads.
# No code follows itself, so that the error of the attempt before is never taken for the next one's.
CLOSED = (
    ("Your login is currently pending approval", "own_account_pending", r"not confirmed or approved yet"),
    ("Your login is currently disabled", "own_account_suspended", r"suspended or disabled by its server"),
    ("Your login is missing a confirmed e-mail address", "own_account_pending", r"Follow the link"),
)


def forbidding(words: str) -> Fault:
    """Answer every signed request of the API with 403 and these words."""
    body = json.dumps({"error": words}).encode()

    def fault(site: Site) -> Site:
        def refused(ask: Ask) -> Answer:
            is_signed = ask.path.startswith("/api/") and ask.header("authorization")
            return page(403, body, "application/json", *CORS) if is_signed else site(ask)

        return refused

    return fault


def test_a_mastodon_server_that_stops_following_says_why_and_it_goes_on_afterwards(
    chromium: Chromium, world: World, sample: Path, home: Mastodon
) -> None:
    tab = chromium.open_page(APP)
    hand_over(tab, sample)
    await_matches(tab)
    sign_in_to_mastodon(chromium)
    press: Callable[[Page], None] = follow_all
    for words, code, sentence in CLOSED:
        with world.fault(HOME, forbidding(words)):
            press(tab)
            expect(error(tab, code)).to_contain_text(re.compile(sentence))
            expect(tab.get_by_test_id("resume")).to_be_visible()
        press = resume

    home.most_follows = len(home.followed(PERSON))
    resume(tab)
    expect(error(tab, "follow_limit")).to_contain_text(re.compile(rf"{HOME}.*as many people as the server allows"))
    home.most_follows = 7_500

    home.oauth.tokens.clear()  # revoked on the server's page
    resume(tab)
    expect(error(tab, "session_expired")).to_contain_text("Sign in again")
    assert home.followed(PERSON) == []

    with chromium.context.expect_page() as opened:
        tab.get_by_test_id("sign-in-again").click()
    authorize_mastodon(opened.value)
    await_followed(tab)
    assert home.followed(PERSON) == ON_MASTODON


def resume(tab: Page) -> None:
    tab.get_by_test_id("resume").click()


def test_a_server_that_does_not_answer_is_named_with_a_button_that_opens_it(chromium: Chromium, world: World) -> None:
    tab = chromium.open_page(f"{APP}#sign-in")
    tab.get_by_test_id("sign-in-fediverse").check()
    tab.get_by_test_id("mastodon-server").fill(HOME)
    with world.fault(HOME, unreachable):
        tab.get_by_test_id("mastodon-submit").click()
        expect(error(tab, "server_unreachable")).to_contain_text(HOME)
    opening = tab.get_by_test_id("open-server")
    expect(opening).to_have_attribute("href", f"https://{HOME}/")
    opening.click()
    await_that(tab, lambda: any(ask.path == "/" for ask in world.asked_of(HOME)))


@pytest.mark.parametrize(
    ("close", "code", "sentence"),
    [
        (Pds.take_down, "own_account_suspended", r"suspended or disabled by its server.*Nothing was lost"),
        (Pds.deactivate, "own_account_deactivated", r"Reactivate it in the app"),
    ],
)
def test_a_bluesky_account_that_is_closed_while_following_is_called_so(
    chromium: Chromium,
    world: World,
    person: Account,
    pds: Pds,
    tmp_path: Path,
    close: Callable[[Pds, Account], None],
    code: str,
    sentence: str,
) -> None:
    tab = open_crowd(chromium, tmp_path)
    sign_in(tab, person)
    with slow_and_logged(world) as log:
        follow_all(tab)
        log.await_batch(tab)
        followed = len(pds.list_follows(person.did))
        close(pds, person)
        expect(error(tab, code)).to_contain_text(re.compile(sentence))
    assert 0 < followed < len(CROWD)


def test_signing_in_to_an_account_that_was_taken_down_says_so(chromium: Chromium, person: Account, pds: Pds) -> None:
    pds.take_down(person)
    tab = chromium.open_page(f"{APP}#sign-in")
    tab.get_by_test_id("use-app-password").click()
    tab.get_by_test_id("sign-in-handle").fill(person.did)
    tab.get_by_test_id("sign-in-password").fill(person.app_password)
    tab.get_by_test_id("sign-in-submit").click()
    expect(error(tab, "account_taken_down")).to_contain_text("suspended")
