"""Group exports by their account: exports of different accounts are never merged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from passerelle.archive.drafts import Draft
from passerelle.archive.records import Owner
from passerelle.errors import UnreadableArchive


@dataclass(slots=True)
class _Account:
    """One account: how to show it, and everything it is called in any of the drafts, in lower case."""

    owner: Owner
    labels: set[str]


def choose_account(drafts: Sequence[Draft], account: str | None) -> list[Draft]:
    """Return the drafts of one account: of `account` (rest_id or screen name), else of the only one there is.

    Drafts that do not say whose they are go with the only account there is. Raises
    UnreadableArchive(several_accounts) where there are several accounts, or none that `account` names.
    """
    accounts = _accounts(drafts)
    if not accounts:
        return list(drafts)
    wanted = account.removeprefix("@").lower() if account else None
    chosen = [one for one in accounts if wanted is None or wanted in one.labels]
    if len(chosen) != 1:
        raise _which_one([one.owner for one in accounts])
    is_only = len(accounts) == 1
    kept = [draft for draft in drafts if (_key(draft) in chosen[0].labels if _key(draft) else is_only)]
    if len(kept) < len(drafts):
        kept[0].warn("other_account", None, "Files of another account, or of an unknown one, were left out.")
    return kept


def _accounts(drafts: Sequence[Draft]) -> list[_Account]:
    """List the different accounts. A draft that has only a name belongs to who has or had that name."""
    accounts: dict[str, _Account] = {}
    for draft in drafts:
        owner = draft.owner
        if owner.rest_id:
            known = accounts.setdefault(owner.rest_id, _Account(owner, {owner.rest_id}))
            known.labels |= draft.former_names | {owner.screen_name.lower() if owner.screen_name else owner.rest_id}
    for draft in drafts:
        key = _key(draft)
        if key and not any(key in one.labels for one in accounts.values()):
            accounts[key] = _Account(draft.owner, {key})
    return list(accounts.values())


def _key(draft: Draft) -> str:
    """Return what a draft knows of its owner: the id, else the name in lower case, else an empty text."""
    return draft.owner.rest_id or (draft.owner.screen_name or "").lower()


def _which_one(owners: Sequence[Owner]) -> UnreadableArchive:
    listed = ", ".join(f"@{owner.screen_name}" if owner.screen_name else str(owner.rest_id) for owner in owners)
    return UnreadableArchive(
        f"These are archives of different accounts ({listed}): choose the files of one of them.",
        code="several_accounts",
        accounts=listed,
    )
