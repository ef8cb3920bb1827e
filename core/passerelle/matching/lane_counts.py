"""LanesView: how many followed people are in each lane, on each network and server, and in which groups."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Literal

from passerelle.directory import Kind
from passerelle.identifiers import Network, parse_acct
from passerelle.matching.departed import DepartedView
from passerelle.matching.evidence import PRESELECTED_GRADES, MatchGrade, is_checked
from passerelle.matching.views import AccountView, MatchView
from passerelle.people.graph import FollowGraph, Person
from passerelle.view import View

MAX_SERVERS = 12  # listed by name

# sure: proven, doubly attested, checked, or confirmed by the person. listed: one source names the account. probable:
# guesses, and what a profile on X names unchecked. no_name: only the number is known. watching: all others.
PersonLane = Literal["sure", "listed", "probable", "no_name", "watching"]
Group = Literal["mutuals", "media", "elected", "institutions", "companies"]

SURE_GRADES: frozenset[MatchGrade] = PRESELECTED_GRADES | {"confirmed", "linked"}
GROUP_OF_KIND: Mapping[Kind, Group] = {
    "media": "media",
    "person": "elected",  # people are listed without their own claim only from sources about public office
    "university": "institutions",
    "public-body": "institutions",
    "ngo": "institutions",
    "company": "companies",
}


class ServerCount(View):
    """How many of the people found are on one Mastodon server."""

    server: str
    count: int


class Leaving(View):
    """How many of the people found leave X on one day."""

    date: str
    count: int


class GroupView(View):
    """The people found that belong to a group, mutuals first in the order of the list."""

    group: Group
    rest_ids: list[str]


class LanesView(View):
    """The lanes of the followed people: the five lanes add up to `following`. Store `state`, key `lanes`.

    `bluesky`, `fediverse`, `servers`, `groups`: of the people in the first two lanes. `left`: those of them whose date
    of leaving X has passed; `leaving`: dates to come; `departed`: people of no known account whose name is that of an
    organisation that has left. `followers`: followers, mutuals among them; `followers_found`: of
    them, `mutuals_found` of these are followed too. `new`: people found by a new directory of the last days.
    """

    following: int
    sure: int
    listed: int
    probable: int
    no_name: int
    watching: int
    confirmed: int
    left: int
    leaving: list[Leaving]
    departed: list[DepartedView]
    bluesky: int
    fediverse: int
    servers: list[ServerCount]
    groups: list[GroupView]
    followers: int
    followers_found: int
    mutuals_found: int
    new: int


def count_lanes(
    graph: FollowGraph,
    views: Mapping[str, MatchView],
    guesses: Collection[str],
    kinds: Mapping[str, Kind],
    departed: Sequence[DepartedView],
    today: date,
) -> LanesView:
    """Return the counts. `guesses`: rest_ids of people with a guess; `kinds`: of directory rows, by rest_id."""
    people = [one for one in graph.people.values() if one.following and not graph.is_closed_to(one.rest_id)]
    lanes = {one.rest_id: lane_of_person(one, views.get(one.rest_id), guesses) for one in people}
    counts = Counter(lanes.values())
    found = [views[one.rest_id] for one in people if lanes[one.rest_id] in ("sure", "listed")]
    followers = [
        one
        for one in graph.people.values()
        if one.followed_by and not one.muted and not graph.is_closed_to(one.rest_id)
    ]
    found_followers = [one for one in followers if is_found(views.get(one.rest_id))]
    return LanesView(
        following=len(people),
        sure=counts["sure"],
        listed=counts["listed"],
        probable=counts["probable"],
        no_name=counts["no_name"],
        watching=counts["watching"],
        confirmed=sum(view.grade == "confirmed" for view in found),
        left=sum(_has_left(view, today) for view in found),
        leaving=_count_leaving(found, today),
        departed=list(departed),
        bluesky=sum(any(_on(view, "bluesky")) for view in found),
        fediverse=sum(any(_on(view, "fediverse")) for view in found),
        servers=_count_servers(found),
        groups=list(_groups(found, kinds)),
        followers=len(followers),
        followers_found=len(found_followers),
        mutuals_found=sum(one.following for one in found_followers),
        new=sum(view.new_since is not None for view in found),
    )


def lane_of_person(person: Person, view: MatchView | None, guesses: Collection[str]) -> PersonLane:
    """Return the lane of one followed person."""
    if view and (lane := lane_of_match(view)) != "probable":
        return lane
    if person.rest_id in guesses or (view and open_accounts(view)):
        return "probable"
    return "no_name" if person.name is None else "watching"


def lane_of_match(view: MatchView) -> PersonLane:
    """Return `sure`, `listed`, or `probable` for what is still to be checked; rejected accounts count for nothing."""
    accounts = open_accounts(view)
    if any(one.listed for one in accounts):
        return "sure" if view.grade in SURE_GRADES else "listed"
    return "sure" if any(one.hint and is_checked(one.hint) for one in accounts) else "probable"


def is_found(view: MatchView | None) -> bool:
    """Return whether an account of a person is known, so that no server is asked about them."""
    return view is not None and bool(open_accounts(view)) and lane_of_match(view) != "probable"


def open_accounts(view: MatchView) -> list[AccountView]:
    """Return the accounts that were not rejected and are not known to be gone."""
    return [one for one in view.accounts if not one.rejected and not _is_gone(one)]


def _is_gone(account: AccountView) -> bool:
    check = account.hint.check if account.hint else None
    return not account.listed and check is not None and check.state == "gone"


def _on(view: MatchView, network: Network) -> Iterable[AccountView]:
    return (one for one in open_accounts(view) if one.network == network)


def _has_left(view: MatchView, today: date) -> bool:
    return view.leaving_on is not None and date.fromisoformat(view.leaving_on) <= today


def _count_leaving(found: Iterable[MatchView], today: date) -> list[Leaving]:
    days = Counter(view.leaving_on for view in found if view.leaving_on and not _has_left(view, today))
    return [Leaving(date=day, count=count) for day, count in sorted(days.items())]


def _count_servers(found: Iterable[MatchView]) -> list[ServerCount]:
    hosts = Counter(
        host for view in found for host in {parse_acct(one.address).domain for one in _on(view, "fediverse")}
    )
    ordered = sorted(hosts.items(), key=lambda one: (-one[1], one[0]))
    return [ServerCount(server=host, count=count) for host, count in ordered[:MAX_SERVERS]]


def _groups(found: Iterable[MatchView], kinds: Mapping[str, Kind]) -> Iterable[GroupView]:
    members: dict[Group, list[str]] = {}
    for view in found:
        if view.followed_by:
            members.setdefault("mutuals", []).append(view.rest_id)
        if group := GROUP_OF_KIND.get(kinds.get(view.rest_id, "other")):
            members.setdefault(group, []).append(view.rest_id)
    order: tuple[Group, ...] = ("mutuals", "media", "elected", "institutions", "companies")
    return (GroupView(group=group, rest_ids=members[group]) for group in order if group in members)
