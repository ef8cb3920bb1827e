"""Badges on the fake x.com: right on every surface, decided without network, and deaf to the page's own clicks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.data.people import ADA, BIDI, HTML, KAVITA
from tests.e2e.steps import APP, await_matches, go_home, hand_over, open_settings, sign_in, sign_out, switch_badges
from tests.servers.chromium import Chromium, await_hidden, find_hidden
from tests.servers.pds import Account, Pds
from tests.servers.residents import RESIDENTS
from tests.servers.sites import PDS, X_PATTERNS, X
from tests.servers.world import World

pytestmark = pytest.mark.e2e

UNHURRIED = 500  # milliseconds that a question wants to be read before it is answered: extension/lib/badge/card.ts


@pytest.fixture(scope="module")
def tab(shared: Chromium, sample: Path) -> Page:
    """The app's tab with matches, badges switched on."""
    page = shared.open_page(APP)
    hand_over(page, sample)
    await_matches(page)
    shared.allow_sites(*X_PATTERNS)
    switch_badges(page)
    return page


@pytest.fixture
def signed_in(tab: Page, person: Account) -> Iterator[Account]:
    """Somebody who follows nobody yet, signed in."""
    tab.bring_to_front()
    go_home(tab)
    sign_in(tab, person)
    expect(tab.get_by_test_id("follow-all")).to_be_enabled()
    yield person
    tab.bring_to_front()
    sign_out(tab)


@pytest.fixture
def x(shared: Chromium, tab: Page) -> Iterator[Page]:
    """The fake x.com's home page in a tab of its own. Whatever a test does, no script on it may have failed."""
    page = shared.context.new_page()
    failures: list[str] = []
    page.on("pageerror", lambda error: failures.append(str(error)))
    page.goto(f"https://{X}/home")
    yield page
    page.close()
    assert failures == []


def badge(place: Page | Locator, screen_name: str) -> Locator:
    """Give the badges about one person."""
    return place.locator(f'[data-passerelle-badge="{screen_name}"]')


SURFACES = {
    "tweet": ("home", "article[data-testid=tweet]"),
    "profile": ("profile", "[data-testid=UserName]"),
    "user cell": ("following?count=40", "[data-testid=UserCell]"),
    "tweet of the new client": ("new-conversation", "body"),
    "profile of the new client": ("new-profile", "body"),
    "user cell of the new client": ("new-following", "body"),
}


@pytest.mark.parametrize("surface", SURFACES)
def test_a_known_person_has_a_badge_and_an_unknown_one_has_none(x: Page, surface: str) -> None:
    path, block = SURFACES[surface]
    x.goto(f"https://{X}/{path}")

    expect(badge(x.locator(block), ADA.screen_name).first).to_be_visible()
    expect(badge(x, KAVITA.screen_name)).to_have_count(0)


def test_the_badge_is_decided_without_network(x: Page, world: World) -> None:
    expect(badge(x, ADA.screen_name).first).to_be_visible()
    world.forget()

    x.goto(f"https://{X}/following?count=40")
    expect(badge(x, ADA.screen_name).first).to_be_visible()

    assert {ask.host for ask in world.asked} == {X}


SHOWN = """() => [...document.querySelectorAll('[data-testid=UserCell]')].map((cell) => [
    cell.querySelector('a .quiet, .quiet').textContent.replace('@', ''),
    ...[...cell.querySelectorAll('[data-passerelle-badge]')].map((badge) => badge.dataset.passerelleBadge),
])"""
KNOWN = {one.someone.screen_name for one in RESIDENTS}


def test_badges_move_with_recycled_nodes(x: Page) -> None:
    x.goto(f"https://{X}/following?count=40")
    expect(badge(x, ADA.screen_name).first).to_be_visible()

    for _ in range(3):
        before = x.evaluate(SHOWN)
        x.evaluate("window.__recycle()")
        x.wait_for_timeout(500)
        after = x.evaluate(SHOWN)
        assert after != before
        assert [cell for cell in after if cell[1:] != ([cell[0]] if cell[0] in KNOWN else [])] == []


