"""A date approved 45 days ahead, with all that happens until then: everyone is followed on it, on both networks, once.

Sign-ins end and are renewed, people are proven only on the day, the browser is closed, killed, and opened again.
"""

from __future__ import annotations

import csv
import io
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Playwright

from tests.conftest import Packages
from tests.data.archives import make_archive
from tests.e2e.date_steps import (
    LONG,
    approve_date,
    await_no_reminder,
    await_receipt,
    await_reminder,
    await_starts,
    command,
    ring,
    shown,
)
from tests.e2e.desks import Desk, open_desk
from tests.e2e.tabs import Tab, at, choose_fast
from tests.world.days import Days, open_days
from tests.world.exchange import Answer, Ask, NoAnswer, Site
from tests.world.leavers import Leaver, make_leavers, rows_of
from tests.world.mastodons import HOME, PERSON
from tests.world.pds import Account, Plc
from tests.world.residents import SOURCES
from tests.world.sites import PDS, is_batch

pytestmark = [pytest.mark.e2e, pytest.mark.soak, pytest.mark.timeout(900)]

DATE = 45  # the day of the date
EVERYONE = make_leavers(70, first=95_000)
KNOWN = EVERYONE[:15]  # listed at once
LATER = EVERYONE[15:65]  # proven on the day of the date
IMPORTED = EVERYONE[65:67]  # listed at once by one source: not ticked
ABSENT = EVERYONE[67:]  # in no directory
EXPECTED = [*KNOWN, *LATER]
RECEIPT = {
    "followed": len(EXPECTED),
    "requested": 0,
    "waiting": 0,
    "failed": 0,
    "not_ticked": len(IMPORTED),
    "not_found": len(ABSENT),
}


@dataclass(frozen=True, slots=True)
class Stay:
    """A person with their browser, the servers, and their account on the PDS."""

    days: Days
    desk: Desk
    account: Account

    def open_on(self, day: int, newly_proven: list[Leaver] | None = None) -> Tab:
        """Move the servers to a day while the browser is closed, and open it again."""
        self.days.go_to(day, newly_proven or [])
        return self.desk.open(self.days.ahead)

    def sync(self, tab: Tab) -> None:
        """Have the engine bring the directory up to date, after what it is doing, and do what is due."""
        command(tab, "watch.sync", accounts=[self.account.did, f"{PERSON}@{HOME}"])

    def followed(self) -> list[str]:
        """Return the dids and addresses that are followed, each as often as a server has it."""
        records = self.days.pds.list_follows(self.account.did)
        return sorted([*(one.subject for one in records), *self.days.home.followed(PERSON)])

    def await_followed(self, tab: Tab, people: list[Leaver]) -> None:
        """Wait until both servers have a follow of each account of these people; nothing else, and each asked once."""
        expected = sorted(name for one in people for name in (one.did, one.acct) if name)
        tab.until(self.followed, lambda seen: len(seen) >= len(expected), LONG)
        assert self.followed() == expected
        asked = Counter(one.path for one in self.days.home.log if one.path.endswith("/follow"))
        assert all(count == 1 for count in asked.values()), asked


@pytest.fixture(params=["chromium", pytest.param("firefox", marks=pytest.mark.firefox)])
def stay(
    request: pytest.FixtureRequest, packages: Packages, plc: Plc, playwright: Playwright, tmp_path: Path
) -> Iterator[Stay]:
    rows = [*rows_of(KNOWN), *rows_of(IMPORTED, SOURCES[:1])]
    with open_days(plc, tmp_path / "servers", rows, EVERYONE) as days:
        account = days.pds.create_account("leaver")
        with open_desk(request.param, packages, tmp_path, days.world, playwright) as desk:
            yield Stay(days, desk, account)


def begin(stay: Stay, archive: Path) -> None:
    """Read the archive, sign in on both servers' pages, and approve the date."""
    tab = stay.desk.open(stay.days.ahead)
    tab.choose(at("file-input"), archive)
    tab.await_true(f"document.querySelector('{at('found')}')?.dataset.found === '{len(KNOWN) + len(IMPORTED)}'", LONG)
    tab.click(at("sign-in"))
    tab.fill(at("bluesky-handle"), stay.account.handle)
    stay.desk.allow_on_bluesky(tab, at("bluesky-submit"), stay.account)
    tab.await_true(f"!({shown(at('bluesky-form'))})", LONG)
    tab.click(at("sign-in-mastodon"))
    tab.fill(at("mastodon-server"), HOME)
    stay.desk.allow_on_mastodon(tab, at("mastodon-submit"))
    tab.await_true(f"!({shown(at('mastodon-form'))})", LONG)
    choose_fast(tab)
    approve_date(tab, stay.days.date_of(DATE))
    await_no_reminder(tab)
    stay.desk.close()


