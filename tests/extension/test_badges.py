"""Badges on the re-enacted pages of X, in real Chromium: the right person, once, in place, whatever the page does.

The content script's own modules run in the page, with a small background; tests/e2e tests them with the real one.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, Playwright, Route

from tests.world.chromium import QUIET, await_hidden, find_binary, find_hidden
from tests.world.fake_x import site
from tests.world.world import Ask
from tests.x_pages import bundle

ENTRY = Path(__file__).with_name("badges.ts")
KNOWN = ("ada_nouvelle", "Chloe_Marais", "farid_k", "junho_bada", "hideo_umi", "brunoquai")
# How far X lets names stand from their badges: the gap, and no more.
GAP = 12  # px
READ = 600  # ms that a card wants to be visible before a press in it follows: extension/lib/x/badge/card.ts
PATIENCE = 20  # looks at a page, on a machine that is busy with other things

Open = Callable[..., Page]
T = TypeVar("T", bound=object)

# Where each badge stands: whom it is for, and the @name right before it.
BADGES = """() => [...document.querySelectorAll("[data-passerelle-badge]")].map((host) => [
    host.dataset.passerelleBadge, host.previousElementSibling?.textContent ?? ""])"""
# Every @name that the page shows by itself, outside of what people wrote and of display names.
SHOWN = """() => [...document.querySelectorAll("#react-root *, #app *")]
    .filter((one) => one.children.length === 0 && /^@\\w+$/.test(one.textContent) && !one.closest("[dir=auto], .bold"))
    .map((one) => one.textContent.slice(1))"""

# Badges that do not stand where the computed styles of their own row say.
MISPLACED = """() => [...document.querySelectorAll("[data-testid=User-Name]")].filter((block) => {
    const host = block.querySelector("[data-passerelle-badge]");
    return host && badges.placeFor(block.querySelector("[tabindex='-1']"), block) !== host.previousElementSibling;
}).length"""

# Counts in `computed` how often the computed styles of elements that X made are asked for.
COUNT_COMPUTED_STYLES = """() => {
    const original = window.getComputedStyle;
    window.computed = 0;
    window.getComputedStyle = (...of) => (window.computed++, original(...of));
}"""

CENTRES = """() => [...document.querySelectorAll("main [data-passerelle-badge]")].map((host) => {
    const box = host.getBoundingClientRect();
    return [box.x + box.width / 2, box.y + box.height / 2];
}).filter(([, y]) => y < innerHeight).slice(0, 4)"""


@pytest.fixture(scope="module")
def browser(playwright: Playwright) -> Iterator[Browser]:
    root = ["--no-sandbox"] if os.geteuid() == 0 else []
    browser = playwright.chromium.launch(executable_path=find_binary(), args=[*QUIET, *root])
    yield browser
    browser.close()


@pytest.fixture(scope="module")
def script() -> str:
    return bundle(ENTRY, "badges")


@pytest.fixture
def open_page(browser: Browser, script: str) -> Iterator[Open]:
    """A function that opens one of the re-enacted pages with badges that know KNOWN."""
    context = browser.new_context(viewport={"width": 1100, "height": 800}, bypass_csp=True)

    def opened(path: str, *names: str, signed_in: bool = True, sure: bool = False) -> Page:
        page = context.new_page()
        page.route("**/*", _from_files)
        page.goto(f"https://x.com{path}")
        page.add_script_tag(content=script)
        start = "([names, isSignedIn, isSure]) => badges.start(names, { isSignedIn, isSure })"
        page.evaluate(start, [names or KNOWN, signed_in, sure])
        return page

    yield opened
    context.close()


def _from_files(route: Route) -> None:
    url = urlsplit(route.request.url)
    answer = site(Ask(url.netloc, "GET", url.path, (), b""))
    route.fulfill(status=answer.status, headers=dict(answer.headers), body=answer.body)


def badges(page: Page, at_least: int = 1) -> list[tuple[str, str]]:
    """Return every badge as (whom it is for, the text before it), once there are enough of them."""
    page.wait_for_function(
        "(count) => document.querySelectorAll('[data-passerelle-badge]').length >= count", arg=at_least
    )
    settle(page)
    return [(name, before) for name, before in page.evaluate(BADGES)]


def settle(page: Page) -> None:
    """Wait until nothing is under way: a few frames and the background's answer."""
    page.wait_for_timeout(120)


