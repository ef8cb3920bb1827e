"""Display names with HTML, bidi marks and formula characters: harmless in the list, its labels and every export."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.data.people import BIDI, FORMULA, HTML
from tests.e2e.steps import APP, await_matches, hand_over, row, save
from tests.world.chromium import Chromium

pytestmark = pytest.mark.e2e

BIDI_CONTROLS = set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f")
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")  # https://owasp.org/www-community/attacks/CSV_Injection


@pytest.fixture(scope="module")
def tab(shared: Chromium, sample: Path) -> Page:
    page = shared.open_page(APP)
    hand_over(page, sample)
    await_matches(page)
    return page


def test_html_is_shown_as_text(tab: Page) -> None:
    name = row(tab, HTML.screen_name).get_by_test_id("match-name")

    assert name.inner_text() == HTML.display_name
    assert name.locator("img, b").count() == 0


def test_bidi_marks_cannot_turn_the_row_around(tab: Page) -> None:
    turned = row(tab, BIDI.screen_name)

    assert not BIDI_CONTROLS & set(turned.get_by_test_id("match-name").inner_text())
    assert not any(BIDI_CONTROLS & set(label or "") for label in turned.locator("[aria-label]").evaluate_all(LABELS))


LABELS = "elements => elements.map((element) => element.getAttribute('aria-label'))"


@pytest.mark.parametrize("export", ["csv", "mastodon-csv"])
def test_no_cell_of_a_csv_is_a_formula(tab: Page, tmp_path: Path, export: str) -> None:
    with save(tab, export, tmp_path).open(newline="", encoding="utf-8-sig") as file:
        rows = list(csv.reader(file))

    assert len(rows) > 1
    assert [cell for cells in rows for cell in cells if cell.startswith(FORMULA_STARTS)] == []


def test_json_keeps_names_as_they_are_known(tab: Page, tmp_path: Path) -> None:
    text = save(tab, "json", tmp_path).read_text()

    assert json.loads(text)
    assert FORMULA.screen_name in text
