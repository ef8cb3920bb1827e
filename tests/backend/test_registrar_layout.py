"""The registrar's pages in a real Chromium: nothing wider than a small telephone, no script, axe objects to nothing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from passerelle_directory.config import Config
from passerelle_directory.web.languages import LANGUAGES
from playwright.sync_api import Browser

from tests.backend.site_server import serving_registrar
from tests.backend.test_pages_layout import NARROW, SMALL_TARGETS, browser
from tests.world.axe import find_violations
from tests.world.layout import FINGER

__all__ = ["browser"]

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]  # the first test waits for the server and the browser


@pytest.fixture
def addresses(config: Config) -> Iterator[list[str]]:
    """Serve a registrar; return the addresses of its pages."""
    with serving_registrar(config) as pages:
        yield list(pages.values())


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_fit_a_small_telephone_and_axe_objects_to_nothing(
    browser: Browser, addresses: list[str], language: str, scheme: str
) -> None:
    page = browser.new_page(
        viewport={"width": NARROW, "height": 640},
        locale=language,
        color_scheme="dark" if scheme == "dark" else "light",
    )
    try:
        for address in addresses:
            page.goto(address)
            assert page.evaluate("document.documentElement.scrollWidth") <= NARROW, address
            assert page.evaluate(SMALL_TARGETS, FINGER) == [], address
            assert page.locator("script").count() == 0
            assert find_violations(page) == [], address
    finally:
        page.close()
