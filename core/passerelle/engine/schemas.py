"""The version of what each store holds, and how records of an earlier version become current ones.

To change what is stored: raise the store's number, add a migration from the number before, and commit a new dump
(tests/core/stored_profile.py). Pages read only stores that have the current number (extension/lib/engine/stores.ts).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from passerelle.engine.storage import STORES, Change, Put, Storage
from passerelle.errors import StorageNewer

SCHEMAS_KEY = "schemas"  # in store `state`: store -> the number of what it holds
FIRST = 1  # of stores written before numbers were stored

SCHEMAS: Mapping[str, int] = {
    "state": 2,  # 2: `queue` has `as_of`
    "people": 1,
    "matches": 1,
    "decisions": 1,
    "queue": 2,  # 2: names that fit every network; `pause` instead of `not_before`
    "history": 1,
    "directory": 1,
    "hints": 1,
}

LARGE_STORES = frozenset({"directory"})  # not read where there is nothing to migrate; never alone

Migration = Callable[[str, Any], Any]  # key and value of one record -> its new value
LONG_AGO = "1970-01-01T00:00:00+00:00"


async def plan_migration(storage: Storage) -> list[Change]:
    """Return the changes that bring the stores to the current schemas, with their numbers; none where they are.

    Raises StorageNewer: a later version of Passerelle has written them. Raises too where a record cannot be migrated.
    """
    found: Mapping[str, int] = await storage.get("state", SCHEMAS_KEY) or {}
    if any(found.get(store, FIRST) > SCHEMAS.get(store, 0) for store in (*STORES, *found)):
        raise StorageNewer("What is stored here was written by a newer version of Passerelle. Update the extension.")
    if found == SCHEMAS:
        return []
    changes: list[Change] = []
    is_empty = True
    for store in STORES:
        number = found.get(store, FIRST)
        if number < SCHEMAS[store] or store not in LARGE_STORES:
            records = await storage.get_all(store)
            is_empty = is_empty and not records
            changes += _migrated(store, number, records)
    return [] if is_empty else [*changes, put_schemas()]


def put_schemas() -> Put:
    """Return the change that stores the current numbers."""
    return Put("state", SCHEMAS_KEY, dict(SCHEMAS))


def _migrated(store: str, number: int, records: Mapping[str, Any]) -> Iterator[Change]:
    for key, old in records.items():
        new = old
        for step in range(number, SCHEMAS[store]):
            new = MIGRATIONS[store, step](key, new)
        if new != old:
            yield Put(store, key, new)


def _queue_1(key: str, value: Any) -> Any:
    return _rename(value, QUEUE_FIELDS_1) | {"pause": None} if key == "queue" else _rename(value, ITEM_FIELDS_1)


def _state_1(key: str, value: Any) -> Any:
    return value | {"as_of": LONG_AGO} if key == "queue" else value


def _rename(value: Mapping[str, Any], names: Mapping[str, str | None]) -> dict[str, Any]:
    """Rename fields; those without a new name are dropped."""
    renamed = {names.get(name, name): field for name, field in value.items()}
    return {name: field for name, field in renamed.items() if name is not None}


QUEUE_FIELDS_1: Mapping[str, str | None] = {
    "not_before": None,  # a pause of which the start is unknown: at most one request too early
    "troubles": "failures_in_row",
    "spent": "points_spent",
    "last_tid": "last_key_number",
}
ITEM_FIELDS_1: Mapping[str, str | None] = {"did": "target", "handle": "address", "rkey": "record_key"}

# (store, number) -> the step to the next number, for each record
MIGRATIONS: Mapping[tuple[str, int], Migration] = {
    ("state", 1): _state_1,
    ("queue", 1): _queue_1,
}
