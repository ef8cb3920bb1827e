"""A list longer than the screen: the rows in the page, the browser's find, the focus, and what a new page takes up."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, Playwright, expect

from tests.conftest import Packages
from tests.data.archives import make_archive, tweet
from tests.data.people import Someone
from tests.e2e.steps import APP, command, hand_over
from tests.world.chromium import WINDOW, Chromium, closed_world
from tests.world.world import World

pytestmark = pytest.mark.e2e

PEOPLE = 300
NEAR = 80  # more rows than this are never in the page: a screen, and those around it
KEPT_AFTER = 600  # ms until how the list is shown has been stored
FIRST_ID = 9_100_000_000_000_000_000
# Notes how many rows come into the page first, before everyone has been read.
WATCH_FIRST_ROWS = """globalThis.firstRows = new Promise((resolve) => {
  const count = () => document.querySelectorAll("[data-testid=match-row]").length;
  new MutationObserver((_, observer) => {
    if (count() === 0) return;
    observer.disconnect();
    resolve([count(), innerHeight]);
  }).observe(document, { childList: true, subtree: true });
});"""
LOWEST_ROW = 50  # px
LOW = 480  # px: a window that is lower than the cards beside the list
FOCUSED_ROW = "() => document.activeElement?.closest('[data-key]')?.dataset.key ?? null"
# Whether a press of Ctrl+F is left to the browser.
IS_LEFT = """() => new Promise((resolve) => {
  window.addEventListener("keydown", (event) => setTimeout(() => resolve(!event.defaultPrevented)), { once: true });
})"""


def someone(number: int) -> Someone:
    """A person whose display name says where they are: the list shows them without a directory's row."""
    return Someone(str(FIRST_ID + number), f"invented_{number:03}", f"Invented {number:03} 🦋 i{number:03}.bsky.social")


@pytest.fixture(scope="module")
def browser(
    playwright: Playwright, packages: Packages, everywhere: World, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Chromium]:
    folder = tmp_path_factory.mktemp("list")
    people = [someone(number) for number in range(PEOPLE)]
    posts = [tweet(number, f"@{one.screen_name} hi", mentions=[one]) for number, one in enumerate(people, 1)]
    archive = make_archive(folder / "x.zip", following=people, followers=(), tweets=posts)
    with Chromium(playwright, packages.chromium, folder / "profile", closed_world(everywhere)) as browser:
        tab = browser.open_page(APP)
        hand_over(tab, archive)
        expect(tab.get_by_test_id("match-list")).to_have_attribute("data-size", str(PEOPLE))
        tab.close()
        yield browser


@pytest.fixture
def tab(browser: Chromium) -> Iterator[Page]:
    tab = browser.open_page(APP)
    expect(tab.get_by_test_id("match-list")).to_have_attribute("data-size", str(PEOPLE))
    yield tab
    tab.close()


def rows(tab: Page) -> Locator:
    return tab.get_by_test_id("match-row")


def scroll_to_end(tab: Page) -> None:
    tab.evaluate("scrollTo(0, document.documentElement.scrollHeight)")


def test_only_rows_near_the_screen_are_in_the_page_and_each_says_its_place(tab: Page) -> None:
    assert rows(tab).count() < NEAR
    expect(rows(tab).first).to_have_attribute("aria-posinset", "1")
    expect(rows(tab).first).to_have_attribute("aria-setsize", str(PEOPLE))
    scroll_to_end(tab)
    expect(rows(tab).last).to_have_attribute("aria-posinset", str(PEOPLE))
    expect(rows(tab).last).to_be_in_viewport()
    assert rows(tab).count() < NEAR


def test_a_page_opened_again_makes_no_more_rows_than_the_screen_holds_before_everyone_is_read(
    browser: Chromium, tab: Page
) -> None:
    tab.wait_for_timeout(KEPT_AFTER)
    again = browser.context.new_page()
    again.add_init_script(WATCH_FIRST_ROWS)
    again.goto(browser.url(APP))
    count, height = again.evaluate("() => firstRows")
    expect(again.get_by_test_id("match-list")).to_have_attribute("data-size", str(PEOPLE))
    again.close()

    assert 0 < count <= height / LOWEST_ROW + 1


def test_every_button_beside_the_list_is_reached_in_a_low_window_long_before_the_lists_end(tab: Page) -> None:
    tab.set_viewport_size({"width": WINDOW["width"], "height": LOW})
    last = tab.locator(".side button:visible").last
    last.evaluate("(button) => button.scrollIntoView({ block: 'nearest' })")
    expect(last).to_be_in_viewport(ratio=0.9)
    assert tab.evaluate("scrollY") < LOW


def test_ctrl_f_goes_to_the_search_field_and_pressed_there_to_the_browser(tab: Page) -> None:
    field = tab.get_by_test_id("search")
    tab.keyboard.press("Control+f")
    expect(field).to_be_focused()
    is_left = tab.evaluate_handle(f"() => ({{ answer: ({IS_LEFT})() }})")
    tab.keyboard.press("Control+f")
    assert is_left.evaluate("(handle) => handle.answer")


