"""Badges on every page of both of X's clients, in both browsers, whatever the pages do with their nodes."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from tests.data.people import ADA, BIDI, CHLOE, DARIUSZ, FARID, HIDEO, HTML, JUNHO
from tests.e2e.badge_steps import assert_right, press_follow
from tests.e2e.tabs import Badged
from tests.world.pds import Account, Pds

# Playwright for Firefox too, so that all of these run at the end of a run (tests/conftest.py).
pytestmark = [pytest.mark.e2e, pytest.mark.usefixtures("playwright")]

# Every page that shows people, and on which surfaces.
PAGES = {
    "home": {"post", "quote", "reposter", "cell"},
    "home?narrow": {"post", "quote", "reposter"},
    "profile?of=ada_nouvelle": {"profile", "post", "cell"},
    "following?count=120": {"cell"},
    "members?count=60": {"post", "quote", "reposter", "cell"},
    "new-conversation": {"post", "quote", "reposter"},
    "new-phone": {"post", "quote", "reposter"},
    "new-profile?of=ada_nouvelle": {"profile", "post"},
    "new-following?count=30": {"cell"},
    "new-followers?count=120": {"cell"},
}
# A thousand changes, and a look in between: what is right in the end may have been wrong on the way.
PARTS = 4
CHANGES = 250


@pytest.mark.parametrize("path", PAGES)
def test_everybody_known_has_one_badge_beside_their_name_after_a_thousand_changes(badged: Badged, path: str) -> None:
    tab = badged.show(path)
    assert {person["surface"] for person in tab.evaluate("window.__look()")["people"]} == PAGES[path]
    assert_right(tab)

    for seed in range(PARTS):
        done = tab.evaluate(f"window.__churn({CHANGES}, {seed})")

        assert sum(done.values()) == CHANGES
        assert all(done.values())
        assert_right(tab)


# Each surface of each client: the page, how a card is opened there, what is around the badge, and whom it is about.
SURFACES = {
    "classic": [
        ("post", "home", "", "article", FARID),
        ("quote inside a link", "home", "", ".quote", CHLOE),
        ("reposter", "home?narrow", "", ".context", JUNHO),
        ("cell that is a button", "following?count=20", "", "button[data-testid=UserCell]", ADA),
        ("cell that is a box", "members?count=20", "", "div[data-testid=UserCell]", HIDEO),
        ("cell beside the page", "home", "", "li[data-testid=UserCell]", DARIUSZ),
        ("profile", f"profile?of={HTML.screen_name}", "", "[data-testid=UserName]", HTML),
        ("hover card", "home", f"window.__hover('{BIDI.screen_name}')", "[data-testid=HoverCard]", BIDI),
    ],
    "new": [
        ("post", "new-phone", "", "article", FARID),
        ("quote inside a link", "new-phone", "", "[data-timeline-entry] [data-timeline-entry]", HIDEO),
        ("reposter", "new-phone", "", "article > .row", DARIUSZ),
        ("row", "new-following?count=20", "", "[data-timeline-entry]", ADA),
        ("profile", f"new-profile?of={CHLOE.screen_name}", "", ".header", CHLOE),
        ("hover card", "new-following?count=5", f"window.__hover('{JUNHO.screen_name}')", "[data-side]", JUNHO),
    ],
}


@pytest.mark.parametrize("client", SURFACES)
def test_following_writes_one_record_for_the_person_shown_and_x_notices_nothing(
    badged: Badged, client: str, person: Account, pds: Pds, accounts: Mapping[str, Account]
) -> None:
    followed: list[str] = []
    with badged.signed_in(person):
        for surface, path, opening, around, someone in SURFACES[client]:
            tab = badged.show(path)
            tab.evaluate(opening or "null")

            press_follow(badged, f'{around} [data-passerelle-badge="{someone.screen_name}"]')

            followed.append(accounts[someone.screen_name].did)
            assert sorted(record.subject for record in pds.list_follows(person.did)) == sorted(followed), surface
            assert tab.evaluate("window.__opened") == [], surface
