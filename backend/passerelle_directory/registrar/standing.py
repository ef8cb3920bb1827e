"""Whether other proven claims dispute the X account of a claim, and until when."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from passerelle.claims.replacement import ProvenTarget, settle
from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from passerelle_directory.models import StoredClaim
from passerelle_directory.registrar.store import to_verdict, utc


@dataclass(frozen=True, slots=True)
class Dispute:
    """A visible conflict: until `until` no target of this X account is preselected for anyone."""

    until: datetime


def find_dispute(session: Session, claim: StoredClaim, now: datetime) -> Dispute | None:
    """Return the dispute about the X account of a claim."""
    if claim.rest_id is None or claim.grade is None:
        return None
    query = (
        select(StoredClaim)
        .where(StoredClaim.rest_id == claim.rest_id, StoredClaim.purpose == "claim", StoredClaim.grade == "proven")
        .order_by(StoredClaim.proven_at, StoredClaim.id)
    )
    standing = settle(proven_targets(session.scalars(query.options(selectinload(StoredClaim.proofs)))), now)
    return Dispute(standing.until) if standing.until else None


def proven_targets(claims: Iterable[StoredClaim]) -> list[ProvenTarget]:
    """Return the targets that proven claims state."""
    return [target for one in claims if (target := proven_target(one))]


def proven_target(claim: StoredClaim) -> ProvenTarget | None:
    """Return the targets that one claim has proven, or None."""
    if claim.proven_at is None:
        return None
    verdict = to_verdict(claim)
    return ProvenTarget(claim.claim_id, utc(claim.proven_at), verdict.did, verdict.acct)
