"""Matches as pages list them, with decisions and the state of following, and the counts above the list."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Literal

from passerelle.following.decisions import Decision, decide
from passerelle.following.marks import Following, mark_following
from passerelle.identifiers import Network
from passerelle.matching.evidence import Evidence, EvidenceView, evidence_of
from passerelle.matching.listing import Account
from passerelle.matching.match import Match
from passerelle.matching.views import AccountView, ExcludedAccountView, ExcludedView, MatchesView, MatchView
from passerelle.people.graph import FollowGraph


def make_match_view(
    match: Match, decisions: Mapping[str, Decision], following: Following, preferred: Network | None = None
) -> MatchView:
    """Return a match as pages show it, with the person's decisions and the state of following."""
    accounts = [_account_view(account) for account in match.accounts]
    person, row = match.person, match.row
    hinted = (one for account in match.accounts if account.hint for one in evidence_of(account.hint))
    view = MatchView(
        rest_id=person.rest_id,
        row_id=row.row_id if row else None,
        screen_name=_first("screen_name", match),
        display_name=_first("display_name", match),
        following=person.following,
        followed_by=person.followed_by,
        grade=match.grade,
        preselected=match.preselected,
        leaving_on=row.leaving_on.isoformat() if row and row.leaving_on else None,
        accounts=accounts,
        new_since=None,
        evidence=list(dict.fromkeys((*map(_evidence_view, match.evidence), *hinted))),
    )
    return mark_following(decide(view, decisions, preferred), following)


def make_excluded_view(match: Match, graph: FollowGraph) -> ExcludedView:
    """Return a person who is never proposed as pages show them."""
    accounts = [ExcludedAccountView(network=one.network, address=one.address, url=one.url) for one in match.accounts]
    return ExcludedView(
        rest_id=match.person.rest_id,
        screen_name=_first("screen_name", match),
        display_name=_first("display_name", match),
        reason="own_account" if match.person.rest_id == graph.owner.rest_id else "blocked_on_x",
        accounts=accounts,
    )


def count_matches(graph: FollowGraph, views: Collection[MatchView]) -> MatchesView:
    """Return the counts above the list; all but `found_followers` count followed people.

    People without a row are counted apart, and only while one of the accounts their profile names is not gone.
    """
    followed = [person for person in graph.people.values() if person.following]
    listed = [view for view in views if view.row_id is not None]
    found = [view for view in listed if view.following]
    return MatchesView(
        following=len(followed),
        named=sum(person.name is not None for person in followed),
        found=len(found),
        found_bluesky=sum(_is_on(view, "bluesky") for view in found),
        found_fediverse=sum(_is_on(view, "fediverse") for view in found),
        found_followers=sum(view.followed_by for view in listed),
        hinted=sum(_is_hinted(view) for view in views),
        preselected=sum(view.preselected for view in found),
    )


def _first(field: Literal["screen_name", "display_name"], match: Match) -> str | None:
    """Return the first name that is known: the graph's, the row's, the profile's."""
    names = (getattr(one, field) for one in (match.person.name, match.row, match.profile) if one)
    return next(filter(None, names), None)


def _account_view(account: Account) -> AccountView:
    return AccountView(
        network=account.network,
        address=account.address,
        did=account.did,
        url=account.url,
        chosen=False,
        rejected=False,
        state="none",
        error=None,
        listed=account.listed,
        hint=account.hint,
    )


def _is_on(view: MatchView, network: Network) -> bool:
    return any(account.network == network and account.listed for account in view.accounts)


def _is_hinted(view: MatchView) -> bool:
    """Return whether only the profile on X names accounts of a followed person, one of which may be there."""
    return view.following and view.row_id is None and view.grade != "confirmed" and _has_hope(view)


def _has_hope(view: MatchView) -> bool:
    checks = (account.hint.check if account.hint else None for account in view.accounts)
    return not all(check and check.state == "gone" for check in checks)


def _evidence_view(evidence: Evidence) -> EvidenceView:
    day = evidence.date.isoformat() if evidence.date else None
    return EvidenceView(code=evidence.code, detail=evidence.detail, url=evidence.url, date=day)
