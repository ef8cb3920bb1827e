"""Sessions at a real PDS that end in the middle of the queue: shared by the tests of both kinds of sign-in."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from http import HTTPStatus
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.data.archives import make_archive
from tests.e2e.steps import APP, await_matches, await_that, hand_over
from tests.world.chromium import Chromium
from tests.world.exchange import Answer, Ask, Site
from tests.world.pds import Account, Pds
from tests.world.residents import CROWD, crowd_did
from tests.world.sites import PDS, is_batch
from tests.world.world import World

ACCESS = timedelta(seconds=3)
HOUR = timedelta(hours=1)  # what a client is told instead, so that it sends a token that has run out
BATCH_SECONDS = 4.0  # longer than ACCESS: each batch but the first finds its token expired
LONG = 120_000  # milliseconds, for four slow batches on a busy machine
BATCH = "/xrpc/com.atproto.repo.applyWrites"


@dataclass
class Log:
    """Answers of the PDS: path, status, body."""

    answers: list[tuple[str, int, bytes]] = field(default_factory=list)

    def count(self, path: str, status: int, text: bytes = b"") -> int:
        """Return how many answers had this status at this path, with `text` in their body."""
        return sum(one == path and code == status and text in body for one, code, body in self.answers)

    def await_batch(self, page: Page) -> None:
        """Wait until the PDS has written a batch; its answer is still on the way."""
        await_that(page, lambda: self.count(BATCH, HTTPStatus.OK) > 0, LONG / 1000)


def open_crowd(browser: Chromium, folder: Path) -> Page:
    """Open the list of the crowd, not signed in."""
    page = browser.open_page(APP)
    hand_over(page, make_archive(folder / "crowd.zip", following=CROWD))
    await_matches(page)
    return page


@contextmanager
def slow_and_logged(world: World, host: str = PDS) -> Iterator[Log]:
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

    with world.fault(host, fault):
        yield log


def await_followed(page: Page) -> None:
    """Wait until everyone is followed, through slow batches."""
    expect(page.get_by_test_id("follow-finished")).to_be_visible(timeout=LONG)


def expect_everyone_once(pds: Pds, account: Account) -> None:
    """Assert that the account follows each person of the crowd, by one record."""
    assert sorted(follow.subject for follow in pds.list_follows(account.did)) == sorted(map(crowd_did, CROWD))
