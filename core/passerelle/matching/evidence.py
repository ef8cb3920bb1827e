"""Reasons to believe that an account is the person's, and what a hint alone is worth."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from passerelle.hints.records import Confidence, HintView
from passerelle.view import View

# A match without a row has one of the last two: their profile on X names the account, and (linked) that names them.
MatchGrade = Literal["proven", "attested", "imported", "claimed", "linked", "hinted"]
# One word per reason to believe; the sentence for it is in the message catalogues.
EvidenceCode = Literal[
    "same_rest_id",  # the directory row carries the id this person follows
    "same_name",  # ... or the name that the archive gives to that id
    "old_name",  # the archive's name for the id is older than a year
    "source",  # who says so (`detail`: name of the source, `url` where known)
    "name_contradicts",  # id and name of the row disagree with what was seen: demoted
    "says_so",  # their profile on X names the account (`detail`: name, bio, location or url)
    "guessed",  # ... by a bare name, which was completed: a doubt
    "account_found",  # the account was there when the person had it checked
    "links_back",  # ... and names their X account in turn
    "account_gone",  # there was no such account: a doubt
]

# What `evidence_of` returns.
HINT_EVIDENCE: frozenset[EvidenceCode] = frozenset(
    {"says_so", "guessed", "account_found", "links_back", "account_gone"}
)
_LEAST_SURE: Confidence = "inferred"


class EvidenceView(View):
    """One reason to believe an account is the person's."""

    code: EvidenceCode
    detail: str | None
    url: str | None
    date: str | None


def is_checked(hint: HintView) -> bool:
    """Say whether a hint may be chosen and followed: it was found there; a guess must be borne out by that account.

    A guessed name that merely exists proves nothing: most names do.
    """
    check = hint.check
    if check is None or check.state == "gone" or (hint.network == "bluesky" and check.did is None):
        return False
    return check.state == "linked" or hint.confidence != _LEAST_SURE


def grade_of(*hints: HintView | None) -> MatchGrade:
    """Give the grade of what hints alone say: `linked` where one of the accounts names the X account in turn."""
    is_linked = any(hint and hint.check and hint.check.state == "linked" for hint in hints)
    return "linked" if is_linked else "hinted"


def evidence_of(hint: HintView) -> Iterator[EvidenceView]:
    """Give what speaks for an account that a hint names, and against it."""
    yield EvidenceView(code="says_so", detail=hint.where, url=None, date=hint.seen[:10])
    if hint.confidence == _LEAST_SURE:
        yield EvidenceView(code="guessed", detail=None, url=None, date=None)
    if hint.check:
        day = hint.check.at[:10]
        is_gone = hint.check.state == "gone"
        yield EvidenceView(code="account_gone" if is_gone else "account_found", detail=None, url=hint.url, date=day)
        if hint.check.state == "linked":
            yield EvidenceView(code="links_back", detail=None, url=hint.url, date=day)