def assert_right(page: Page) -> None:
    """Assert that soon each known person on the page, and no one else, has one badge right behind their name."""
    nothing: list[tuple[str, str]] = []
    soon(page, lambda: wrong_badges(page), nothing)


def wrong_badges(page: Page) -> list[tuple[str, str]]:
    """Return what is missing, doubled or in excess now: a virtual list may show others a moment later."""
    found = Counter((name, before) for name, before in badges(page) if before.startswith("@"))
    expected = Counter((name, f"@{name}") for name in page.evaluate(SHOWN) if name in KNOWN)
    return sorted(((found - expected) + (expected - found)).elements())


def soon(page: Page, look: Callable[[], T], expected: T) -> None:
    """Assert that `look` soon returns `expected`."""
    for _ in range(PATIENCE):
        settle(page)
        if look() == expected:
            return
    assert look() == expected


def press(page: Page, css: str, text: str = "") -> None:
    """Click an element inside a badge with the mouse."""
    await_hidden(page, css, text).click()


def test_everybody_known_has_one_badge_behind_their_name(open_page: Open) -> None:
    found = badges(open_page("/home"), at_least=7)

    assert found == [
        ("ada_nouvelle", "@ada_nouvelle"),
        ("Chloe_Marais", "@Chloe_Marais"),  # quoted by somebody unknown
        ("brunoquai", "Bruno Quai reposted"),
        ("junho_bada", "@junho_bada"),
        ("farid_k", "@farid_k"),
        ("ada_nouvelle", "@ada_nouvelle"),  # quoted
        ("hideo_umi", "@hideo_umi"),
    ]


def test_the_new_client_shows_the_same_people(open_page: Open) -> None:
    found = badges(open_page("/new-conversation"), at_least=6)

    assert found == [
        ("ada_nouvelle", "@ada_nouvelle"),  # the post that the page is about: it has no link to itself
        ("Chloe_Marais", "@Chloe_Marais"),  # quoted in it
        ("brunoquai", "Bruno Quai reposted"),
        ("junho_bada", "@junho_bada"),  # reposted: an article in an article
        ("hideo_umi", "@hideo_umi"),  # with a phone's absolute link
        ("farid_k", "@farid_k"),
    ]


@pytest.mark.parametrize("path", ["/home", "/new-conversation"])
def test_a_display_name_is_never_taken_for_a_name(open_page: Open, path: str) -> None:
    page = open_page(path, "nasa", "at_sign", "someone_mentioned")

    assert badges(page) == [("at_sign", "@at_sign")]


def test_a_collision_in_the_index_shows_nothing(open_page: Open) -> None:
    page = open_page("/home", "?ada_nouvelle", "farid_k")

    assert [name for name, _ in badges(page)] == ["farid_k"]
    assert "ada_nouvelle " in page.evaluate("badges.asked.flat()")


def test_no_person_is_asked_about_twice(open_page: Open) -> None:
    page = open_page("/home")
    badges(page)
    page.evaluate("() => { for (let turn = 0; turn < 50; turn++) window.__recycle(); }")
    settle(page)

    asked = page.evaluate("badges.asked.flat()")
    assert len(asked) == len(set(asked))


@pytest.mark.parametrize("path", ["/home", "/following?count=60", "/new-conversation", "/new-following"])
def test_badges_move_with_recycled_nodes(open_page: Open, path: str) -> None:
    page = open_page(path)
    badges(page)
    for _ in range(5):
        page.evaluate("window.__recycle()")
        assert_right(page)


@pytest.mark.parametrize("path", ["/home", "/new-conversation"])
def test_badges_survive_being_wrapped_anew(open_page: Open, path: str) -> None:
    page = open_page(path)
    before = badges(page)
    page.evaluate("window.__rewrap()")

    soon(page, lambda: badges(page), before)


