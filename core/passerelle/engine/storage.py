"""What the core asks of storage: named stores of JSON values and bytes, changed in one durable step.

In the browser this is IndexedDB (extension/engine/database.ts), in tests and on the desktop a dict. One write is one
transaction with strict durability: after a crash either all of it is there or none of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

# The stores that the engine owns and alone writes (docs/architecture.md).
STORES = (
    "state",
    "people",
    "matches",
    "decisions",
    "queue",
    "history",
    "directory",
    "hints",
    "candidates",
    "guesses",
    "profiles",
)


@dataclass(frozen=True, slots=True)
class Put:
    """Set `key` of `store` to a JSON value (dict, list, str, int, float, bool, None) or to bytes."""

    store: str
    key: str
    value: Any


@dataclass(frozen=True, slots=True)
class Delete:
    """Remove `key` from `store`; a missing key is no error."""

    store: str
    key: str


@dataclass(frozen=True, slots=True)
class Clear:
    """Empty `store`."""

    store: str


Change = Put | Delete | Clear


class Storage(Protocol):
    """Where the engine keeps its state."""

    async def get(self, store: str, key: str) -> Any:
        """Return the value of `key`, or None."""

    async def get_part(self, store: str, key: str, start: int, end: int) -> bytes:
        """Return the bytes from `start` to before `end` of a value of bytes, as far as there are some."""

    async def get_all(self, store: str) -> Mapping[str, Any]:
        """Return every key and value of `store`."""

    async def keys(self, store: str) -> Sequence[str]:
        """Return every key of `store`."""

    async def write(self, changes: Sequence[Change]) -> None:
        """Apply all changes in one durable transaction."""


class MemoryStorage:
    """A Storage in a dict: for tests, for the command line, and for a web page that keeps nothing."""

    def __init__(self) -> None:
        self.stores: dict[str, dict[str, Any]] = {name: {} for name in STORES}

    async def get(self, store: str, key: str) -> Any:
        """Return the value of `key`, or None."""
        return self.stores[store].get(key)

    async def get_part(self, store: str, key: str, start: int, end: int) -> bytes:
        """Return a part of a value of bytes."""
        content: bytes = self.stores[store].get(key, b"")
        return content[start:end]

    async def get_all(self, store: str) -> Mapping[str, Any]:
        """Return a copy of `store`."""
        return dict(self.stores[store])

    async def keys(self, store: str) -> Sequence[str]:
        """Return every key of `store`."""
        return list(self.stores[store])

    async def write(self, changes: Sequence[Change]) -> None:
        """Apply all changes."""
        for change in changes:
            if isinstance(change, Put):
                self.stores[change.store][change.key] = change.value
            elif isinstance(change, Delete):
                self.stores[change.store].pop(change.key, None)
            else:
                self.stores[change.store].clear()
