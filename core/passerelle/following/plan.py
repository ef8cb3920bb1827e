"""The Plan: which accounts to follow, as data, from what pages list and what a badge names."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from passerelle.directory import Row
from passerelle.following.decisions import is_twin, unchecked
from passerelle.following.items import Item
from passerelle.hints.records import ProfileHints
from passerelle.identifiers import AccountId, Did, Network, network_of, parse_did
from passerelle.matching.evidence import MatchGrade, is_checked, is_did_confirmed
from passerelle.matching.listing import list_accounts
from passerelle.matching.views import AccountView, MatchView


@dataclass(frozen=True, slots=True)
class Planned:
    """One account to follow. `address`: its handle or acct, `did` where one is known; one of the two at least.

    Without `is_confirmed` a single source states the did, so the handle is resolved first and must lead to it.
    """

    did: Did | None
    address: str | None
    is_confirmed: bool = True

    @property
    def key(self) -> str:
        """The key of its item in the queue."""
        return self.did or str(self.address).lower()


@dataclass(frozen=True, slots=True)
class Plan:
    """The accounts that `account` is going to follow, each once, in the order of the list."""

    account: AccountId
    follows: tuple[Planned, ...]


def make_plan(
    views: Iterable[MatchView],
    account: AccountId,
    following: Collection[str],
    rest_ids: Collection[str] | None = None,
    networks: Collection[Network] = (),
) -> Plan:
    """Plan to follow, on the network of `account`, the people of `rest_ids`, or every chosen one where that is None.

    `following`: dids or canonical accts that it follows already. Left out: those, rejected accounts, accounts that
    only a hint names and that were not chosen, `account` itself, duplicates, and a bridge's copies of people who have
    an account of their own on this network or on another one of `networks`, on which they are followed meanwhile.
    """
    network = network_of(account)
    in_use = {network, *networks}
    follows: dict[str, Planned] = {}
    for view in views:
        if rest_ids is not None and view.rest_id not in rest_ids:
            continue
        for found in view.accounts:
            is_wanted = not found.rejected and (found.chosen or (found.listed and rest_ids is not None))
            is_wanted = is_wanted and not is_twin(found, view, in_use)
            if found.network == network and is_wanted and found.state != "following":
                planned = _plan_account(found, view.grade)
                if planned.key != account and planned.key not in following:
                    follows.setdefault(planned.key, planned)
    return Plan(account, tuple(follows.values()))


def make_planned(did: str | None, address: str) -> Planned:
    """Return an account for the plan: by its did where that is known, else by its address."""
    return Planned(parse_did(did) if did else None, None if address == did else address)


def plan_listed(row: Row | None, network: Network) -> Planned | None:
    """Return the account that a row names on a network, if it names one."""
    for account in list_accounts(row) if row else ():
        if row and account.network == network:
            is_confirmed = is_did_confirmed(row.grade, account.did, None) if account.did else True
            return replace(make_planned(account.did, account.address), is_confirmed=is_confirmed)
    return None


def plan_hinted(profile: ProfileHints | None, address: str, network: Network) -> Planned | None:
    """Return the account that a profile names under `address`. Raises ServerRefused: it was not checked yet."""
    for hint in profile.hints if profile else ():
        if hint.network == network and hint.address == address.lower():
            if not is_checked(hint):
                raise unchecked()
            return make_planned(hint.check.did if hint.check else None, hint.address)
    return None


def make_items(plan: Plan, *, urgent: bool = False) -> tuple[Item, ...]:
    """Return the plan's accounts as items for the queue."""
    return tuple(Item(one.key, _target(one), one.address, urgent=urgent) for one in plan.follows)


def _plan_account(account: AccountView, grade: MatchGrade) -> Planned:
    planned = make_planned(account.did, account.address)
    is_confirmed = account.did is None or is_did_confirmed(grade, account.did, account.hint)
    return replace(planned, is_confirmed=is_confirmed)


def _target(planned: Planned) -> Did | None:
    """Return the did to follow at once; None where the queue resolves the handle first."""
    return planned.did if planned.is_confirmed or planned.address is None else None
