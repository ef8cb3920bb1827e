"""Keyboard, screen reader and forced colours: where the focus is, what is read aloud, what axe finds in each state."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, ViewportSize, expect

from tests.axe.report import Look
from tests.axe.stage import POPUP, Stage, find_in_look, set_look
from tests.axe.states import STATES
from tests.data.people import ADA, FARID
from tests.e2e.steps import APP, await_followed, await_matches, hand_over, open_settings, row
from tests.world.chromium import WINDOW, Chromium
from tests.world.pds import Account
from tests.world.sites import PDS, X_PATTERNS
from tests.world.world import World, slow

pytestmark = pytest.mark.e2e

SLOW = 1.0  # seconds of an answer, so that following can be paused

# Where the focus is at each frame of the next second.
FOCUSED = """() => new Promise((done) => {
    const seen = new Set();
    const end = performance.now() + 1000;
    const look = () => {
        seen.add(document.activeElement?.tagName ?? "nothing");
        if (performance.now() < end) requestAnimationFrame(look);
        else done([...seen]);
    };
    look();
})"""

# What live regions say from now on, and whether each was in the page, and shown, before its text. A region that comes
# inside a larger part, such as a page that was opened, announces nothing.
LISTEN = """() => {
    const LIVE = "[role=status], [role=alert]";
    const known = new WeakSet(document.querySelectorAll(LIVE));
    window.__heard = [];
    const hear = (region) => {
        const text = region.textContent.trim();
        if (text && region.checkVisibility()) window.__heard.push([text, known.has(region)]);
    };
    new MutationObserver((records) => {
        const changed = new Set();
        const inside = new Set();
        for (const { target, addedNodes } of records) {
            const around = (target instanceof Element ? target : target.parentElement)?.closest(LIVE);
            if (around) changed.add(around);
            for (const node of addedNodes) {
                if (!(node instanceof Element)) continue;
                if (node.matches(LIVE)) changed.add(node);
                node.querySelectorAll(LIVE).forEach((one) => inside.add(one));
            }
        }
        changed.forEach((region) => inside.has(region) || hear(region));
        setTimeout(() => [...changed, ...inside].forEach((region) => known.add(region)));
    }).observe(document.body, { childList: true, subtree: true, characterData: true });
}"""

COLOUR = """async ([png, points]) => {
    const bytes = Uint8Array.from(atob(png), (letter) => letter.charCodeAt(0));
    const image = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
    const canvas = new OffscreenCanvas(image.width, image.height).getContext("2d");
    canvas.drawImage(image, 0, 0);
    return points.map(([x, y]) =>
        [...canvas.getImageData(Math.floor(x * image.width), Math.floor(y * image.height), 1, 1).data].join());
}"""


def press(target: Locator) -> list[str]:
    """Press a button by keyboard; return the names of the elements that have the focus in the next second."""
    expect(target).to_be_enabled()
    target.focus()
    target.press("Enter")
    return list(target.page.evaluate(FOCUSED))


def heard(page: Page) -> dict[str, bool]:
    """Return what live regions said since LISTEN: the text, and whether its region was there before."""
    return {text.replace("\u00a0", ""): known for text, known in page.evaluate("window.__heard")}


def await_heard(page: Page, *parts: str) -> None:
    """Wait until a region that was there before has said a text with all these parts."""
    wanted = page.wait_for_function(
        "(parts) => window.__heard.find(([text]) => parts.every((part) => text.includes(part)))", arg=parts
    ).json_value()
    assert wanted[1], f"The region came with its text: {wanted[0]}"


def came_with_text(page: Page) -> list[str]:
    """Return what was said since LISTEN by regions that were not there before their text."""
    return [text for text, known in page.evaluate("window.__heard") if not known]


def listen(page: Page) -> None:
    """Note from now on what is read aloud."""
    page.evaluate(LISTEN)


@pytest.fixture(scope="module")
def opened(shared: Chromium, sample: Path) -> Page:
    """The app's tab with a result."""
    shared.allow_sites(*X_PATTERNS)
    page = shared.open_page(APP)
    hand_over(page, sample)
    await_matches(page)
    return page


