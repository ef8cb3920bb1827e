"""Claims in the database: made, renewed after a reading, withdrawn. Each function is one transaction's work."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from passerelle.claims.codes import NONCE_BYTES
from passerelle.claims.grades import Verdict, judge, proven_sides, renew_all
from passerelle.claims.models import Claim, Proof
from passerelle.proofs import Reading
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session, sessionmaker

from passerelle_directory.models import StoredClaim, StoredProof
from passerelle_directory.registrar.refusals import claim_text, refuse, refused_accounts

CLAIM_ID_BYTES = 8
SECRET_BYTES = 32
NO_SECRET = ""  # what stands for the hash of a claim that a harvest has found: no secret fits it
X_SIDES = frozenset({"x", "x_name"})
TARGETS = ("did", "acct")  # kinds of accounts outside X, as refusals name them
MAX_TRIES = 5  # of a transaction that another one has got in the way of

READ_AGAIN = timedelta(days=7)  # a proven claim
READ_UNPROVEN_AGAIN = timedelta(days=1)  # one with a side that is not proven
FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=5), timedelta(days=1)  # after a reading without an answer
MAX_DOUBLINGS = 16  # of FIRST_PAUSE; more than LONGEST_PAUSE
KEPT_UNPROVEN = timedelta(days=30)  # a claim of which nothing is proven, since anything was or since it was made

Result = TypeVar("Result")


def write(sessions: sessionmaker[Session], work: Callable[[Session], Result]) -> Result:
    """Run `work` in a transaction; again from its start where another transaction got in its way."""
    for _ in range(MAX_TRIES - 1):
        try:
            with sessions.begin() as session:
                return work(session)
        except (IntegrityError, OperationalError):
            continue
    with sessions.begin() as session:
        return work(session)


def make_claim(fields: Mapping[str, Any], now: datetime) -> tuple[StoredClaim, str]:
    """Return a new claim and its secret. `fields` are parsed values of StoredClaim; a record brings id and nonce."""
    secret = secrets.token_urlsafe(SECRET_BYTES)
    made = {
        "claim_id": secrets.token_hex(CLAIM_ID_BYTES),
        "nonce": secrets.token_hex(NONCE_BYTES),
        "secret_hash": hash_secret(secret),
        "created_at": now,
        "next_at": now + KEPT_UNPROVEN,
        "kept_until": now + KEPT_UNPROVEN,
        "readings": 0,
        "failures": 0,
        "has_domain": False,
        "in_x_profile": False,
    }
    return StoredClaim(**{**made, **fields}), secret


def hash_secret(secret: str) -> str:
    """Return what is stored of a secret; it has 256 random bits, so a plain hash is enough."""
    return hashlib.sha256(secret.encode()).hexdigest()


def is_secret(claim: StoredClaim, secret: str) -> bool:
    """Return whether this is the claim's secret."""
    return hmac.compare_digest(claim.secret_hash, hash_secret(secret))


def find_claim(session: Session, claim_id: str, *, lock: bool = False) -> StoredClaim | None:
    """Return a claim; with `lock` no other transaction changes it until this one ends."""
    query = select(StoredClaim).where(StoredClaim.claim_id == claim_id)
    return session.scalar(query.with_for_update() if lock else query)


def to_claim(stored: StoredClaim) -> Claim:
    """Return the core's claim."""
    return Claim.model_validate(
        {
            name: getattr(stored, name)
            for name in ("claim_id", "purpose", "rest_id", "screen_name", "did", "acct", "nonce")
        }
    )


def to_proofs(stored: StoredClaim) -> tuple[Proof, ...]:
    """Return the readings of a claim's proofs."""
    return tuple(
        Proof.model_validate(
            {
                "kind": one.kind,
                "side": one.side,
                "url": one.url,
                "state": one.state,
                "reason": one.reason,
                "name": one.name,
                "read_at": utc(one.read_at),
                "gone_at": utc(one.gone_at) if one.gone_at else None,
            }
        )
        for one in stored.proofs
    )


def to_verdict(stored: StoredClaim) -> Verdict:
    """Return the verdict on a claim from what is stored of its proofs."""
    return judge(to_claim(stored), to_proofs(stored))


