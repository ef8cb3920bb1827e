"""Badges end with the switch and with the version of the extension that made them, in both browsers."""

from __future__ import annotations

import pytest

from tests.e2e.badge_steps import assert_right
from tests.e2e.tabs import Badged

# Playwright for Firefox too, so that all of these run at the end of a run (tests/conftest.py).
pytestmark = [pytest.mark.e2e, pytest.mark.usefixtures("playwright")]

COUNT = "document.querySelectorAll('[data-passerelle-badge]').length"


def test_switched_off_nothing_is_left_and_switched_on_again_open_tabs_have_badges(badged: Badged) -> None:
    tab = badged.show("home")
    assert_right(tab)

    badged.switch(on=False)
    tab.until(lambda: tab.evaluate(COUNT), lambda count: count == 0)
    tab.front()
    tab.evaluate("window.__recycle()")
    tab.wait(0.5)
    assert tab.evaluate(COUNT) == 0

    badged.switch(on=True)
    tab.front()
    assert_right(tab)


# The last: the extension's own tab does not outlive it.
def test_a_new_version_takes_over_in_open_tabs_and_nothing_of_the_old_one_is_left(badged: Badged) -> None:
    tab = badged.show("home")
    assert_right(tab)
    tab.click("article [data-passerelle-badge]")
    tab.await_hidden(".card")

    badged.reload()
    tab.until(lambda: tab.hidden(".card"), lambda cards: not cards)
    tab.front()
    assert_right(tab)
    tab.evaluate("window.__recycle()")
    assert_right(tab)

    # These are the new one's: a background answers them.
    tab.click("article [data-passerelle-badge]")
    tab.await_hidden(".card h2")
