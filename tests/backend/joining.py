"""A registrar under test: its application, the servers that hold proofs, a clock, and the directory it feeds."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from passerelle.claims.models import Claim
from passerelle.directory import Evidence, Row
from passerelle_directory.config import Config
from passerelle_directory.models import StoredClaim
from passerelle_directory.publishing.snapshot import read_rows
from passerelle_directory.registrar.app import create_registrar, make_registrar
from passerelle_directory.registrar.checking import Registrar
from passerelle_directory.registrar.intake import take_in
from passerelle_directory.registrar.recheck import Counts, recheck
from passerelle_directory.registrar.store import to_claim
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from tests.core.claim_servers import (
    ADA,
    ADA_DID,
    ADA_HANDLE,
    ADA_ID,
    EVE_DID,
    EVE_HANDLE,
    PAGE,
    POST,
    Servers,
    make_post,
)

NOW = datetime.fromisoformat("2026-11-20T12:00:00+00:00")
UNLIMITED = "1000000 per second"


@dataclass
class Clock:
    """A clock that a test moves."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now

    def move(self, **duration: float) -> None:
        """Move the clock on."""
        self.now += timedelta(**duration)


class Joining:
    """The registrar with everything that it reads and feeds."""

    def __init__(self, config: Config) -> None:
        self.config = replace(config, registrar_url=PAGE.removesuffix("/c/"), claim_limit=UNLIMITED, limit=UNLIMITED)
        self.servers = Servers()
        self.servers.add_bluesky(ADA_DID, ADA_HANDLE)
        self.servers.add_bluesky(EVE_DID, EVE_HANDLE)
        self.clock = Clock()
        self.registrar: Registrar = make_registrar(self.config, self.servers.fetch, self.clock)
        self.app: Flask = create_registrar(self.registrar)
        self.client: FlaskClient = self.app.test_client()

    @property
    def engine(self) -> Engine:
        """The registrar's engine."""
        engine = self.registrar.sessions.kw["bind"]
        assert isinstance(engine, Engine)
        return engine

    def make(self, **changes: Any) -> dict[str, Any]:
        """Make Ada's claim, with changes; return the answer."""
        body = {"rest_id": ADA_ID, "screen_name": ADA, "did": ADA_DID} | changes
        return self._make("/v1/claims", {name: value for name, value in body.items() if value})

    def object(self, **accounts: Any) -> dict[str, Any]:
        """Make an objection; return the answer."""
        return self._make("/v1/objections", accounts)

    def _make(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        answer = self.client.post(path, json=body)
        assert answer.status_code == 201, answer.json
        made: dict[str, Any] = answer.get_json()
        return made

    def state(self, made: dict[str, Any]) -> dict[str, Any]:
        """Return the public state of a claim."""
        answer = self.client.get(f"/v1/claims/{made['claim_id']}")
        assert answer.status_code == 200
        found: dict[str, Any] = answer.get_json()
        return found

    def withdraw(self, made: dict[str, Any]) -> None:
        """Withdraw a claim with its secret."""
        assert self.client.delete(f"/v1/claims/{made['claim_id']}", headers=bearer(made)).status_code == 204

    def claim(self, made: dict[str, Any]) -> Claim:
        """Return the core's claim."""
        with Session(self.engine) as session:
            stored = session.scalar(select(StoredClaim).where(StoredClaim.claim_id == made["claim_id"]))
            assert stored is not None
            return to_claim(stored)

    def prove_target(self, made: dict[str, Any]) -> None:
        """Write the claim's record into the repository of its did, or its page into the fields of its acct."""
        claim = self.claim(made)
        if claim.did:
            self.servers.write_record(claim)
        if claim.acct:
            self.servers.add_mastodon(str(claim.acct), made["page"])

    def post(self, made: dict[str, Any], post: str = POST, **changes: Any) -> str:
        """Post the claim's code on X; return the address of the post."""
        self.servers.posts[post] = make_post(f"I moved #eXit\n{made['code']}", post, **changes)
        return f"https://x.com/{ADA}/status/{post}"

    def check(self, made: dict[str, Any], **body: Any) -> dict[str, Any]:
        """Check a claim with its secret; return the answer's claim."""
        answer = self.client.post(f"/v1/claims/{made['claim_id']}/check", json=body, headers=bearer(made))
        assert answer.status_code == 200, answer.json
        found: dict[str, Any] = answer.get_json()["claim"]
        return found

    def join(self, post: str = POST, **changes: Any) -> dict[str, Any]:
        """Make a claim and prove both sides; return what making it answered."""
        made = self.make(**changes)
        self.prove_target(made)
        author = (changes.get("rest_id", ADA_ID), changes.get("screen_name", ADA))
        assert self.check(made, post=self.post(made, post, author=author))["grade"] == "proven"
        return made

    def recheck(self) -> Counts:
        """Read the claims that are due."""
        return recheck(self.registrar, self.clock())

    def rows(self) -> list[tuple[Row, Evidence]]:
        """Add the claims to the rows, as `snapshot` does, and return what it would publish."""
        with Session(self.engine) as session:
            take_in(session, self.registrar.refusals_key, self.clock())
            return list(read_rows(session))

    def publish(self) -> list[tuple[Row, Evidence]]:
        """Read what is due, take in, and return the rows: what an operator's timer does."""
        self.recheck()
        return self.rows()


def bearer(made: dict[str, Any]) -> dict[str, str]:
    """Return the header with a claim's secret."""
    return {"Authorization": f"Bearer {made['secret']}"}


@contextmanager
def joining(config: Config) -> Iterator[Joining]:
    """Return a registrar whose connections are closed at the end."""
    one = Joining(config)
    try:
        yield one
    finally:
        one.engine.dispose()
