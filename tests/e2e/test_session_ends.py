"""Tokens of a real PDS that expire while following; and a wrong clock."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from http import HTTPStatus
from pathlib import Path

import pytest
from playwright.sync_api import Page, Playwright, expect

from tests.conftest import Packages
from tests.data.archives import make_archive
from tests.e2e.steps import (
    APP,
    await_matches,
    error,
    follow_all,
    hand_over,
    sign_in,
)
from tests.world.chromium import Chromium, closed_world
from tests.world.clock import copy_with_clock
from tests.world.exchange import Answer, Ask, Site
from tests.world.pds import Account, Pds
from tests.world.residents import CROWD, crowd_did
from tests.world.sites import PDS, is_batch
from tests.world.world import World

pytestmark = pytest.mark.e2e

ACCESS = timedelta(seconds=3)
BATCH_SECONDS = 4.0  # longer than ACCESS: each batch but the first finds its token expired
LONG = 120_000  # milliseconds, for four slow batches on a busy machine


@pytest.fixture
def lifetimes(pds: Pds) -> Iterator[Pds]:
    """The PDS, whose lifetimes are as usual again afterwards."""
    yield pds
    pds.set_lifetimes()


@pytest.fixture
def tab(chromium: Chromium, tmp_path: Path) -> Page:
    """The list of the crowd, not signed in."""
    page = chromium.open_page(APP)
    hand_over(page, make_archive(tmp_path / "crowd.zip", following=CROWD))
    await_matches(page)
    return page


@dataclass
class Log:
    """Answers of the PDS: path, status, body."""

    answers: list[tuple[str, int, bytes]] = field(default_factory=list)

    def count(self, path: str, status: int, text: bytes = b"") -> int:
        """Return how many answers had this status at this path, with `text` in their body."""
        return sum(one == path and code == status and text in body for one, code, body in self.answers)


@contextmanager
def slow_and_logged(world: World) -> Iterator[Log]:
    """Delay the answer to each batch, and log what the PDS answers."""
    log = Log()

    def fault(site: Site) -> Site:
        def logged(ask: Ask) -> Answer:
            answer = site(ask)
            log.answers.append((ask.path.partition("?")[0], answer.status, answer.body))
            if is_batch(ask) and answer.status == HTTPStatus.OK:
                time.sleep(BATCH_SECONDS)
            return answer

        return logged

    with world.fault(PDS, fault):
        yield log


def await_followed(page: Page) -> None:
    expect(page.get_by_test_id("follow-finished")).to_be_visible(timeout=LONG)


def expect_everyone_once(pds: Pds, account: Account) -> None:
    assert sorted(follow.subject for follow in pds.list_follows(account.did)) == sorted(map(crowd_did, CROWD))


BATCH = "/xrpc/com.atproto.repo.applyWrites"


def test_a_token_of_an_app_password_that_expires_in_the_queue_is_renewed(
    tab: Page, world: World, lifetimes: Pds, person: Account
) -> None:
    lifetimes.set_lifetimes(access=ACCESS)
    sign_in(tab, person)
    with slow_and_logged(world) as log:
        follow_all(tab)
        await_followed(tab)

    assert log.count(BATCH, 400, b"ExpiredToken") > 0
    assert log.count("/xrpc/com.atproto.server.refreshSession", 200) > 0
    expect_everyone_once(lifetimes, person)


@pytest.mark.parametrize("hours", [-1, 1])
def test_a_clock_that_is_an_hour_off_is_called_a_wrong_clock(
    playwright: Playwright, packages: Packages, world: World, tmp_path: Path, person: Account, hours: int
) -> None:
    package = copy_with_clock(packages.chromium, tmp_path / "package", timedelta(hours=hours))
    with Chromium(playwright, package, tmp_path / "profile", closed_world(world)) as browser:
        page = browser.open_page(f"{APP}#sign-in")
        page.get_by_test_id("bluesky-handle").fill(person.handle)
        page.get_by_test_id("bluesky-submit").click()
        expect(error(page, "clock_wrong")).to_contain_text(PDS)
