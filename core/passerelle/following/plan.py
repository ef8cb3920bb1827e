"""Matches, decisions and follows -> page-ready matches, and the Plan: which accounts to follow, as data."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from passerelle.directory import Row
from passerelle.errors import ServerRefused
from passerelle.following.items import Item
from passerelle.following.queue import Queue
from passerelle.following.status import FOLLOW_STATES
from passerelle.hints.records import ProfileHints
from passerelle.identifiers import Did, Handle, Network, parse_did, parse_handle
from passerelle.matching.evidence import Evidence, EvidenceView, MatchGrade, evidence_of, is_checked, is_did_confirmed
from passerelle.matching.listing import Account
from passerelle.matching.match import Match
from passerelle.matching.views import AccountView, MatchesView, MatchView
from passerelle.networks.table import NETWORKS
from passerelle.people.graph import FollowGraph

Decision = Literal["chosen", "unchosen", "rejected"]


@dataclass(frozen=True, slots=True)
class Following:
    """The queue, if there is one, and the dids that the account follows already."""

    queue: Queue | None = None
    dids: frozenset[Did] = frozenset()

    def item(self, did: str | None, address: str) -> Item | None:
        """Return the queue's item for an account: under its did, or under its handle where only that was known."""
        items = self.queue.items if self.queue else {}
        return items.get(did or address) or items.get(address)


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


def decision_keys(rest_id: str, network: Network, address: str, did: str | None) -> list[str]:
    """Return the keys of store `decisions` for an account: by address, and by did in case the handle changes."""
    return [f"{rest_id} {network} {name}" for name in dict.fromkeys((address.lower(), did)) if name]


def make_match_view(match: Match, decisions: Mapping[str, Decision], following: Following) -> MatchView:
    """Return a match as pages show it, with the person's decisions and the state of following."""
    accounts = [_account_view(match, account, decisions, following) for account in match.accounts]
    person, row, profile = match.person, match.row, match.profile
    names = (person.name, row, profile)
    hinted = (one for account in match.accounts if account.hint for one in evidence_of(account.hint))
    return MatchView(
        rest_id=person.rest_id,
        row_id=row.row_id if row else None,
        screen_name=next((name.screen_name for name in names if name and name.screen_name), None),
        display_name=next((name.display_name for name in names if name and name.display_name), None),
        following=person.following,
        followed_by=person.followed_by,
        grade=match.grade,
        preselected=match.preselected,
        leaving_on=row.leaving_on.isoformat() if row and row.leaving_on else None,
        accounts=accounts,
        evidence=list(dict.fromkeys((*map(_evidence_view, match.evidence), *hinted))),
    )


def decide(view: MatchView, decisions: Mapping[str, Decision]) -> MatchView:
    """Return the view after `decisions`: a rejection beats everything, a choice beats preselection."""
    accounts = [
        account.model_copy(update=_decided(view.rest_id, view.preselected, account, decisions))
        for account in view.accounts
    ]
    return view.model_copy(update={"accounts": accounts})


def may_choose(account: AccountView) -> bool:
    """Return whether the person may choose an account: one that only a profile names must have been checked."""
    return account.listed or (account.hint is not None and is_checked(account.hint))


def unchecked() -> ServerRefused:
    """Return the error for an account that only a profile names and that was not checked yet."""
    return ServerRefused("Have this account checked before you choose it.", code="hint_unchecked")


def mark_following(view: MatchView, following: Following) -> MatchView:
    """Return the view with the current state of following; the same object where nothing changed."""
    accounts = [
        account.model_copy(update=_progress(account.did, account.address, following))
        if NETWORKS[account.network].is_followed_here
        else account
        for account in view.accounts
    ]
    return view if accounts == view.accounts else view.model_copy(update={"accounts": accounts})


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
        hinted=sum(view.following and view.row_id is None and _has_hope(view) for view in views),
        preselected=sum(view.preselected for view in found),
    )


def _plan_account(account: AccountView, grade: MatchGrade) -> Planned:
    planned = make_planned(account.did, account.address)
    is_confirmed = account.did is None or is_did_confirmed(grade, account.did, account.hint)
    return replace(planned, is_confirmed=is_confirmed)


def _target(planned: Planned) -> Did | None:
    """Return the did to follow at once; None where the queue resolves the handle first."""
    return planned.did if planned.is_confirmed or planned.handle is None else None


def _is_on(view: MatchView, network: Network) -> bool:
    return any(account.network == network and account.listed for account in view.accounts)


def _has_hope(view: MatchView) -> bool:
    checks = (account.hint.check if account.hint else None for account in view.accounts)
    return not all(check and check.state == "gone" for check in checks)


def _account_view(
    match: Match, account: Account, decisions: Mapping[str, Decision], following: Following
) -> AccountView:
    view = AccountView(
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
    update = _decided(match.person.rest_id, match.preselected, view, decisions)
    if NETWORKS[account.network].is_followed_here:
        update |= _progress(account.did, account.address, following)
    return view.model_copy(update=update)


def _decided(
    rest_id: str, preselected: bool, account: AccountView, decisions: Mapping[str, Decision]
) -> dict[str, object]:
    keys = decision_keys(rest_id, account.network, account.address, account.did)
    made = {decisions[key] for key in keys if key in decisions}
    is_rejected = "rejected" in made
    if account.listed:
        is_chosen = "chosen" in made or (preselected and "unchosen" not in made)
    else:  # the account that had the handle when it was chosen, not one that has it now
        is_chosen = decisions.get(keys[-1]) == "chosen" and may_choose(account)
    return {"rejected": is_rejected, "chosen": is_chosen and not is_rejected}


def _progress(did: str | None, address: str, following: Following) -> dict[str, object]:
    item = following.item(did, address)
    if did in following.dids or (item and item.target in following.dids):
        return {"state": "following", "error": None}
    if item is None:
        return {"state": "none", "error": None}
    return {"state": FOLLOW_STATES[item.state], "error": item.error}


def _evidence_view(evidence: Evidence) -> EvidenceView:
    day = evidence.date.isoformat() if evidence.date else None
    return EvidenceView(code=evidence.code, detail=evidence.detail, url=evidence.url, date=day)