def sign_in_again(stay: Stay, tab: Tab) -> None:
    """Press the one button that the page shows for it."""
    tab.await_true(shown(at("sign-in-again")), LONG)
    stay.desk.allow_on_bluesky(tab, at("sign-in-again"), stay.account)
    tab.await_true(f"!({shown(at('session-end'))})", LONG)


@dataclass
class PowerCut:
    """Kills the browser once, when the PDS has written a batch of follows and has not answered.

    Until it is armed, no server writes a follow: a browser that opens may begin before its tab is there.
    """

    desk: Desk
    armed: threading.Event = field(default_factory=threading.Event)
    done: threading.Event = field(default_factory=threading.Event)

    def on_pds(self, site: Site) -> Site:
        """Return the PDS as it is behind a power cut."""

        def once_written(ask: Ask) -> Answer:
            if not is_batch(ask):
                return site(ask)
            self.armed.wait(LONG)
            answer = site(ask)
            if not self.done.is_set():
                self.done.set()
                self.desk.kill()
                raise NoAnswer(ask.host)
            return answer

        return once_written

    def on_mastodon(self, site: Site) -> Site:
        """Return the Mastodon server as it is before the cut is armed."""

        def late(ask: Ask) -> Answer:
            if ask.path.endswith("/follow"):
                self.armed.wait(LONG)
            return site(ask)

        return late


def test_everyone_is_followed_on_a_date_approved_45_days_ahead(stay: Stay, tmp_path: Path) -> None:
    begin(stay, make_archive(tmp_path / "x.zip", following=[one.someone for one in EVERYONE]))
    assert stay.followed() == []

    tab = stay.open_on(11)
    await_reminder(tab, "Your sign-in to Bluesky ends on")
    stay.desk.close()

    tab = stay.open_on(15)
    await_reminder(tab, "Your sign-in has ended")
    sign_in_again(stay, tab)
    await_no_reminder(tab)
    stay.desk.close()

    tab = stay.open_on(DATE - 1)
    await_reminder(tab, "Your sign-in has ended")
    sign_in_again(stay, tab)
    await_reminder(tab, "Tomorrow is your date. Everything is ready")
    ring(tab)
    stay.sync(tab)
    assert stay.followed() == []
    stay.desk.close()

    cut = PowerCut(stay.desk)
    with stay.days.world.fault(PDS, cut.on_pds), stay.days.world.fault(HOME, cut.on_mastodon):
        tab = stay.open_on(DATE, LATER)
        ring(tab)
        cut.armed.set()
        assert cut.done.wait(LONG)
        stay.desk.await_death()
    assert 0 < len(stay.followed()) < sum(len(one.networks) for one in EXPECTED)

    tab = stay.desk.open(stay.days.ahead)
    await_receipt(tab, RECEIPT)
    stay.await_followed(tab, EXPECTED)
    expect_receipt_names(tab, EXPECTED)
    stay.desk.close()

    tab = stay.open_on(DATE + 1)
    ring(tab)
    await_starts(tab, {"bluesky": True, "fediverse": True})
    await_receipt(tab, RECEIPT)
    stay.await_followed(tab, EXPECTED)
    stay.desk.close()


def test_a_date_on_which_the_browser_was_closed_is_caught_up_and_the_ended_sign_in_needs_one_press(
    stay: Stay, tmp_path: Path
) -> None:
    begin(stay, make_archive(tmp_path / "x.zip", following=[one.someone for one in EVERYONE]))

    tab = stay.open_on(DATE + 1, LATER)
    await_reminder(tab, "Your date has come. Following begins as soon as you have signed in")
    ring(tab)
    await_starts(tab, {"fediverse": True})
    assert stay.days.pds.list_follows(stay.account.did) == []  # it waits

    sign_in_again(stay, tab)
    await_receipt(tab, RECEIPT)
    await_starts(tab, {"bluesky": True, "fediverse": True})
    stay.await_followed(tab, EXPECTED)
    expect_receipt_names(tab, EXPECTED)
    stay.desk.close()


def expect_receipt_names(tab: Tab, followed: list[Leaver]) -> None:
    """Assert that the receipt's file has these people's accounts as followed, and no other ones."""
    made = command(tab, "export.make", format="receipt-csv")
    rows = list(csv.DictReader(io.StringIO(made["text"].lstrip("\ufeff"))))
    lines = sorted((one["X name"], one["Network"]) for one in rows if one["Result"] == "followed")
    assert lines == sorted((one.someone.screen_name, network) for one in followed for network in one.networks)