def store_reading(stored: StoredClaim, reading: Reading, now: datetime) -> None:
    """Store what was read, the verdict, and when to read again."""
    proofs = renew_all(to_proofs(stored), reading.proofs)
    _replace_proofs(stored, proofs)
    before, grade = stored.grade, judge(to_claim(stored), proofs).grade
    stored.grade = grade
    stored.proven_at = (stored.proven_at if before == "proven" else now) if grade == "proven" else None
    stored.handle = reading.handle if _was_answered(reading, "bluesky") else stored.handle
    stored.kept_until = now + KEPT_UNPROVEN if grade or before else stored.kept_until
    stored.checked_at = now
    stored.readings += 1
    stored.failures = stored.failures + 1 if any(one.state == "unknown" for one in reading.proofs) else 0
    stored.next_at = _next_at(stored, now)


def withdraw(session: Session, stored: StoredClaim, key: bytes, now: datetime) -> None:
    """Delete a claim, and refuse from now on what sources state about the accounts that it has proven."""
    accounts = tuple(refused_accounts(to_claim(stored), stored.handle, to_proofs(stored)))
    refuse(session, key, (*accounts, claim_text(stored.claim_id)), now)
    if stored.purpose == "objection":
        _delete_found(session, accounts)
        ended = _delete_earlier(session, accounts, stored.created_at)
        refuse(session, key, map(claim_text, ended), now)
    session.delete(stored)


def _delete_found(session: Session, accounts: tuple[str, ...]) -> None:
    """Delete the claims of these accounts that a harvest has found: their owners got no secret to withdraw them."""
    for claim in _claims_of(session, accounts, (*TARGETS, "id"), StoredClaim.secret_hash == NO_SECRET):
        session.delete(claim)


def _delete_earlier(session: Session, accounts: tuple[str, ...], made_at: datetime) -> list[str]:
    """Delete the claims that these accounts end, of those made before `made_at`; return their ids.

    The account outside X ends each that names it: their secret may be lost with the browser that had it. The X account
    ends those that nothing on X has proven. Alone it ends no other: the thief of an X account could remove the proven
    row that makes a new claim wait.
    """
    has_secret, is_earlier = StoredClaim.secret_hash != NO_SECRET, StoredClaim.created_at < made_at
    conditions = (StoredClaim.purpose == "claim", has_secret, is_earlier)
    of_x = _claims_of(session, accounts, ("id",), *conditions)
    one_sided = [claim for claim in of_x if proven_sides(to_proofs(claim)).isdisjoint(X_SIDES)]
    ended = {*_claims_of(session, accounts, TARGETS, *conditions), *one_sided}
    for claim in ended:
        session.delete(claim)
    return [claim.claim_id for claim in ended]


def _claims_of(
    session: Session, accounts: Iterable[str], kinds: Iterable[str], *conditions: ColumnElement[bool]
) -> Iterator[StoredClaim]:
    """Yield the claims that name one of these accounts, of these kinds."""
    columns = {"id": StoredClaim.rest_id, "did": StoredClaim.did, "acct": func.lower(StoredClaim.acct)}
    for kind, _, value in (text.partition(":") for text in accounts):
        if kind in kinds:
            yield from session.scalars(select(StoredClaim).where(columns[kind] == value, *conditions))


def utc(moment: datetime) -> datetime:
    """Return a time with its zone, UTC, which SQLite does not store."""
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _replace_proofs(stored: StoredClaim, proofs: tuple[Proof, ...]) -> None:
    known = {(one.kind, one.side): one for one in stored.proofs}
    for proof in proofs:
        fields = proof.model_dump(exclude={"kind", "side"})
        one = known.get((proof.kind, proof.side))
        if one is None:
            stored.proofs.append(StoredProof(kind=proof.kind, side=proof.side, **fields))
            continue
        for name, value in fields.items():
            setattr(one, name, value)


def _was_answered(reading: Reading, side: str) -> bool:
    return any(one.side == side and one.state != "unknown" for one in reading.proofs)


def _next_at(stored: StoredClaim, now: datetime) -> datetime:
    """Return when to read again: soon where a server did not answer or the claim was read only once."""
    if stored.failures:
        return now + min(FIRST_PAUSE * (1 << min(stored.failures - 1, MAX_DOUBLINGS)), LONGEST_PAUSE)
    if stored.grade and stored.readings == 1:
        return now
    return now + (READ_AGAIN if stored.grade == "proven" else READ_UNPROVEN_AGAIN)
