"""The look of badges reaches them in both browsers, which let content scripts share a style sheet in different ways."""

from __future__ import annotations

import pytest

from tests.data.people import ADA
from tests.e2e.tabs import Badged, Tab

pytestmark = [pytest.mark.e2e, pytest.mark.usefixtures("playwright")]

RADIUS = "function () { return getComputedStyle(this).borderRadius }"  # extension/lib/x/badge/style.ts


def radius(tab: Tab, css: str) -> str:
    """Return the computed border radius of the first element of `css` inside badges, awaited."""
    return str(tab.await_hidden(css).evaluate(RADIUS))


def test_mark_and_popover_have_their_own_look(badged: Badged) -> None:
    tab = badged.show(f"profile?of={ADA.screen_name}")
    assert radius(tab, ".mark") == "13px"

    tab.click("[data-passerelle-badge]")
    assert radius(tab, ".card") == "14px"
