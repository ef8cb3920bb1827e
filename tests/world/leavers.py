"""Leavers: invented people who are followed on X, some of them in the directory at once, the others on one day.

Those at once are named by two sources (attested), or by one (imported, so not ticked in advance). Those of the day have
claimed their accounts, and the registrar has read their proofs (proven).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from passerelle.claims.grades import ENOUGH_READINGS
from passerelle.identifiers import Network
from passerelle_directory.config import read_config
from passerelle_directory.database import open_database
from passerelle_directory.models import StoredProof
from passerelle_directory.registrar.store import make_claim
from sqlalchemy.orm import Session

from tests.data.people import Someone, crowd
from tests.world.directory import DirectoryServer
from tests.world.mastodon import Resident
from tests.world.residents import SEEN, SOURCES, crowd_did

ELSEWHERE = "quai.example.org"  # the Mastodon server of all of them
KEPT = timedelta(days=7)  # before the registrar reads a claim again


@dataclass(frozen=True, slots=True)
class Leaver:
    """One of them, and the networks on which they have an account."""

    someone: Someone
    networks: frozenset[Network]

    @property
    def did(self) -> str | None:
        """The did, where they are on Bluesky; of no account, since a PDS does not check."""
        return crowd_did(self.someone) if "bluesky" in self.networks else None

    @property
    def handle(self) -> str | None:
        """The handle, where they are on Bluesky."""
        return f"{self.someone.screen_name.replace('_', '-')}.example.org" if "bluesky" in self.networks else None

    @property
    def acct(self) -> str | None:
        """The address on Mastodon, where they are there."""
        return f"{self.someone.screen_name}@{ELSEWHERE}" if "fediverse" in self.networks else None


def make_leavers(count: int, first: int) -> list[Leaver]:
    """Return `count` people: of each ten, five are on Bluesky, three on Mastodon, and two on both."""
    bluesky, fediverse = frozenset[Network]({"bluesky"}), frozenset[Network]({"fediverse"})
    kinds = (*[bluesky] * 5, *[fediverse] * 3, *[bluesky | fediverse] * 2)
    return [Leaver(one, kinds[number % len(kinds)]) for number, one in enumerate(crowd(count, first))]


def rows_of(people: Iterable[Leaver], sources: Iterable[str] = SOURCES) -> list[dict[str, str]]:
    """Return what sources state about people, as `passerelle-directory import` reads it."""
    return [{**_account(one), "source": source, "source_date": SEEN} for one in people for source in sources]


def _account(one: Leaver) -> dict[str, str]:
    named = {"did": one.did, "handle": one.handle, "acct": one.acct}
    known = {"rest_id": one.someone.rest_id, "screen_name": one.someone.screen_name, "kind": "person"}
    return known | {name: value for name, value in named.items() if value}


def residents_of(people: Iterable[Leaver]) -> list[Resident]:
    """Return the accounts that a Mastodon server can find."""
    return [Resident(one.acct, one.someone.display_name) for one in people if one.acct]


def store_proven(directory: DirectoryServer, people: Iterable[Leaver], now: datetime) -> None:
    """Store a proven claim of each in the directory's database, as the registrar does; a snapshot publishes them."""
    engine = open_database(read_config(directory.env))
    with Session(engine) as session:
        for one in people:
            fields = {
                "purpose": "claim",
                "rest_id": one.someone.rest_id,
                "screen_name": one.someone.screen_name,
                "did": one.did,
                "acct": one.acct,
                "handle": one.handle,
                "kind": "person",
                "grade": "proven",
                "proven_at": now,
                "checked_at": now,
                "next_at": now + KEPT,
                "readings": ENOUGH_READINGS,
            }
            claim, _ = make_claim(fields, now)
            claim.proofs = list(_proofs(one, now))
            session.add(claim)
        session.commit()
    engine.dispose()


def _proofs(one: Leaver, now: datetime) -> Iterator[StoredProof]:
    on_x = f"https://x.com/{one.someone.screen_name}/status/{one.someone.rest_id}"
    sides = [("x_post", "x", on_x)]
    if one.did:
        sides.append(("bluesky_record", "bluesky", f"at://{one.did}/eu.passerelle.claim/self"))
    if one.acct:
        sides.append(("mastodon_field", "fediverse", f"https://{ELSEWHERE}/@{one.someone.screen_name}"))
    for kind, side, url in sides:
        name = one.someone.screen_name if side == "x" else None
        yield StoredProof(kind=kind, side=side, url=url, state="holds", name=name, read_at=now)
