"""What one does with badges in a tab of either browser, what a script may try, and what is wrong with badges."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.e2e.tabs import UNHURRIED, Badged, Tab, at
from tests.world.residents import RESIDENTS

KNOWN = {one.someone.screen_name for one in RESIDENTS}
GAP = 12.0  # px between a name and its badge, at most
SKEW = 2.0  # px between their middles


def faults(tab: Tab, *, copies: bool = False) -> list[str]:
    """Return every fault of the page's badges now; `copies` may exist where nothing of them is visible."""
    seen = tab.evaluate("window.__look()")
    if copies:
        for person in seen["people"]:
            person["badges"] = [badge for badge in person["badges"] if badge["area"]]
    found = [f"a badge about {name} stands behind no name" for name in seen["astray"]]
    for person in seen["people"]:
        found += [
            f"{person['surface']} of {person['screen_name']}: {fault}" for fault in faults_of(person, seen["theme"])
        ]
    return found


def faults_of(person: dict[str, Any], theme: str) -> Iterator[str]:
    """Return the faults of the badges behind one name: expected: the person's own, once, if listed."""
    expected = [person["screen_name"]] if person["screen_name"] in KNOWN else []
    about = [badge["about"] for badge in person["badges"]]
    if about != expected:
        yield f"badges {about}, not {expected}"
    for badge in person["badges"]:
        if badge["theme"] != theme:
            yield f"{badge['theme']} on a {theme} page"
        if badge["area"] == 0 or not 0 <= badge["gap"] <= GAP or badge["offCentre"] > SKEW:
            yield f"not beside the name: {badge}"


def assert_right(tab: Tab) -> None:
    """Assert that soon every badge is right, and that no badge makes a row taller."""
    tab.until(lambda: faults(tab), lambda found: found == [])
    assert tab.evaluate("window.__measure()") == []


def press_follow(badged: Badged, badge: str) -> None:
    """Open a badge's card, press Follow, answer the question if there is one, and wait until the follow is done."""
    tab = badged.x
    open_card(badged, badge)
    tab.wait(UNHURRIED)
    tab.press(".press.follow")
    if badged.asks_in_card:
        tab.until(lambda: tab.hidden(".press.yes, .press.undo"))
        if tab.hidden(".press.yes"):
            tab.wait(UNHURRIED)
            tab.press(".press.yes")
    else:
        badged.await_confirmation().click(at("confirm-follow"))
        badged.await_no_confirmation()
        tab.front()
    tab.await_hidden(".card .state", "Followed")


def open_card(badged: Badged, badge: str) -> None:
    """Open a badge's card."""
    tab = badged.x
    tab.await_true(f"document.querySelector('{badge}') !== null")
    tab.click(badge)
    tab.await_hidden(".press.follow")


def open_question(badged: Badged, badge: str) -> None:
    """Open a badge's card and press Follow under a cover: the question stands in the card, or in its own window."""
    tab = badged.x
    open_card(badged, badge)
    tab.evaluate(COVER)
    tab.wait(2 * UNHURRIED)
    tab.press(".press.follow")
    if badged.asks_in_card:
        tab.await_hidden(".press.yes")
    else:
        badged.await_confirmation()


SIZES = """[...document.querySelectorAll("[data-passerelle-badge]")].map((host) => {
    const { width, height } = host.getBoundingClientRect();
    return `${width} x ${height}`;
})"""

# A popover of the page over everything, through which clicks go.
COVER = """(() => {
    const cover = document.createElement("div");
    cover.id = "cover";
    cover.popover = "manual";
    cover.textContent = "Click the dot to win";
    cover.style = "position:fixed; inset:0; margin:0; width:100vw; height:100vh; border:0; background:#fff;"
        + "pointer-events:none";
    document.body.append(cover);
    cover.showPopover();
})()"""


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