@pytest.mark.parametrize("path", ["/home", "/new-conversation"])
def test_after_a_thousand_changes_everything_is_in_place(open_page: Open, path: str) -> None:
    page = open_page(path)
    badges(page)
    page.evaluate(
        """async () => {
            for (let turn = 0; turn < 100; turn++) {
                window.__recycle();
                if (turn % 7 === 0) window.__rewrap();
                if (turn % 10 === 0) await new Promise(requestAnimationFrame);
            }
        }"""
    )

    assert_right(page)


@pytest.mark.parametrize("delay", [5, 60_000], ids=["answered", "not answered yet"])
def test_rows_of_one_shape_may_be_laid_out_differently(open_page: Open, delay: int) -> None:
    page = open_page("/home")
    count = len(badges(page))
    page.evaluate("badges.stop()")
    # Every second row has one more column around the @name, and nothing in its markup says so.
    page.add_style_tag(
        content="[data-testid=cellInnerDiv]:nth-child(even) .second > .row { flex-direction: column !important }"
    )
    page.evaluate("([names, delay]) => badges.start(names, { delay })", [list(KNOWN), delay])

    soon(page, lambda: page.evaluate(MISPLACED), 0)
    found = badges(page, at_least=count)
    assert len(found) == count
    assert {before.endswith("2h") for _, before in found if before.startswith("@")} == {True, False}


def test_a_shape_that_was_right_often_is_proved_again_only_in_a_window_of_another_size(open_page: Open) -> None:
    page = open_page("/following?count=300")
    badges(page)
    page.evaluate(COUNT_COMPUTED_STYLES)
    scroll = "async () => { for (let at = 0; at < 9000; at += 300) { scrollTo(0, at); await badges.rest(); } }"
    for _ in range(4):  # every tenth cell has a badge, and 20 proofs are wanted
        page.evaluate(scroll)
    page.evaluate("window.computed = 0")
    page.evaluate(scroll)
    assert page.evaluate("window.computed") == 0
    assert_right(page)

    page.set_viewport_size({"width": 900, "height": 800})
    page.evaluate(scroll)
    assert page.evaluate("window.computed") > 0
    assert_right(page)


def test_scrolling_a_virtual_list_keeps_badge_and_person_together(open_page: Open) -> None:
    page = open_page("/following?count=300")
    badges(page)
    for place in (500, 3000, 9000, 4000, 0):
        page.evaluate("(place) => scrollTo(0, place)", place)
        assert_right(page)


@pytest.mark.parametrize("path", ["/profile", "/new-profile"])
def test_a_profile_that_follows_another_has_the_new_ones_badge(open_page: Open, path: str) -> None:
    page = open_page(f"{path}?of=ada_nouvelle")
    assert badges(page)[0] == ("ada_nouvelle", "@ada_nouvelle")

    page.evaluate("window.__navigate('Chloe_Marais')")
    soon(page, lambda: {name for name, _ in badges(page)}, {"Chloe_Marais"})

    page.evaluate("window.__navigate('olu_afara')")  # known to nobody
    soon(page, lambda: page.evaluate(BADGES), [])

    page.evaluate("window.__navigate('farid_k')")  # the header's nodes are the same ones still
    page.wait_for_selector(
        "[data-testid=UserName] [data-passerelle-badge=farid_k], .header > .row > [data-passerelle-badge=farid_k]"
    )


def test_a_card_that_is_filled_late_gets_its_badge(open_page: Open) -> None:
    page = open_page("/home")
    badges(page)
    page.hover('[data-testid="User-Name"] a[href="/ada_nouvelle"]')
    page.wait_for_selector("[data-testid=HoverCard] [data-passerelle-badge=ada_nouvelle]")


def test_a_card_of_the_new_client_gets_its_badge(open_page: Open) -> None:
    page = open_page("/new-following?count=5")
    badges(page)
    page.evaluate("window.__hover('farid_k')")
    page.wait_for_selector("[data-side] [data-passerelle-badge=farid_k]")


def test_no_row_becomes_taller(open_page: Open) -> None:
    heights = """[...document.querySelectorAll("[data-testid=cellInnerDiv], [data-timeline-entry]")].map(
        (cell) => cell.getBoundingClientRect().height)"""
    for path in ("/home", "/following?count=40", "/new-conversation", "/new-following"):
        page = open_page(path, "nobody_at_all")
        settle(page)
        before = page.evaluate(heights)
        page = open_page(path)
        badges(page)
        assert page.evaluate(heights) == before


