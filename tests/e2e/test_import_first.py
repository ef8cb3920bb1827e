"""For more people than Mastodon lets one follow in a day, the import of the own server is offered first."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.data.archives import make_archive
from tests.data.people import Someone, crowd
from tests.e2e.steps import APP, await_matches, hand_over, row, sign_in_to_mastodon
from tests.world.chromium import Chromium
from tests.world.directory import DirectoryServer
from tests.world.mastodon import Mastodon, Resident
from tests.world.mastodons import HOME, PERSON
from tests.world.residents import SEEN, SOURCES
from tests.world.sites import DIRECTORY
from tests.world.world import World, proxy

pytestmark = pytest.mark.e2e

# One is followed already; the others are one more than a day's follows (extension/lib/page/import-first.ts).
FOLLOWED, *OTHERS = PEOPLE = crowd(402, first=150_000)
ADDRESS = "Account address"  # https://docs.joinmastodon.org/user/moving/#import


def acct(one: Someone) -> str:
    return f"{one.screen_name}@quai.example.org"


@pytest.fixture
def on_mastodon(world: World, home: Mastodon, tmp_path: Path) -> Iterator[None]:
    """PEOPLE are on Mastodon: in a directory, and for the own server, on which the person follows the first."""
    home.people |= {acct(one): Resident(acct(one), one.display_name) for one in PEOPLE}
    home.of(PERSON).following.add(acct(FOLLOWED))
    folder = tmp_path / "directory"
    folder.mkdir()
    rows = [
        {
            "source": source,
            "source_date": SEEN,
            "rest_id": one.rest_id,
            "screen_name": one.screen_name,
            "acct": acct(one),
        }
        for one in PEOPLE
        for source in SOURCES
    ]
    with DirectoryServer(folder, rows) as server, world.fault(DIRECTORY, lambda _: proxy(lambda: server.port)):
        yield


@pytest.mark.usefixtures("on_mastodon")
def test_the_servers_import_is_offered_above_a_days_follows_until_it_is_done(
    chromium: Chromium, home: Mastodon, tmp_path: Path
) -> None:
    asked_before = len(home.log)
    page = chromium.open_page(APP)
    hand_over(page, make_archive(tmp_path / "x.zip", following=PEOPLE))
    assert await_matches(page, len(PEOPLE)) == len(PEOPLE)
    sign_in_to_mastodon(chromium)

    offer = page.get_by_test_id("import-first")
    expect(offer.locator("strong")).to_contain_text(str(len(OTHERS)))
    expect(offer.get_by_test_id("import-open")).to_have_attribute("href", f"https://{HOME}/settings/imports")
    with page.expect_download() as download:
        offer.get_by_test_id("import-save").click()
    with Path(download.value.path()).open(newline="") as file:
        imported = [line[ADDRESS] for line in csv.DictReader(file)]
    assert sorted(imported) == sorted(map(acct, OTHERS))

    home.of(PERSON).following.update(imported)  # as the server's import does
    offer.get_by_test_id("import-check").click()
    expect(offer).to_be_hidden()
    expect(row(page, OTHERS[0].screen_name).get_by_test_id("account")).to_have_attribute("data-state", "following")
    assert not [seen for seen in home.log[asked_before:] if seen.path.endswith("/follow")]
