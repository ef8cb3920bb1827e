"""Records in one repository -> claims of the registrar, as if their owners had made them there. docs/claims.md"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from passerelle.claims.posts import Post, PostId, PostMissing, post_request, read_post
from passerelle.claims.records import COLLECTION, KEYTRACE, KEYTRACE_TYPE, is_same_name, read_claim, read_keytrace
from passerelle.claims.records import read_post as read_named_post
from passerelle.errors import InputError, NetworkError, ServerRefused
from passerelle.identifiers import Did
from passerelle.networks import bluesky
from passerelle.networks.bluesky.repositories import Record, read_records, records_request
from passerelle.networks.profile import bounded
from passerelle.proofs.x import names_did
from sqlalchemy import select
from sqlalchemy.orm import Session

from passerelle_directory.harvest.wishes import LISTED, REASONS, read_wish
from passerelle_directory.models import StoredClaim
from passerelle_directory.registrar.checking import Registrar
from passerelle_directory.registrar.refusals import claim_text, find_refusal
from passerelle_directory.registrar.store import NO_SECRET, find_claim, make_claim, write

# A person has one X account, an organisation a few: one repository cannot fill the directory with names of others.
MAX_CLAIMS = 10  # of one repository

Fields = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a record: `new` with its grade, `known`, `left out` with a reason, or `unanswered`."""

    kind: Literal["new", "known", "left out", "unanswered"]
    detail: str = ""


class LeftOut(Exception):
    """A record that makes no claim; the text says why."""


class Adopter:
    """Reads repositories and makes claims of their records. `fetch` is polite, for it asks many servers."""

    def __init__(self, registrar: Registrar) -> None:
        self._registrar = registrar
        self._fetch = bounded(registrar.fetch)

    def read(self, did: Did, collection: str) -> list[tuple[str, Outcome]]:
        """Make claims of a repository's newest records; return what came of each."""
        try:
            records = asyncio.run(self._load(did, collection))
        except LeftOut as error:
            return [(did, Outcome("left out", str(error)))]
        except (NetworkError, ServerRefused) as error:
            return [(did, Outcome("unanswered", error.message))]
        records = [one for one in records if _is_of_x(one, collection)]
        adopted = [(f"{did}/{one.rkey}", self._adopt(did, one, collection)) for one in records[:MAX_CLAIMS]]
        rest = Outcome("left out", f"one repository makes at most {MAX_CLAIMS} claims")
        return adopted + [(f"{did}/{one.rkey}", rest) for one in records[MAX_CLAIMS:]]

    async def _load(self, did: Did, collection: str) -> list[Record]:
        try:
            identity = await bluesky.find_identity_of_did(did, self._fetch)
            return read_records(await self._fetch(records_request(identity, collection)), did, collection)
        except ServerRefused as error:
            if error.code != "account_not_found":
                raise
            raise LeftOut("there is no such Bluesky account") from None

    def _adopt(self, did: Did, record: Record, collection: str) -> Outcome:
        try:
            fields = self._claim(did, record) if collection == COLLECTION else self._keytrace(did, record)
        except (InputError, LeftOut) as error:
            return Outcome("left out", str(error))
        except (NetworkError, ServerRefused) as error:
            return Outcome("unanswered", error.message)
        return self._store(fields) if fields else Outcome("known")

    def _claim(self, did: Did, record: Record) -> Fields | None:
        """Return the claim of our own record; None where it is known."""
        claim = read_claim(record.value, did, record.rkey)
        with self._registrar.sessions() as session:
            known = find_claim(session, claim.claim_id)
            if known is not None and (known.did, known.nonce) == (did, claim.nonce):
                return None
            if known is not None:
                raise LeftOut("another claim has its key")
            self._expect_wanted(session, record, (f"did:{did}", f"id:{claim.rest_id}"), claim.claim_id)
        names = ("claim_id", "nonce", "rest_id", "screen_name", "did")
        acct = str(claim.acct) if claim.acct else None
        return {name: getattr(claim, name) for name in names} | {"acct": acct, "post_id": read_named_post(record.value)}

    def _keytrace(self, did: Did, record: Record) -> Fields | None:
        """Return the claim of a Keytrace record, after its post was read; None where it is known."""
        named = read_keytrace(record.value)
        if named is None:
            raise LeftOut("it is retracted, or names no post on X")
        with self._registrar.sessions() as session:
            is_it = (StoredClaim.did == did, StoredClaim.keytrace == record.rkey)
            if session.scalar(select(StoredClaim.id).where(*is_it)):
                return None
            self._expect_wanted(session, record, (f"did:{did}",))
        self._expect_listed(did)
        post = asyncio.run(self._read_post(named[1]))
        if not names_did(did)(post.text) or post.is_stale:
            raise LeftOut("its post does not name this Bluesky account")
        if not is_same_name(post.author_name, named[0]):
            raise LeftOut("its post is by another X account")
        with self._registrar.sessions() as session:
            self._expect_wanted(session, record, (f"id:{post.author_id}",))
        return {
            "rest_id": post.author_id,
            "screen_name": post.author_name,
            "did": did,
            "acct": None,
            "keytrace": record.rkey,
        }

    def _expect_listed(self, did: Did) -> None:
        """Raise LeftOut where the owner asks not to be listed: the record was written for another program."""
        wish = asyncio.run(read_wish(did, self._fetch))
        if wish != LISTED:
            raise LeftOut(REASONS[wish].removesuffix("."))

    async def _read_post(self, post: PostId) -> Post:
        try:
            return read_post(await self._fetch(post_request(post)), post)
        except PostMissing as error:
            raise LeftOut(f"its post cannot be read: {error.message}") from None

    def _expect_wanted(
        self, session: Session, record: Record, accounts: Iterable[str], claim_id: str | None = None
    ) -> None:
        """Raise LeftOut for a withdrawn claim, and for a record older than an owner's wish not to be listed."""
        key = self._registrar.refusals_key
        is_withdrawn = claim_id is not None and find_refusal(session, key, claim_text(claim_id)) is not None
        refused = filter(None, (find_refusal(session, key, account) for account in accounts))
        if is_withdrawn or any(not _is_later(record.value.get("createdAt"), moment) for moment in refused):
            raise LeftOut("its owner has withdrawn it")

    def _store(self, fields: Fields) -> Outcome:
        claim_id = write(self._registrar.sessions, lambda session: _add(session, fields, self._registrar.clock()))
        self._registrar.check(claim_id)
        with self._registrar.sessions() as session:
            stored = find_claim(session, claim_id)
            return Outcome("new", stored.grade or "nothing proven yet" if stored else "")


def _add(session: Session, fields: Fields, now: datetime) -> str:
    found = {"purpose": "claim", "kind": "person", "secret_hash": NO_SECRET, "next_at": now}
    claim, _ = make_claim({**found, **fields}, now)
    session.add(claim)
    session.flush()
    return claim.claim_id


def _is_of_x(record: Record, collection: str) -> bool:
    """Return whether a record is about an X account; Keytrace records are about many services."""
    return collection != KEYTRACE or record.value.get("type") == KEYTRACE_TYPE


def _is_later(created_at: object, moment: datetime) -> bool:
    try:
        created = datetime.fromisoformat(str(created_at))
    except ValueError:
        return False
    return (created if created.tzinfo else created.replace(tzinfo=UTC)) > moment
