"""Smoke in real Firefox: the engine starts, an archive is read, a badge is shown, and long work outlives its limit."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.data.archives import make_archive
from tests.data.people import ADA, OWNER, PEOPLE
from tests.e2e.steps import APP
from tests.world.firefox import Firefox
from tests.world.pds import Account, Pds
from tests.world.residents import CROWD, FOUND, crowd_did
from tests.world.sites import PDS, X, is_batch
from tests.world.world import Answer, Ask, Site, World

pytestmark = [pytest.mark.e2e, pytest.mark.firefox]

BATCH_SECONDS = 25.0  # of the 30 that a request may take
BUSY_SECONDS = 70.0  # Firefox ends an event page after 30 without an extension event
SCROLL_SECONDS = 150  # at most, until the whole list was shown; 15 on an idle machine
FOUND_TEXT = "document.querySelector('[data-testid=\"found\"]')?.dataset.found"


def at(test_id: str) -> str:
    """Return the CSS selector of one of the extension's elements."""
    return f'[data-testid="{test_id}"]'


def test_engine_starts_and_an_archive_is_read_and_matched(firefox: Firefox, sample: Path) -> None:
    tab = firefox.open(firefox.url(APP))

    firefox.set_files(tab, at("file-input"), sample)

    assert firefox.until(tab, FOUND_TEXT, seconds=60) == str(len(FOUND))
    assert firefox.evaluate(tab, "document.querySelector('[data-testid=\"found\"]').dataset.following") == str(
        len(PEOPLE)
    )


def test_choosing_a_file_in_the_popup_opens_the_tab_at_the_same_step(firefox: Firefox, sample: Path) -> None:
    """Firefox closes a popup as soon as a file dialog opens, and with it the page that waits for the file."""
    popup = firefox.open(firefox.url("popup.html"))
    firefox.until(popup, "document.querySelector('[data-testid=\"choose-file\"]') !== null")

    firefox.click(popup, at("choose-file"))

    tab = await_tab(firefox, firefox.url(f"{APP}#drop"))
    firefox.set_files(tab, at("file-input"), sample)
    assert firefox.until(tab, FOUND_TEXT, seconds=60) == str(len(FOUND))


FEET = """["way-archive", "way-get", "way-read"].map(
    (way) => document.querySelector(`[data-testid="${way}"]`)?.getBoundingClientRect().bottom ?? Infinity)"""


def test_the_popup_shows_all_three_ways_to_begin_at_once(firefox: Firefox) -> None:
    popup = firefox.open(firefox.url("popup.html"))
    firefox.command("browsingContext.setViewport", context=popup, viewport={"width": 400, "height": 600})
    firefox.until(popup, "document.querySelector('[data-testid=\"way-read\"]') !== null")
    feet = firefox.evaluate(popup, FEET)
    assert max(feet) <= 600, feet


def await_tab(firefox: Firefox, url: str) -> str:
    """Return the tab that soon shows `url`."""
    for _ in range(100):
        for tab in firefox.command("browsingContext.getTree")["contexts"]:
            if tab["url"] == url:
                return str(tab["context"])
        time.sleep(0.1)
    raise AssertionError(f"no tab shows {url}")


def open_archive(firefox: Firefox, archive: Path) -> str:
    tab = firefox.open(firefox.url(APP))
    firefox.set_files(tab, at("file-input"), archive)
    firefox.until(tab, FOUND_TEXT, seconds=60)
    return tab


def test_a_badge_is_shown_once_access_to_x_is_given(firefox: Firefox, sample: Path) -> None:
    tab = open_archive(firefox, sample)
    firefox.click(tab, at("open-settings"))
    firefox.click(tab, at("badges-switch"))
    firefox.until(tab, "document.querySelector('[data-testid=\"badges-switch\"]').ariaChecked === 'true'")

    x = firefox.open(f"https://{X}/home")

    badge = f'[data-passerelle-badge="{ADA.screen_name}"]'
    assert firefox.until(x, f"document.querySelector('article {badge}')?.getBoundingClientRect().width > 0")


def slow_batches(site: Site) -> Site:
    """Each batch, and each look at the last commit before one, takes almost as long as the extension waits for."""

    def late(ask: Ask) -> Answer:
        if is_batch(ask) or (ask.method == "GET" and "getLatestCommit" in ask.path):
            time.sleep(BATCH_SECONDS)
        return site(ask)

    return late


def choose_fast(firefox: Firefox, tab: str) -> None:
    """Choose to follow as fast as allowed."""
    select = f"document.querySelector('{at('speed')}')"
    firefox.until(tab, f"{select}?.value === 'gentle'")
    event = "new Event('change', {bubbles: true})"
    firefox.until(tab, f"({select}.value = 'fast', {select}.dispatchEvent({event}))")
    firefox.until(tab, f"{select}.value === 'fast'")


@pytest.mark.timeout(300)
def test_following_outlives_the_event_page_limit_with_no_page_open(
    firefox: Firefox, world: World, pds: Pds, person: Account, tmp_path: Path
) -> None:
    tab = open_archive(firefox, make_archive(tmp_path / "crowd.zip", following=CROWD))
    firefox.click(tab, at("sign-in"))
    firefox.click(tab, at("use-app-password"))
    firefox.fill(tab, at("sign-in-handle"), person.handle)
    firefox.fill(tab, at("sign-in-password"), person.app_password)
    firefox.click(tab, at("sign-in-submit"))
    choose_fast(firefox, tab)
    button = f"document.querySelector('{at('follow-all')}')"
    firefox.until(tab, f"{button} && !{button}.disabled")  # it is known who is followed already
    with world.fault(PDS, slow_batches):
        firefox.click(tab, at("follow-all"))
        firefox.until(tab, f"document.querySelector('{at('pause')}') !== null")
        started = time.monotonic()
        firefox.close_tab(tab)
        while len(pds.list_follows(person.did)) < len(CROWD) and time.monotonic() < started + 2 * BUSY_SECONDS:
            time.sleep(1)

    assert time.monotonic() - started > BUSY_SECONDS
    assert sorted(follow.subject for follow in pds.list_follows(person.did)) == sorted(map(crowd_did, CROWD))


def test_the_own_list_on_x_is_read_while_scrolling(firefox: Firefox) -> None:
    tab = firefox.open(firefox.url(APP))
    firefox.click(tab, at("read-following"))
    firefox.until(tab, f"document.querySelector('{at('reading')}') !== null")

    x = firefox.open(f"https://{X}/{OWNER.screen_name}/following")
    firefox.command("browsingContext.activate", context=x)  # a tab behind another draws no frames
    complete = f"document.querySelector('{at('reading')}')?.dataset.complete === 'true'"
    end = time.monotonic() + SCROLL_SECONDS
    while time.monotonic() < end and not firefox.evaluate(tab, complete):
        firefox.evaluate(x, "scrollBy(0, 2500)")
        time.sleep(0.3)

    assert firefox.until(tab, f"document.querySelector('{at('count-following')}')?.dataset.count === '800'", seconds=60)
    assert firefox.until(tab, FOUND_TEXT, seconds=60)
