"""The standing approval: which people who are new in the directory are followed without a question about each."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from passerelle.following.decisions import Decision
from passerelle.matching.lane_counts import lane_of_match
from passerelle.matching.views import MatchView


def find_approved(
    views: Iterable[MatchView], since: datetime, decisions: Mapping[str, Decision], undone: Collection[str]
) -> list[MatchView]:
    """Return the people who are surely known and new since the approval was given; a plan takes only who is ticked.

    Left out: people with an account that was rejected or unticked before, and people with an account in `undone` (dids
    and addresses that were unfollowed).
    """
    refused = {key.partition(" ")[0] for key, decision in decisions.items() if decision != "chosen"}
    return [
        view
        for view in views
        if _is_new_since(view, since)
        and lane_of_match(view) == "sure"
        and view.rest_id not in refused
        and not any(name in undone for account in view.accounts for name in (account.did, account.address))
    ]


def _is_new_since(view: MatchView, since: datetime) -> bool:
    return view.new_since is not None and datetime.fromisoformat(view.new_since) >= since
