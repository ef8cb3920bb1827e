"""The core as a web page: an archive is read at 360 px in both browsers, and no request follows its choice."""

from __future__ import annotations

import csv
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

import passerelle.directory
import pytest
from playwright.sync_api import Browser, Download, Page, Playwright, ViewportSize, expect

from tests.data.archives import make_archive
from tests.data.people import ADA, PEOPLE, Someone
from tests.world.axe import find_violations
from tests.world.chromium import QUIET, find_binary
from tests.world.firefox import EXTENSION_ID, Firefox
from tests.world.layout import FINGER, find_small_targets, find_too_wide
from tests.world.static_server import StaticServer

pytestmark = pytest.mark.e2e

ROOT = Path(__file__).parents[2]
TELEPHONE: ViewportSize = {"width": 360, "height": 740}
NARROWEST: ViewportSize = {"width": 320, "height": 640}
MEDIA = 150 * 1024 * 1024  # bytes of pictures and films in the archive
LOAD_SECONDS = READ_SECONDS = 120.0
NOWHERE = 9  # a port on which no proxy listens
LANGUAGES = ("en", "fr", "de", "es", "ar", "ja")

READY = "main[data-stage=ready]"
FOUND = "[data-testid=found]"
OVERFLOW = "document.documentElement.scrollWidth > innerWidth"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the page as `make dist` does."""
    out = tmp_path_factory.mktemp("try")
    command: list[str | Path] = [sys.executable, ROOT / "build" / "make.py", "--try", "--out", out]
    made = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stdout + made.stderr
    return out / "try"


@pytest.fixture
def server(built: Path) -> Iterator[StaticServer]:
    with StaticServer(built) as running:
        yield running


@pytest.fixture(scope="module")
def listed() -> list[Someone]:
    """People and organisations of the packaged directory: each with an X id and an account on Mastodon."""
    rows = Path(passerelle.directory.__file__).parent / "data" / "rows.jsonl"
    with_both = (row for row in map(json.loads, rows.read_text().splitlines()) if row["rest_id"] and row["acct"])
    return [Someone(row["rest_id"], row["screen_name"], row["display_name"] or row["screen_name"]) for row in with_both]


@pytest.fixture(scope="module")
def archive(listed: list[Someone], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive of 150 MB, whose owner follows invented people and twelve accounts of the directory."""
    target = tmp_path_factory.mktemp("archive") / "twitter-archive.zip"
    return make_archive(target, following=[*PEOPLE, *listed[:12]], padding=MEDIA)


class Tab(Protocol):
    """A page at the size of a telephone, in either browser."""

    def open(self, url: str) -> None: ...
    def wait_for(self, css: str, seconds: float) -> None: ...
    def evaluate(self, expression: str) -> Any: ...
    def choose(self, file: Path) -> None: ...


class ChromiumTab:
    def __init__(self, page: Page) -> None:
        self.page = page

    def open(self, url: str) -> None:
        self.page.goto(url)

    def wait_for(self, css: str, seconds: float) -> None:
        self.page.locator(css).wait_for(timeout=seconds * 1000)

    def evaluate(self, expression: str) -> Any:
        return self.page.evaluate(expression)

    def choose(self, file: Path) -> None:
        self.page.get_by_test_id("file-input").set_input_files(file)


class FirefoxTab:
    def __init__(self, browser: Firefox) -> None:
        self._browser = browser
        self._tab = ""

    def open(self, url: str) -> None:
        self._tab = self._browser.open("about:blank")
        self._browser.command("browsingContext.setViewport", context=self._tab, viewport=TELEPHONE)
        self._browser.command("browsingContext.navigate", context=self._tab, url=url, wait="complete")

    def wait_for(self, css: str, seconds: float) -> None:
        self._browser.until(self._tab, f"document.querySelector({json.dumps(css)}) !== null", seconds)

    def evaluate(self, expression: str) -> Any:
        return self._browser.evaluate(self._tab, expression)

    def choose(self, file: Path) -> None:
        self._browser.set_files(self._tab, "[data-testid=file-input]", file)


@pytest.fixture(scope="module")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    """Chromium without an extension, which reaches this machine alone."""
    rules = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
    browser = playwright.chromium.launch(executable_path=find_binary(), args=[*QUIET, "--no-sandbox", rules])
    yield browser
    browser.close()


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context(viewport=TELEPHONE, has_touch=True, locale="en-GB")
    yield context.new_page()
    context.close()


@pytest.fixture(params=["chromium", pytest.param("firefox", marks=pytest.mark.firefox)])
def tab(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Tab]:
    if request.param == "chromium":
        yield ChromiumTab(request.getfixturevalue("page"))
        return
    with Firefox(tmp_path, proxy_port=NOWHERE, extension_id=EXTENSION_ID) as browser:
        yield FirefoxTab(browser)


def load(tab: Tab, url: str) -> None:
    """Open the page, and wait until it says that everything is loaded."""
    tab.open(url)
    tab.wait_for(READY, LOAD_SECONDS)


def read(tab: Tab, archive: Path) -> int:
    """Choose an archive; return how many of its people are found."""
    tab.choose(archive)
    tab.wait_for(FOUND, READ_SECONDS)
    return int(tab.evaluate(f"document.querySelector('{FOUND}').dataset.found"))


