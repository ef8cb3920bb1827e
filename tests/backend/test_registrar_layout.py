"""The registrar's pages in a real Chromium: nothing wider than a small telephone, no script, axe objects to nothing."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from passerelle_directory.config import Config
from passerelle_directory.database import upgrade_database
from passerelle_directory.web.languages import LANGUAGES
from playwright.sync_api import Browser
from werkzeug.serving import make_server

from tests.backend.joining import Joining, joining
from tests.backend.test_pages_layout import FINGER, NARROW, SMALL_TARGETS, browser
from tests.core.claim_servers import ADA_ACCT, ADA_DID
from tests.world.axe import find_violations

__all__ = ["browser"]

pytestmark = pytest.mark.e2e

LONG = "a-very-long-name-of-a-person.who_types@social.museum-of-the-sea.example.org"


def _make(desk: Joining) -> list[dict[str, Any]]:
    """Make a proven claim, one with long names of which nothing is proven, and an objection."""
    return [
        desk.join(acct=ADA_ACCT),
        desk.make(rest_id="777", screen_name="fifteen_letters", did=None, acct=LONG),
        desk.object(did=ADA_DID),
    ]


@pytest.fixture
def addresses(config: Config) -> Iterator[list[str]]:
    """Serve a registrar; return the addresses of its pages."""
    upgrade_database(config)
    with joining(config) as desk:
        with ThreadPoolExecutor(1) as other:  # Playwright's own event loop runs in this thread
            made = other.submit(_make, desk).result()
        server = make_server("127.0.0.1", 0, desk.app, threaded=True)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        paths = ["/", "/docs", "/c/0011223344556677", *(f"/c/{one['claim_id']}" for one in made)]
        yield [f"http://127.0.0.1:{server.port}{path}" for path in paths]
        server.shutdown()
        thread.join()
        server.server_close()


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
