"""What the person decided about accounts. Store `decisions`: a key for each name of an account -> Decision."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from passerelle.errors import ServerRefused
from passerelle.identifiers import Network
from passerelle.matching.evidence import is_checked
from passerelle.matching.views import AccountView, MatchView

Decision = Literal["chosen", "unchosen", "rejected"]


def decision_keys(rest_id: str, network: Network, address: str, did: str | None) -> list[str]:
    """Return the keys of store `decisions` for an account: by address, and by did in case the handle changes."""
    return [f"{rest_id} {network} {name}" for name in dict.fromkeys((address.lower(), did)) if name]


def decide(view: MatchView, decisions: Mapping[str, Decision]) -> MatchView:
    """Return the view after `decisions`: a rejection beats everything, a choice beats preselection."""
    accounts = [
        account.model_copy(update=decision_fields(view.rest_id, view.preselected, account, decisions))
        for account in view.accounts
    ]
    return view.model_copy(update={"accounts": accounts})


def decision_fields(
    rest_id: str, preselected: bool, account: AccountView, decisions: Mapping[str, Decision]
) -> dict[str, object]:
    """Return the fields of an account's view that decisions set."""
    keys = decision_keys(rest_id, account.network, account.address, account.did)
    made = {decisions[key] for key in keys if key in decisions}
    is_rejected = "rejected" in made
    if account.listed:
        is_chosen = "chosen" in made or (preselected and "unchosen" not in made)
    else:  # the account that had the handle when it was chosen, not one that has it now
        is_chosen = decisions.get(keys[-1]) == "chosen" and may_choose(account)
    return {"rejected": is_rejected, "chosen": is_chosen and not is_rejected}


def may_choose(account: AccountView) -> bool:
    """Return whether the person may choose an account: one that only a profile names must have been checked."""
    return account.listed or (account.hint is not None and is_checked(account.hint))


def unchecked() -> ServerRefused:
    """Return the error for an account that only a profile names and that was not checked yet."""
    return ServerRefused("Have this account checked before you choose it.", code="hint_unchecked")