@pytest.fixture
def tab(opened: Page) -> Page:
    """The same, at home."""
    opened.bring_to_front()
    opened.set_viewport_size(WINDOW)
    opened.get_by_test_id("home").click()
    expect(opened.get_by_test_id("match-list")).to_be_visible()
    return opened


def sign_in_by_keyboard(page: Page, account: Account) -> list[str]:
    """Sign in without a mouse; return where the focus is after the last key."""
    page.get_by_test_id("sign-in").press("Enter")
    page.get_by_test_id("use-app-password").press("Enter")
    page.get_by_test_id("sign-in-handle").fill(account.handle)
    page.get_by_test_id("sign-in-password").fill(account.app_password)
    page.get_by_test_id("sign-in-submit").press("Enter")
    expect(page.get_by_test_id("follow-bar")).to_be_visible()
    return list(page.evaluate(FOCUSED))


def sign_out(page: Page) -> None:
    open_settings(page)
    if page.get_by_test_id("sign-out").is_visible():
        page.get_by_test_id("sign-out").click()
        expect(page.get_by_test_id("sign-out")).to_be_hidden()


@pytest.fixture
def signed_in(tab: Page, person: Account) -> Iterator[Page]:
    """The same, signed in to an account that follows no one."""
    assert "BODY" not in sign_in_by_keyboard(tab, person)
    expect(tab.get_by_test_id("follow-all")).to_be_enabled()
    yield tab
    sign_out(tab)


# Each button of the page, how it is reached, and what is pressed.
BUTTONS: dict[str, Callable[[Page], Locator]] = {
    "settings": lambda page: page.get_by_test_id("open-settings"),
    "home": lambda page: _settings(page).get_by_test_id("home"),
    "back": lambda page: _settings(page).get_by_test_id("back"),
    "badges on": lambda page: _settings(page).get_by_test_id("badges-switch"),
    "badges off": lambda page: _settings(page).get_by_test_id("badges-switch"),
    "update the directory": lambda page: _settings(page).get_by_test_id("update-directory"),
    "delete everything": lambda page: _settings(page).get_by_test_id("delete-all"),
    "keep my data": lambda page: _question(page).get_by_test_id("delete-no"),
    "sign in": lambda page: page.get_by_test_id("sign-in"),
    "read another archive": lambda page: page.get_by_test_id("replace-archive"),
    "a filter": lambda page: page.get_by_test_id("filter-bluesky"),
    "all": lambda page: page.get_by_test_id("filter-all"),
    "why": lambda page: row(page, ADA.screen_name).get_by_test_id("why"),
    "not this person": lambda page: row(page, ADA.screen_name).get_by_test_id("reject").first,
    "undo": lambda page: row(page, ADA.screen_name).get_by_test_id("undo-reject").first,
    "a table": lambda page: page.get_by_test_id("export-csv"),
}


def _settings(page: Page) -> Page:
    open_settings(page)
    expect(page.get_by_test_id("badges-switch")).to_be_visible()
    return page


def _question(page: Page) -> Page:
    _settings(page).get_by_test_id("delete-all").press("Enter")
    return page


@pytest.mark.parametrize("button", BUTTONS)
def test_the_focus_stays_on_the_page_after_a_button(tab: Page, button: str) -> None:
    focused = press(BUTTONS[button](tab))

    assert "BODY" not in focused
    if tab.get_by_test_id("delete-no").is_visible():
        tab.keyboard.press("Escape")


NARROW: ViewportSize = {"width": 800, "height": 900}


def open_fold(page: Page, name: str) -> None:
    """Open a `<details>` as a person does."""
    page.get_by_test_id(name).locator("> summary").click()
    expect(page.get_by_test_id(name)).to_have_attribute("open", "")


def test_what_is_open_and_the_focus_stay_when_the_window_becomes_narrow_and_wide_again(tab: Page) -> None:
    for fold in ("archive-notes", "lanes-details"):
        open_fold(tab, fold)
    why = row(tab, ADA.screen_name).get_by_test_id("why")
    if why.get_attribute("aria-expanded") == "false":  # the test before may have opened it
        why.click()
    expect(why).to_have_attribute("aria-expanded", "true")
    tab.get_by_test_id("export-csv").focus()

    for size in (NARROW, WINDOW):
        tab.set_viewport_size(size)
        for fold in ("archive-notes", "lanes-details"):
            expect(tab.get_by_test_id(fold).locator("> :not(summary)").first).to_be_visible()
        expect(why).to_have_attribute("aria-expanded", "true")
        expect(tab.get_by_test_id("export-csv")).to_be_focused()
    why.click()


