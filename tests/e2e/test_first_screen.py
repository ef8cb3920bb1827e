"""What fits on the first screen: three ways to begin, and three people of a result, in a popup of 400 x 600 px."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from passerelle_directory.web.languages import LANGUAGES
from playwright.sync_api import FloatRect, Page, ViewportSize, expect

from tests.e2e.steps import APP, await_matches, hand_over
from tests.world.chromium import Chromium

pytestmark = pytest.mark.e2e

POPUP = "popup.html"
POPUP_SIZE: ViewportSize = {"width": 400, "height": 600}  # a browser's popup is never higher
TAB_SIZE: ViewportSize = {"width": 1280, "height": 720}
WAYS = ("way-archive", "way-get", "way-read")


def box_of(page: Page, test_id: str) -> FloatRect:
    box = page.get_by_test_id(test_id).first.bounding_box()
    assert box, f"{test_id} is not shown"
    return box


def foot(box: FloatRect) -> float:
    return box["y"] + box["height"]


def set_language(page: Page, language: str) -> None:
    page.evaluate("(language) => chrome.storage.local.set({ language })", language)
    expect(page.locator("html")).to_have_attribute("lang", re.compile(rf"^{language}\b"))


def people_in_sight(page: Page) -> list[FloatRect]:
    """Return the boxes of the first rows of the list that end above the bar at the foot."""
    bar = box_of(page, "follow-bar")
    rows = page.get_by_test_id("match-row").all()[:6]
    return [box for row in rows if (box := row.bounding_box()) and foot(box) <= bar["y"]]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("name", "size"), [(POPUP, POPUP_SIZE), (APP, TAB_SIZE)])
def test_the_first_screen_shows_all_three_ways_to_begin(
    shared: Chromium, name: str, size: ViewportSize, language: str
) -> None:
    page = shared.open_page(name)
    page.set_viewport_size(size)
    set_language(page, language)

    boxes = [box_of(page, way) for way in WAYS]
    assert all(box["y"] >= 0 and foot(box) <= size["height"] for box in boxes), boxes
    assert all(box["x"] >= 0 and box["x"] + box["width"] <= size["width"] for box in boxes), boxes
    for control in ("choose-file", "choose-folder", "read-following", "read-followers"):
        assert foot(box_of(page, control)) <= size["height"], control
    page.close()


def test_only_the_popup_says_how_to_drag_a_file(shared: Chromium) -> None:
    popup, tab = shared.open_page(POPUP), shared.open_page(APP)
    set_language(tab, "en")
    expect(popup.get_by_role("heading", name="Choose your X archive")).to_be_visible()
    expect(popup.get_by_test_id("drop-in-tab")).to_be_visible()
    expect(tab.get_by_role("heading", name="Drop your X archive here")).to_be_visible()
    expect(tab.get_by_test_id("drop-in-tab")).to_have_count(0)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_popup_shows_three_people_of_a_result(chromium: Chromium, sample: Path, language: str) -> None:
    page = chromium.open_page(POPUP)
    page.set_viewport_size(POPUP_SIZE)
    set_language(page, language)
    hand_over(page, sample)
    await_matches(page)

    assert foot(box_of(page, "follow-bar")) <= POPUP_SIZE["height"]
    assert len(people_in_sight(page)) >= 3, [row.bounding_box() for row in page.get_by_test_id("match-row").all()[:4]]


def test_the_real_popup_has_room_for_the_three_ways_and_for_three_people(chromium: Chromium, sample: Path) -> None:
    with chromium.open_popup() as popup:
        expect(popup.get_by_test_id("way-read")).to_be_visible()
        popup.wait_for_function("innerHeight > 560")  # the browser gives a popup the size of its content, step by step
        assert max(foot(box_of(popup, way)) for way in WAYS) <= popup.evaluate("innerHeight") <= POPUP_SIZE["height"]

        hand_over(popup, sample)
        await_matches(popup)
        assert len(people_in_sight(popup)) >= 3
