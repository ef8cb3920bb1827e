"""What Passerelle followed is listed, saved as CSV, and undone: by row, card and list, also after a new start."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from playwright.sync_api import Page, Playwright, expect

from tests.conftest import Packages
from tests.data.people import ADA, CHLOE
from tests.e2e.steps import (
    APP,
    await_followed,
    await_matches,
    await_that,
    follow_all,
    hand_over,
    press_in_card,
    row,
    save,
    sign_in,
    switch_badges,
)
from tests.world.chromium import Chromium, closed_world
from tests.world.pds import Account, Pds
from tests.world.sites import X_PATTERNS
from tests.world.world import World

pytestmark = pytest.mark.e2e


def followed(pds: Pds, person: Account) -> int:
    return len(pds.list_follows(person.did))


def follow_everyone(browser: Chromium, sample: Path, person: Account) -> Page:
    tab = browser.open_page(APP)
    hand_over(tab, sample)
    await_matches(tab)
    sign_in(tab, person)
    follow_all(tab)
    await_followed(tab)
    return tab


def await_lines(tab: Page, done: str, count: int) -> None:
    expect(tab.locator(f'[data-testid="history-line"][data-done="{done}"]')).to_have_count(count)


def test_what_was_followed_is_listed_saved_and_undone_also_after_a_new_start(
    playwright: Playwright, packages: Packages, world: World, tmp_path: Path, sample: Path, person: Account, pds: Pds
) -> None:
    profile = tmp_path / "profile"
    with Chromium(playwright, packages.chromium, profile, closed_world(world)) as browser:
        tab = follow_everyone(browser, sample, person)
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


def test_a_row_and_a_card_undo_what_was_followed_before_a_new_start(
    playwright: Playwright,
    packages: Packages,
    world: World,
    tmp_path: Path,
    sample: Path,
    person: Account,
    pds: Pds,
    accounts: dict[str, Account],
) -> None:
    profile = tmp_path / "profile"
    with Chromium(playwright, packages.chromium, profile, closed_world(world)) as browser:
        follow_everyone(browser, sample, person)

    def follows(screen_name: str) -> bool:
        return accounts[screen_name].did in {record.subject for record in pds.list_follows(person.did)}

    assert follows(ADA.screen_name)
    assert follows(CHLOE.screen_name)
    with Chromium(playwright, packages.chromium, profile, closed_world(world)) as browser:
        tab = browser.open_page(APP)
        row(tab, ADA.screen_name).get_by_test_id("unfollow").first.click()
        await_that(tab, lambda: not follows(ADA.screen_name), 60)
        browser.allow_sites(*X_PATTERNS)
        switch_badges(tab)
        press_in_card(browser, CHLOE.screen_name, ".press.undo")
        await_that(tab, lambda: not follows(CHLOE.screen_name), 60)
