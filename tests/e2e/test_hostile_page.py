"""A hostile page of x.com, in both browsers: no wrong badge, no script run, nothing followed."""

from __future__ import annotations

import re

import pytest

from tests.data.people import ADA, HTML
from tests.e2e.badge_steps import PRETENDED, SIZES, assert_right, faults, open_card, open_question, press_follow
from tests.e2e.tabs import UNHURRIED, Badged, Tab, at
from tests.world.pds import Account, Pds
from tests.world.sites import PDS
from tests.world.world import World

# Playwright for Firefox too, so that all of these run at the end of a run (tests/conftest.py).
pytestmark = [pytest.mark.e2e, pytest.mark.usefixtures("playwright")]

ANY = "document.querySelector('[data-passerelle-badge]') !== null"
NOTICED = 1.5  # seconds in which the extension has taken notice of whatever happened


def assert_unharmed(tab: Tab) -> None:
    """Assert that the badges are right and that no injected script has run."""
    assert_right(tab)
    assert tab.evaluate("window.__ran") == []


def test_no_name_of_anybody_makes_a_badge_or_runs(badged: Badged) -> None:
    tab = badged.show("hostile")

    assert_unharmed(tab)


def test_the_pages_own_functions_hear_nothing_of_a_badge(badged: Badged) -> None:
    tab = badged.show("hostile")
    tab.await_true(ANY)

    assert tab.evaluate("window.__heard") == []
    assert set(tab.evaluate("window.__attack()")) == {"closed"}


def test_functions_spoilt_before_our_scripts_come_change_nothing(badged: Badged) -> None:
    badged.switch(on=False)
    tab = badged.show("hostile")
    badged.switch(on=True)
    tab.front()

    assert_unharmed(tab)


def test_forged_events_change_nothing(badged: Badged) -> None:
    tab = badged.show("hostile")
    tab.await_true(ANY)

    tab.evaluate("window.__forge()")
    tab.wait(NOTICED)

    assert_unharmed(tab)


def test_a_stolen_badge_goes_back_and_its_copy_shows_nothing(badged: Badged) -> None:
    tab = badged.show("hostile")
    tab.await_true(ANY)

    tab.evaluate("window.__steal()")

    tab.until(lambda: faults(tab, copies=True), lambda found: found == [])


def test_a_name_in_the_card_is_text_even_where_scripts_could_run(badged: Badged) -> None:
    tab = badged.show("hostile")
    badge = f'article [data-passerelle-badge="{HTML.screen_name}"]'
    tab.await_true(f"document.querySelector('{badge}') !== null")

    tab.click(badge)

    tab.await_hidden(".card h2", HTML.display_name)
    assert tab.hidden(".card img, .card h2 b") == []
    assert tab.evaluate("window.__ran") == []


def close_confirmation(badged: Badged) -> None:
    """Close the window that asks, where the question stands in one."""
    if not badged.asks_in_card:
        badged.await_confirmation().click(at("confirm-cancel"))
        badged.await_no_confirmation()
        badged.x.front()


def test_clicks_through_something_that_covers_the_card_follow_no_one(badged: Badged, person: Account, pds: Pds) -> None:
    badge = f'article [data-passerelle-badge="{ADA.screen_name}"]'
    with badged.signed_in(person):
        revision = pds.revision(person.did)
        tab = badged.show("home")
        open_question(badged, badge)
        if badged.asks_in_card:
            tab.wait(2 * UNHURRIED)
            tab.press(".press.yes")

        # The question stands in a window of the extension, which the page cannot cover.
        window = badged.await_confirmation()
        question = str(window.evaluate("document.querySelector('.question').innerText"))
        assert re.sub("[\u2066-\u2069]", "", question).endswith("on Bluesky?")
        assert pds.revision(person.did) == revision
        window.click(at("confirm-cancel"))
        badged.await_no_confirmation()
        tab.wait(NOTICED)
        assert pds.revision(person.did) == revision
        tab.front()


def test_a_page_cannot_tell_from_a_badges_size_what_is_in_it(badged: Badged, person: Account) -> None:
    badge = f'article [data-passerelle-badge="{ADA.screen_name}"]'
    with badged.signed_in(person):
        tab = badged.show("home")
        tab.await_true(f"document.querySelector('{badge}') !== null")
        press_follow(badged, badge)
        tab = badged.show("home")
        tab.await_true(f"document.querySelector('{badge}') !== null")
        tab.wait(NOTICED)
        signs = {part.evaluate("function () { return this.children.length }") for part in tab.hidden(".mark")}

        sizes = tab.evaluate(SIZES)

        assert len(signs) > 1, "badges on this page should differ inside"
        assert len(sizes) > 1
        assert len(set(sizes)) == 1, sizes


def click_inside(tab: Tab, css: str) -> None:
    """Click by script where only the protocol of a debugger gets in: a page does not."""
    for part in tab.hidden(css):
        part.evaluate("function () { this.click() }")


@pytest.mark.parametrize("path", ["home", "hostile"])
def test_what_a_script_does_to_a_badge_is_no_press(
    badged: Badged, path: str, person: Account, pds: Pds, world: World
) -> None:
    badge = f'article [data-passerelle-badge="{ADA.screen_name}"]'
    with badged.signed_in(person):
        revision = pds.revision(person.did)
        tab = badged.show(path)
        tab.await_true(f"document.querySelector('{badge}') !== null")

        tab.evaluate(PRETENDED)
        click_inside(tab, ".mark")
        tab.wait(UNHURRIED)
        assert tab.hidden(".card") == []

        # Nor when a real hand has opened the popover, or the question stands there.
        open_card(badged, badge)
        tab.wait(2 * UNHURRIED)
        world.forget()
        click_inside(tab, ".press.follow")
        tab.wait(UNHURRIED)
        assert tab.hidden(".press.yes") == []
        tab.click(badge)
        open_question(badged, badge)
        tab.wait(UNHURRIED)
        tab.evaluate(PRETENDED)
        click_inside(tab, ".press.yes")
        tab.wait(2 * UNHURRIED)
        close_confirmation(badged)

        assert pds.revision(person.did) == revision
        assert world.asked_of(PDS) == []
