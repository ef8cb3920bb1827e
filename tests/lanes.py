"""Lanes: which of pytest-xdist's workers runs which file of tests (`make test`).

A file stays in one worker, so that its fixtures are made once. Half of the workers have the browsers and half the rest:
a browser with its servers needs two processors, and two browsers on them only make one another late. None goes back
from browsers to the rest: Playwright's event loop stays open in the thread, and no other can run beside it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from xdist.remote import Producer

    from tests.scheduler import Lanes

# Folders and files of tests in a browser; the collection fails when one is missing here.
BROWSERS = (
    "tests/e2e/",
    "tests/backend/test_departures_in_browser.py",
    "tests/backend/test_pages_layout.py",
    "tests/backend/test_registrar_layout.py",
    "tests/extension/test_badge_memory.py",
    "tests/extension/test_badges.py",
    "tests/extension/test_engine.py",
    "tests/extension/test_engine_firefox.py",
    "tests/kills/test_kills.py",
    "tests/run/test_display.py",
)


def in_browser(name: str) -> bool:
    """Return whether a test or a file of tests, by its name in pytest, is one with browsers."""
    return name.startswith(BROWSERS)


def next_file(
    waiting: Iterable[str], *, takes_browsers: bool, browsers_first: bool, browsers_begun: bool
) -> str | None:
    """Return the first file that suits a worker; None if it may run none of them."""
    suited = (file for file in waiting if (takes_browsers if in_browser(file) else not browsers_begun))
    return min(suited, key=lambda file: in_browser(file) != browsers_first, default=None)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Lanes:
    """Return what gives the workers their tests. Only with workers is pytest-xdist needed."""
    from tests.scheduler import Lanes

    return Lanes(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the files with browsers last; so it is where there is one worker, too.

    Raises UsageError for a test in a browser in a file that BROWSERS does not name. Some ask for Playwright only while
    they run; they have the mark `e2e`.
    """
    for item in items:
        asks = "playwright" in getattr(item, "fixturenames", ()) or item.get_closest_marker("e2e") is not None
        if asks and not in_browser(item.nodeid):
            raise pytest.UsageError(f"{item.nodeid} is a test in a browser: name its file in tests/lanes.py")
    items.sort(key=lambda item: in_browser(item.nodeid))
