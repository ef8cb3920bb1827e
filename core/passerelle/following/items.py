"""One account to follow: its states, and how it is stored. Pure records, the same for every network."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any, Self

from passerelle.view import ErrorView


class State(StrEnum):
    """Where one item of the queue is. RECALLED: asked, and no longer wanted. DROPPED is never stored: it is removed."""

    WAITING = "waiting"
    ASKED = "asked"
    RECALLED = "recalled"
    FOLLOWING = "following"
    REQUESTED = "requested"
    FAILED = "failed"
    LEAVING = "leaving"
    DROPPED = "dropped"


def moved_to(item: Item) -> str | None:
    """Return the address to which the account of a failed item has moved; None for others."""
    error = item.error if item.state is State.FAILED else None
    return str(error.params["address"]) if error and error.code == "account_moved" else None


@dataclass(frozen=True, slots=True)
class Item:
    """One account to follow. `key` is the target, or the address where only that was known; it never changes.

    `target` is the permanent id on its network (None until resolved), `address` the name that was known for it.
    `urgent`: asked for by hand; sent first, alone, and even while the queue is paused. `record_key`, `batch` and
    `asked_at` (ISO 8601) are set when the item is first sent; `is_written` once a server has confirmed it:
    only such an item is undone.
    """

    key: str
    target: str | None
    address: str | None = None
    state: State = State.WAITING
    urgent: bool = False
    record_key: str | None = None
    batch: str | None = None
    asked_at: str | None = None
    tries: int = 0
    is_written: bool = False
    error: ErrorView | None = None

    @property
    def names(self) -> frozenset[str]:
        """Every name under which pages may know it."""
        return frozenset(filter(None, (self.key, self.target, self.address)))

    def to_json(self) -> dict[str, Any]:
        """Return the item as it is stored."""
        stored = {one.name: getattr(self, one.name) for one in fields(self)}
        return stored | {"state": self.state.value, "error": self.error.model_dump() if self.error else None}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        """Parse a stored item."""
        error = ErrorView.model_validate(stored["error"]) if stored["error"] else None
        return cls(**{**stored, "state": State(stored["state"]), "error": error})
