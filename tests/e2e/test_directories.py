"""Several directories: one is added by address and key, counts as a claim, loses against the pinned one, is removed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.data.archives import make_archive
from tests.data.people import ADA, Someone, crowd
from tests.e2e.steps import APP, await_matches, error, go_home, hand_over, open_settings, row
from tests.world.chromium import Chromium
from tests.world.directory import DirectoryServer
from tests.world.residents import SEEN
from tests.world.sites import DIRECTORY, OTHER_DIRECTORY
from tests.world.world import World, proxy

pytestmark = pytest.mark.e2e

(NEW,) = crowd(1, first=95_000)  # the pinned directory does not know them
URL = f"https://{OTHER_DIRECTORY}"


def row_of(someone: Someone) -> dict[str, str]:
    return {
        "source": "somewhere",
        "source_date": SEEN,
        "rest_id": someone.rest_id,
        "screen_name": someone.screen_name,
        "handle": f"{someone.screen_name.lower().replace('_', '-')}.elsewhere.example.org",
        "kind": "person",
    }


@pytest.fixture
def other(world: World, tmp_path: Path) -> Iterator[DirectoryServer]:
    """Another directory with keys of its own, under an address of its own."""
    folder = tmp_path / "other"
    folder.mkdir()
    with (
        DirectoryServer(folder, [row_of(NEW), row_of(ADA)], has_own_keys=True) as server,
        world.fault(OTHER_DIRECTORY, lambda _: proxy(lambda: server.port)),
    ):
        yield server


@pytest.fixture
def tab(chromium: Chromium, tmp_path: Path) -> Page:
    """The app with an archive read."""
    page = chromium.open_page(APP)
    hand_over(page, make_archive(tmp_path / "x.zip", following=[NEW, ADA]))
    assert await_matches(page, 2) == 1
    return page


def add(page: Page, key: str) -> None:
    open_settings(page)
    page.get_by_test_id("add-directory").click()
    page.get_by_test_id("directory-address").fill(URL)
    page.get_by_test_id("directory-key").fill(key)
    page.get_by_test_id("directory-add").click()


def test_an_added_directory_finds_more_people_until_it_is_removed(
    tab: Page, world: World, other: DirectoryServer
) -> None:
    add(tab, other.key)
    card = tab.get_by_test_id("added-directory")
    expect(card).to_contain_text(URL, timeout=60_000)
    expect(card).to_contain_text("2 entries")
    go_home(tab)
    expect(row(tab, NEW.screen_name)).to_be_visible()
    expect(row(tab, NEW.screen_name).get_by_role("checkbox")).not_to_be_checked()
    expect(row(tab, ADA.screen_name)).not_to_contain_text("elsewhere")

    open_settings(tab)
    tab.get_by_test_id("remove-directory").click()
    expect(card).to_have_count(0, timeout=60_000)
    go_home(tab)
    expect(row(tab, ADA.screen_name)).to_be_visible()
    expect(row(tab, NEW.screen_name)).to_have_count(0)


def test_a_directory_of_another_key_is_refused(tab: Page, world: World, other: DirectoryServer) -> None:
    add(tab, "A" * 43 + "=")
    expect(error(tab, "directory_key_unknown")).to_be_visible(timeout=60_000)
    expect(tab.get_by_test_id("added-directory")).to_have_count(0)
    asked = [ask.path for ask in world.asked_of(OTHER_DIRECTORY)]
    assert set(asked) == {"/v1/directory/latest.json"}


def test_a_mirror_of_the_pinned_directory_costs_one_small_file(
    tab: Page, world: World, directory: DirectoryServer
) -> None:
    with world.fault(OTHER_DIRECTORY, lambda _: world.sites[DIRECTORY]):
        world.forget()
        add(tab, directory.key)
        expect(tab.get_by_test_id("added-directory")).to_contain_text(URL, timeout=60_000)
        assert [ask.path for ask in world.asked_of(OTHER_DIRECTORY)] == ["/v1/directory/latest.json"]
