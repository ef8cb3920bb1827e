"""The first hour without any server: the directory in the package finds people and marks them on x.com."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from passerelle.directory import Row, read_lines, read_packaged
from playwright.sync_api import Page, expect

from tests.data.archives import make_archive
from tests.data.people import ADA, Someone
from tests.e2e.steps import APP, await_matches, error, hand_over, row, switch_badges
from tests.world.chromium import Chromium
from tests.world.fake_x import TESTS, make_site
from tests.world.sites import X_PATTERNS, X
from tests.world.world import World

pytestmark = pytest.mark.e2e

HOW_MANY = 4


@pytest.fixture(scope="module")
def listed() -> list[Someone]:
    """Organisations of the package's directory that it knows by their id on X, as an archive and x.com show them."""
    packaged = read_packaged()
    assert packaged is not None
    (content,) = packaged.files.rows
    rows = map(Row.from_json, map(json.loads, read_lines(content)))
    known = (row for row in rows if row.rest_id and row.screen_name and row.kind != "person")
    return [
        Someone(str(row.rest_id), str(row.screen_name), row.display_name or "")
        for row, _ in zip(known, range(HOW_MANY), strict=False)
    ]


@pytest.fixture
def silent(world: World, listed: list[Someone]) -> Iterator[World]:
    """A world in which only x.com answers, with pages that show the listed organisations."""
    with world.silence():
        owner, *others = TESTS.shown
        world.sites[X] = make_site(replace(TESTS, shown=(owner, *listed, *others[HOW_MANY:])))
        yield world


def test_people_are_found_and_marked_while_no_server_answers(
    chromium: Chromium, silent: World, listed: list[Someone], tmp_path: Path
) -> None:
    tab = chromium.open_page(APP)
    hand_over(tab, make_archive(tmp_path / "x.zip", following=[*listed, ADA]))

    assert await_matches(tab) == HOW_MANY
    expect(error(tab, "server_unreachable")).to_be_visible()
    expect(tab.get_by_text("that came with Passerelle")).to_be_visible()
    for one in listed:
        expect(row(tab, one.screen_name)).to_be_visible()
    chromium.allow_sites(*X_PATTERNS)
    switch_badges(tab)
    expect_badges(chromium, listed)


def test_badges_need_neither_an_archive_nor_a_server(chromium: Chromium, silent: World, listed: list[Someone]) -> None:
    tab = chromium.open_page(APP)
    chromium.allow_sites(*X_PATTERNS)
    switch_badges(tab)
    expect_badges(chromium, listed)
    expect(tab.get_by_test_id("directory")).to_contain_text("This copy came with Passerelle")


def expect_badges(chromium: Chromium, people: list[Someone]) -> Page:
    """Check that x.com's home page marks everyone in `people`."""
    x = chromium.context.new_page()
    x.goto(f"https://{X}/home")
    for one in people:
        expect(x.locator(f'[data-passerelle-badge="{one.screen_name}"]').first).to_be_visible()
    return x
