"""Reading one's own lists on the fake x.com: to begin without an archive, and merged with it when it comes."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.data.archives import make_archive
from tests.data.people import ADA, FRIENDLY, HOSTILE, OWNER, STRANGER, crowd
from tests.e2e.steps import APP, await_matches, await_that, hand_over, switch_badges
from tests.world.chromium import Chromium, await_hidden, find_hidden
from tests.world.fake_x import LISTS, user
from tests.world.residents import EXPORTED
from tests.world.sites import DIRECTORY, X_PATTERNS, X
from tests.world.world import World

pytestmark = pytest.mark.e2e

EVERYBODY = {one.rest_id: one.screen_name for one in LISTS["Following"]}

# The graph as the engine stored it: what the archive says and what pages said, {rest_id: [flags, screen_name]}.
STORED = """async (key) => {
  const settled = (request) => new Promise((done) => { request.onsuccess = () => done(request.result); });
  const database = await settled(indexedDB.open("passerelle"));
  const text = await settled(database.transaction("people").objectStore("people").get(key));
  database.close();
  const people = text ? JSON.parse(text).people : [];
  return Object.fromEntries(people.map(([rest_id, flags, name]) => [rest_id, [flags, name?.[0] ?? null]]));
}"""


@pytest.fixture
def tab(chromium: Chromium) -> Page:
    page = chromium.open_page(APP)
    chromium.allow_sites(*X_PATTERNS)
    page.bring_to_front()
    return page


def start(chromium: Chromium, tab: Page, kind: str = "following") -> Page:
    """Press the button, and give the tab that it opens on x.com, on the list."""
    with chromium.context.expect_page() as opened:
        tab.get_by_test_id(f"read-{kind}").first.click()
    x = opened.value
    x.wait_for_load_state()
    if not x.url.endswith(kind):  # who is signed in is not known yet: the bar leads on
        await_hidden(x, "section.bar a").click()
        x.wait_for_url(f"**/{kind}")
    return x


def scroll_to_the_end(x: Page, tab: Page, seconds: int = 60) -> None:
    """Scroll as a person does, until Passerelle says that the list is complete."""
    await_hidden(x, "section.bar")
    reading = tab.get_by_test_id("reading")
    for _ in range(seconds * 5):
        x.mouse.wheel(0, 2500)
        x.wait_for_timeout(200)
        if reading.get_attribute("data-complete") == "true":
            return
    raise AssertionError(f"Not complete: {reading.text_content()}")


def await_read(tab: Page, count: int) -> None:
    tab.bring_to_front()
    expect(tab.get_by_test_id("count-following")).to_have_attribute("data-count", str(count))


def test_a_following_page_of_800_people_is_enough_then_the_archive_is_merged(
    chromium: Chromium, tab: Page, world: World, tmp_path: Path
) -> None:
    x = start(chromium, tab)
    scroll_to_the_end(x, tab)
    await_read(tab, 800)
    found = await_matches(tab, 800)
    assert found > 0
    assert {rest_id: name for rest_id, (_, name) in tab.evaluate(STORED, "page").items()} == EVERYBODY
    asked = {ask.host for ask in world.asked}
    assert asked == {X, DIRECTORY}

    # The archive has 27 of them, somebody whom the page does not have, and no names.
    gone = crowd(1, first=5_000)[0]
    path = make_archive(
        tmp_path / "x.zip", following=[*FRIENDLY, *HOSTILE, gone], followers=[ADA], tweets=[], exported=EXPORTED
    )
    tab.get_by_test_id("replace-archive").click()
    hand_over(tab, path)
    await_read(tab, 801)
    await_matches(tab, 801)
    archive = tab.evaluate(STORED, "graph")
    assert not any(name for _, name in archive.values())


def test_followers_are_read_in_the_same_way(chromium: Chromium, tab: Page) -> None:
    x = start(chromium, tab, "followers")
    scroll_to_the_end(x, tab)
    tab.bring_to_front()
    expect(tab.get_by_test_id("count-followers")).to_have_attribute("data-count", "3")
    expect(tab.get_by_test_id("count-following")).to_have_attribute("data-count", "0")


FORGED = """(people) => {
  const say = (detail) => document.dispatchEvent(new CustomEvent("passerelle-answer", { detail }));
  const entries = people.map((user) => ({ entryId: `user-${user.rest_id}`, content: { user } }));
  const answer = JSON.stringify({ entries: [...entries, { entryId: "cursor-bottom-1", content: { value: "0|1" } }] });
  for (const path of ["/odile_passe/following", "/home"]) say(`Following ${path}\\n${answer}`);
  for (const nonsense of [null, 7, {}, "nonsense", "x".repeat(10_000_000)]) say(nonsense);
  say(`Following /odile_passe/following\\n${"[".repeat(3_000_000)}`);
  for (const order of ["ready", "stop", "ready"]) document.dispatchEvent(new CustomEvent(`passerelle-${order}`));
}"""


def test_forged_answers_start_nothing_and_add_no_person(chromium: Chromium, tab: Page, world: World) -> None:
    switch_badges(tab)
    x = chromium.context.new_page()
    x.goto(f"https://{X}/{OWNER.screen_name}/following")
    expect(x.locator("main [data-testid=UserCell]").first).to_be_visible()
    # What badges are made from has come: latest.json, rows, keys and places.
    await_that(tab, lambda: len(world.asked_of(DIRECTORY)) == 4, seconds=30)
    world.forget()

    x.evaluate(FORGED, [user(one) for one in (*crowd(200, first=7_000), STRANGER)])
    x.wait_for_timeout(3_000)

    assert tab.evaluate(STORED, "page") == {}
    assert tab.evaluate("chrome.storage.local.get('reading')") == {}
    assert find_hidden(x, "section.bar") == []
    assert world.asked == []


WHAT_X_SEES = """() => [
  String(fetch), fetch.name, fetch.length, String(XMLHttpRequest.prototype.open), XMLHttpRequest.prototype.open.name,
  Object.keys(window).filter((key) => /passerelle/i.test(key)).join(),
]"""


def test_x_finds_its_own_functions_as_they_were_and_its_answers_untouched(chromium: Chromium, tab: Page) -> None:
    switch_badges(tab)
    x = chromium.context.new_page()
    x.goto(f"https://{X}/{OWNER.screen_name}/following")
    seen = x.evaluate(WHAT_X_SEES)
    assert all("[native code]" in text for text in (seen[0], seen[3]))
    assert (seen[1], seen[2], seen[4], seen[5]) == ("fetch", 1, "open", "")
    path = "/i/api/graphql/inventedinventedinv-_0/UserByScreenName"
    assert x.evaluate(f"fetch('{path}').then((answer) => [answer.bodyUsed, answer.status])") == [False, 200]
    assert x.evaluate(f"fetch('{path}').then((answer) => answer.json())")["data"]["user"]["result"]["rest_id"]
    assert x.evaluate("fetch('https://nowhere.invalid/').catch((error) => error.name)") == "TypeError"
    assert (
        x.evaluate("(() => { try { new XMLHttpRequest().open(); } catch (error) { return error.name } })()")
        == "TypeError"
    )
