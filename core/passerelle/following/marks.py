"""How far following each account is: from the queues, and from the lists of follows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from passerelle.following.items import Item, State
from passerelle.following.queue import Queue
from passerelle.following.status import FOLLOW_STATES
from passerelle.identifiers import Network
from passerelle.matching.views import AccountView, MatchView
from passerelle.networks.table import NETWORKS


@dataclass(frozen=True, slots=True)
class Following:
    """The queues of the accounts that follow, at most one per network, and what those follow already.

    `names`: dids and accts in canonical form.
    """

    queues: Mapping[Network, Queue] = field(default_factory=dict)
    names: frozenset[str] = frozenset()

    def item(self, account: AccountView) -> Item | None:
        """Return the queue's item for an account: under its did, or under its address where only that was known."""
        queue = self.queues.get(account.network)
        items = queue.items if queue else {}
        return items.get(account.key) or items.get(account.address.lower())


def mark_following(view: MatchView, following: Following) -> MatchView:
    """Return the view with the current state of following; the same object where nothing changed."""
    accounts = [
        account.model_copy(update=following_fields(account, following))
        if NETWORKS[account.network].is_followed_here
        else account
        for account in view.accounts
    ]
    return view if accounts == view.accounts else view.model_copy(update={"accounts": accounts})


def following_fields(account: AccountView, following: Following) -> dict[str, object]:
    """Return the fields of an account's view that following sets."""
    item = following.item(account)
    if item and item.state is State.LEAVING:
        return {"state": "leaving", "error": None}
    if account.key in following.names or (item and item.target in following.names):
        return {"state": "following", "error": None}
    if item is None:
        return {"state": "none", "error": None}
    return {"state": FOLLOW_STATES[item.state], "error": item.error}
