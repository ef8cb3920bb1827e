"""GrowthView: where the followed people were found, counted once a day, and the line of a chart through the days."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from datetime import date
from typing import Literal

from passerelle.chart import draw_line
from passerelle.identifiers import Network
from passerelle.matching.lane_counts import is_found, open_accounts
from passerelle.matching.views import MatchView
from passerelle.people.graph import FollowGraph
from passerelle.view import View

MAX_DAYS = 366  # kept; the earliest are dropped

# left: of an organisation that has left X, without a known account. not_found: all others without a known account.
Place = Literal["bluesky", "both", "fediverse", "left", "not_found"]
PLACES: Mapping[frozenset[Network], Place] = {
    frozenset({"bluesky"}): "bluesky",
    frozenset({"fediverse"}): "fediverse",
    frozenset({"bluesky", "fediverse"}): "both",
}


class DayCounts(View):
    """Where the followed people were on one day (ISO 8601, UTC). Each is counted in one place, so they add up to all.

    `bluesky` and `fediverse` are people on that network alone; `found` is the sum of `bluesky`, `both` and `fediverse`.
    """

    day: str
    bluesky: int
    both: int
    fediverse: int
    left: int
    not_found: int
    found: int


class GrowthView(View):
    """The counts of each day on which people were counted, the newest last. Store `state`, key `growth`.

    `owner` is the X account whose people were counted. `line` is the SVG path through `found`, empty for one day.
    """

    owner: str | None
    days: list[DayCounts]
    line: str


def count_places(
    graph: FollowGraph, views: Mapping[str, MatchView], departed: Collection[str], today: date
) -> DayCounts:
    """Return where the followed people are. `departed`: rest_ids of organisations that have left X."""
    people = [one.rest_id for one in graph.people.values() if one.following and not graph.is_closed_to(one.rest_id)]
    counts = Counter(_place_of(views.get(rest_id), has_left=rest_id in departed) for rest_id in people)
    return DayCounts(
        day=today.isoformat(),
        bluesky=counts["bluesky"],
        both=counts["both"],
        fediverse=counts["fediverse"],
        left=counts["left"],
        not_found=counts["not_found"],
        found=sum(counts[place] for place in PLACES.values()),
    )


def add_day(before: GrowthView | None, owner: str | None, counts: DayCounts) -> GrowthView:
    """Return the growth with the counts of one day, which replace earlier ones of that day.

    Days of another owner are dropped, and days after this one: a clock that was wrong wrote those.
    """
    days = before.days if before and before.owner == owner else []
    days = [*(one for one in days if one.day < counts.day), counts][-MAX_DAYS:]
    line = draw_line([(date.fromisoformat(one.day), one.found) for one in days])
    return GrowthView(owner=owner, days=days, line=line)


def _place_of(view: MatchView | None, *, has_left: bool) -> Place:
    if view and is_found(view):
        return PLACES[frozenset(account.network for account in open_accounts(view))]
    return "left" if has_left else "not_found"
