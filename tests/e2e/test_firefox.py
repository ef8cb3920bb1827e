"""Smoke in real Firefox: the engine starts, an archive is read, a badge is shown, and long work outlives its limit."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT, Packages
from tests.data.people import PEOPLE
from tests.e2e.steps import APP
from tests.servers.firefox import ConnectProxy, Firefox
from tests.servers.residents import FOUND
from tests.servers.world import World

pytestmark = [pytest.mark.e2e, pytest.mark.firefox]

EXTENSION_ID = tomllib.loads((ROOT / "build" / "identity.toml").read_text())["firefox"]["id"]
FOUND_TEXT = "document.querySelector('[data-testid=\"found\"]')?.dataset.found"


def at(test_id: str) -> str:
    """Give the CSS selector of one of the extension's elements."""
    return f'[data-testid="{test_id}"]'


@pytest.fixture
def firefox(packages: Packages, world: World, tmp_path: Path) -> Iterator[Firefox]:
    with (
        ConnectProxy(world) as proxy,
        Firefox(tmp_path, proxy_port=proxy.port, extension_id=EXTENSION_ID) as browser,
    ):
        browser.install(packages.firefox)
        yield browser


def test_engine_starts_and_an_archive_is_read_and_matched(firefox: Firefox, sample: Path) -> None:
    tab = firefox.open(firefox.url(APP))

    firefox.set_files(tab, at("file-input"), sample)

    assert firefox.until(tab, FOUND_TEXT, seconds=60) == str(len(FOUND))
    assert firefox.evaluate(tab, "document.querySelector('[data-testid=\"found\"]').dataset.following") == str(
        len(PEOPLE)
    )
