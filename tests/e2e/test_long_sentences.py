"""Every language, and one 40 % longer than English, on a small telephone: nothing is cut or scrolls sideways.

The long language exists in this test only: English, whose sentences are lengthened when a page parses its catalogue.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from passerelle_directory.web.languages import LANGUAGES
from playwright.sync_api import BrowserContext, Page, ViewportSize, expect

from tests.e2e.steps import APP, await_matches, hand_over
from tests.world.chromium import Chromium
from tests.world.layout import find_too_wide

pytestmark = pytest.mark.e2e

TELEPHONE: ViewportSize = {"width": 320, "height": 640}  # https://www.w3.org/TR/WCAG22/#reflow
POPUP_SIZE: ViewportSize = {"width": 400, "height": 600}
PLACES = (("popup.html", POPUP_SIZE), (APP, TELEPHONE))
LONG = "long"

# Lengthen the sentences of English by 40 % of their letters, in words of nine letters as German has them.
LENGTHEN = """(() => {
    const parse = JSON.parse;
    const length = (sentence) => sentence.replace(/\\{\\w+(, \\w+)*\\}/g, "").length;
    const words = (letters) => ("ẃöŕđšẁîťḩ ".repeat(Math.ceil(letters / 10))).slice(0, letters).trim() || "ẃö";
    JSON.parse = (text, reviver) => {
        const parsed = parse(text, reviver);
        if (parsed?.["language.name"] !== "English") return parsed;
        return Object.fromEntries(
            Object.entries(parsed).map(([key, sentence]) => [
                key,
                key.startsWith("language.") || key === "number"
                    ? sentence
                    : `${sentence} ${words(Math.ceil(length(sentence) * 0.4))}`,
            ]),
        );
    };
})()"""


def show_start(page: Page) -> None:
    expect(page.get_by_test_id("drop-zone")).to_be_visible()


def show_result(page: Page) -> None:
    page.evaluate("location.hash = ''")
    expect(page.get_by_test_id("match-row").first).to_be_visible()


def show(name: str, test_id: str) -> Callable[[Page], None]:
    """Return the step that opens a view by its address."""

    def step(page: Page) -> None:
        page.evaluate("(name) => { location.hash = name }", name)
        expect(page.get_by_test_id(test_id).first).to_be_visible()

    return step


VIEWS = {"result": show_result, "settings": show("settings", "language"), "sign-in": show("sign-in", "back")}


@pytest.fixture
def lengthened(chromium: Chromium) -> BrowserContext:
    """Lengthen the sentences of English in every page opened from now on."""
    chromium.context.add_init_script(LENGTHEN)
    return chromium.context


def set_language(page: Page, language: str) -> None:
    page.evaluate("(language) => chrome.storage.local.set({ language })", language)
    expect(page.locator("html")).to_have_attribute("lang", re.compile(rf"^{language}\b"))


def look(page: Page, view: str, language: str, faults: list[str]) -> None:
    """Note what is cut or too wide."""
    faults.extend(f"{view}, {language}: {one}" for one in find_too_wide(page))


def test_no_view_is_cut_or_scrolls_sideways_in_any_language(
    chromium: Chromium, lengthened: BrowserContext, sample: Path
) -> None:
    assert "de" in LANGUAGES
    others = [language for language in LANGUAGES if language != "en"]
    faults: list[str] = []
    pages = []
    for place, size in PLACES:
        page = chromium.open_page(place)
        page.set_viewport_size(size)
        pages.append(page)
        for language in ("en", *others):
            set_language(page, language)
            show_start(page)
            look(page, f"{place} start", LONG if language == "en" else language, faults)
    set_language(pages[-1], "en")
    expect(pages[-1].get_by_role("heading", level=1).or_(pages[-1].locator("h2")).first).to_contain_text("ẃö")
    hand_over(pages[-1], sample)
    await_matches(pages[-1])
    for page, (place, _) in zip(pages, PLACES, strict=True):
        for view, step in VIEWS.items():
            for language in ("en", *others):
                set_language(page, language)
                step(page)
                look(page, f"{place} {view}", LONG if language == "en" else language, faults)
    assert not faults, json.dumps(faults, indent=1, ensure_ascii=False)
