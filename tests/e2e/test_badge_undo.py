"""A follow from a badge takes two clicks where the match is sure, and is undone from the card (Chromium)."""

from __future__ import annotations

import pytest

from tests.data.people import ADA, CHLOE, FARID
from tests.e2e.badge_steps import open_card
from tests.e2e.tabs import UNHURRIED, Badged
from tests.world.pds import Account, Pds
from tests.world.residents import RESIDENTS

# Firefox always asks in a window of the extension: test_hostile_page.py.
pytestmark = [pytest.mark.e2e, pytest.mark.parametrize("badged", ["chromium"], indirect=True)]

SURE = f'article [data-passerelle-badge="{ADA.screen_name}"]'  # two sources
UNSURE = f'article [data-passerelle-badge="{FARID.screen_name}"]'  # one source
SOURCES = {one.someone.screen_name: one.sources for one in RESIDENTS}


def uris(pds: Pds, person: Account) -> list[str]:
    """Return the person's follow records."""
    return sorted(record.uri for record in pds.list_follows(person.did))


def test_a_sure_match_takes_two_clicks_and_undo_leaves_the_repository_as_it_was(
    badged: Badged, person: Account, accounts: dict[str, Account], pds: Pds
) -> None:
    assert SOURCES[ADA.screen_name] == 2
    pds.follow(person, accounts[CHLOE.screen_name].did)
    with badged.signed_in(person):
        before = uris(pds, person)
        tab = badged.show("home")
        open_card(badged, SURE)
        tab.wait(UNHURRIED)
        tab.press(".press.follow")  # the second click
        tab.await_hidden(".press.undo", "Undo (")
        assert len(uris(pds, person)) == len(before) + 1
        tab.await_hidden(".as", person.handle)  # which own account follows

        tab.wait(UNHURRIED)
        tab.press(".press.undo")

        tab.until(lambda: uris(pds, person), lambda now: now == before)
        tab.await_hidden(".said", "You no longer follow")
        tab.await_hidden(".press.follow")


def test_an_unsure_match_is_asked_about(badged: Badged, person: Account, pds: Pds) -> None:
    assert SOURCES[FARID.screen_name] == 1
    with badged.signed_in(person):
        tab = badged.show("home")
        open_card(badged, UNSURE)
        tab.wait(2 * UNHURRIED)
        tab.press(".press.follow")

        tab.await_hidden(".question")
        assert uris(pds, person) == []
