"""Signing in, following and undoing on mastodon-mock, a Mastodon API that is not ours, in both browsers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Playwright

from tests.conftest import Packages
from tests.e2e.steps import APP, COMMAND
from tests.e2e.tabs import ChromiumTab, FirefoxTab, Tab, at, choose_fast
from tests.world.chromium import Chromium, closed_world
from tests.world.firefox import EXTENSION_ID, ConnectProxy, Firefox
from tests.world.mastodon import Resident
from tests.world.mastodon_mock import MastodonMock
from tests.world.mastodons import HOME, PERSON
from tests.world.world import World

pytestmark = pytest.mark.e2e

OPEN, LOCKED = "bruno@quai.example.org", "junho@bada.example.org"


@dataclass(frozen=True, slots=True)
class Driver:
    """A running browser: `open` opens a page of the extension, `find` the tab of an address that begins so."""

    open: Callable[[str], Tab]
    find: Callable[[str], Tab | None]


@contextmanager
def chromium(playwright: Playwright, packages: Packages, world: World, folder: Path) -> Iterator[Driver]:
    with Chromium(playwright, packages.chromium, folder / "profile", closed_world(world)) as browser:

        def find(address: str) -> Tab | None:
            return next((ChromiumTab(page) for page in browser.context.pages if page.url.startswith(address)), None)

        yield Driver(lambda page: ChromiumTab(browser.open_page(page)), find)


@contextmanager
def firefox(packages: Packages, world: World, folder: Path) -> Iterator[Driver]:
    with (
        ConnectProxy(world) as proxy,
        Firefox(folder, proxy_port=proxy.port, extension_id=EXTENSION_ID) as browser,
    ):
        browser.install(packages.firefox)

        def find(address: str) -> Tab | None:
            contexts = browser.command("browsingContext.getTree")["contexts"]
            return next(
                (FirefoxTab(browser, one["context"]) for one in contexts if one["url"].startswith(address)), None
            )

        yield Driver(lambda page: FirefoxTab(browser, browser.open(browser.url(page))), find)


@pytest.fixture(params=[pytest.param("chromium"), pytest.param("firefox", marks=pytest.mark.firefox)])
def driver(request: pytest.FixtureRequest, packages: Packages, world: World, tmp_path: Path) -> Iterator[Driver]:
    if request.param == "firefox":
        with firefox(packages, world, tmp_path) as opened:
            yield opened
    else:
        with chromium(request.getfixturevalue("playwright"), packages, world, tmp_path) as opened:
            yield opened


@pytest.fixture
def mock(tmp_path: Path, world: World) -> Iterator[MastodonMock]:
    """The server, in the place of the stand-in."""
    residents = [Resident(OPEN), Resident(LOCKED, is_locked=True)]
    with MastodonMock(tmp_path, HOME, PERSON, residents) as server, world.fault(HOME, lambda _: server.site):
        yield server


def is_there(test_id: str) -> str:
    return f"document.querySelector('{at(test_id)}') !== null"


def sign_in(driver: Driver) -> None:
    page = driver.open(f"{APP}#sign-in")
    page.click(at("sign-in-fediverse"))
    page.fill(at("mastodon-server"), HOME)
    page.click(at("mastodon-submit"))
    window = page.until(lambda: driver.find(f"https://{HOME}/oauth/authorize"))
    assert window
    window.click("button[name=username]")
    page.await_true(f"!({is_there('mastodon-form')})")


def relations(mock: MastodonMock) -> dict[str, tuple[bool, bool]]:
    """Return of both accounts whether they are followed, and whether that was asked."""
    found = {acct: mock.relationship(acct) for acct in (OPEN, LOCKED)}
    return {acct: (one["following"], one["requested"]) for acct, one in found.items()}


def test_following_and_undoing_on_mastodon_mock(mock: MastodonMock, driver: Driver, sample: Path) -> None:
    page = driver.open(APP)
    page.choose(at("file-input"), sample)
    page.await_true(f"document.querySelector('{at('found')}')?.dataset.found > 0")
    sign_in(driver)
    page.front()
    choose_fast(page)
    page.click(at("follow-all"))
    page.until(lambda: relations(mock), lambda seen: seen == {OPEN: (True, False), LOCKED: (False, True)})
    page.await_true(is_there("follow-finished"))

    undo = f'{{id: "undo", type: "follow.undo", account: "{PERSON}@{HOME}"}}'
    assert "result" in page.evaluate(f"({COMMAND})({undo})")
    page.until(lambda: relations(mock), lambda seen: seen == {OPEN: (False, False), LOCKED: (False, False)})
