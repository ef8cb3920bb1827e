"""Badges on a phone: X's names and times stay where they are, and the keyboard reaches every badge and its card."""

from __future__ import annotations

import pytest

from tests.data.people import ADA
from tests.e2e.badge_steps import assert_right, press_follow
from tests.e2e.tabs import BADGE, Badged, Tab
from tests.world.pds import Account

# Playwright for Firefox too, so that all of these run at the end of a run (tests/conftest.py).
pytestmark = [pytest.mark.e2e, pytest.mark.usefixtures("playwright")]

PHONE = (
    360,
    740,
)  # CSS pixels; the commonest width of Android phones: https://gs.statcounter.com/screen-resolution-stats/mobile
DESKTOP = (1280, 900)
PAGES = ("home?narrow", "new-phone")

# Names and times with and without badges, both measured now, in one turn; and what a badge lies over.
MOVED = """(() => {
    const hosts = [...document.querySelectorAll("[data-passerelle-badge]")];
    const texts = [...document.querySelectorAll(".bold span span, #app .bold, time, [data-base-ui-tooltip-trigger]")];
    const visible = (one) => {
        const box = one.getBoundingClientRect();
        let [start, end] = [box.left, box.right];
        for (let parent = one.parentElement; parent; parent = parent.parentElement) {
            if (getComputedStyle(parent).overflowX === "visible") continue;
            const clip = parent.getBoundingClientRect();
            [start, end] = [Math.max(start, clip.left), Math.min(end, clip.right)];
        }
        return [start, box.top, Math.max(end, start), box.bottom];
    };
    const measure = () => texts.map((one) => visible(one).map((pixels) => Math.round(pixels * 10) / 10).join(" "));
    const withBadges = measure();
    const overlaps = (badge, [left, top, right, bottom]) =>
        badge.left < right - 0.5 && badge.right > left + 0.5 && badge.top < bottom - 3 && badge.bottom > top + 3;
    const covered = hosts.flatMap((host) => {
        const badge = host.getBoundingClientRect();
        return texts.filter((one) => overlaps(badge, visible(one)))
            .map((one) => `${host.dataset.passerelleBadge} covers ${one.textContent}`);
    });
    const places = hosts.map(() => document.createComment(""));
    hosts.forEach((host, at) => host.replaceWith(places[at]));
    const without = measure();
    hosts.forEach((host, at) => places[at].replaceWith(host));
    const moved = texts.flatMap((one, at) => withBadges[at] === without[at]
        ? []
        : [`${one.textContent}: ${without[at]} -> ${withBadges[at]}`]);
    return { badges: hosts.length, texts: texts.length, moved, covered };
})()"""

RING = """function () {
    this.focus({ focusVisible: true });
    const { outlineStyle, outlineWidth, outlineOffset } = getComputedStyle(this);
    return [outlineStyle, parseFloat(outlineWidth), parseFloat(outlineWidth) + parseFloat(outlineOffset)];
}"""
MARKS = """function () {
    return [this.getAttribute("aria-label"), this.querySelector(".followed") !== null,
        this.querySelector(".followed")?.checkVisibility() ?? false];
}"""
FOCUSED = "document.activeElement?.dataset?.passerelleBadge ?? null"
MAX_TABS = 40  # presses of Tab until the first badge


def badges_on(tab: Tab) -> None:
    tab.await_true(f"document.querySelectorAll('{BADGE}').length > 2")


@pytest.mark.parametrize("path", PAGES)
def test_on_a_phone_names_and_times_are_as_without_badges(badged: Badged, path: str) -> None:
    tab = badged.x
    tab.resize(*PHONE)
    badged.show(path)
    badges_on(tab)
    tab.until(lambda: tab.evaluate(MOVED), lambda seen: seen["badges"] > 2)

    seen = tab.evaluate(MOVED)

    assert seen["texts"] > seen["badges"]
    assert seen["moved"] == []
    assert seen["covered"] == []
    tab.resize(*DESKTOP)


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
@pytest.mark.parametrize("path", ["home?narrow", "new-phone", "profile?of=ada_nouvelle"])
def test_the_focus_ring_stands_inside_the_badge(badged: Badged, path: str, size: tuple[int, int]) -> None:
    tab = badged.x
    tab.resize(*size)
    badged.show(path)
    badges_on(tab)

    style, width, beyond = tab.await_hidden(".mark").evaluate(RING)

    assert style == "solid"
    assert width >= 2
    assert beyond <= 0, "X cuts off what stands over the edge of its lines"
    tab.resize(*DESKTOP)


def test_label_and_tick_say_the_same_of_everyone(badged: Badged, person: Account) -> None:
    badge = f'article [data-passerelle-badge="{ADA.screen_name}"]'
    with badged.signed_in(person):
        tab = badged.show("home?narrow")
        tab.await_true(f"document.querySelector('{badge}') !== null")
        press_follow(badged, badge)
        for size in (DESKTOP, PHONE):
            tab.resize(*size)
            badged.show("home?narrow")
            badges_on(tab)
            tab.until(lambda: any(mark.evaluate(MARKS)[1] for mark in tab.hidden(".mark")))

            marks = [mark.evaluate(MARKS) for mark in tab.hidden(".mark")]

            assert {has_tick for _, has_tick, _ in marks} == {True, False}
            for label, has_tick, is_visible in marks:
                assert ("You already follow them" in label) == has_tick == is_visible, label
        tab.resize(*DESKTOP)


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
@pytest.mark.parametrize("path", ["home?narrow", "following?count=20", "new-phone"])
def test_tab_reaches_a_badge_and_enter_opens_its_card(badged: Badged, path: str, size: tuple[int, int]) -> None:
    tab = badged.x
    tab.resize(*size)
    badged.show(path)
    badges_on(tab)

    for _ in range(MAX_TABS):
        tab.press_key("Tab")
        if tab.evaluate(FOCUSED):
            break
    about = tab.evaluate(FOCUSED)
    assert about, "Tab reached no badge"
    tab.evaluate("window.__opened = []")  # what the page heard of Tab on its own parts
    tab.press_key("Enter")
    tab.await_hidden(".card h2")
    assert tab.evaluate("window.__opened") == [], "X took the key for its own"

    tab.press_key("Escape")

    tab.until(lambda: tab.hidden(".card"), lambda cards: not cards)
    assert tab.evaluate(FOCUSED) == about
    tab.resize(*DESKTOP)


def test_badges_of_one_kind_of_line_have_one_size_on_a_phone(badged: Badged) -> None:
    tab = badged.x
    tab.resize(*PHONE)
    badged.show("home?narrow")
    assert_right(tab)

    sizes = tab.evaluate(
        f"""[...document.querySelectorAll('[data-testid=User-Name] {BADGE}')].map((host) => {{
            const {{ width, height }} = host.getBoundingClientRect();
            return `${{width}} x ${{height}}`;
        }})"""
    )

    assert len(sizes) > 2
    assert set(sizes) == {"12 x 16"}
    tab.resize(*DESKTOP)
