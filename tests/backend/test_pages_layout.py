"""The pages in a real Chromium: nothing wider than a small telephone, large targets, and axe objects to nothing."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import pytest
from passerelle_directory.web.languages import LANGUAGES
from playwright.sync_api import Browser, Playwright

from tests.backend.site_paths import PATHS
from tests.backend.site_server import serving_directory
from tests.world.axe import find_violations
from tests.world.chromium import QUIET, find_binary
from tests.world.layout import FINGER, LEAST, find_small_targets, find_too_wide

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]  # the first test waits for the server and the browser

NARROW = 320  # pixels: https://www.w3.org/TR/WCAG22/#reflow
TALLEST = 12_000  # pixels of a page at that width
WIDTHS = (NARROW, 640, 768, 1440)  # of a window of 1280 pixels, 400 % and 200 %, and others
SMALL_TARGETS = """(finger) => [
        ...document.querySelectorAll("nav a, footer a, .button, select, input:not([type=hidden])"),
    ]
    .filter((one) => one.getBoundingClientRect().height < finger)
    .map((one) => one.outerHTML)"""


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve the seed; return the server's address."""
    with serving_directory(tmp_path_factory.mktemp("data")) as served:
        yield served


@pytest.fixture(scope="module")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """Start Debian's Chromium."""
    started = playwright.chromium.launch(executable_path=find_binary(), args=["--no-sandbox", *QUIET])
    yield started
    started.close()


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_page_is_wider_than_its_window_and_every_target_fits_a_finger(
    browser: Browser, address: str, language: str
) -> None:
    page = browser.new_page(viewport={"width": NARROW, "height": 640}, locale=language)
    for path, wide in product(PATHS, WIDTHS):
        page.set_viewport_size({"width": wide, "height": 640})
        page.goto(address + path)
        assert find_too_wide(page) == [], f"{path} at {wide} px"
        if wide > NARROW:
            continue
        assert page.evaluate("document.documentElement.scrollHeight") <= TALLEST, path
        assert find_small_targets(page, LEAST, spaced=True) == [], path
        assert page.evaluate(SMALL_TARGETS, FINGER) == [], path
    page.close()


# What must be reached from every page: the extension, one's own entry, privacy, and who answers for the server.
WAYS = ("/install?", "/listed?", "/privacy?", "/legal?", "/legal?lang={language}#contact")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["en", "fr", "ar"])
def test_axe_finds_nothing_on_any_page(browser: Browser, address: str, language: str, scheme: str) -> None:
    page = browser.new_page(
        viewport={"width": NARROW, "height": 640},
        locale=language,
        color_scheme="dark" if scheme == "dark" else "light",
    )
    found = {}
    for path in PATHS:
        page.goto(address + path)
        assert page.locator("html").get_attribute("lang") == language
        found[path] = find_violations(page)
    page.close()
    assert found == {path: [] for path in PATHS}


@pytest.mark.parametrize("language", ["en", "fr", "ar"])
def test_every_page_leads_to_the_extension_to_ones_entry_and_to_who_answers_for_it(
    browser: Browser, address: str, language: str
) -> None:
    page = browser.new_page(viewport={"width": NARROW, "height": 640}, locale=language)
    for path in PATHS:
        page.goto(address + path)
        hrefs = [link.get_attribute("href") or "" for link in page.locator("a:visible").all()]
        for way in WAYS:
            wanted = way.format(language=language)
            assert any(href.startswith(wanted) for href in hrefs), f"{path} has no link to {wanted}"
    page.close()