@pytest.mark.parametrize("direction", ["ltr", "rtl"])
def test_a_badge_stands_beside_its_name_in_either_direction(open_page: Open, direction: str) -> None:
    page = open_page("/home")
    page.evaluate("(direction) => window.__direction(direction)", direction)
    badges(page)
    places = page.evaluate(
        """() => [...document.querySelectorAll("article [data-passerelle-badge]")].map((host) => {
            const [badge, name] = [host, host.previousElementSibling].map((one) => one.getBoundingClientRect());
            return [badge.width, badge.left - name.right, name.left - badge.right,
                    Math.abs(badge.top + badge.height / 2 - name.top - name.height / 2)];
        })"""
    )
    for width, after, before, off_centre in places:
        assert width > 10
        assert 0 <= (after if direction == "ltr" else before) <= GAP
        assert off_centre <= 2


@pytest.mark.parametrize("path", ["/home", "/new-conversation"])
def test_badges_follow_the_theme(open_page: Open, path: str) -> None:
    page = open_page(path)
    badges(page)
    for name, expected in (("dark", "dark"), ("light", "light"), ("dim", "dark")):
        page.evaluate("(name) => window.__theme(name)", name)
        soon(
            page,
            lambda: set(
                page.evaluate(
                    "[...document.querySelectorAll('[data-passerelle-badge]')].map((host) => host.dataset.theme)"
                )
            ),
            {expected},
        )


def test_following_asks_by_name_first(open_page: Open) -> None:
    page = open_page("/home")
    badges(page)
    press(page, ".mark")
    press(page, ".press.follow")
    assert await_hidden(page, ".question").text == "Follow @ada_nouvelle, ada-nouvelle.example.org, on Bluesky?"
    assert page.evaluate("badges.follows") == []

    page.wait_for_timeout(450)
    press(page, ".press.yes")
    await_hidden(page, ".state", "Followed")
    assert page.evaluate("badges.follows") == ["ada_nouvelle"]
    assert find_hidden(page, ".press.follow") == []


def test_a_sure_match_takes_two_clicks_and_eight_seconds_undo_it(open_page: Open) -> None:
    page = open_page("/home", sure=True)
    badges(page)
    press(page, ".mark")
    await_hidden(page, ".press.follow")
    page.wait_for_timeout(READ)
    press(page, ".press.follow")
    undo = await_hidden(page, ".press.undo", "Undo (")
    assert page.evaluate("badges.follows") == ["ada_nouvelle"]
    assert find_hidden(page, ".question") == []
    assert await_hidden(page, ".said").text == "You now follow @ada_nouvelle."
    counted = undo.text
    page.wait_for_timeout(1_100)
    assert await_hidden(page, ".press.undo", "Undo (").text != counted

    press(page, ".press.undo")
    await_hidden(page, ".said", "You no longer follow @ada_nouvelle.")
    assert page.evaluate("badges.undone") == ["ada_nouvelle seen"]
    await_hidden(page, ".press.follow")


def test_after_the_eight_seconds_the_card_still_unfollows(open_page: Open) -> None:
    page = open_page("/home", sure=True)
    badges(page)
    press(page, ".mark")
    await_hidden(page, ".press.follow")
    page.wait_for_timeout(READ)
    press(page, ".press.follow")
    await_hidden(page, ".press.undo", "Undo (")
    page.keyboard.press("Escape")
    press(page, ".mark")

    assert await_hidden(page, ".press.undo").text == "Unfollow"


def test_a_hurried_press_on_a_sure_match_asks(open_page: Open) -> None:
    page = open_page("/home", sure=True)
    badges(page)
    page.evaluate("performance.now = () => 1000")  # no time passes between the presses
    press(page, ".mark")
    press(page, ".press.follow")

    await_hidden(page, ".question")
    assert page.evaluate("badges.follows") == []


def test_the_popover_unfolds_who_says_so(open_page: Open) -> None:
    page = open_page("/home")
    badges(page)
    press(page, ".mark")
    press(page, ".sources summary")

    assert await_hidden(page, ".sources li").text == "Source: a list see"


