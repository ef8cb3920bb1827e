"""People who are in a new directory and were not in the one before."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from passerelle.matching.lane_counts import is_found
from passerelle.matching.views import MatchView

NEW_FOR = timedelta(days=14)  # by hand: long enough for a person who opens Passerelle once a week


def keep_new(view: MatchView, before: MatchView | None, now: datetime) -> MatchView:
    """Return the view with the mark that it had before, unless that is older than NEW_FOR or from a wrong clock."""
    since = before.new_since if before else None
    is_current = since is not None and timedelta() <= now - datetime.fromisoformat(since) <= NEW_FOR
    return view.model_copy(update={"new_since": since if is_current else None})


def mark_new(views: Mapping[str, MatchView], before: Mapping[str, MatchView], now: datetime) -> dict[str, MatchView]:
    """Return the views; followed people who are found now and were not `before` are new since `now`."""
    new = {"new_since": now.isoformat()}
    return {
        rest_id: view.model_copy(update=new) if _is_new(view, before.get(rest_id)) else view
        for rest_id, view in views.items()
    }


def _is_new(view: MatchView, before: MatchView | None) -> bool:
    return view.following and is_found(view) and not is_found(before)
