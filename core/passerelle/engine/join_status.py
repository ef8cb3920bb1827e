"""The registrar's answer about the own claim -> what the page shows of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from passerelle.claims.grades import ENOUGH_READINGS
from passerelle.claims.models import Claim, ProofState, Side
from passerelle.claims.registrar import ClaimAnswer, ProofAnswer, public_page_url
from passerelle.engine.join_views import DomainFileState, JoinStatus, JoinView, SideView, TargetSide

# Which readings are about a side of a claim: of X's, those that show the name alone come last.
SIDES: Mapping[TargetSide, tuple[Side, ...]] = {
    "x": ("x", "x_name"),
    "bluesky": ("bluesky",),
    "fediverse": ("fediverse",),
}
BEST_FIRST: tuple[ProofState, ...] = ("holds", "contradicts", "gone", "unknown")
NAME_ONLY = "name_only"
# Nothing more happens to such a claim.
FINAL: frozenset[JoinStatus] = frozenset({"withdrawn", "carried_out", "lost"})


def with_answer(view: JoinView, answer: ClaimAnswer, now: datetime, directory: str, *, is_listed: bool) -> JoinView:
    """Return the view after an answer of the registrar; `directory` is the origin of the directory that it feeds."""
    sides = tuple(_side(side, answer.proofs) for side in _sides_of(answer.claim()))
    fields: dict[str, Any] = {
        "status": _status(answer, sides),
        "handle": answer.handle,
        "leaving_on": answer.leaving_on.isoformat() if answer.leaving_on else None,
        "wants_page": answer.public_page is not None,
        "public_page": public_page_url(directory, answer.claim_id) if answer.public_page else None,
        "sides": sides,
        "domain_file": _domain_file(answer.proofs),
        "grade": answer.grade,
        "is_listed": is_listed,
        "disputed_until": _text(answer.disputed_until),
        "checked_at": _text(answer.checked_at),
        "next_at": _text(answer.next_at),
        "refreshed_at": now.isoformat(),
        "error": None,
    }
    return view.model_copy(update=fields)


def _sides_of(claim: Claim) -> Iterable[TargetSide]:
    named: Mapping[TargetSide, object] = {"x": claim.rest_id, "bluesky": claim.did, "fediverse": claim.acct}
    return (side for side, account in named.items() if account is not None)


def _side(side: TargetSide, proofs: Iterable[ProofAnswer]) -> SideView:
    """Return what the best proof of a side says; X's oEmbed shows the name of a post's author, never the id."""
    sides = SIDES[side]
    about = [one for one in proofs if one.side in sides]
    if not about:
        return SideView(side=side, state="missing")
    best = min(about, key=lambda one: (BEST_FIRST.index(one.state), sides.index(one.side)))
    is_name_only = best.side == "x_name" and best.state == "holds"
    return SideView(
        side=side,
        state="unknown" if is_name_only else best.state,
        kind=best.kind,
        url=best.url or None,
        reason=NAME_ONLY if is_name_only else best.reason,
        gone_at=_text(best.gone_at),
    )


def _domain_file(proofs: Iterable[ProofAnswer]) -> DomainFileState | None:
    """Return the best that a domain's file says, of those that were read."""
    about = [one for one in proofs if one.kind == "domain"]
    best = min(about, key=lambda one: BEST_FIRST.index(one.state), default=None)
    return DomainFileState(state=best.state, reason=best.reason) if best else None


def _status(answer: ClaimAnswer, sides: Iterable[SideView]) -> JoinStatus:
    if answer.disputed_until:
        return "disputed"
    if answer.grade:
        return _published_status(answer, sides)
    if answer.checked_at is None:
        return "made"
    return "waiting" if any(one.state == "unknown" for one in sides) else "unproven"


def _published_status(answer: ClaimAnswer, sides: Iterable[SideView]) -> JoinStatus:
    if answer.readings < ENOUGH_READINGS:
        return "checked"
    is_gone = any(one.side == "x" and one.gone_at for one in sides)
    return "x_gone" if answer.grade == "proven" and is_gone else answer.grade or "unproven"


def _text(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
