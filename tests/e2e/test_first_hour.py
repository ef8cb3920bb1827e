"""What a person meets first: an archive of which no one is in the directory, and a form whose button stays in place."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.data.archives import make_archive, tweet
from tests.data.people import crowd
from tests.e2e.steps import APP, await_followed, await_matches, follow_all, hand_over, sign_in
from tests.world.chromium import Chromium, await_hidden
from tests.world.directory import DirectoryServer
from tests.world.pds import Account
from tests.world.sites import DIRECTORY, X_PATTERNS
from tests.world.world import World, slow

pytestmark = pytest.mark.e2e

FOLLOWED = crowd(1_046, first=20_000)  # in no directory; test_bad_input adds people from 9,000 on
NAMED = FOLLOWED[:93]


@pytest.fixture
def unknown(tmp_path: Path) -> Path:
    """The archive of a person who follows 1,046 people, 93 of them by name, and none of them in the directory."""
    tweets = [tweet(number, f"Bonjour @{one.screen_name}", mentions=[one]) for number, one in enumerate(NAMED)]
    return make_archive(tmp_path / "x.zip", following=FOLLOWED, followers=[], tweets=tweets)


def open_unknown(chromium: Chromium, unknown: Path) -> Page:
    page = chromium.open_page(APP)
    hand_over(page, unknown)
    assert await_matches(page, len(FOLLOWED)) == 0
    return page


def test_when_no_one_is_found_the_page_says_why_with_the_true_numbers_and_what_else_to_do(
    chromium: Chromium, unknown: Path, directory: DirectoryServer
) -> None:
    page = open_unknown(chromium, unknown)
    rows = json.loads(directory.latest())["rows"]

    expect(page.get_by_test_id("none-found")).to_contain_text(f"The directory ({rows:,} accounts) has none of them")
    expect(page.get_by_test_id("few-names")).to_contain_text("the names of 93 of the 1,046 people you follow")
    expect(page.get_by_test_id("few-names").get_by_test_id("read-following")).to_be_visible()
    expect(page.get_by_test_id("badges-on")).to_be_visible()


def test_when_no_one_is_found_the_names_that_were_read_are_shown(chromium: Chromium, unknown: Path) -> None:
    page = open_unknown(chromium, unknown)
    names = page.get_by_test_id("names-read")
    expect(names).to_contain_text("The 93 names")
    shown = names.get_by_role("listitem")
    few = shown.count()
    assert 0 < few < len(NAMED)
    more = names.get_by_test_id("names-more")
    expect(more).to_have_text(f"And {len(NAMED) - few} more")
    more.click()
    expect(shown).to_have_count(len(NAMED))
    assert page.evaluate("document.activeElement.tagName") == "UL"
    assert {f"@{one.screen_name}" for one in NAMED} == set(names.get_by_role("link").all_inner_texts())


def test_looking_again_shows_that_it_works_and_when_it_was(
    chromium: Chromium, unknown: Path, everywhere: World
) -> None:
    page = open_unknown(chromium, unknown)
    looked = page.get_by_test_id("looked-at")
    before = looked.inner_text()
    page.wait_for_timeout(1_100)  # the page shows seconds
    with everywhere.fault(DIRECTORY, slow(2)):
        page.get_by_test_id("look-again").click()
        expect(page.get_by_test_id("working")).to_be_visible()
        assert page.evaluate("document.activeElement !== document.body")
        expect(looked).to_be_visible()
    expect(looked).not_to_have_text(before)
    assert page.evaluate("document.activeElement !== document.body")


def test_from_no_one_found_reading_the_list_on_x_is_two_clicks(chromium: Chromium, unknown: Path) -> None:
    page = open_unknown(chromium, unknown)
    chromium.allow_sites(*X_PATTERNS)
    page.bring_to_front()
    with chromium.context.expect_page() as opened:
        page.get_by_test_id("few-names").get_by_test_id("read-following").click()
    clicks, x = 1, opened.value
    x.wait_for_load_state()
    if not x.url.endswith("/following"):  # an archive that does not say whose it is
        await_hidden(x, "section.bar a").click()
        clicks += 1
    reading = page.get_by_test_id("few-names").get_by_test_id("reading")
    expect(reading).not_to_have_attribute("data-read", "0")
    assert clicks <= 2


def test_badges_are_offered_after_following_until_the_person_says_not_now(
    chromium: Chromium, sample: Path, person: Account
) -> None:
    page = chromium.open_page(APP)
    hand_over(page, sample)
    await_matches(page)
    offer = page.get_by_test_id("badges-offer")
    expect(offer).to_have_count(0)
    sign_in(page, person)
    follow_all(page)
    await_followed(page)
    expect(offer).to_be_visible()
    offer.get_by_test_id("badges-later").click()
    expect(offer).to_have_count(0)
    assert page.evaluate("document.activeElement !== document.body")
    page.reload()
    await_matches(page)
    expect(offer).to_have_count(0)


def test_followers_that_were_not_read_are_not_counted_as_none(chromium: Chromium, tmp_path: Path) -> None:
    page = chromium.open_page(APP)
    archive = make_archive(tmp_path / "x.zip", following=NAMED, followers=[], tweets=[])
    hand_over(page, archive)
    await_matches(page, len(NAMED))
    expect(page.get_by_test_id("count-followers")).to_have_text("0")  # the archive has an empty list


# What a person may type so that a warning or an error appears when the field loses the focus.
TYPED = {"text": "ada @ example", "password": "my main password", "search": "zzz", "email": "not an address"}
VIEWS = [f"{page}#{view}" for page in ("popup.html", APP) for view in ("home", "drop", "sign-in", "settings")]
COUNT_CLICKS = """(form) => form.addEventListener("submit", (event) => {
    event.preventDefault();
    event.stopImmediatePropagation();
    form.dataset.submitted = "yes";
}, { capture: true })"""


def press_slowly(page: Page, button: Locator) -> None:
    """Press the mouse on a button, wait as long as a hand does and longer, and let go. The button must not move."""
    button.scroll_into_view_if_needed()
    before = button.bounding_box()
    assert before
    page.mouse.move(before["x"] + before["width"] / 2, before["y"] + before["height"] / 2)
    page.mouse.down()
    page.wait_for_timeout(400)
    assert button.bounding_box() == before
    page.mouse.up()


@pytest.mark.parametrize("view", VIEWS)
def test_no_form_loses_a_click_because_its_button_moves(shared: Chromium, view: str) -> None:
    page = shared.open_page(view)
    page.set_viewport_size({"width": 400, "height": 600})
    expect(page.get_by_test_id("main")).to_have_attribute("data-loaded", "true")
    forms = page.locator("form")
    assert forms.count() > 0 or "sign-in" not in view
    for form in forms.all():
        fields = form.locator("input.field:visible").all()
        for last in fields:
            for field in (*fields, last):
                field.fill(TYPED[field.get_attribute("type") or "text"])
            form.evaluate(COUNT_CLICKS)
            press_slowly(page, form.locator("button:not([type=button])"))
            expect(form).to_have_attribute("data-submitted", "yes")
            form.evaluate("(form) => delete form.dataset.submitted")
    page.close()


def test_a_warning_about_the_password_appears_while_the_button_stays(shared: Chromium) -> None:
    page = shared.open_page(f"{APP}#sign-in")
    page.get_by_test_id("use-app-password").click()
    page.get_by_test_id("sign-in-handle").fill("ada.example.org")
    page.get_by_test_id("sign-in-password").fill("my main password")
    page.get_by_test_id("sign-in-form").evaluate(COUNT_CLICKS)
    press_slowly(page, page.get_by_test_id("sign-in-submit"))
    expect(page.get_by_text("App passwords look like")).to_be_visible()
    page.close()


def test_a_search_moves_no_button_when_its_field_is_left(chromium: Chromium, sample: Path) -> None:
    page = chromium.open_page("popup.html")
    page.set_viewport_size({"width": 400, "height": 600})
    hand_over(page, sample)
    await_matches(page)
    page.get_by_test_id("search-toggle").click()
    expect(page.get_by_test_id("search")).to_be_focused()
    page.get_by_test_id("search").fill("ada")
    press_slowly(page, page.get_by_test_id("reject").first)
    expect(page.get_by_test_id("undo-reject")).to_be_visible()


def test_the_settings_show_the_licence_of_each_part(chromium: Chromium) -> None:
    page = chromium.open_page(f"{APP}#settings")
    licences = page.get_by_test_id("licences")
    licences.locator("summary").click()
    expect(licences.get_by_role("link", name="Pyodide")).to_be_visible()
    address = licences.get_by_role("link", name="Passerelle").get_attribute("href")
    assert "GNU AFFERO GENERAL PUBLIC LICENSE" in page.evaluate(
        "(url) => fetch(url).then((got) => got.text())", address
    )
