"""Follow all on a real PDS: exactly the people chosen, none twice, whatever breaks on the way."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from playwright.sync_api import Page, Playwright, expect

from tests.conftest import Packages
from tests.data.archives import make_archive
from tests.data.people import ADA, DARIUSZ, FARID
from tests.e2e.steps import APP, await_followed, await_matches, error, follow_all, hand_over, row, sign_in
from tests.world.chromium import Chromium, closed_world
from tests.world.pds import Account, Pds
from tests.world.residents import CROWD, PRESELECTED, crowd_did
from tests.world.sites import PDS, is_batch
from tests.world.world import Answer, Ask, Fault, NoAnswer, Site, World, slow

pytestmark = pytest.mark.e2e


def subjects(pds: Pds, account: Account) -> list[str]:
    """Return the dids that `account` follows, as they stand in its repository, sorted; doubles would show."""
    return sorted(follow.subject for follow in pds.list_follows(account.did))


def open_archive(browser: Chromium, archive: Path) -> Page:
    tab = browser.open_page(APP)
    hand_over(tab, archive)
    await_matches(tab)
    return tab


@pytest.fixture
def crowd_archive(tmp_path: Path) -> Path:
    return make_archive(tmp_path / "crowd.zip", following=CROWD)


CROWD_DIDS = sorted(map(crowd_did, CROWD))


def test_follow_all_writes_exactly_the_chosen_people(
    chromium: Chromium, sample: Path, person: Account, pds: Pds, accounts: Mapping[str, Account]
) -> None:
    tab = open_archive(chromium, sample)
    row(tab, DARIUSZ.screen_name).get_by_test_id("choose").uncheck()
    row(tab, FARID.screen_name).get_by_test_id("choose").check()
    sign_in(tab, person)
    follow_all(tab)
    await_followed(tab)

    chosen = ({one.someone for one in PRESELECTED} - {DARIUSZ}) | {FARID}
    names = {account.did: name for name, account in accounts.items()}
    assert sorted(names[did] for did in subjects(pds, person)) == sorted(one.screen_name for one in chosen)


def test_a_second_run_writes_nothing(chromium: Chromium, sample: Path, person: Account, pds: Pds) -> None:
    tab = open_archive(chromium, sample)
    sign_in(tab, person)
    follow_all(tab)
    await_followed(tab)
    revision = pds.revision(person.did)

    hand_over_again(tab, sample)

    expect(row(tab, ADA.screen_name).get_by_test_id("account")).to_have_attribute("data-state", "following")
    expect(tab.get_by_test_id("follow-all")).to_be_disabled()
    assert pds.revision(person.did) == revision


def hand_over_again(tab: Page, archive: Path) -> None:
    tab.get_by_test_id("replace-archive").click()
    hand_over(tab, archive)
    await_matches(tab)


def test_whom_another_app_followed_is_marked_and_not_followed_again(
    chromium: Chromium, sample: Path, person: Account, pds: Pds, accounts: Mapping[str, Account]
) -> None:
    ada = accounts[ADA.screen_name].did
    before = pds.follow(person, ada)
    tab = open_archive(chromium, sample)
    sign_in(tab, person)

    expect(row(tab, ADA.screen_name).get_by_test_id("account")).to_have_attribute("data-state", "following")
    follow_all(tab)
    await_followed(tab)

    assert [follow.uri for follow in pds.list_follows(person.did) if follow.subject == ada] == [before]


def test_one_person_is_followed_by_the_button_in_their_row(
    chromium: Chromium, sample: Path, person: Account, pds: Pds, accounts: Mapping[str, Account]
) -> None:
    tab = open_archive(chromium, sample)
    sign_in(tab, person)
    account = row(tab, FARID.screen_name).get_by_test_id("account")

    account.get_by_test_id("follow-button").click()

    expect(account).to_have_attribute("data-state", "following")
    assert subjects(pds, person) == [accounts[FARID.screen_name].did]


def dies_once_written(pds: Pds) -> Fault:
    """The first batch is written, and then the PDS crashes before it can say so."""

    def fault(site: Site) -> Site:
        def dying(ask: Ask) -> Answer:
            answer = site(ask)
            if is_batch(ask):
                pds.kill()
                raise NoAnswer(ask.host)
            return answer

        return dying

    return fault


def test_a_pds_that_dies_in_the_middle_loses_nothing_and_doubles_nothing(
    chromium: Chromium, world: World, crowd_archive: Path, person: Account, pds: Pds
) -> None:
    tab = open_archive(chromium, crowd_archive)
    sign_in(tab, person)
    with world.fault(PDS, dies_once_written(pds)):
        follow_all(tab)
        expect(error(tab, "server_unreachable")).to_be_visible()
    assert not tab.get_by_test_id("follow-finished").is_visible()

    pds.start()
    await_followed(tab)

    assert subjects(pds, person) == CROWD_DIDS


def test_pause_stops_and_resume_goes_on(
    chromium: Chromium, crowd_archive: Path, person: Account, pds: Pds, world: World
) -> None:
    tab = open_archive(chromium, crowd_archive)
    sign_in(tab, person)
    with world.fault(PDS, slow(seconds=0.5)):
        follow_all(tab)
        tab.get_by_test_id("pause").click()
        expect(tab.get_by_test_id("resume")).to_be_visible()
        written = subjects(pds, person)
    assert len(written) < len(CROWD)

    tab.get_by_test_id("resume").click()
    await_followed(tab)

    assert subjects(pds, person) == CROWD_DIDS


def test_cancelling_keeps_who_is_followed_and_asks_before(
    chromium: Chromium, crowd_archive: Path, person: Account, pds: Pds, world: World
) -> None:
    tab = open_archive(chromium, crowd_archive)
    sign_in(tab, person)
    with world.fault(PDS, slow(seconds=1.5)):
        follow_all(tab)
        tab.get_by_test_id("cancel").click()
        tab.get_by_test_id("cancel-no").click()
        expect(tab.get_by_test_id("cancel-question")).to_be_hidden()
        tab.get_by_test_id("cancel").click()
        tab.get_by_test_id("cancel-yes").click()
        expect(tab.get_by_test_id("follow-all")).to_be_enabled()
    written = subjects(pds, person)
    assert len(written) < len(CROWD)

    follow_all(tab)
    await_followed(tab)
    assert subjects(pds, person) == CROWD_DIDS


def test_a_browser_killed_in_the_middle_goes_on_where_it_was(
    playwright: Playwright,
    packages: Packages,
    world: World,
    tmp_path: Path,
    crowd_archive: Path,
    person: Account,
    pds: Pds,
) -> None:
    profile = tmp_path / "profile"
    browser = Chromium(playwright, packages.chromium, profile, closed_world(world))

    def killing(site: Site) -> Site:
        def once_written(ask: Ask) -> Answer:
            answer = site(ask)
            if is_batch(ask):
                browser.kill()
                raise NoAnswer(ask.host)
            return answer

        return once_written

    tab = open_archive(browser, crowd_archive)
    sign_in(tab, person)
    with world.fault(PDS, killing):
        follow_all(tab)
        browser.await_death()
    assert 0 < len(subjects(pds, person)) < len(CROWD)

    with Chromium(playwright, packages.chromium, profile, closed_world(world)) as browser:
        await_followed(browser.open_page(APP))

    assert subjects(pds, person) == CROWD_DIDS
