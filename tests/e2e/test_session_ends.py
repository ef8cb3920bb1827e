"""Tokens of a real PDS that expire while following; and a wrong clock."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Playwright, expect

from tests.conftest import Packages
from tests.e2e.session_steps import ACCESS, BATCH, await_followed, expect_everyone_once, open_crowd, slow_and_logged
from tests.e2e.steps import APP, error, follow_all, sign_in
from tests.world.chromium import Chromium, closed_world
from tests.world.clock import copy_with_clock
from tests.world.pds import Account, Pds
from tests.world.sites import PDS
from tests.world.world import World

pytestmark = pytest.mark.e2e


def test_a_token_of_an_app_password_that_expires_in_the_queue_is_renewed(
    chromium: Chromium, world: World, short_lives: Pds, person: Account, tmp_path: Path
) -> None:
    tab = open_crowd(chromium, tmp_path)
    short_lives.set_lifetimes(access=ACCESS)
    sign_in(tab, person)
    with slow_and_logged(world) as log:
        follow_all(tab)
        await_followed(tab)

    assert log.count(BATCH, 400, b"ExpiredToken") > 0
    assert log.count("/xrpc/com.atproto.server.refreshSession", 200) > 0
    expect_everyone_once(short_lives, person)


@pytest.mark.parametrize("hours", [-1, 1])
def test_a_clock_that_is_an_hour_off_is_called_a_wrong_clock(
    playwright: Playwright, packages: Packages, world: World, tmp_path: Path, person: Account, hours: int
) -> None:
    package = copy_with_clock(packages.chromium, tmp_path / "package", timedelta(hours=hours))
    with Chromium(playwright, package, tmp_path / "profile", closed_world(world)) as browser:
        page = browser.open_page(f"{APP}#sign-in")
        page.get_by_test_id("bluesky-handle").fill(person.handle)
        page.get_by_test_id("bluesky-submit").click()
        expect(error(page, "clock_wrong")).to_contain_text(PDS)