def press_follow(x: Page, screen_name: str) -> None:
    """Open the badge's popover, press Follow, read the question, and say yes."""
    badge(x, screen_name).first.click()
    await_hidden(x, ".press.follow").click()
    await_hidden(x, ".press.yes")
    x.wait_for_timeout(UNHURRIED)
    await_hidden(x, ".press.yes").click()


def test_the_follow_button_writes_one_record(
    signed_in: Account, x: Page, pds: Pds, accounts: Mapping[str, Account]
) -> None:
    press_follow(x, ADA.screen_name)
    await_hidden(x, ".card svg.followed, .mark svg.followed")

    assert [follow.subject for follow in pds.list_follows(signed_in.did)] == [accounts[ADA.screen_name].did]


PRETENDED = """(name) => {
    for (const host of document.querySelectorAll(`[data-passerelle-badge="${name}"]`)) {
        const { x, y, width, height } = host.getBoundingClientRect();
        const at = { bubbles: true, composed: true, cancelable: true, clientX: x + width / 2, clientY: y + height / 2 };
        const inside = host.shadowRoot?.querySelectorAll("button") ?? []; // none: the root is closed
        for (const target of [host, document.elementFromPoint(at.clientX, at.clientY), ...inside]) {
            for (const type of ["pointerdown", "mousedown", "pointerup", "mouseup", "click"]) {
                target?.dispatchEvent(new MouseEvent(type, at));
            }
            target?.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true, composed: true }));
        }
        host.click();
    }
}"""


def test_a_synthetic_click_does_nothing(signed_in: Account, x: Page, pds: Pds, world: World) -> None:
    expect(badge(x, ADA.screen_name).first).to_be_visible()
    revision = pds.revision(signed_in.did)

    x.evaluate(PRETENDED, ADA.screen_name)
    x.wait_for_timeout(UNHURRIED)
    assert find_hidden(x, ".card") == []

    # Nor when a real hand has opened the popover, and the question stands there.
    badge(x, ADA.screen_name).first.click()
    await_hidden(x, ".press.follow").click()
    await_hidden(x, ".press.yes")
    x.wait_for_timeout(UNHURRIED)
    world.forget()
    x.evaluate(PRETENDED, ADA.screen_name)
    x.wait_for_timeout(2 * UNHURRIED)

    assert pds.revision(signed_in.did) == revision
    assert world.asked_of(PDS) == []


def test_names_in_the_popover_are_text(x: Page) -> None:
    badge(x, HTML.screen_name).first.click()

    title = await_hidden(x, ".card h2")

    assert HTML.display_name in title.text
    assert find_hidden(x, ".card img, .card h2 b") == []


def test_bidi_marks_do_not_turn_the_popover_around(x: Page) -> None:
    badge(x, BIDI.screen_name).first.click()

    assert not set("\u202e\u2066\u2069\u202c") & set(await_hidden(x, ".card").text)


def test_switching_off_takes_badges_away_at_once_and_for_good(tab: Page, x: Page) -> None:
    expect(badge(x, ADA.screen_name).first).to_be_visible()
    tab.bring_to_front()

    switch_badges(tab, on=False)

    expect(x.locator("[data-passerelle-badge]")).to_have_count(0)
    x.reload()
    x.wait_for_timeout(1000)
    expect(x.locator("[data-passerelle-badge]")).to_have_count(0)
    switch_badges(tab)


def test_x_is_not_visible_to_the_extension_before_badges_are_switched_on(chromium: Chromium) -> None:
    page = chromium.open_page(APP)
    open_settings(page)

    assert page.evaluate("chrome.permissions.contains({ origins: ['https://x.com/*'] })") is False
    expect(page.get_by_test_id("badges-switch")).to_have_attribute("aria-checked", "false")