HEADING = "() => document.activeElement.matches('h1') && document.activeElement.textContent.trim()"
RING = "getComputedStyle(document.activeElement).outlineStyle"


def test_the_focus_goes_to_the_heading_of_a_page_that_opens(tab: Page) -> None:
    tab.get_by_test_id("open-settings").press("Enter")
    assert tab.wait_for_function(HEADING).json_value() == "Settings"
    assert tab.evaluate(RING) != "none", "by keyboard the ring shows where reading goes on"
    tab.get_by_test_id("back").click()
    assert "found" in tab.wait_for_function(HEADING).json_value()
    assert tab.evaluate(RING) == "none", "a mouse needs no ring around a heading"
    tab.evaluate("location.hash = 'where'")
    assert tab.wait_for_function(HEADING).json_value() == "Where your people are"
    tab.go_back()
    assert "found" in tab.wait_for_function(HEADING).json_value()


def test_the_focus_goes_back_to_what_opened_a_question(tab: Page) -> None:
    _question(tab)
    expect(tab.get_by_test_id("delete-no")).to_be_visible()
    tab.keyboard.press("Escape")
    expect(tab.get_by_test_id("delete-all")).to_be_focused()


def test_the_focus_stays_on_the_page_while_following(signed_in: Page, world: World) -> None:
    seen = {}
    with world.fault(PDS, slow(SLOW)):
        account = row(signed_in, FARID.screen_name).get_by_test_id("account").first
        seen["follow"] = press(account.get_by_test_id("follow-button"))
        expect(account).to_have_attribute("data-state", "following")
        seen["follow all"] = press(signed_in.get_by_test_id("follow-all"))
        seen["pause"] = press(signed_in.get_by_test_id("pause"))
        seen["resume"] = press(signed_in.get_by_test_id("resume"))
    await_followed(signed_in)
    seen["finished"] = list(signed_in.evaluate(FOCUSED))
    open_settings(signed_in)
    seen["sign out"] = press(signed_in.get_by_test_id("sign-out"))

    assert {action: tags for action, tags in seen.items() if "BODY" in tags} == {}


def test_what_is_done_is_read_aloud_by_regions_that_were_there_before(signed_in: Page, person: Account) -> None:
    listen(signed_in)
    account = row(signed_in, ADA.screen_name).get_by_test_id("account").first
    account.get_by_test_id("reject").press("Enter")
    await_heard(signed_in, "is marked as not", ADA.display_name)
    account.get_by_test_id("undo-reject").press("Enter")
    await_heard(signed_in, "may be", ADA.display_name, "again")

    account.get_by_test_id("choose").check()
    signed_in.get_by_test_id("follow-all").press("Enter")
    await_followed(signed_in)
    await_heard(signed_in, "followed with Passerelle so far")

    open_settings(signed_in)
    signed_in.get_by_test_id("sign-out").press("Enter")
    await_heard(signed_in, "Signed out.")
    signed_in.get_by_test_id("update-directory").press("Enter")
    await_heard(signed_in, "Fetching the public directory")
    assert came_with_text(signed_in) == []


def test_deleting_everything_is_read_aloud_and_keeps_the_focus(chromium: Chromium, sample: Path) -> None:
    page = chromium.open_page(APP)
    hand_over(page, sample)
    await_matches(page)
    open_settings(page)
    listen(page)
    page.get_by_test_id("delete-all").press("Enter")

    focused = press(page.get_by_test_id("delete-yes"))

    await_heard(page, "Everything has been deleted")
    assert came_with_text(page) == []
    assert "BODY" not in focused


def test_following_is_read_aloud_in_steps(signed_in: Page, world: World) -> None:
    listen(signed_in)
    with world.fault(PDS, slow(SLOW)):
        signed_in.get_by_test_id("follow-all").press("Enter")
        await_heard(signed_in, "0 of", "followed")
        signed_in.get_by_test_id("pause").press("Enter")
        await_heard(signed_in, "Paused.")
        signed_in.get_by_test_id("resume").press("Enter")
    await_followed(signed_in)
    await_heard(signed_in, "followed with Passerelle so far")
    assert came_with_text(signed_in) == []


