"""Read the proofs of one claim and store the result. No transaction is open while other servers are asked."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from passerelle.claims.grades import proven_sides
from passerelle.claims.models import Proof
from passerelle.claims.posts import PostId
from passerelle.errors import NetworkError
from passerelle.proofs import Reading, Sources, read_proofs
from passerelle.transport import Fetch, Request, Response
from sqlalchemy.orm import Session, sessionmaker

from passerelle_directory.config import Config
from passerelle_directory.models import StoredClaim
from passerelle_directory.registrar.store import find_claim, store_reading, to_claim, to_proofs, withdraw, write
from passerelle_directory.registrar.suffixes import registrable_domain

RANDOM_NAME_BYTES = 8
MAX_SECONDS = 25.0  # for all proofs of a claim: a person waits


@dataclass(frozen=True, slots=True)
class Registrar:
    """What the registrar works with; tests hand in another clock and fetch."""

    config: Config
    sessions: sessionmaker[Session]
    fetch: Fetch
    refusals_key: bytes
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)

    def page(self, claim_id: str) -> str:
        """Return the address of a claim's page."""
        return f"{self.config.registrar_url}/c/{claim_id}"

    def check(self, claim_id: str) -> None:
        """Read the proofs of a claim and store the verdict. An objection that proves an account is carried out."""
        with self.sessions() as session:
            stored = find_claim(session, claim_id)
            if stored is None:
                return
            claim, sources, is_seen = to_claim(stored), self._sources(stored), stored.in_x_profile
        reading = asyncio.run(
            read_proofs(
                claim, sources, self.clock(), secrets.token_hex(RANDOM_NAME_BYTES), within(self.fetch, MAX_SECONDS)
            )
        )
        if is_seen:
            reading = replace(reading, proofs=(*reading.proofs, self._seen_in_profile(claim_id)))
        write(self.sessions, lambda session: self._store(session, claim_id, reading))

    def _store(self, session: Session, claim_id: str, reading: Reading) -> None:
        stored = find_claim(session, claim_id, lock=True)
        if stored is None:  # withdrawn meanwhile
            return
        store_reading(stored, reading, self.clock())
        if stored.purpose == "objection" and proven_sides(to_proofs(stored)) - {"none"}:
            withdraw(session, stored, self.refusals_key, self.clock())

    def _sources(self, stored: StoredClaim) -> Sources:
        return Sources(
            page=self.page(stored.claim_id),
            post=PostId(stored.post_id) if stored.post_id else None,
            keytrace=stored.keytrace,
            has_domain=stored.has_domain,
            registrable=registrable_domain,
        )

    def _seen_in_profile(self, claim_id: str) -> Proof:
        """Return what the person's own browser says it saw; it proves nothing here."""
        return Proof(kind="x_profile", side="none", url=self.page(claim_id), state="holds", read_at=self.clock())


def within(fetch: Fetch, seconds: float) -> Fetch:
    """Return a fetch of which all requests together end in `seconds`."""
    deadline = time.monotonic() + seconds

    async def fetch_within(request: Request) -> Response:
        left = deadline - time.monotonic()
        if left <= 0:
            raise NetworkError("There was no time left to ask this server.")
        return await fetch(replace(request, timeout=min(request.timeout, left)))

    return fetch_within
