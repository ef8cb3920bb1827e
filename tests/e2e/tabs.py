"""Tab: what a test of badges does with a page and sees of it, the same in Chromium (Playwright) and Firefox (BiDi)."""

from __future__ import annotations

import json
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol, TypeVar

from playwright.sync_api import Page, Playwright

from tests.conftest import Packages
from tests.e2e.steps import APP
from tests.world.chromium import Chromium, closed_world, find_hidden
from tests.world.firefox import EXTENSION_ID, ConnectProxy, Firefox
from tests.world.pds import Account
from tests.world.sites import X_PATTERNS
from tests.world.world import World

T = TypeVar("T")
MIDDLE = """function () {
    this.scrollIntoView({ block: "nearest", behavior: "instant" });
    const { x, y, width, height } = this.getBoundingClientRect();
    return [Math.round(x + width / 2), Math.round(y + height / 2)];
}"""
POLL_SECONDS = 0.1
PATIENCE = 20.0  # seconds; a machine may be busy with other things
BADGE = "[data-passerelle-badge]"
# https://www.w3.org/TR/webdriver2/#keyboard-actions
KEYS = {"Tab": "\ue004", "Enter": "\ue007", "Escape": "\ue00c"}
UNHURRIED = 0.5  # seconds that a question wants to be read before it is answered: extension/lib/x/badge/card.ts


class Part(Protocol):
    """One element inside a badge."""

    def evaluate(self, function: str) -> Any:
        """Call a JavaScript `function () { ... this ... }` on it; JSON is what comes back."""


class Tab(ABC):
    """One tab. Elements are named by CSS selectors; scripts run in the page's own world."""

    @abstractmethod
    def go(self, url: str) -> None:
        """Load an address."""

    @abstractmethod
    def evaluate(self, expression: str) -> Any:
        """Evaluate JavaScript, awaited; JSON is what comes back."""

    @abstractmethod
    def click(self, css: str) -> None:
        """Press the first element of `css`, awaited, with the mouse: trusted events."""

    @abstractmethod
    def point_at(self, css: str) -> None:
        """Move the mouse to the first element of `css`."""

    @abstractmethod
    def press_at(self, x: int, y: int) -> None:
        """Press the mouse at a point of the window, in CSS pixels."""

    @abstractmethod
    def press_key(self, key: str) -> None:
        """Press a key, such as "x" or "Enter", and let it go."""

    @abstractmethod
    def resize(self, width: int, height: int) -> None:
        """Set the size of what the tab shows, in CSS pixels."""

    @abstractmethod
    def fill(self, css: str, text: str) -> None:
        """Put text into a field."""

    @abstractmethod
    def choose(self, css: str, file: Path) -> None:
        """Choose a file in a file input."""

    @abstractmethod
    def hidden(self, css: str) -> Sequence[Part]:
        """Return every element of `css` inside badges, which the page cannot see, in the order of the document."""

    @abstractmethod
    def front(self) -> None:
        """Bring the tab to the front."""

    @abstractmethod
    def wait(self, seconds: float) -> None:
        """Do nothing for a while."""

    def until(self, look: Callable[[], T], accept: Callable[[T], object] = bool, seconds: float = PATIENCE) -> T:
        """Look until what is seen is accepted, and give it. Raises TimeoutError with what was seen last."""
        end = time.monotonic() + seconds
        while not accept(seen := look()):
            if time.monotonic() > end:
                raise TimeoutError(f"Still seen after {seconds} s: {seen!r}")
            self.wait(POLL_SECONDS)
        return seen

    def await_true(self, expression: str, seconds: float = PATIENCE) -> None:
        """Wait until JavaScript is true in the page."""
        self.until(lambda: (expression, self.evaluate(expression)), lambda seen: seen[1], seconds)

    def await_hidden(self, css: str, text: str = "") -> Part:
        """Return the first element of `css` inside badges that shows `text`, awaited."""
        return self.until(lambda: [part for part in self.hidden(css) if text in text_of(part)])[0]

    def press(self, css: str) -> None:
        """Press the first element of `css` inside badges with the mouse, once it is there and stands still."""
        boxes: list[Any] = [None]

        def look() -> bool:
            boxes.append([part.evaluate(MIDDLE) for part in self.hidden(css)[:1]])
            return bool(boxes[-1]) and boxes[-1] == boxes[-2]

        self.until(look)
        [[x, y]] = boxes[-1]
        self.press_at(x, y)