def test_150_mb_are_read_at_360_px_and_no_request_follows(tab: Tab, server: StaticServer, archive: Path) -> None:
    load(tab, server.url)
    assert "/python/library.zip" in server.requests
    assert not tab.evaluate(OVERFLOW)
    before = list(server.requests)

    assert read(tab, archive) == 12

    assert tab.evaluate("innerWidth") == TELEPHONE["width"]
    assert not tab.evaluate(OVERFLOW)
    assert tab.evaluate("document.querySelectorAll('[data-testid=match-row]').length") > 0
    assert server.requests == before  # the policy's reports would be among them
    assert tab.evaluate("indexedDB.databases().then((all) => all.length)") == 0
    assert tab.evaluate("localStorage.length + sessionStorage.length + document.cookie.length") == 0


@pytest.fixture
def opened(page: Page, server: StaticServer, listed: list[Someone], tmp_path: Path) -> Page:
    """Chromium with the result of a small archive."""
    tab = ChromiumTab(page)
    load(tab, server.url)
    read(tab, make_archive(tmp_path / "small.zip", following=[*PEOPLE, *listed[:12]]))
    return page


def save(page: Page, button: str) -> list[list[str]]:
    """Press a button that saves a table; return its rows."""
    with page.expect_download() as saving:
        page.get_by_test_id(button).click()
    saved: Download = saving.value
    return list(csv.reader(saved.path().read_text().splitlines()))


def test_evidence_links_and_both_tables_can_be_taken_along(opened: Page, listed: list[Someone]) -> None:
    row = opened.get_by_test_id("match-row").filter(has_text=listed[0].screen_name).first
    row.get_by_test_id("why").click()
    expect(row.get_by_test_id("evidence")).to_be_visible()
    expect(row.get_by_role("link").last).to_have_attribute("href", re.compile("^https://"))

    expect(opened.get_by_test_id("save-mastodon")).to_be_disabled()  # one source is no reason to tick anyone
    opened.get_by_test_id("choose").nth(1).check()
    expect(opened.get_by_test_id("ticked")).to_have_attribute("data-count", "1")
    assert len(save(opened, "save-mastodon")) == 2

    opened.get_by_test_id("tick-shown").click()
    expect(opened.get_by_test_id("ticked")).to_have_attribute("data-count", "12")
    assert len(save(opened, "save-mastodon")) == 13
    table = save(opened, "save-csv")
    assert {row[1] for row in table[1:]} >= {one.rest_id for one in listed[:12]}


def test_another_archive_begins_from_nothing(opened: Page, listed: list[Someone], tmp_path: Path) -> None:
    opened.get_by_test_id("tick-shown").click()
    opened.get_by_test_id("again").click()
    expect(opened.get_by_test_id("loaded")).to_be_visible()
    other = make_archive(tmp_path / "other.zip", owner=ADA, following=listed[10:14])

    assert read(ChromiumTab(opened), other) == 4

    expect(opened.get_by_test_id("archive-owner")).to_have_text(ADA.display_name)
    expect(opened.get_by_test_id("ticked")).to_have_attribute("data-count", "0")


def test_a_file_that_is_no_archive_is_said_to_be_none(page: Page, server: StaticServer, tmp_path: Path) -> None:
    tab = ChromiumTab(page)
    load(tab, server.url)
    (tmp_path / "holiday.zip").write_bytes(b"no archive at all")

    tab.choose(tmp_path / "holiday.zip")

    expect(page.get_by_test_id("error")).to_have_attribute("data-code", "not_a_zip")
    expect(page.get_by_test_id("choose-file")).to_be_enabled()


def test_a_file_of_the_page_that_does_not_come_is_said_and_tried_again(page: Page, server: StaticServer) -> None:
    page.route("**/python/library.zip", lambda route: route.abort())
    page.goto(server.url)
    expect(page.get_by_test_id("error")).to_be_visible()
    expect(page.get_by_test_id("choose-file")).to_be_disabled()

    page.unroute("**/python/library.zip")
    page.get_by_test_id("error").get_by_role("button").click()

    expect(page.get_by_test_id("loaded")).to_be_visible()


def test_axe_finds_nothing_and_nothing_is_cut_in_any_language(opened: Page) -> None:
    opened.context.set_default_timeout(60_000)
    for language in LANGUAGES:
        opened.get_by_test_id("language").select_option(language)
        expect(opened.locator(f"html[lang^={language}]")).to_be_attached()
        for colours in ("light", "dark"):
            opened.emulate_media(color_scheme=colours)
            assert find_violations(opened) == [], (language, colours)
        opened.set_viewport_size(NARROWEST)
        assert find_too_wide(opened) + find_small_targets(opened, FINGER) == [], language
        opened.set_viewport_size(TELEPHONE)
    opened.get_by_test_id("again").click()
    assert find_violations(opened) == []


def test_a_link_may_name_the_language(page: Page, server: StaticServer) -> None:
    page.goto(f"{server.url}#ar")
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    expect(page.get_by_test_id("language")).to_have_value("ar")
