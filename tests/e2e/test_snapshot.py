"""Python restored from the package's snapshot, in both browsers; started without one that it cannot use."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Playwright

from tests.conftest import ROOT, Packages
from tests.world.chromium import QUIET, find_binary
from tests.world.firefox import EXTENSION_ID, Firefox
from tests.world.worker_page import serve_page

pytestmark = pytest.mark.e2e

PAGE = ROOT / "tests" / "e2e" / "snapshot"
NOWHERE = 9  # a port on which no proxy listens
FALLEN_BACK = "Python starts without its snapshot."
KILLS = 10
DAMAGES = ("truncated", "missing", "of another Pyodide", "of another size", "of another stack")

Evaluate = Callable[[str], Any]


@pytest.fixture(scope="module")
def url(packages: Packages, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a page that starts workers, on a server that has the package's files."""
    with serve_page(PAGE, packages.chromium, tmp_path_factory.mktemp("starts")) as address:
        yield address


@pytest.fixture
def chromium(playwright: Playwright, url: str) -> Iterator[Evaluate]:
    with playwright.chromium.launch(executable_path=find_binary(), args=[*QUIET, "--no-sandbox"]) as browser:
        page = browser.new_context(timezone_id="Asia/Kolkata", locale="fr-FR").new_page()
        page.goto(url)
        yield page.evaluate


@pytest.fixture
def firefox(url: str, tmp_path: Path) -> Iterator[Evaluate]:
    with Firefox(tmp_path, proxy_port=NOWHERE, extension_id=EXTENSION_ID) as browser:
        tab = browser.open(url)
        yield lambda expression: browser.evaluate(tab, expression)


def test_two_starts_share_no_chance_and_have_the_browsers_clock(chromium: Evaluate) -> None:
    first, second = (chromium("load('whole')") for _ in range(2))
    for start in (first, second):
        assert not start["warnings"]
        assert start["isRestored"]
        assert start["hasEngine"]
        assert start["isWhole"]
        assert start["isInterned"]
        assert start["offset"] == 19800
        assert start["zone"] == "5:30:00"
        assert start["language"] == "fr_FR.UTF-8"
        assert abs(start["clock"] - time.time()) < 600
    for name in ("hash", "set", "random", "key"):
        assert first[name] != second[name]


def check_plain(start: dict[str, Any]) -> None:
    """Python has started, without the snapshot, and says so once."""
    assert not start["isRestored"]
    assert start["hasEngine"]
    assert start["isWhole"]
    [warning] = start["warnings"]
    assert warning.startswith(FALLEN_BACK)


@pytest.mark.parametrize("damage", ["corrupted", "of other addresses", "cannot be unpacked"])
def test_without_a_usable_snapshot_python_starts_plainly(chromium: Evaluate, damage: str) -> None:
    check_plain(chromium(f"load('{damage}')"))


@pytest.mark.soak
@pytest.mark.parametrize("damage", DAMAGES)
def test_all_other_damages_are_noticed(chromium: Evaluate, damage: str) -> None:
    check_plain(chromium(f"load('{damage}')"))


@pytest.mark.firefox
def test_firefox_restores_the_same_file_and_notices_a_damaged_one(firefox: Evaluate) -> None:
    start = firefox("load('whole')")
    assert not start["warnings"]
    assert start["isRestored"]
    assert start["isWhole"]
    check_plain(firefox("load('corrupted')"))


@pytest.mark.soak
def test_a_start_killed_in_the_middle_harms_no_later_one(chromium: Evaluate) -> None:
    chromium("load('whole')")  # the browser has the files and the compiled code
    began = time.monotonic()
    chromium("load('whole')")
    whole = (time.monotonic() - began) * 1000
    for number in range(KILLS):
        assert chromium(f"kill('whole', {whole * (number + 1) / (KILLS + 1)})")
    start = chromium("load('whole')")
    assert start["isRestored"]
    assert start["isWhole"]
    assert not start["warnings"]
