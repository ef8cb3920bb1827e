"""Desk: one person's browser that is closed or killed and opened again on another day; Chromium and Firefox alike."""

from __future__ import annotations

import itertools
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path

from playwright.sync_api import Playwright

from tests.conftest import Packages
from tests.e2e import firefox_consent, steps
from tests.e2e.steps import APP
from tests.e2e.tabs import ChromiumTab, FirefoxTab, Tab
from tests.world.chromium import WINDOW, Chromium, closed_world
from tests.world.clock import copy_with_clock
from tests.world.firefox import EXTENSION_ID, ConnectProxy, Firefox
from tests.world.mastodons import PERSON
from tests.world.notifications import allow_notifications
from tests.world.pds import Account
from tests.world.world import World


class Desk(ABC):
    """The browser, closed at first. Its profile stays; each time, a copy of the extension with another clock opens."""

    _browser: Chromium | Firefox

    def __init__(self, package: Path, folder: Path) -> None:
        self._package = package
        self._folder = folder
        self._copies = itertools.count()

    def open(self, ahead: timedelta) -> Tab:
        """Open the browser with its clock ahead, and in it the extension's own tab."""
        copy = copy_with_clock(self._package, self._folder / f"package-{next(self._copies)}", ahead)
        return self._open(allow_notifications(copy))

    @abstractmethod
    def _open(self, extension: Path) -> Tab:
        """Open the browser with an extension."""

    def close(self) -> None:
        """Close the browser, as at night."""
        self._browser.close()

    def kill(self) -> None:
        """End the browser as a power cut would; from any thread."""
        self._browser.kill()

    def await_death(self) -> None:
        """Wait until the browser is gone."""
        self._browser.await_death()

    @abstractmethod
    def allow_on_bluesky(self, tab: Tab, button: str, account: Account) -> None:
        """Press a button that opens the page of the PDS, and allow what it asks."""

    @abstractmethod
    def allow_on_mastodon(self, tab: Tab, button: str) -> None:
        """Press a button that opens the page of the Mastodon server, and allow what it asks."""


class InChromium(Desk):
    """Chromium by Playwright."""

    _browser: Chromium

    def __init__(self, package: Path, folder: Path, playwright: Playwright, world: World) -> None:
        super().__init__(package, folder)
        self._playwright = playwright
        self._world = world

    def _open(self, extension: Path) -> Tab:
        profile = self._folder / "profile"
        is_first = not profile.exists()
        self._browser = Chromium(self._playwright, extension, profile, closed_world(self._world))
        if is_first:
            self._browser.collect_errors()  # in developer mode, without which Chromium would not load other files
        else:
            self._browser.reload()  # else it keeps the background's script of the copy before
        return ChromiumTab(self._browser.open_page(APP))

    def allow_on_bluesky(self, tab: Tab, button: str, account: Account) -> None:
        with self._browser.context.expect_page() as opened:
            tab.click(button)
        steps.authorize_again(opened.value, account)

    def allow_on_mastodon(self, tab: Tab, button: str) -> None:
        with self._browser.context.expect_page() as opened:
            tab.click(button)
        steps.authorize_mastodon(opened.value)


class InFirefox(Desk):
    """Firefox by BiDi."""

    _browser: Firefox

    def __init__(self, package: Path, folder: Path, proxy: ConnectProxy) -> None:
        super().__init__(package, folder)
        self._proxy = proxy

    def _open(self, extension: Path) -> Tab:
        profile = self._folder / "profile"
        profile.mkdir(exist_ok=True)
        self._browser = Firefox(profile, proxy_port=self._proxy.port, extension_id=EXTENSION_ID)
        self._browser.install(extension)
        tab = FirefoxTab(self._browser, self._browser.open(self._browser.url(APP)))
        tab.resize(WINDOW["width"], WINDOW["height"])
        return tab

    def allow_on_bluesky(self, tab: Tab, button: str, account: Account) -> None:
        before = self._browser.tabs()
        tab.click(button)
        window = self._browser.await_new_tab(before)
        firefox_consent.give_password(self._browser, window, account)
        firefox_consent.press_authorize(self._browser, window)

    def allow_on_mastodon(self, tab: Tab, button: str) -> None:
        before = self._browser.tabs()
        tab.click(button)
        firefox_consent.allow_mastodon(self._browser, self._browser.await_new_tab(before), PERSON)


@contextmanager
def open_desk(name: str, packages: Packages, folder: Path, world: World, playwright: Playwright) -> Iterator[Desk]:
    """Return the desk with the browser of this name, which is closed afterwards."""
    with ExitStack() as stack:
        if name == "firefox":
            yield InFirefox(packages.firefox, folder, stack.enter_context(ConnectProxy(world)))
        else:
            yield InChromium(packages.chromium, folder, playwright, world)
