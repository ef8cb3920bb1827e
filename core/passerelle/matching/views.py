"""Matches as pages show them. Store `matches`, key rest_id; the counts in store `state`, key matches."""

from __future__ import annotations

from typing import Literal

from passerelle.hints.records import HintView
from passerelle.identifiers import Network
from passerelle.matching.evidence import EvidenceView, MatchGrade
from passerelle.view import ErrorView, View

# How far following an account is (`following/status.py` derives it): a field of what pages show, so it stands here.
FollowState = Literal["none", "waiting", "asked", "following", "requested", "failed", "leaving"]

# Why a person is never proposed.
ExclusionReason = Literal["own_account", "blocked_on_x"]


class AccountView(View):
    """One account that a match proposes. `address` is a handle or an acct, `did` where it is pinned or was checked.

    `listed`: a row of the directory names it; `hint`: their own profile on X does. One of the two at least.
    """

    network: Network
    address: str
    did: str | None
    url: str
    chosen: bool
    rejected: bool
    state: FollowState
    error: ErrorView | None
    listed: bool
    hint: HintView | None

    @property
    def key(self) -> str:
        """The key of the account in a queue: its did, or its address as addresses are compared."""
        return self.did or self.address.lower()


class MatchView(View):
    """One row of the list: a person of the archive and where they are. Key: rest_id. Without `row_id`: hints only.

    `new_since` (ISO 8601): when a new directory first had the person; None again after NEW_FOR (`newcomers.py`).
    """

    rest_id: str
    row_id: str | None
    screen_name: str | None
    display_name: str | None
    following: bool
    followed_by: bool
    grade: MatchGrade
    preselected: bool
    leaving_on: str | None
    accounts: list[AccountView]
    evidence: list[EvidenceView]
    new_since: str | None


class ExcludedAccountView(View):
    """One account of a person who is not proposed."""

    network: Network
    address: str
    url: str


class ExcludedView(View):
    """A person of the graph who has a row of the directory and is never proposed, and why."""

    rest_id: str
    screen_name: str | None
    display_name: str | None
    reason: ExclusionReason
    accounts: list[ExcludedAccountView]


class ExcludedPeopleView(View):
    """The people who are never proposed. Store `state`, key excluded."""

    people: list[ExcludedView]


class MatchesView(View):
    """The counts above the list. `found` counts followed people with a row of the directory, on any network.

    `hinted` counts followed people whose own profile alone names an account.
    """

    following: int
    named: int
    found: int
    found_bluesky: int
    found_fediverse: int
    found_followers: int
    hinted: int
    preselected: int
