"""Reasons to believe that an account is the person's, and what a grade or a hint alone permits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from passerelle.directory import Row
from passerelle.hints.profiles import BRIDGED, CONFIRMED
from passerelle.hints.records import Confidence, HintView, Where
from passerelle.networks.table import NETWORKS
from passerelle.view import View

# A match without a row has one of the last three: the person confirmed the account, or their profile on X names it,
# and (linked) the account names them.
MatchGrade = Literal["proven", "attested", "imported", "claimed", "confirmed", "linked", "hinted"]
# One word per reason to believe; the sentence for it is in the message catalogues.
EvidenceCode = Literal[
    "same_rest_id",  # the directory row carries the id this person follows
    "same_name",  # ... or the name that the archive gives to that id
    "old_name",  # the archive's name for the id is older than a year
    "source",  # a source states it (`detail`: its name, `url` where known)
    "name_contradicts",  # id and name of the row disagree with what was seen: demoted
    "muted_on_x",  # the owner has muted the person on X: never ticked in advance
    "target_contradicts",  # the row's handle was checked and belongs to another did (`detail`: the handle): demoted
    "says_so",  # their X profile names the account (`detail`: name, bio, location or url)
    "guessed",  # ... by a bare name, which was completed: a doubt
    "account_found",  # the account was there when the person had it checked
    "links_back",  # ... and names their X account in turn
    "account_gone",  # there was no such account: a doubt
    "confirmed",  # the person compared both profiles and said yes
    "bridged",  # a bridge shows the account that the row names there
]

# Two independent families of sources agree, or it is proven: such matches may be chosen in advance.
PRESELECTED_GRADES: frozenset[MatchGrade] = frozenset({"proven", "attested"})
# Doubts that take a row's grade away: it contradicts what this machine has seen.
DEMOTING: frozenset[EvidenceCode] = frozenset({"name_contradicts", "target_contradicts"})
# What `evidence_of` returns.
HINT_EVIDENCE: frozenset[EvidenceCode] = frozenset(
    {"says_so", "guessed", "account_found", "links_back", "account_gone", "confirmed", "bridged"}
)
# Accounts that no profile on X names.
_WITHOUT_PROFILE: Mapping[Where, EvidenceCode] = {CONFIRMED: "confirmed", BRIDGED: "bridged"}
_LEAST_SURE: Confidence = "inferred"


@dataclass(frozen=True, slots=True)
class Evidence:
    """One reason to believe a match, or to doubt it (`old_name`, and the codes of DEMOTING)."""

    code: EvidenceCode
    detail: str | None = None
    url: str | None = None
    date: date | None = None


class EvidenceView(View):
    """One reason to believe an account is the person's."""

    code: EvidenceCode
    detail: str | None
    url: str | None
    date: str | None


def is_did_confirmed(grade: MatchGrade, did: str, hint: HintView | None) -> bool:
    """Return whether a row's did may be followed as it is: independent sources state it, or it was checked.

    Otherwise a single source states it, so its handle is resolved first and must lead to the same did.
    """
    check = hint.check if hint else None
    return grade in PRESELECTED_GRADES or (check is not None and check.did == did)


def find_mover(row: Row, hints: Iterable[HintView]) -> HintView | None:
    """Return the hint whose check shows that the row's handle belongs to another did than the row's; else None."""
    for hint in hints:
        other = hint.check.did if hint.check else None
        if other and row.did and row.handle == hint.address and other != row.did:
            return hint
    return None


def is_checked(hint: HintView) -> bool:
    """Return whether a hint may be chosen and followed: the account exists, and confirms the hint where it is a guess.

    A guessed name that merely exists proves nothing: most names do.
    """
    check = hint.check
    if check is None or check.state == "gone" or (NETWORKS[hint.network].has_did and check.did is None):
        return False
    return check.state == "linked" or hint.confidence != _LEAST_SURE


def grade_of(*hints: HintView | None) -> MatchGrade:
    """Return the grade of hints alone: `linked` where one of the accounts links back to the X account."""
    if any(hint and hint.check and hint.check.state == "linked" for hint in hints):
        return "linked"
    return "confirmed" if any(hint and hint.where == CONFIRMED for hint in hints) else "hinted"


def evidence_of(hint: HintView) -> Iterator[EvidenceView]:
    """Yield the evidence for and against an account that a hint names."""
    if hint.where in _WITHOUT_PROFILE:
        yield EvidenceView(code=_WITHOUT_PROFILE[hint.where], detail=None, url=hint.url, date=hint.seen[:10])
        return
    yield EvidenceView(code="says_so", detail=hint.where, url=None, date=hint.seen[:10])
    if hint.confidence == _LEAST_SURE:
        yield EvidenceView(code="guessed", detail=None, url=None, date=None)
    if hint.check:
        day = hint.check.at[:10]
        is_gone = hint.check.state == "gone"
        yield EvidenceView(code="account_gone" if is_gone else "account_found", detail=None, url=hint.url, date=day)
        if hint.check.state == "linked":
            yield EvidenceView(code="links_back", detail=None, url=hint.url, date=day)
