"""What a person meets first: an archive of which no one is in the directory, and a form whose button stays in place."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.data.archives import make_archive
from tests.data.people import crowd
from tests.e2e.steps import APP, await_matches, hand_over
from tests.world.chromium import Chromium

pytestmark = pytest.mark.e2e

FOLLOWED = crowd(40, first=20_000)  # in no directory; test_bad_input adds people from 9,000 on


def test_when_no_one_is_found_the_page_says_why_and_what_else_to_do(chromium: Chromium, tmp_path: Path) -> None:
    page = chromium.open_page(APP)
    hand_over(page, make_archive(tmp_path / "x.zip", following=FOLLOWED, followers=[], tweets=[]))
    assert await_matches(page, len(FOLLOWED)) == 0

    nobody = page.get_by_test_id("nobody-found")
    expect(nobody).to_contain_text("The directory (")
    expect(nobody).to_contain_text("has none of them")
    expect(page.get_by_text(f"names of 0 of the {len(FOLLOWED)} people you follow")).to_be_visible()
    expect(page.get_by_test_id("read-following").filter(visible=True)).to_have_count(1)  # one more is folded away
    expect(page.get_by_test_id("badges-on")).to_be_visible()
    expect(page.get_by_test_id("look-again")).to_be_visible()


def test_followers_that_were_not_read_are_not_counted_as_none(chromium: Chromium, tmp_path: Path) -> None:
    page = chromium.open_page(APP)
    archive = make_archive(tmp_path / "x.zip", following=FOLLOWED, followers=[], tweets=[])
    hand_over(page, archive)
    await_matches(page, len(FOLLOWED))
    expect(page.get_by_test_id("count-followers")).to_have_text("0")  # the archive has an empty list


def test_the_button_of_the_sign_in_stays_in_place_when_a_warning_appears(chromium: Chromium) -> None:
    page = chromium.open_page(f"{APP}#sign-in")
    page.set_viewport_size({"width": 400, "height": 600})
    page.get_by_test_id("sign-in-handle").fill("ada.example.org")
    page.get_by_test_id("sign-in-password").fill("my main password")
    button = page.get_by_test_id("sign-in-submit")
    before = button.bounding_box()
    page.get_by_test_id("sign-in-password").blur()
    expect(page.get_by_text("App passwords look like")).to_be_visible()
    assert button.bounding_box() == before


def test_the_settings_show_the_licence_of_each_part(chromium: Chromium) -> None:
    page = chromium.open_page(f"{APP}#settings")
    licences = page.get_by_test_id("licences")
    licences.locator("summary").click()
    expect(licences.get_by_role("link", name="Pyodide")).to_be_visible()
    address = licences.get_by_role("link", name="Passerelle").get_attribute("href")
    assert "GNU AFFERO GENERAL PUBLIC LICENSE" in page.evaluate(
        "(url) => fetch(url).then((got) => got.text())", address
    )
