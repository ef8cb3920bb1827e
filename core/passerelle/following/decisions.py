"""What the person decided about accounts. Store `decisions`: a key for each name of an account -> Decision."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Set
from typing import Literal

from passerelle.errors import ServerRefused
from passerelle.identifiers import Network
from passerelle.matching.evidence import is_checked
from passerelle.matching.views import AccountView, MatchView
from passerelle.networks.bridge import is_bridge
from passerelle.networks.table import NETWORKS

Decision = Literal["chosen", "unchosen", "rejected"]


def decision_keys(rest_id: str, network: Network, address: str, did: str | None) -> list[str]:
    """Return the keys of store `decisions` for an account: by address, and by did in case the handle changes."""
    return [f"{rest_id} {network} {name}" for name in dict.fromkeys((address.lower(), did)) if name]


def decide(view: MatchView, decisions: Mapping[str, Decision], preferred: Network | None = None) -> MatchView:
    """Return the view after `decisions`: a rejection beats everything, a choice beats preselection.

    `preferred`: of a preselected person who is on several networks, only the account there is chosen (None: all).
    """
    made = [_made(view.rest_id, account, decisions) for account in view.accounts]
    pairs = list(zip(view.accounts, made, strict=True))
    is_there = any(one.network == preferred and one.listed and "rejected" not in about for one, about in pairs)
    accounts = []
    for account, about in pairs:
        is_default = view.preselected and (not is_there or account.network == preferred) and not is_twin(account, view)
        is_chosen = _is_chosen(view.rest_id, account, about, decisions, is_default=is_default)
        update = {"rejected": "rejected" in about, "chosen": is_chosen and "rejected" not in about}
        accounts.append(account.model_copy(update=update))
    return view.model_copy(update={"accounts": accounts})


def _made(rest_id: str, account: AccountView, decisions: Mapping[str, Decision]) -> Set[Decision]:
    keys = decision_keys(rest_id, account.network, account.address, account.did)
    return {decisions[key] for key in keys if key in decisions}


def _is_chosen(
    rest_id: str, account: AccountView, made: Set[Decision], decisions: Mapping[str, Decision], *, is_default: bool
) -> bool:
    if account.listed:
        return "chosen" in made or (is_default and "unchosen" not in made)
    # Of the account that had the handle when it was chosen, not of one that has it now.
    last = decision_keys(rest_id, account.network, account.address, account.did)[-1]
    return decisions.get(last) == "chosen" and may_choose(account)


def is_twin(account: AccountView, view: MatchView, networks: Collection[Network] = NETWORKS) -> bool:
    """Return whether an account is a bridge's copy of a person who has an account of their own on one of `networks`."""
    own = (one for one in view.accounts if one.listed and not one.rejected and not is_bridge(one.address))
    return is_bridge(account.address) and any(one.network in networks for one in own)


def decided_together(
    view: MatchView, decision: Literal["chosen", "unchosen"], preferred: Network | None = None
) -> list[AccountView]:
    """Return the accounts of a person that change when many people are ticked or unticked at once.

    Ticked are the accounts that would be chosen in advance if the person were sure: on `preferred` where they are on
    several networks, no bridge's copies. People muted on X are ticked one by one.
    """
    if decision == "unchosen":
        return [account for account in view.accounts if account.chosen]
    if any(evidence.code == "muted_on_x" for evidence in view.evidence):
        return []
    free = [one for one in view.accounts if may_choose(one) and not one.rejected and not is_twin(one, view)]
    there = [one for one in free if one.network == preferred]
    return [account for account in there or free if not account.chosen]


def may_choose(account: AccountView) -> bool:
    """Return whether the person may choose an account: one that only a profile names must have been checked."""
    return account.listed or (account.hint is not None and is_checked(account.hint))


def unchecked() -> ServerRefused:
    """Return the error for an account that only a profile names and that was not checked yet."""
    return ServerRefused("Have this account checked before you choose it.", code="hint_unchecked")
