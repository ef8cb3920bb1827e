"""Saved in Chromium, restored in Firefox: the same list and decisions; both go on, and no one is followed twice."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.data.people import ADA
from tests.e2e.steps import (
    APP,
    await_followed,
    await_matches,
    await_that,
    command,
    follow_all,
    go_home,
    hand_over,
    open_settings,
    row,
    sign_in,
)
from tests.e2e.tabs import ChromiumTab, FirefoxTab, Tab, at
from tests.world.chromium import Chromium
from tests.world.firefox import Firefox
from tests.world.pds import Account, Pds
from tests.world.sites import PDS, is_batch
from tests.world.world import Answer, Ask, Site, World, page

pytestmark = [pytest.mark.e2e, pytest.mark.firefox]

LONG = 60.0  # seconds: the engine starts, and the directory is downloaded, on a busy machine
# Who is in the list, and what was decided about them.
LIST = """(async () => {
  const database = await new Promise((done) => {
    const opening = indexedDB.open("passerelle");
    opening.onsuccess = () => done(opening.result);
  });
  const matches = await new Promise((done) => {
    const reading = database.transaction("matches").objectStore("matches").getAll();
    reading.onsuccess = () => done(reading.result);
  });
  database.close();
  return matches.map(({ rest_id, accounts }) => [
    rest_id, accounts.map(({ network, address, chosen, rejected }) => [network, address, chosen, rejected]),
  ]).sort();
})()"""


def no_batches(site: Site) -> Site:
    """Refuse to write batches for now."""

    def refusing(ask: Ask) -> Answer:
        return page(503, b"", "text/plain") if is_batch(ask) else site(ask)

    return refusing


def save_backup(tab: Page, folder: Path) -> Path:
    open_settings(tab)
    with tab.expect_download() as download:
        tab.get_by_test_id("backup-save").click()
    saved = folder / download.value.suggested_filename
    download.value.save_as(saved)
    expect(tab.get_by_test_id("backup-saved")).to_contain_text(saved.name)
    return saved


def restore(tab: Tab, file: Path) -> None:
    tab.choose(at("backup-input"), file)
    tab.await_true(f"document.querySelector('{at('backup-question')}')?.open === true", LONG)
    tab.click(at("backup-yes"))
    tab.await_true(f"document.querySelector('{at('backup-restored')}') !== null", LONG)


def list_of(tab: Tab) -> Any:
    return tab.evaluate(LIST)


def test_saved_in_chromium_and_restored_in_firefox_both_go_on_and_no_follow_is_doubled(
    chromium: Chromium, firefox: Firefox, world: World, pds: Pds, person: Account, sample: Path, tmp_path: Path
) -> None:
    tab = chromium.open_page(APP)
    hand_over(tab, sample)
    await_matches(tab)
    sign_in(tab, person)
    ada = row(tab, ADA.screen_name).get_by_test_id("account").first
    address = ada.get_attribute("data-address") or ""
    command(tab, "decision.set", rest_id=ADA.rest_id, network="bluesky", address=address, decision="rejected")
    with world.fault(PDS, no_batches):
        follow_all(tab)
        await_that(tab, lambda: any(map(is_batch, world.asked)), LONG)
        tab.get_by_test_id("pause").click()
        expect(tab.get_by_test_id("resume")).to_be_visible()
    saved = save_backup(tab, tmp_path)
    text = saved.read_text(encoding="utf-8")
    assert person.app_password not in text
    assert not any(word in text for word in ("accessJwt", "refreshJwt", "eyJ", "DPoP", "password"))
    before = list_of(ChromiumTab(tab))

    other = FirefoxTab(firefox, firefox.open(firefox.url(f"{APP}#settings")))
    cut = tmp_path / "cut.json"
    cut.write_text(text[: len(text) // 2], encoding="utf-8")
    other.choose(at("backup-input"), cut)
    other.await_true(f"document.querySelector('{at('error')}')?.dataset.code === 'backup_unreadable'", LONG)
    assert list_of(other) == []

    restore(other, saved)
    assert list_of(other) == before
    assert pds.list_follows(person.did) == []

    other.click(at("home"))
    other.click(at("sign-in"))
    other.click(at("use-app-password"))
    other.fill(at("sign-in-handle"), person.handle)
    other.fill(at("sign-in-password"), person.app_password)
    other.click(at("sign-in-submit"))
    other.await_true(f"document.querySelector('{at('resume')}') !== null", LONG)
    assert pds.list_follows(person.did) == []  # not by itself
    other.click(at("resume"))
    go_home(tab)
    tab.get_by_test_id("resume").click()
    await_followed(tab)
    other.await_true(f"document.querySelector('{at('follow-finished')}') !== null", LONG)

    subjects = [record.subject for record in pds.list_follows(person.did)]
    waiting = [one for key, one in json.loads(text)["stores"]["queue"].items() if " " in key]
    assert sorted(subjects) == sorted(one["target"] for one in waiting)
    assert len(subjects) == len(set(subjects)) > 1


def test_a_restored_copy_replaces_the_list_after_a_question_which_can_be_declined(
    chromium: Chromium, sample: Path, tmp_path: Path
) -> None:
    tab = chromium.open_page(APP)
    hand_over(tab, sample)
    found = await_matches(tab)
    saved = save_backup(tab, tmp_path)
    tab.get_by_test_id("backup-input").set_input_files(saved)
    question = tab.get_by_test_id("backup-question")
    expect(question).to_be_visible()
    tab.keyboard.press("Escape")
    expect(question).to_be_hidden()
    expect(tab.get_by_test_id("backup-restored")).to_have_count(0)

    tab.get_by_test_id("backup-input").set_input_files(saved)
    expect(question).to_be_visible()
    tab.get_by_test_id("backup-yes").click()
    expect(tab.get_by_test_id("backup-restored")).to_be_visible()
    go_home(tab)
    assert await_matches(tab) == found