def test_ctrl_f_is_the_browsers_while_every_row_is_in_the_page(tab: Page) -> None:
    tab.get_by_test_id("search").fill("i00")
    expect(rows(tab)).to_have_count(10)
    expect(tab.get_by_test_id("list-counted")).to_contain_text(f"10 of {PEOPLE}")
    tab.locator("#content").focus()
    is_left = tab.evaluate_handle(f"() => ({{ answer: ({IS_LEFT})() }})")
    tab.keyboard.press("Control+f")
    assert is_left.evaluate("(handle) => handle.answer")
    tab.get_by_test_id("search").fill("")


def test_the_focus_stays_on_its_row_while_the_rows_around_it_are_exchanged(tab: Page) -> None:
    third = rows(tab).nth(2)
    third.get_by_test_id("why").focus()
    key = tab.evaluate(FOCUSED_ROW)
    assert key == third.get_attribute("data-key")
    scroll_to_end(tab)
    expect(rows(tab).last).to_have_attribute("aria-posinset", str(PEOPLE))
    assert tab.evaluate(FOCUSED_ROW) == key
    tab.keyboard.press("Enter")
    tab.evaluate("scrollTo(0, 0)")
    expect(tab.locator(f'[data-key="{key}"]').get_by_test_id("evidence")).to_be_visible()


def test_order_search_and_certainty_are_taken_up_by_the_next_page(browser: Chromium, tab: Page) -> None:
    tab.get_by_test_id("order").select_option("name")
    tab.get_by_test_id("certainty").select_option("profile")
    tab.get_by_test_id("search").fill("i29")
    expect(rows(tab)).to_have_count(10)
    tab.wait_for_timeout(KEPT_AFTER)
    again = browser.open_page(APP)
    expect(rows(again)).to_have_count(10)
    expect(again.get_by_test_id("search")).to_have_value("i29")
    expect(again.get_by_test_id("order")).to_have_value("name")
    expect(again.get_by_test_id("certainty")).to_have_value("profile")
    for name, value in (("order", "closest"), ("certainty", "any")):
        again.get_by_test_id(name).select_option(value)
    again.get_by_test_id("search").fill("")
    again.wait_for_timeout(KEPT_AFTER)
    again.close()


def test_a_page_shows_what_is_new_of_one_person_without_reading_the_others(browser: Chromium, tab: Page) -> None:
    tab.evaluate(
        """() => {
          globalThis.reads = 0;
          const { getAll } = IDBObjectStore.prototype;
          IDBObjectStore.prototype.getAll = function (...args) {
            if (this.name === "matches") reads += 1;
            return getAll.apply(this, args);
          };
        }"""
    )
    first = rows(tab).first
    account = first.get_by_test_id("account")
    other = browser.open_page(APP)
    command(
        other,
        "decision.set",
        rest_id=first.get_attribute("data-rest-id"),
        network="bluesky",
        address=account.get_attribute("data-address"),
        decision="rejected",
    )
    expect(account.get_by_test_id("undo-reject")).to_be_visible()
    assert tab.evaluate("() => reads") == 0
    other.close()


def test_the_icon_shows_how_many_percent_are_followed(browser: Chromium, tab: Page) -> None:
    """As the background shows it of what the engine stored; the numbers are put there by the test."""
    counts = {"waiting": 15, "asked": 0, "following": 5, "requested": 0, "failed": 0, "leaving": 0}
    moments = {"next_at": None, "done_at": None, "error": None, "as_of": "2026-11-27T12:00:00+00:00"}
    queue: dict[str, object] = {"running": True, **counts, **moments, "speed": "fast", "accounts": []}
    put = """(queue) => new Promise((resolve, reject) => {
      const opening = indexedDB.open("passerelle");
      opening.onsuccess = () => {
        const writing = opening.result.transaction("state", "readwrite");
        if (queue) writing.objectStore("state").put(queue, "queue");
        else writing.objectStore("state").delete("queue");
        writing.onabort = reject;
        writing.oncomplete = () => {
          opening.result.close();
          const channel = new BroadcastChannel("passerelle-engine");
          channel.postMessage({ event: { type: "state.changed", stores: ["state"], keys: { state: ["queue"] } } });
          setTimeout(resolve, 500);
        };
      };
    })"""
    browser.background.evaluate("1")  # awake
    tab.evaluate(put, queue)
    assert browser.background.evaluate("chrome.action.getBadgeText({})") == "25%"
    assert "5" in browser.background.evaluate("chrome.action.getTitle({})")
    tab.evaluate(put, None)
    assert browser.background.evaluate("chrome.action.getBadgeText({})") == ""


def test_the_historys_status_is_there_before_its_text(browser: Chromium) -> None:
    """A screen reader reads only what changes in a region that it knows."""
    history = browser.open_page(f"{APP}#history")
    status = history.get_by_test_id("history").get_by_role("status")
    expect(status).to_have_count(1)
    expect(status).to_have_text("")
    history.close()