def text_of(part: Part) -> str:
    """Return what an element shows; a picture shows nothing."""
    return str(part.evaluate("function () { return this.innerText ?? '' }"))


class ChromiumTab(Tab):
    """A tab of Playwright's."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def go(self, url: str) -> None:
        self.page.goto(url)

    def evaluate(self, expression: str) -> Any:
        return self.page.evaluate(expression)

    def click(self, css: str) -> None:
        self.page.locator(css).first.click()

    def point_at(self, css: str) -> None:
        self.page.locator(css).first.hover()

    def press_at(self, x: int, y: int) -> None:
        self.page.mouse.click(x, y)

    def press_key(self, key: str) -> None:
        self.page.keyboard.press(key)

    def resize(self, width: int, height: int) -> None:
        self.page.set_viewport_size({"width": width, "height": height})

    def fill(self, css: str, text: str) -> None:
        self.page.locator(css).fill(text)

    def choose(self, css: str, file: Path) -> None:
        self.page.locator(css).set_input_files(file)

    def hidden(self, css: str) -> Sequence[Part]:
        return find_hidden(self.page, css)

    def front(self) -> None:
        self.page.bring_to_front()

    def wait(self, seconds: float) -> None:
        self.page.wait_for_timeout(seconds * 1000)


class FirefoxPart:
    """One element inside a badge, by its reference."""

    def __init__(self, browser: Firefox, tab: str, element: Any) -> None:
        self._browser = browser
        self._tab = tab
        self._element = element

    def evaluate(self, function: str) -> Any:
        return self._browser.call(self._tab, function, self._element)


class FirefoxTab(Tab):
    """A tab by its browsing context."""

    def __init__(self, browser: Firefox, tab: str) -> None:
        self.browser = browser
        self.tab = tab

    def go(self, url: str) -> None:
        self.browser.command("browsingContext.navigate", context=self.tab, url=url, wait="complete")

    def evaluate(self, expression: str) -> Any:
        return self.browser.evaluate(self.tab, expression)

    def click(self, css: str) -> None:
        self.browser.click(self.tab, css)

    def point_at(self, css: str) -> None:
        self.evaluate(f"document.querySelector({json.dumps(css)}).scrollIntoView({{ block: 'center' }})")
        self.browser.point_at(self.tab, css)

    def press_at(self, x: int, y: int) -> None:
        self.browser.press(self.tab, "viewport", x, y)

    def press_key(self, key: str) -> None:
        self.browser.press_key(self.tab, KEYS.get(key, key))

    def resize(self, width: int, height: int) -> None:
        viewport = {"width": width, "height": height}
        self.browser.command("browsingContext.setViewport", context=self.tab, viewport=viewport)

    def fill(self, css: str, text: str) -> None:
        self.browser.fill(self.tab, css, text)

    def choose(self, css: str, file: Path) -> None:
        self.browser.set_files(self.tab, css, file)

    def hidden(self, css: str) -> Sequence[Part]:
        return [FirefoxPart(self.browser, self.tab, one) for one in self.browser.find_hidden(self.tab, BADGE, css)]

    def front(self) -> None:
        self.browser.command("browsingContext.activate", context=self.tab)

    def wait(self, seconds: float) -> None:
        time.sleep(seconds)


def at(test_id: str) -> str:
    """Return the CSS selector of one of the extension's own elements."""
    return f'[data-testid="{test_id}"]'


def choose_fast(tab: Tab) -> None:
    """Choose to follow as fast as the servers allow."""
    select = f"document.querySelector('{at('speed')}')"
    tab.await_true(f"{select}?.value === 'gentle'")
    change = "new Event('change', { bubbles: true })"
    tab.evaluate(f"void ({select}.value = 'fast', {select}.dispatchEvent({change}))")
    tab.await_true(f"{select}.value === 'fast'")


