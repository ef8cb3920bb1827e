"""What Passerelle followed is listed with its dates, saved as CSV, and undone: one person, all, after a new start."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from playwright.sync_api import Page, Playwright, expect

from tests.conftest import Packages
from tests.data.people import ADA
from tests.e2e.steps import APP, await_followed, await_matches, follow_all, hand_over, row, save, sign_in
from tests.world.chromium import Chromium, closed_world
from tests.world.pds import Account, Pds
from tests.world.world import World

pytestmark = pytest.mark.e2e


def followed(pds: Pds, person: Account) -> int:
    return len(pds.list_follows(person.did))


def await_lines(tab: Page, done: str, count: int) -> None:
    expect(tab.locator(f'[data-testid="history-line"][data-done="{done}"]')).to_have_count(count)


def test_what_was_followed_is_listed_saved_and_undone_also_after_a_new_start(
    playwright: Playwright, packages: Packages, world: World, tmp_path: Path, sample: Path, person: Account, pds: Pds
) -> None:
    profile = tmp_path / "profile"
    with Chromium(playwright, packages.chromium, profile, closed_world(world)) as browser:
        tab = browser.open_page(APP)
        hand_over(tab, sample)
        await_matches(tab)
        sign_in(tab, person)
        follow_all(tab)
        await_followed(tab)
        all_followed = followed(pds, person)
        assert all_followed > 1

        row(tab, ADA.screen_name).get_by_test_id("unfollow").first.click()
        expect(row(tab, ADA.screen_name).get_by_test_id("account").first).to_have_attribute("data-state", "none")
        assert followed(pds, person) == all_followed - 1

        tab.get_by_test_id("open-history").click()
        await_lines(tab, "followed", all_followed)
        await_lines(tab, "unfollowed", 1)
        with save(tab, "history-csv", tmp_path).open(newline="") as file:
            done = [line["Done"] for line in csv.DictReader(file)]
        assert done == ["followed"] * all_followed + ["unfollowed"]

    with Chromium(playwright, packages.chromium, profile, closed_world(world)) as browser:
        tab = browser.open_page(f"{APP}#history")
        expect(tab.get_by_test_id("undo-all")).to_have_attribute("data-count", str(all_followed - 1))
        tab.get_by_test_id("undo-all-ask").click()
        tab.get_by_test_id("undo-all-yes").click()
        await_lines(tab, "unfollowed", all_followed)
        expect(tab.get_by_test_id("undo-all")).to_have_count(0)
    assert followed(pds, person) == 0
