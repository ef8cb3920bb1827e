"""Badges on every page of both of X's clients, in both browsers, whatever the pages do with their nodes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Packages
from tests.data.people import ADA, BIDI, CHLOE, DARIUSZ, FARID, HIDEO, HTML, JUNHO
from tests.e2e import tabs
from tests.e2e.tabs import UNHURRIED, Badged, Tab
from tests.servers.pds import Account, Pds
from tests.servers.residents import RESIDENTS
from tests.servers.sites import PDS
from tests.servers.world import World

# Playwright for Firefox too, so that all of these run at the end of a run (tests/conftest.py).
pytestmark = [pytest.mark.e2e, pytest.mark.usefixtures("playwright")]

KNOWN = {one.someone.screen_name for one in RESIDENTS}
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
}
# A thousand changes, and a look in between: what is right in the end may have been wrong on the way.
PARTS = 4
CHANGES = 250
GAP = 12.0  # px between a name and its badge, at most
SKEW = 2.0  # px between their middles


@pytest.fixture(scope="module", params=[pytest.param("chromium"), pytest.param("firefox", marks=pytest.mark.firefox)])
def badged(
    request: pytest.FixtureRequest,
    packages: Packages,
    everywhere: World,
    sample: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Badged]:
    """One browser for all pages."""
    folder = tmp_path_factory.mktemp(request.param)
    if request.param == "firefox":
        with tabs.firefox(packages, everywhere, folder, sample) as opened:
            yield opened
    else:
        playwright = request.getfixturevalue("playwright")
        with tabs.chromium(playwright, packages, everywhere, folder, sample) as opened:
            yield opened


def faults(tab: Tab) -> list[str]:
    """Say everything that is wrong with the badges of a page now."""
    seen = tab.evaluate("window.__look()")
    found = [f"a badge about {name} stands behind nobody's name" for name in seen["astray"]]
    for person in seen["people"]:
        found += [
            f"{person['surface']} of {person['screen_name']}: {fault}" for fault in faults_of(person, seen["theme"])
        ]
    return found


def faults_of(person: dict[str, Any], theme: str) -> Iterator[str]:
    """Say what is wrong with the badges behind one name: the person's own, once, if the directory knows them."""
    expected = [person["screen_name"]] if person["screen_name"] in KNOWN else []
    about = [badge["about"] for badge in person["badges"]]
    if about != expected:
        yield f"badges {about}, not {expected}"
    for badge in person["badges"]:
        if badge["theme"] != theme:
            yield f"{badge['theme']} on a {theme} page"
        if badge["width"] == 0 or not 0 <= badge["gap"] <= GAP or badge["offCentre"] > SKEW:
            yield f"not beside the name: {badge}"


def assert_right(tab: Tab) -> None:
    """Hold that soon every badge is right, and that none makes anything of the page taller."""
    tab.until(lambda: faults(tab), lambda found: found == [])
    assert tab.evaluate("window.__measure()") == []


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

            press_follow(tab, f'{around} [data-passerelle-badge="{someone.screen_name}"]')

            followed.append(accounts[someone.screen_name].did)
            assert sorted(record.subject for record in pds.list_follows(person.did)) == sorted(followed), surface
            assert tab.evaluate("window.__opened") == [], surface


def press_follow(tab: Tab, badge: str) -> None:
    """Open a badge's card, press Follow, read the question, say yes, and wait until it says that it is done."""
    open_question(tab, badge)
    tab.wait(UNHURRIED)
    tab.press(".press.yes")
    tab.await_hidden(".card .state", "Followed")


def open_question(tab: Tab, badge: str) -> None:
    """Open a badge's card and press Follow."""
    tab.await_true(f"document.querySelector('{badge}') !== null")
    tab.click(badge)
    tab.press(".press.follow")
    tab.await_hidden(".press.yes")


PRETENDED = """(() => {
    for (const host of document.querySelectorAll("[data-passerelle-badge]")) {
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
        host.focus();
    }
})()"""


def test_what_a_script_does_to_a_badge_is_no_press(badged: Badged, person: Account, pds: Pds, world: World) -> None:
    badge = f'article [data-passerelle-badge="{ADA.screen_name}"]'
    with badged.signed_in(person):
        revision = pds.revision(person.did)
        tab = badged.show("home")
        tab.await_true(f"document.querySelector('{badge}') !== null")

        tab.evaluate(PRETENDED)
        tab.wait(UNHURRIED)
        assert tab.hidden(".card") == []

        # Nor when a real hand has opened the popover, and the question stands there.
        open_question(tab, badge)
        tab.wait(UNHURRIED)
        world.forget()
        tab.evaluate(PRETENDED)
        tab.wait(2 * UNHURRIED)

        assert pds.revision(person.did) == revision
        assert world.asked_of(PDS) == []
