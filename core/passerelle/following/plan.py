"""The Plan: which accounts to follow, as data, from what pages list and what a badge names."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from passerelle.directory import Row
from passerelle.following.decisions import unchecked
from passerelle.following.items import Item
from passerelle.hints.records import ProfileHints
from passerelle.identifiers import Did, Handle, parse_did, parse_handle
from passerelle.matching.evidence import MatchGrade, is_checked, is_did_confirmed
from passerelle.matching.views import AccountView, MatchView
from passerelle.networks.table import NETWORKS


@dataclass(frozen=True, slots=True)
class Planned:
    """One account to follow on Bluesky; `did` is None where the directory knows only the handle.

    Without `is_confirmed` a single source states the did, so the handle is resolved first and must lead to it.
    """

    did: Did | None
    handle: Handle | None
    is_confirmed: bool = True

    @property
    def key(self) -> str:
        """The key of its item in the queue."""
        return self.did or str(self.handle)


@dataclass(frozen=True, slots=True)
class Plan:
    """The accounts that `account` is going to follow, each once, in the order of the list."""

    account: Did
    follows: tuple[Planned, ...]


def make_plan(
    views: Iterable[MatchView], account: Did, following: Collection[Did], rest_ids: Collection[str] | None = None
) -> Plan:
    """Plan to follow the people of `rest_ids`, or every chosen one where that is None.

    Left out: rejected accounts, accounts that only a hint names and that were not chosen, `account` itself, accounts
    that it follows already, and duplicates.
    """
    follows: dict[str, Planned] = {}
    for view in views:
        if rest_ids is not None and view.rest_id not in rest_ids:
            continue
        for found in view.accounts:
            is_wanted = not found.rejected and (found.chosen or (found.listed and rest_ids is not None))
            if NETWORKS[found.network].is_followed_here and is_wanted and found.state != "following":
                planned = _plan_account(found, view.grade)
                if planned.did != account and planned.did not in following:
                    follows.setdefault(planned.key, planned)
    return Plan(account, tuple(follows.values()))


def make_planned(did: str | None, address: str) -> Planned:
    """Return a Bluesky account for the plan: the did where it is known, else the handle."""
    return Planned(parse_did(did) if did else None, None if address == did else parse_handle(address))


def plan_listed(row: Row | None) -> Planned | None:
    """Return the Bluesky account that a row names, if it names one."""
    if row is None or not (row.did or row.handle):
        return None
    return Planned(row.did, row.handle, is_did_confirmed(row.grade, row.did, None) if row.did else True)


def plan_hinted(profile: ProfileHints | None, address: str) -> Planned | None:
    """Return the Bluesky account that a profile names under `address`. Raises ServerRefused: it was not checked yet."""
    for hint in profile.hints if profile else ():
        if NETWORKS[hint.network].is_followed_here and hint.address == address.lower():
            if not is_checked(hint):
                raise unchecked()
            return make_planned(hint.check.did if hint.check else None, hint.address)
    return None


def make_items(plan: Plan, *, urgent: bool = False) -> tuple[Item, ...]:
    """Return the plan's accounts as items for the queue."""
    return tuple(Item(one.key, _target(one), one.handle, urgent=urgent) for one in plan.follows)


def _plan_account(account: AccountView, grade: MatchGrade) -> Planned:
    planned = make_planned(account.did, account.address)
    is_confirmed = account.did is None or is_did_confirmed(grade, account.did, account.hint)
    return replace(planned, is_confirmed=is_confirmed)


def _target(planned: Planned) -> Did | None:
    """Return the did to follow at once; None where the queue resolves the handle first."""
    return planned.did if planned.is_confirmed or planned.handle is None else None
