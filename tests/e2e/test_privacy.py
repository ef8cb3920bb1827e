"""Promise 1: whatever the archive holds, the network sees the same bytes until the person signs in; none is needed."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, Playwright, expect

from tests.conftest import Packages
from tests.data.archives import chatter, make_archive
from tests.data.people import ADA, FRIENDLY, KIM, OWNER, PEOPLE, STRANGER, crowd
from tests.e2e.steps import APP, await_matches, error, hand_over, open_settings, row, switch_badges
from tests.world.chromium import Chromium, closed_world
from tests.world.residents import CROWD, FOUND
from tests.world.sites import DIRECTORY, X_PATTERNS, X
from tests.world.world import World

pytestmark = pytest.mark.e2e

Traffic = list[tuple[str, str, str, tuple[tuple[str, str], ...], str]]


def traffic(world: World) -> Traffic:
    """Return every request byte by byte (the body by its checksum), in the order they came."""
    return [(ask.host, ask.method, ask.path, ask.headers, ask.body_sha256) for ask in world.asked]


def look_through(browser: Chromium, archive: Path) -> int:
    """Do everything one can do before signing in; returns how many were found."""
    with browser.open_popup() as popup:
        hand_over(popup, archive)
        found = await_matches(popup)
    tab = browser.open_page(APP)
    tab.get_by_test_id("search").fill("a")
    for why in tab.get_by_test_id("why").all()[:3]:
        why.click()
    for choice in tab.get_by_test_id("choose").all()[:3]:
        choice.click()
    with tab.expect_download():
        tab.get_by_test_id("export-csv").click()
    open_settings(tab)
    tab.get_by_test_id("update-directory").click()
    expect(tab.get_by_test_id("update-directory")).to_be_enabled()
    browse(browser, tab)
    return found


def browse(browser: Chromium, tab: Page) -> None:
    """Switch badges on, look at pages of x.com that show people, and open a badge's card."""
    browser.allow_sites(*X_PATTERNS)
    switch_badges(tab)
    page = browser.context.new_page()
    # The last of them is known only by what their profile on X says.
    for path, someone in (("home", ADA), ("following?count=40", ADA), (f"{OWNER.screen_name}/following", KIM)):
        page.goto(f"https://{X}/{path}", wait_until="networkidle")
        badge = page.locator(f'[data-passerelle-badge="{someone.screen_name}"]').first
        expect(badge).to_be_visible()
        badge.click()


def test_two_archives_cause_byte_identical_traffic(
    playwright: Playwright, packages: Packages, world: World, tmp_path: Path
) -> None:
    small = make_archive(tmp_path / "small.zip", following=FRIENDLY[:4])
    crowded = make_archive(
        tmp_path / "crowded.zip",
        owner=STRANGER,
        following=(*CROWD, *crowd(3_000)),
        followers=PEOPLE,
        tweets=chatter(CROWD, 5_000),
    )
    seen: list[tuple[int, Traffic]] = []
    for number, archive in enumerate((small, crowded)):
        world.forget()
        with Chromium(playwright, packages.chromium, tmp_path / f"{number}", closed_world(world)) as browser:
            found = look_through(browser, archive)
        seen.append((found, traffic(world)))

    [(few, first), (many, second)] = seen
    assert [ask for ask in first if ask[0] != X] == [ask for ask in second if ask[0] != X]
    assert sorted(first) == sorted(second)  # of one page of x.com, the parts come in any order
    assert {host for host, *_ in first} == {DIRECTORY, X}
    assert 0 < few < many  # both looked for real


def test_with_every_host_unreachable_the_engine_starts_and_the_archive_is_read(
    chromium: Chromium, world: World, sample: Path
) -> None:
    with world.silence(), chromium.open_popup() as popup:
        hand_over(popup, sample)

        expect(popup.get_by_test_id("count-following")).to_have_attribute("data-count", str(len(PEOPLE)))
        expect(error(popup, "server_unreachable")).to_be_visible()
        expect(popup.get_by_text("that came with Passerelle")).to_be_visible()

        # The archive is kept: once the directory is back, it need not be dropped again.
    with chromium.open_popup() as popup:
        popup.get_by_test_id("look-again").click()
        assert await_matches(popup, following=len(PEOPLE)) == len(FOUND)


def test_the_directory_is_kept_and_found_again_without_network(chromium: Chromium, world: World, sample: Path) -> None:
    tab = chromium.open_page(APP)
    hand_over(tab, sample)
    await_matches(tab)

    with world.silence():
        tab.get_by_test_id("replace-archive").click()
        hand_over(tab, sample)
        await_matches(tab, following=len(PEOPLE))

        expect(error(tab, "server_unreachable")).to_be_visible()
        expect(row(tab, FOUND[0].someone.screen_name)).to_be_visible()
