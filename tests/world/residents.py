"""The accounts of the invented people on the test PDS and the fediverse, and the sources that name them.

Chosen so that every kind of row is there: known by id or by name only, two sources (attested, so preselected) or one
(imported, so not), Bluesky, fediverse, both, and people with hostile names.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from tests.data.people import (
    ADA,
    BIDI,
    BRUNO,
    CHLOE,
    DARIUSZ,
    ELIF,
    FARID,
    FORMULA,
    GALINA,
    HIDEO,
    HTML,
    IRINI,
    JUNHO,
    NILS,
    Someone,
    crowd,
)
from tests.world.fediverse import Inhabitant
from tests.world.pds import HANDLES, Account, Pds

SOURCES = ("Annuaire des passerelles", "Liste du quai")  # invented, and independent of each other
# A name older than a year is not preselected, so these dates follow the calendar.
TODAY = datetime.now(UTC)
SEEN = (TODAY - timedelta(days=30)).date().isoformat()
EXPORTED = TODAY - timedelta(days=10)  # when the sample archive was made
NEIGHBOUR = crowd(1)[0]  # in the directory, but not followed in the sample archive
# Enough for several batches of writes. Their dids are well formed and of no account: a PDS does not check.
CROWD = crowd(160, first=2_000)


@dataclass(frozen=True, slots=True)
class Resident:
    """One invented person and their accounts. `sources` is how many sources name them."""

    someone: Someone
    bluesky: bool = False
    acct: str = ""
    sources: int = 2
    id_known: bool = True

    @property
    def name(self) -> str:
        """The part of the handle before the PDS's domain."""
        return self.someone.screen_name.lower().replace("_", "-")

    @property
    def handle(self) -> str:
        """The whole handle."""
        return self.name + HANDLES


RESIDENTS = (
    Resident(ADA, bluesky=True),
    Resident(CHLOE, bluesky=True),
    Resident(DARIUSZ, bluesky=True),
    Resident(ELIF, bluesky=True),
    Resident(JUNHO, bluesky=True, acct="junho@bada.example.org"),
    Resident(FARID, bluesky=True, sources=1),
    Resident(GALINA, bluesky=True, sources=1),
    Resident(HIDEO, bluesky=True, id_known=False),
    Resident(BRUNO, acct="bruno@quai.example.org"),
    Resident(IRINI, acct="irini@agora.example.org", sources=1),
    Resident(HTML, bluesky=True),
    Resident(BIDI, bluesky=True),
    Resident(FORMULA, bluesky=True),
    Resident(NEIGHBOUR, bluesky=True),
)
# The people followed in the sample archive: all but the neighbour.
FOUND = tuple(one for one in RESIDENTS if one.someone is not NEIGHBOUR)
FOUND_ON_BLUESKY = tuple(one for one in FOUND if one.bluesky)
# Who is on the servers of the fediverse. Bruno, Junho and Nils name their X accounts there in turn, Irini does not.
INHABITANTS: Mapping[str, Sequence[Inhabitant]] = {
    "quai.example.org": [
        Inhabitant("bruno", BRUNO.display_name, "Au bord de l'eau.", f"https://x.com/{BRUNO.screen_name}"),
        Inhabitant("nils", NILS.display_name, "Bridges and boats.", f"https://x.com/{NILS.screen_name}"),
    ],
    "agora.example.org": [Inhabitant("irini", IRINI.display_name, "Όλα ρέουν.")],
    "bada.example.org": [
        Inhabitant("junho", JUNHO.display_name, f"twitter.com/{JUNHO.screen_name}"),
    ],
}
# Two sources; on Bluesky, so that Follow all can follow them.
PRESELECTED = tuple(one for one in FOUND_ON_BLUESKY if one.sources > 1)


def move_in(pds: Pds) -> Mapping[str, Account]:
    """Open the accounts of all residents on the PDS; returns them by screen_name."""
    return {one.someone.screen_name: pds.create_account(one.name) for one in RESIDENTS if one.bluesky}


def invented_did(text: str) -> str:
    """Return a well-formed did:plc that is always the same for `text`. https://web.plc.directory/spec/v0.1/did-plc"""
    digest = base64.b32encode(hashlib.sha256(text.encode()).digest()).decode().lower()
    return f"did:plc:{digest[:24]}"


def crowd_did(someone: Someone) -> str:
    """Return the did of one of CROWD."""
    return invented_did(someone.rest_id)


def make_rows(accounts: Mapping[str, Account]) -> Iterator[dict[str, str]]:
    """Return the statements of each source, as `passerelle-directory import` reads it."""
    for one in RESIDENTS:
        account = accounts.get(one.someone.screen_name)
        known = {"rest_id": one.someone.rest_id} if one.id_known else {}
        # A source that knows no id knows no did either: a list typed by hand.
        did = {"did": account.did} if account and one.id_known else {}
        row = {"screen_name": one.someone.screen_name, "handle": account.handle if account else "", "acct": one.acct}
        yield from _said({**known, **did, **row}, SOURCES[: one.sources])
    for someone in CROWD:
        crowd_row = {"rest_id": someone.rest_id, "screen_name": someone.screen_name, "did": crowd_did(someone)}
        yield from _said(crowd_row, SOURCES)


def make_newcomer_row(number: int) -> dict[str, str]:
    """Return a row about a person in no archive (from 9,000 on), so that a directory has something new to publish."""
    [someone] = crowd(1, first=9_000 + number)
    row = {"rest_id": someone.rest_id, "screen_name": someone.screen_name, "did": crowd_did(someone)}
    return {**row, "kind": "person", "source": SOURCES[0], "source_date": SEEN}


def _said(row: Mapping[str, str], sources: Sequence[str]) -> Iterator[dict[str, str]]:
    for source in sources:
        yield {**row, "kind": "person", "source": source, "source_date": SEEN}
