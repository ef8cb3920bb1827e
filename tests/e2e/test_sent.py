"""The list of what left this computer says exactly which hosts were asked, and how often, as the servers saw it."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.steps import (
    APP,
    await_followed,
    await_matches,
    await_that,
    delete_all,
    follow_all,
    go_home,
    hand_over,
    open_settings,
    sign_in,
)
from tests.world.chromium import Chromium
from tests.world.pds import Account
from tests.world.sites import DIRECTORY, PDS
from tests.world.world import World

pytestmark = pytest.mark.e2e


def counted(page: Page) -> Counter[str]:
    """Return how many requests the opened list names, by host."""
    lines = page.get_by_test_id("sent-line").all()
    hosts: Counter[str] = Counter()
    for line in lines:
        hosts[line.get_attribute("data-host") or ""] += int(line.get_attribute("data-count") or 0)
    return hosts


def read_again(page: Page) -> Counter[str]:
    """Close the list and open it, which reads it anew; return what it names then."""
    page.get_by_test_id("sent-open").click()
    page.get_by_test_id("sent-open").click()
    return counted(page)


def seen(world: World) -> Counter[str]:
    """Return how many requests the servers have seen, by host."""
    return Counter(ask.host for ask in world.asked)


def test_the_list_names_each_host_that_was_asked_and_no_other(
    chromium: Chromium, world: World, sample: Path, person: Account, tmp_path: Path
) -> None:
    page = chromium.open_page(APP)
    open_settings(page)
    page.get_by_test_id("sent-open").click()
    expect(page.get_by_test_id("sent-none")).to_be_visible()
    go_home(page)

    hand_over(page, sample)
    await_matches(page)
    sign_in(page, person)
    follow_all(page)
    await_followed(page)

    open_settings(page)
    page.get_by_test_id("sent-open").click()
    expect(page.get_by_test_id("sent-line").first).to_be_visible()
    await_that(page, lambda: read_again(page) == seen(world), 30)
    assert {DIRECTORY, PDS} <= set(counted(page))
    purposes = {line.get_attribute("data-why") for line in page.get_by_test_id("sent-line").all()}
    assert {"directory", "sign_in", "own_follows", "write", "people"} <= purposes
    assert "other" not in purposes

    with page.expect_download() as download:
        page.get_by_test_id("sent-save").click()
    saved = tmp_path / download.value.suggested_filename
    download.value.save_as(saved)
    text = saved.read_text(encoding="utf-8")
    with saved.open(newline="") as file:
        assert sum(int(line["requests"]) for line in csv.DictReader(file)) == sum(seen(world).values())
    assert not any(word in text for word in ("did:", person.handle, person.app_password, "/"))

    delete_all(page)
    open_settings(page)
    page.get_by_test_id("sent-open").click()
    expect(page.get_by_test_id("sent-none")).to_be_visible()
