"""Whose exports these are: those of one account stay together, those of different accounts are never mixed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from passerelle.archive.drafts import Draft
from passerelle.archive.records import Owner
from passerelle.errors import UnreadableArchive


def choose_account(drafts: Sequence[Draft], account: str | None) -> list[Draft]:
    """Keep the drafts of one account: of `account` (rest_id or screen name), else of the only one there is.

    Drafts that do not say whose they are go with the only account there is. Raises
    UnreadableArchive(several_accounts) where there are several accounts, or none that `account` names.
    """
    accounts = _accounts(drafts)
    if not accounts:
        return list(drafts)
    wanted = account.removeprefix("@").lower() if account else None
    chosen = [key for key, owner in accounts.items() if wanted is None or wanted in _labels(owner)]
    if len(chosen) != 1:
        raise _which_one(list(accounts.values()))
    fallback = chosen[0] if len(accounts) == 1 else None
    kept = [draft for draft in drafts if (_key(draft, accounts) or fallback) == chosen[0]]
    if len(kept) < len(drafts):
        kept[0].warn("other_account", None, "Files of another account, or of nobody known, were left out.")
    return kept


def _accounts(drafts: Sequence[Draft]) -> dict[str, Owner]:
    """List the different accounts, by rest_id, or by lower-case name where that is all we know."""
    accounts: dict[str, Owner] = {draft.owner.rest_id: draft.owner for draft in drafts if draft.owner.rest_id}
    named = {name for draft in drafts if draft.owner.rest_id for name in (*_labels(draft.owner), *draft.former_names)}
    for draft in drafts:
        name = draft.owner.screen_name
        if name and not draft.owner.rest_id and name.lower() not in named:
            accounts[name.lower()] = draft.owner
    return accounts


def _key(draft: Draft, accounts: Mapping[str, Owner]) -> str | None:
    """Say which of `accounts` a draft belongs to; None where it does not say."""
    if draft.owner.rest_id:
        return draft.owner.rest_id
    name = (draft.owner.screen_name or "").lower()
    if name in accounts:
        return name
    return next((key for key, owner in accounts.items() if name and name in _labels(owner)), None)


def _labels(owner: Owner) -> set[str]:
    return {label.lower() for label in (owner.rest_id, owner.screen_name) if label}


def _which_one(owners: Sequence[Owner]) -> UnreadableArchive:
    listed = ", ".join(f"@{owner.screen_name}" if owner.screen_name else str(owner.rest_id) for owner in owners)
    return UnreadableArchive(
        f"These are archives of different accounts ({listed}): choose the files of one of them.",
        code="several_accounts",
        accounts=listed,
    )