def test_a_hurried_second_click_answers_nothing(open_page: Open) -> None:
    page = open_page("/home")
    badges(page)
    press(page, ".mark")
    press(page, ".press.follow")
    press(page, ".press.yes")
    settle(page)

    assert page.evaluate("badges.follows") == []


def test_a_badge_works_by_keyboard_alone(open_page: Open) -> None:
    page = open_page("/following?count=40")
    badges(page)
    await_hidden(page, ".mark").evaluate("function () { this.focus() }")
    page.keyboard.press("Enter")
    await_hidden(page, ".card")
    for _ in ("close", "show", "profile", "follow"):
        page.keyboard.press("Tab")
    page.keyboard.press("Space")
    await_hidden(page, ".question")
    page.wait_for_timeout(450)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    await_hidden(page, ".state", "Followed")
    page.keyboard.press("Escape")

    soon(page, lambda: len(find_hidden(page, ".card")), 0)
    assert len(page.evaluate("badges.follows")) == 1
    assert page.evaluate("window.__opened") == []


def test_x_notices_nothing_of_what_happens_on_a_badge(open_page: Open) -> None:
    for path in ("/home", "/following?count=40", "/new-conversation", "/new-following?count=40"):
        page = open_page(path)
        badges(page)
        # Without scrolling, which would bring X's own links under the mouse.
        for x, y in page.evaluate(CENTRES):
            page.mouse.move(x, y)
            page.mouse.click(x, y)
            page.mouse.click(x, y, button="middle")
            page.mouse.dblclick(x, y)
            page.keyboard.press("Escape")
            page.mouse.move(1, 1)

        assert page.evaluate("window.__opened") == []
        assert page.query_selector("[data-testid=HoverCard]") is None
        assert urlsplit(page.url).path == urlsplit(path).path


def test_a_person_who_is_not_signed_in_is_led_there(open_page: Open) -> None:
    page = open_page("/home", signed_in=False)
    badges(page)
    press(page, ".mark")
    press(page, ".press.sign_in")

    assert page.evaluate("[badges.signIns, badges.follows]") == [1, []]


def test_a_script_of_the_page_gets_nothing_done(open_page: Open) -> None:
    page = open_page("/home")
    count = len(badges(page))

    assert page.evaluate("window.__attack()") == ["closed"] * count
    # What even another extension could not do: clicks by script inside.
    await_hidden(page, ".mark").evaluate("function () { this.click() }")
    settle(page)
    assert find_hidden(page, ".card") == []
    assert page.evaluate("badges.follows") == []


def test_nothing_is_left_when_badges_are_switched_off(open_page: Open) -> None:
    page = open_page("/home")
    badges(page)
    page.evaluate("badges.stop()")
    page.evaluate("window.__recycle()")

    soon(page, lambda: page.evaluate(BADGES), [])


def test_nothing_is_left_after_an_update_of_the_extension(open_page: Open) -> None:
    page = open_page("/home")
    badges(page)
    page.evaluate("badges.update()")
    page.evaluate("window.__recycle()")

    soon(page, lambda: page.evaluate(BADGES), [])


def test_badges_of_an_earlier_version_are_taken_away(open_page: Open) -> None:
    page = open_page("/home")
    before = badges(page)
    page.evaluate("badges.stop()")
    page.evaluate(
        """() => document.querySelectorAll("article, main").forEach((place) => {
            const old = place.appendChild(document.createElement("span"));
            old.dataset.passerelleBadge = "olu_afara";
        })"""
    )
    page.evaluate("(names) => badges.start(names)", list(KNOWN))

    soon(page, lambda: badges(page), before)


def test_a_badge_that_was_moved_away_comes_back(open_page: Open) -> None:
    page = open_page("/home")
    before = badges(page)
    page.evaluate(
        "document.querySelectorAll('[data-passerelle-badge]').forEach((host) => host.parentElement.prepend(host))"
    )

    soon(page, lambda: badges(page), before)


def test_a_popover_is_closed_when_its_badge_is_about_another_person(open_page: Open) -> None:
    page = open_page("/following?count=40")
    badges(page)
    press(page, ".mark")
    await_hidden(page, ".card")
    page.evaluate("window.__recycle()")

    soon(page, lambda: len(find_hidden(page, ".card")), 0)
