"""The list of what left this computer names exactly the hosts that were asked, and how often, as the servers saw it."""

from __future__ import annotations

import csv
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.e2e.steps import (
    APP,
    await_followed,
    await_matches,
    delete_all,
    follow_all,
    hand_over,
    open_bluesky_window,
    open_settings,
    row,
    sign_in_to_mastodon,
    authorize_bluesky,
)
from tests.e2e.tabs import ChromiumTab, FirefoxTab, Tab, at, choose_fast
from tests.world.chromium import Chromium
from tests.world.firefox import Firefox
from tests.world.pds import Account
from tests.world.sites import APPVIEW, DIRECTORY, PDS
from tests.world.world import World

pytestmark = pytest.mark.e2e

LONG = 60.0  # seconds: the engine starts, and the directory is downloaded, on a busy machine
LINES = f"""[...document.querySelectorAll('{at("sent-line")}')].map(
  ({{ dataset: {{ host, why, count }} }}) => [host, why, Number(count)])"""


@pytest.fixture(params=["chromium", pytest.param("firefox", marks=pytest.mark.firefox)])
def tab(request: pytest.FixtureRequest) -> Tab:
    """The extension's page in each browser."""
    if request.param == "chromium":
        chromium: Chromium = request.getfixturevalue("chromium")
        return ChromiumTab(chromium.open_page(APP))
    firefox: Firefox = request.getfixturevalue("firefox")
    return FirefoxTab(firefox, firefox.open(firefox.url(APP)))


def follow_everyone(tab: Tab, sample: Path, person: Account) -> None:
    tab.choose(at("file-input"), sample)
    tab.await_true(f"document.querySelector('{at('found')}') !== null", LONG)
    tab.click(at("sign-in"))
    tab.click(at("use-app-password"))
    tab.fill(at("sign-in-handle"), person.handle)
    tab.fill(at("sign-in-password"), person.app_password)
    tab.click(at("sign-in-submit"))
    tab.await_true(f"document.querySelector('{at('follow-all')}')?.disabled === false", LONG)
    choose_fast(tab)
    tab.click(at("follow-all"))
    tab.await_true(f"document.querySelector('{at('follow-finished')}') !== null", LONG)


def open_list(tab: Tab) -> None:
    tab.click(at("open-settings"))
    tab.click(at("sent-open"))


def read_again(tab: Tab) -> list[Any]:
    """Close the list and open it, which reads it anew; return host, purpose and number of its lines."""
    tab.evaluate(f"document.querySelector('{at('sent-open')}').parentElement.open = false")
    tab.click(at("sent-open"))
    tab.await_true(f"document.querySelector('{at('sent')} details[open]') !== null")
    return list(tab.evaluate(LINES))


def counted(lines: list[Any]) -> Counter[str]:
    """Return how many requests lines name, by host."""
    hosts: Counter[str] = Counter()
    for host, _, count in lines:
        hosts[host] += count
    return hosts


def seen(world: World) -> Counter[str]:
    """Return how many requests the servers have seen, by host. A browser's own question before one (CORS) is none of ours."""
    return Counter(ask.host for ask in world.asked if ask.method != "OPTIONS")


def test_the_list_says_how_often_each_host_was_asked_and_names_no_other(
    tab: Tab, world: World, sample: Path, person: Account
) -> None:
    open_list(tab)
    tab.await_true(f"document.querySelector('{at('sent-none')}') !== null")
    tab.click(at("back"))

    follow_everyone(tab, sample, person)

    open_list(tab)
    tab.until(lambda: (counted(read_again(tab)), seen(world)), lambda both: both[0] == both[1], LONG)
    lines = read_again(tab)
    assert {DIRECTORY, PDS} <= {host for host, _, _ in lines}
    purposes = {why for _, why, _ in lines}
    assert {"directory", "sign_in", "own_follows", "write", "people"} <= purposes
    assert "other" not in purposes
    assert {host for host, why, _ in lines if why == "directory"} == {DIRECTORY}
    assert {host for host, why, _ in lines if why in ("write", "own_follows")} == {PDS}

    tab.click(at("sent-clear"))
    tab.await_true(f"document.querySelector('{at('sent-none')}') !== null")
    assert tab.evaluate(LINES) == []