class Badged:
    """A browser that has read an archive and shows badges: the extension's own tab, and one for x.com.

    `reload` ends the extension and starts it anew, as an update does; the extension's own tab is gone then.
    `find_page` returns the tab of an address that contains a text, or None. `asks_in_card`: this browser can tell that
    a card is visible, so the question before a follow stands in it; else in a window of the extension.
    """

    def __init__(
        self,
        app: Tab,
        x: Tab,
        reload: Callable[[], object],
        find_page: Callable[[str], Tab | None],
        *,
        asks_in_card: bool,
    ) -> None:
        self.app = app
        self.x = x
        self.reload = reload
        self.asks_in_card = asks_in_card
        self._find_page = find_page

    def await_confirmation(self) -> Tab:
        """Return the window that asks before a follow, once it takes an answer."""
        window = self.app.until(lambda: self._find_page("/confirm.html"))
        assert window
        window.await_true(f"document.querySelector('{at('confirm-follow')}')?.disabled === false")
        return window

    def await_no_confirmation(self) -> None:
        """Wait until that window is gone."""
        self.app.until(lambda: self._find_page("/confirm.html"), lambda found: found is None)

    def switch(self, *, on: bool) -> None:
        """Switch badges on or off in the settings, and wait until tabs can know."""
        self._open_settings()
        self.app.click(at("badges-switch"))
        self.app.await_true(f"document.querySelector('{at('badges-switch')}').ariaChecked === '{str(on).lower()}'")
        is_there = "'badge-index' in await chrome.storage.local.get('badge-index')"
        self.app.await_true(f"(async () => ({is_there}) === {str(on).lower()})()")
        self._go_back()

    @contextmanager
    def signed_in(self, account: Account) -> Iterator[None]:
        """Sign in to Bluesky with an app password, and out again."""
        self.app.front()
        self.app.click(at("sign-in"))
        self.app.click(at("use-app-password"))
        self.app.fill(at("sign-in-handle"), account.handle)
        self.app.fill(at("sign-in-password"), account.app_password)
        self.app.click(at("sign-in-submit"))
        self.app.await_true(f"document.querySelector('{at('follow-all')}')?.disabled === false")
        try:
            yield
        finally:
            self._open_settings()
            self.app.click(at("sign-out"))
            self.app.await_true(f"document.querySelector('{at('sign-out')}') === null")
            self._go_back()

    def show(self, path: str) -> Tab:
        """Load a page of x.com in front, and give its tab."""
        self.x.front()
        self.x.go(f"https://x.com/{path}")
        return self.x

    def _open_settings(self) -> None:
        self.app.front()
        self.app.click(at("open-settings"))
        self.app.await_true(f"document.querySelector('{at('badges-switch')}').ariaChecked !== null")

    def _go_back(self) -> None:
        self.app.click(at("back"))


@contextmanager
def chromium(playwright: Playwright, packages: Packages, world: World, folder: Path, sample: Path) -> Iterator[Badged]:
    """Yield Chromium with badges; fail in the end if anything in the extension went wrong meanwhile."""
    with Chromium(playwright, packages.chromium, folder / "profile", closed_world(world)) as browser:
        browser.collect_errors()
        browser.allow_sites(*X_PATTERNS)
        app = ChromiumTab(browser.open_page(APP))
        x = ChromiumTab(browser.context.new_page())
        pages = browser.context

        def find_page(text: str) -> Tab | None:
            return next((ChromiumTab(page) for page in pages.pages if text in page.url), None)

        yield _prepared(Badged(app, x, browser.reload, find_page, asks_in_card=True), sample)
        errors = browser.errors()
        assert not errors, errors


@contextmanager
def firefox(packages: Packages, world: World, folder: Path, sample: Path) -> Iterator[Badged]:
    """Return Firefox with badges."""
    with (
        ConnectProxy(world) as proxy,
        Firefox(folder, proxy_port=proxy.port, extension_id=EXTENSION_ID) as browser,
    ):
        browser.install(packages.firefox)
        app = FirefoxTab(browser, browser.open(browser.url(APP)))
        x = FirefoxTab(browser, browser.open("about:blank"))

        def find_page(text: str) -> Tab | None:
            contexts = browser.command("browsingContext.getTree")["contexts"]
            return next((FirefoxTab(browser, one["context"]) for one in contexts if text in one["url"]), None)

        def reload() -> None:
            browser.install(packages.firefox)

        yield _prepared(Badged(app, x, reload, find_page, asks_in_card=False), sample)


def _prepared(browser: Badged, sample: Path) -> Badged:
    browser.app.front()
    browser.app.choose(at("file-input"), sample)
    browser.app.await_true(f"document.querySelector('{at('found')}')?.dataset.found > 0")
    browser.switch(on=True)
    return browser
