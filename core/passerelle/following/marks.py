"""How far following each account is: from the queue, and from the list of follows."""

from __future__ import annotations

from dataclasses import dataclass

from passerelle.following.items import Item
from passerelle.following.queue import Queue
from passerelle.following.status import FOLLOW_STATES
from passerelle.identifiers import Did
from passerelle.matching.views import MatchView
from passerelle.networks.table import NETWORKS


@dataclass(frozen=True, slots=True)
class Following:
    """The queue, if there is one, and the dids that the account follows already."""

    queue: Queue | None = None
    dids: frozenset[Did] = frozenset()

    def item(self, did: str | None, address: str) -> Item | None:
        """Return the queue's item for an account: under its did, or under its handle where only that was known."""
        items = self.queue.items if self.queue else {}
        return items.get(did or address) or items.get(address)


def mark_following(view: MatchView, following: Following) -> MatchView:
    """Return the view with the current state of following; the same object where nothing changed."""
    accounts = [
        account.model_copy(update=following_fields(account.did, account.address, following))
        if NETWORKS[account.network].is_followed_here
        else account
        for account in view.accounts
    ]
    return view if accounts == view.accounts else view.model_copy(update={"accounts": accounts})


def following_fields(did: str | None, address: str, following: Following) -> dict[str, object]:
    """Return the fields of an account's view that following sets."""
    item = following.item(did, address)
    if did in following.dids or (item and item.target in following.dids):
        return {"state": "following", "error": None}
    if item is None:
        return {"state": "none", "error": None}
    return {"state": FOLLOW_STATES[item.state], "error": item.error}