# What moves when a switch is turned and a work without known length is shown.
MOVES = """() => {
    const one = document.querySelector("[role=switch]");
    const before = one.getAttribute("aria-checked");
    getComputedStyle(one).backgroundColor;
    one.setAttribute("aria-checked", String(before !== "true"));
    const bar = document.querySelector("main").appendChild(document.createElement("progress"));
    const names = document.getAnimations().map((moving) => moving.transitionProperty ?? moving.animationName);
    bar.remove();
    one.setAttribute("aria-checked", before);
    return names;
}"""


def test_nothing_moves_where_motion_is_to_be_reduced(tab: Page) -> None:
    _settings(tab)
    assert {"wave", "background-color"} <= set(tab.evaluate(MOVES))
    tab.emulate_media(reduced_motion="reduce")
    moving = tab.evaluate(MOVES)
    tab.emulate_media(reduced_motion="no-preference")
    assert moving == []


def colours(target: Locator, *points: tuple[float, float]) -> list[str]:
    """Return the colours at points of an element, in parts of its width and height, as a screenshot shows them."""
    picture = base64.b64encode(target.screenshot()).decode()
    return list(target.page.evaluate(COLOUR, [picture, points]))


def test_forced_colours_leave_states_visible(shared: Chromium, tab: Page) -> None:
    tab.emulate_media(forced_colors="active")
    chosen, other = (colours(tab.get_by_test_id(f"filter-{name}"), (0.08, 0.5)) for name in ("all", "bluesky"))
    assert chosen != other, "the chosen filter looks like the others"

    boxes = tab.get_by_test_id("choose")
    ticked, empty = (boxes.and_(tab.locator(css)).first for css in (":checked", ":not(:checked)"))
    assert colours(ticked, (0.2, 0.5)) != colours(empty, (0.2, 0.5)), "a tick is not seen"

    open_settings(tab)
    switch = tab.get_by_test_id("badges-switch")
    looks = {}
    for _ in range(2):
        state = switch.get_attribute("aria-checked")
        tab.mouse.move(0, 0)
        tab.wait_for_timeout(400)  # the knob moves
        looks[state] = colours(switch, (0.25, 0.5), (0.5, 0.5), (0.75, 0.5))
        switch.press("Enter")
        expect(switch).not_to_have_attribute("aria-checked", str(state))
    assert looks["true"] != looks["false"]

    tab.evaluate(
        "document.querySelector('main').insertAdjacentHTML('afterbegin', '<progress max=2 value=1></progress>')"
    )
    progress = tab.locator("main > progress")
    done, left = colours(progress, (0.25, 0.5), (0.75, 0.5))
    edge = colours(progress, (0.9, 0.02))
    progress.evaluate("(one) => one.remove()")
    assert done != left, "how far it is cannot be seen"
    assert edge != [left], "where it ends cannot be seen"
    tab.emulate_media(forced_colors="none")


# Of all states those that show the most; `make axe` looks at each of them, in every language.
USUAL = (
    "first run",
    "no one found",
    "working",
    "list",
    "date form",
    "settings",
    "sign-in with an error",
    "post",
    "join form",
)
LOOKS = {
    "popup, light": (POPUP, (400, 600), Look("en", "light")),
    "popup, dark": (POPUP, (400, 600), Look("ar", "dark")),
    "tab at 320 px": (APP, (320, 640), Look("ar", "light")),
    "tab, dark": (APP, (1280, 900), Look("fr", "dark")),
}


@pytest.mark.parametrize("name", LOOKS)
def test_axe_finds_nothing_and_targets_are_large_in_usual_states(
    chromium: Chromium, world: World, person: Account, tmp_path: Path, name: str
) -> None:
    place, (width, height), look = LOOKS[name]
    page = chromium.open_page(place)
    page.set_viewport_size({"width": width, "height": height})
    stage = Stage(chromium, page, world, tmp_path, person)
    set_look(page, look)
    listen(page)
    found = {}
    for state in USUAL:
        with stage.held:
            STATES[state](stage)
            found[state] = find_in_look(page, look)

    assert found == {state: [] for state in USUAL}
    assert came_with_text(page) == []
