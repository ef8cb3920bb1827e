"""Stage: one page of the extension, in popup's or tab's size, with what its states need around it."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, ViewportSize, expect

from tests.axe.report import Look
from tests.data.archives import make_archive
from tests.e2e.steps import APP, choose
from tests.world.axe import find_violations
from tests.world.chromium import WINDOW, Chromium
from tests.world.exchange import Answer, Ask, Site
from tests.world.layout import FINGER, LEAST, find_moving, find_small_targets, find_too_wide
from tests.world.pds import Account
from tests.world.world import World

POPUP = "popup.html"
SIZES: dict[str, tuple[str, ViewportSize]] = {"popup": (POPUP, {"width": 400, "height": 600}), "tab": (APP, WINDOW)}
# A window of 1280 px at 200 % and 400 %: https://www.w3.org/TR/WCAG22/#reflow
ZOOMED = (640, 320)
UNFOLD = "document.querySelectorAll('details').forEach((one) => { one.open = true })"
LONGEST = 120.0  # seconds that an answer is held back at most


@dataclass(frozen=True, slots=True)
class Stage:
    """`held` ends with a state: requests without an answer are answered then."""

    browser: Chromium
    page: Page
    world: World
    folder: Path
    person: Account
    held: ExitStack = field(default_factory=ExitStack)

    def archive(self, name: str, **content: Any) -> Path:
        """Return a new archive of the owner, or with other `content`."""
        return make_archive(self.folder / f"{name}.zip", **content)

    def read(self, archive: Path) -> None:
        """Choose an archive, whether or not one was read before."""
        self.go("drop")
        expect(self.page.get_by_test_id("drop-zone")).to_be_visible()
        choose(self.page, archive)

    def go(self, view: str) -> None:
        """Show a view of the page; "" is home."""
        self.page.evaluate("(view) => { location.hash = view }", view)
        expect(self.page.get_by_test_id("main")).to_have_attribute("data-view", view or "home")

    def hold(self, host: str, is_meant: Callable[[Ask], bool] = lambda _: True) -> None:
        """Answer what is meant at a host only when this state ends."""
        self.held.enter_context(_held(self.world, host, is_meant))

    def unfold(self) -> None:
        """Open everything that can be unfolded."""
        self.page.evaluate(UNFOLD)


@contextmanager
def _held(world: World, host: str, is_meant: Callable[[Ask], bool]) -> Iterator[None]:
    released = threading.Event()

    def fault(site: Site) -> Site:
        def late(ask: Ask) -> Answer:
            if is_meant(ask):
                released.wait(LONGEST)
            return site(ask)

        return late

    with world.fault(host, fault):
        try:
            yield
        finally:
            released.set()


# What stays in view while one scrolls lies over what has come below it, or scrolls by itself: axe sees the page with
# nothing over anything.
# The property has every style computed anew, since some elements keep their colours when the theme is emulated.
FLAT = """() => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(`* { --looked-at: now } header, aside, .side { position: static !important }
        .side { max-block-size: none !important }`);
    document.adoptedStyleSheets = [sheet];
    scrollTo(0, 0);
}"""
# Colours and parts that move come to rest.
AT_REST = """() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() =>
    done(Promise.allSettled(document.getAnimations().map(({ finished }) => finished))))))"""
AS_BEFORE = "document.adoptedStyleSheets = []"


def set_look(page: Page, look: Look) -> None:
    """Show one of the extension's own pages in a language and a theme; nothing moves."""
    page.emulate_media(color_scheme="dark" if look.theme == "dark" else "light", reduced_motion="reduce")
    page.evaluate("(language) => chrome.storage.local.set({ language })", look.language)
    expect(page.locator("html")).to_have_attribute("lang", re.compile(rf"^{look.language}\b"))


def find_in_look(page: Page, look: Look, photograph: Callable[[Page], None] = lambda _: None) -> list[str]:
    """Return what axe finds in one of the extension's own pages, and what is too small, too wide or moves there.

    It is first shown in a language and a theme, and given to `photograph`.
    """
    set_look(page, look)
    page.evaluate(FLAT)
    page.evaluate(AT_REST)
    photograph(page)
    found = [*find_violations(page), *_find_in_layout(page), *find_moving(page)]
    page.evaluate(AS_BEFORE)
    return found


def find_zoomed(page: Page) -> list[str]:
    """Return what is too small or too wide at 200 % and at 400 %. A popup is always as wide as its page asks for."""
    if POPUP in page.url:
        return []
    size, found = page.viewport_size, []
    for width in ZOOMED:
        page.set_viewport_size({"width": width, "height": width})
        page.evaluate(AT_REST)
        found += [f"at {width} px: {one}" for one in _find_in_layout(page)]
    if size:
        page.set_viewport_size(size)
    return found


def _find_in_layout(page: Page) -> list[str]:
    if POPUP in page.url:
        return find_small_targets(page, LEAST, spaced=True) + find_too_wide(page)
    return find_small_targets(page, FINGER) + find_too_wide(page)
