"""For more people than Mastodon lets one follow in a day, the import of the own server is offered first."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.data.archives import make_archive
from tests.data.people import crowd
from tests.e2e.steps import APP, await_matches, hand_over, sign_in_to_mastodon
from tests.world.chromium import Chromium
from tests.world.directory import DirectoryServer
from tests.world.residents import SEEN, SOURCES
from tests.world.sites import DIRECTORY
from tests.world.world import World, proxy

pytestmark = pytest.mark.e2e

PEOPLE = crowd(401, first=150_000)  # one more than a day's follows: extension/lib/page/import-first.ts


@pytest.fixture
def on_mastodon(world: World, tmp_path: Path) -> Iterator[None]:
    """A directory in which PEOPLE are on Mastodon, under the usual name."""
    folder = tmp_path / "directory"
    folder.mkdir()
    rows = [
        {
            "source": source,
            "source_date": SEEN,
            "rest_id": one.rest_id,
            "screen_name": one.screen_name,
            "acct": f"{one.screen_name}@quai.example.org",
        }
        for one in PEOPLE
        for source in SOURCES
    ]
    with (
        DirectoryServer(folder, rows) as server,
        world.fault(DIRECTORY, lambda _: proxy(lambda: server.port)),
    ):
        yield


@pytest.mark.usefixtures("on_mastodon", "home")
def test_the_file_for_the_own_servers_import_is_offered_first(chromium: Chromium, tmp_path: Path) -> None:
    page = chromium.open_page(APP)
    hand_over(page, make_archive(tmp_path / "x.zip", following=PEOPLE))
    await_matches(page, len(PEOPLE))
    sign_in_to_mastodon(chromium)
    offer = page.get_by_test_id("import-first")
    expect(offer).to_contain_text(str(len(PEOPLE)))
    expect(offer.get_by_test_id("import-open")).to_have_attribute("href", "https://rive.example.org/settings/imports")
    with page.expect_download() as download:
        offer.get_by_test_id("import-save").click()
    saved = tmp_path / "follows.csv"
    download.value.save_as(saved)
    with saved.open(newline="") as file:
        assert len(list(csv.DictReader(file))) == len(PEOPLE)
