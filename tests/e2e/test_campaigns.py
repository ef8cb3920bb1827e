"""A campaign that the directory's operator announces reaches the engine's store, with the directory."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.data.archives import make_archive
from tests.data.people import ADA
from tests.e2e.steps import APP, await_matches, hand_over
from tests.world.chromium import Chromium
from tests.world.directory import DirectoryServer

pytestmark = pytest.mark.e2e

DAY = (datetime.now(UTC) + timedelta(days=30)).date().isoformat()
TOML = f"""
[[campaign]]
id = "together"
date = {DAY}
name = {{ en = "Leave together", ar = "نغادر معًا" }}
message = {{ en = "On this day, we all leave.", ar = "في هذا اليوم نغادر جميعًا." }}
"""
STORED = """new Promise((done, fail) => {
  const opening = indexedDB.open("passerelle");
  opening.onerror = fail;
  opening.onsuccess = () => {
    const reading = opening.result.transaction("state").objectStore("state").get("campaigns");
    reading.onerror = fail;
    reading.onsuccess = () => { opening.result.close(); done(reading.result); };
  };
})"""


@pytest.fixture
def announced(directory: DirectoryServer) -> Iterator[None]:
    """The directory that all tests share announces a campaign, for this test."""
    directory.announce(TOML)
    yield
    directory.announce("")


@pytest.mark.usefixtures("announced")
def test_an_announced_campaign_is_stored_in_all_its_languages(chromium: Chromium, tmp_path: Path) -> None:
    tab = chromium.open_page(APP)
    hand_over(tab, make_archive(tmp_path / "x.zip", following=[ADA]))
    await_matches(tab, 1)
    (campaign,) = tab.evaluate(STORED)["campaigns"]
    assert (campaign["campaign_id"], campaign["date"]) == ("together", DAY)
    assert campaign["name"] == {"en": "Leave together", "ar": "نغادر معًا"}
    assert campaign["message"].keys() == {"en", "ar"}


@pytest.mark.usefixtures("announced")
def test_an_announced_day_is_chosen_with_one_press(chromium: Chromium, tmp_path: Path) -> None:
    tab = chromium.open_page(APP)
    hand_over(tab, make_archive(tmp_path / "x.zip", following=[ADA]))
    await_matches(tab, 1)
    tab.get_by_test_id("open-date").click()
    campaign = tab.get_by_test_id("date-campaign")
    expect(campaign).to_contain_text("Leave together")
    campaign.click()
    expect(campaign).to_have_attribute("aria-pressed", "true")
    expect(tab.get_by_text("On this day, we all leave.")).to_be_visible()
    expect(tab.get_by_test_id("date-input")).to_have_value(DAY)
    tab.get_by_test_id("date-approve").click()
    expect(tab.get_by_test_id("date")).to_have_attribute("data-day", DAY)
