"""Sentences with a number or a cause, each in the state of the real extension that would make it untrue."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.data.archives import make_archive
from tests.data.people import ADA, FARID, FRIENDLY
from tests.e2e.steps import APP, await_followed, await_matches, hand_over, row, sign_in
from tests.world.chromium import Chromium
from tests.world.pds import Account
from tests.world.sites import DIRECTORY, PDS, is_batch
from tests.world.world import Answer, Ask, Fault, NoAnswer, Site, World, page, slow

pytestmark = pytest.mark.e2e

STUCK = 30.0  # seconds; long enough to press Stop
BUSY = 90  # seconds that the server asks to wait


def opened(chromium: Chromium, archive: Path) -> Page:
    """Read an archive in a tab of its own."""
    tab = chromium.open_page(APP)
    hand_over(tab, archive)
    return tab


def answers(status: int | None) -> Fault:
    """Answer every follow with a status, 429 with the time of the server's limit; None: no answer at all."""

    def fault(site: Site) -> Site:
        def broken(ask: Ask) -> Answer:
            if not is_batch(ask) and "createRecord" not in ask.path:
                return site(ask)
            if status is None:
                raise NoAnswer(ask.host)
            refused = page(status, b'{"error": "RateLimitExceeded"}', "application/json")
            headers = (("Retry-After", str(BUSY)), ("Access-Control-Allow-Origin", "*"))
            return Answer(refused.status, (*refused.headers, *headers), refused.body)

        return broken

    return fault


def test_followers_that_the_archive_lacks_are_not_counted(chromium: Chromium, tmp_path: Path) -> None:
    tab = opened(chromium, make_archive(tmp_path / "x.zip", omit={"follower.js"}))
    await_matches(tab)
    followers = tab.get_by_test_id("count-followers")
    expect(followers.or_(tab.get_by_test_id("count-following")).first).to_be_attached()
    for count in followers.all():
        assert count.text_content() == "not known"
    assert "Your followers 0" not in (tab.get_by_test_id("archive").text_content() or "")


def test_without_following_the_title_speaks_of_followers(chromium: Chromium, tmp_path: Path) -> None:
    archive = make_archive(tmp_path / "x.zip", omit={"following.js"}, followers=FRIENDLY[:3])
    tab = opened(chromium, archive)
    title = tab.get_by_test_id("found")
    expect(title).to_contain_text("of your followers")
    expect(title).not_to_contain_text("You follow")


def test_a_person_rejected_is_no_longer_found(chromium: Chromium, sample: Path) -> None:
    tab = opened(chromium, sample)
    found = await_matches(tab)
    title = tab.get_by_test_id("found")
    expect(title).to_contain_text(f"; {found} found")
    accounts = row(tab, ADA.screen_name).get_by_test_id("account")
    for account in accounts.all():
        account.get_by_test_id("reject").click()
    expect(title).to_contain_text(f"; {found - 1} found")
    accounts.first.get_by_test_id("undo-reject").click()
    expect(title).to_contain_text(f"; {found} found")


def test_reading_that_was_stopped_does_not_blame_the_directory(
    chromium: Chromium, everywhere: World, sample: Path
) -> None:
    with everywhere.fault(DIRECTORY, slow(STUCK)):
        tab = opened(chromium, sample)
        tab.get_by_test_id("working").get_by_text("Fetching the public directory").wait_for()
        expect(tab.locator('[aria-current="step"]')).to_have_text("Fetching the public directory")
        tab.get_by_test_id("cancel").click()
        expect(tab.get_by_test_id("working")).to_be_hidden()
    expect(tab.get_by_text("could not be downloaded")).to_have_count(0)


@pytest.mark.parametrize(
    ("status", "is_said"), [(429, None), (None, "does not answer"), (502, "has a problem of its own")]
)
def test_waiting_names_the_cause_that_there_is(
    chromium: Chromium, everywhere: World, sample: Path, person: Account, status: int | None, is_said: str | None
) -> None:
    tab = opened(chromium, sample)
    await_matches(tab)
    sign_in(tab, person)
    bar = tab.get_by_test_id("follow-bar")
    with everywhere.fault(PDS, answers(status)):
        expect(tab.get_by_test_id("follow-all")).to_be_enabled()
        tab.get_by_test_id("follow-all").click()
        if is_said:
            expect(bar.get_by_test_id("error")).to_contain_text(is_said)
        else:
            expect(tab.get_by_test_id("follow-status")).to_contain_text("Following goes on by itself at")
            expect(bar.get_by_test_id("error")).to_have_count(0)
        assert "asks" not in bar.inner_text()


def test_after_one_follow_the_number_is_of_all_so_far(chromium: Chromium, sample: Path, person: Account) -> None:
    tab = opened(chromium, sample)
    await_matches(tab)
    sign_in(tab, person)
    ticked = tab.get_by_test_id("choose").and_(tab.locator(":checked:enabled"))
    expect(tab.get_by_test_id("follow-all")).to_be_enabled()
    while ticked.count():
        ticked.first.uncheck()
    for number, who in enumerate((ADA, FARID), start=1):
        account = row(tab, who.screen_name).get_by_test_id("account").first
        account.get_by_test_id("follow-button").click()
        expect(account).to_have_attribute("data-state", "following")
        await_followed(tab)
        said = "1 account followed" if number == 1 else "2 accounts followed"
        expect(tab.get_by_test_id("follow-finished")).to_have_text(f"{said} with Passerelle so far.")
