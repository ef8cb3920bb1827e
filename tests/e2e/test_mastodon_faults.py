"""A Mastodon server that answers badly, in a real browser: each row ends in its right state, within the limits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Playwright, expect

from tests.conftest import Packages
from tests.data.archives import make_archive
from tests.data.people import Someone
from tests.e2e.steps import APP, await_matches, follow_all, hand_over, sign_in_to_mastodon
from tests.kills.town import Town, Wanted, acct_of, make_home, make_wanted, open_town
from tests.world.chromium import Chromium, closed_world
from tests.world.mastodon import Mastodon, Resident
from tests.world.mastodons import PERSON

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(420)]

FAULTS = ("429 iso", "429 epoch", "500", "slow", "malformed", "cut", "cut after", "503 html", "200 html")
PEOPLE = 27
EVERY = 5  # requests from fault to fault: a person takes three or four, so that each kind of request is hit
ALLOWED, WINDOW = 20, timedelta(seconds=8)
ENDED = 240_000  # milliseconds: most faults cost a pause of two to ten seconds
# rest_id -> the state of each person's account on Mastodon and the code of its error, as the list shows them
ROWS = """() => new Promise((resolve) => {
  indexedDB.open("passerelle").onsuccess = ({ target }) => {
    target.result.transaction("matches").objectStore("matches").getAll().onsuccess = (event) => {
      target.result.close();
      resolve(Object.fromEntries(event.target.result.map(({ rest_id, accounts }) => {
        const { state, error } = accounts.find(({ network }) => network === "fediverse");
        return [rest_id, [state, error?.code].filter(Boolean).join(" ")];
      })));
    };
  };
})"""
WANTED = make_wanted(PEOPLE, PEOPLE)
LOCKED, SUSPENDED, SILENT, MOVED, BLOCKING = WANTED.people[1:10:2]  # the others are followed
ENDS: Mapping[Someone, str] = {
    LOCKED: "requested",
    SUSPENDED: "failed account_suspended",
    SILENT: "failed account_not_found",
    MOVED: "failed account_moved",
    BLOCKING: "failed account_blocked",
}


def make_server() -> Mastodon:
    """The person's server: small limits, a fault at every fifth request, and people who cannot all be followed."""
    residents = [
        Resident(
            acct_of(one),
            is_locked=one is LOCKED,
            is_suspended=one is SUSPENDED,
            is_silent=one is SILENT,
            moved_to=acct_of(WANTED.people[0]) if one is MOVED else "",
        )
        for one in WANTED.people
    ]
    home = make_home(residents)
    home.of(PERSON).blocked_by.add(acct_of(BLOCKING))
    home.requests_allowed, home.requests_window = ALLOWED, WINDOW
    return home


def follow(playwright: Playwright, extension: Path, folder: Path, town: Town, wanted: Wanted) -> Mapping[str, str]:
    """Follow everyone on Mastodon; return how each row ended."""
    archive = make_archive(folder / "archive.zip", following=wanted.people)
    with Chromium(playwright, extension, folder / "profile", closed_world(town.world)) as browser:
        tab = browser.open_page(APP)
        hand_over(tab, archive)
        await_matches(tab)
        sign_in_to_mastodon(browser)
        town.home.faults = [fault for name in FAULTS for fault in (*[""] * (EVERY - 1), name)]
        follow_all(tab)
        expect(tab.get_by_test_id("follow-finished")).to_be_visible(timeout=ENDED)
        rows: Mapping[str, str] = tab.evaluate(ROWS)
        return rows


def test_each_row_ends_in_its_right_state_whatever_the_server_answers(
    playwright: Playwright, packages: Packages, tmp_path: Path
) -> None:
    with open_town(tmp_path, WANTED, make_server()) as town:
        rows = follow(playwright, packages.chromium, tmp_path, town, WANTED)
    home = town.home
    assert home.faults == []
    assert rows == {one.rest_id: ENDS.get(one, "following") for one in WANTED.people}
    assert home.followed(PERSON) == sorted(acct_of(one) for one in WANTED.people if one not in ENDS)
    assert home.of(PERSON).requested == {acct_of(LOCKED)}
    refused = [one for one in home.log if one.status == 429]
    assert len(refused) == sum(name.startswith("429") for name in FAULTS), "the limit itself was never reached"
    of_person = Counter(one.at.timestamp() // WINDOW.total_seconds() for one in home.log if one.username == PERSON)
    assert max(of_person.values()) <= ALLOWED
