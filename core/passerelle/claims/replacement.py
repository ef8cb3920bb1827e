"""Several proven claims for one X account: which target is published, and whether it is disputed. docs/claims.md"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from passerelle.identifiers import Acct, Did, canonicalize_acct

CONFLICT_LASTS = timedelta(days=14)  # a visible conflict, until the newer target replaces the older one

Target = TypeVar("Target")


@dataclass(frozen=True, slots=True)
class ProvenTarget:
    """The targets that one proven claim states, and since when it is proven."""

    claim_id: str
    proven_at: datetime
    did: Did | None = None
    acct: Acct | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """What is published for one X account: its targets, and the claims that dispute them until `until`."""

    did: Did | None
    acct: Acct | None
    disputed_by: tuple[ProvenTarget, ...] = ()
    until: datetime | None = None


def settle(claims: Iterable[ProvenTarget], now: datetime) -> Standing:
    """Return the standing of an X account from all claims for it that are proven now; withdrawn ones are left out.

    The claim proven first is published. Another target replaces it after CONFLICT_LASTS, and disputes it until then.
    """
    oldest_first = sorted(claims, key=lambda one: one.proven_at)  # stable: of equal ones the first given comes first
    did, against_did = _settle_one(oldest_first, lambda one: one.did, now)
    acct, against_acct = _settle_one(oldest_first, lambda one: one.acct and canonicalize_acct(one.acct), now)
    disputed_by = tuple(one for one in oldest_first if one in against_did or one in against_acct)
    return Standing(
        did=did.did if did else None,
        acct=acct.acct if acct else None,
        disputed_by=disputed_by,
        until=min((one.proven_at + CONFLICT_LASTS for one in disputed_by), default=None),
    )


def _settle_one(
    oldest_first: Sequence[ProvenTarget], target: Callable[[ProvenTarget], Target | None], now: datetime
) -> tuple[ProvenTarget | None, list[ProvenTarget]]:
    """Return the claim whose target is published on one network, and those that dispute it."""
    holder: ProvenTarget | None = None
    disputing: list[ProvenTarget] = []
    for one in oldest_first:
        if target(one) is None or (holder and target(one) == target(holder)):
            continue
        if holder is None or now - one.proven_at >= CONFLICT_LASTS:
            holder, disputing = one, []
        else:
            disputing.append(one)
    return holder, disputing
