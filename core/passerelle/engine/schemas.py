"""The version of what each store holds, and how records of an earlier version become current ones.

To change what is stored: raise the store's number, add a migration from the number before, and commit a new dump
(tests/core/stored_profile.py). Pages read only stores that have the current number (extension/lib/engine/stores.ts).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from passerelle.engine.storage import STORES, Change, Clear, Delete, Put, Storage
from passerelle.errors import StorageNewer

SCHEMAS_KEY = "schemas"  # in store `state`: store -> the number of what it holds
FIRST = 1  # of stores written before numbers were stored

SCHEMAS: Mapping[str, int] = {
    # 2: `queue` has `as_of`; 3: `queue` has `accounts`; 4: `queue` has `speed` and `done_at`; 5: `lanes` has `new`;
    # 6: `lanes` has `mutuals_found`; 7: `lanes` has `departed`; 8: `growth`;
    # 9: `date_offer`
    "state": 9,
    "people": 2,  # 2: `follows` for each account
    "matches": 2,  # 2: `new_since`
    "decisions": 1,
    # 2: names that fit every network; `pause` instead of `not_before`; 3: a queue each; 4: `accepted_labels`
    "queue": 4,
    "history": 2,  # 2: names that fit every network
    "directory": 2,  # 2: files as they are published, instead of rows, keys and offsets
    "hints": 1,
    "candidates": 2,  # 2: `same_picture`
    "guesses": 2,  # 2: `is_likely`
    "profiles": 2,  # 2: `picture`
}

# Stores whose records are not read into memory, but for those that a migration reads: the others are deleted by it.
LARGE_STORES: Mapping[str, tuple[str, ...]] = {"directory": ("latest",)}

Records = Mapping[str, Any]
Migration = Callable[[Records], dict[str, Any]]  # all records of a store by key -> the new ones
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
        if store in LARGE_STORES and number == SCHEMAS[store]:
            continue
        records = await _records(storage, store)
        is_empty = is_empty and not records
        if store in LARGE_STORES:
            changes.append(Clear(store))
        changes += _migrated(store, number, records)
    return [] if is_empty else [*changes, put_schemas()]


async def _records(storage: Storage, store: str) -> Records:
    if store not in LARGE_STORES:
        return await storage.get_all(store)
    read = {key: await storage.get(store, key) for key in LARGE_STORES[store]}
    return {key: value for key, value in read.items() if value is not None}


def put_schemas() -> Put:
    """Return the change that stores the current numbers."""
    return Put("state", SCHEMAS_KEY, dict(SCHEMAS))


def _migrated(store: str, number: int, records: Mapping[str, Any]) -> Iterator[Change]:
    new = dict(records)
    for step in range(number, SCHEMAS[store]):
        new = MIGRATIONS[store, step](new)
    yield from (Put(store, key, value) for key, value in new.items() if key not in records or records[key] != value)
    yield from (Delete(store, key) for key in records if key not in new)


def _queue_1(records: Records) -> dict[str, Any]:
    new = {key: _rename(value, ITEM_FIELDS_1) for key, value in records.items()}
    if queue := records.get("queue"):
        new["queue"] = _rename(queue, QUEUE_FIELDS_1) | {"pause": None}
    return new


def _queue_2(records: Records) -> dict[str, Any]:
    """There was one queue, of a Bluesky account: its items get the account into their keys."""
    if (queue := records.get("queue")) is None:
        return {}
    account = queue["account"]
    items = {f"{account} {key}": _item_2(value) for key, value in records.items() if key != "queue"}
    return {"current": {"bluesky": account}, account: queue | {"requests_sent": [], "is_unread": True}, **items}


def _item_2(item: Mapping[str, Any]) -> dict[str, Any]:
    return {**item, "is_written": item["state"] == "following" and item["record_key"] is not None}


def _state_1(records: Records) -> dict[str, Any]:
    queue = records.get("queue")
    return {**records, "queue": {**queue, "as_of": LONG_AGO}} if queue else dict(records)


def _state_2(records: Records) -> dict[str, Any]:
    if (queue := records.get("queue")) is None:
        return dict(records)
    counts = {name: field for name, field in queue.items() if name not in ("account", "as_of")} | {
        "requested": 0,
        "leaving": 0,
    }
    account = {**counts, "account": queue["account"], "network": "bluesky", "is_current": True}
    return {**records, "queue": {**counts, "as_of": queue["as_of"], "accounts": [account]}}


def _state_3(records: Records) -> dict[str, Any]:
    if (queue := records.get("queue")) is None:
        return dict(records)
    accounts = [{**one, "done_at": None} for one in queue["accounts"]]
    return {**records, "queue": {**queue, "done_at": None, "speed": "gentle", "accounts": accounts}}


def _state_4(records: Records) -> dict[str, Any]:
    lanes = records.get("lanes")
    return {**records, "lanes": {**lanes, "new": 0}} if lanes else dict(records)


def _state_5(records: Records) -> dict[str, Any]:
    lanes = records.get("lanes")
    return {**records, "lanes": {**lanes, "mutuals_found": 0}} if lanes else dict(records)


def _directory_1(records: Records) -> dict[str, Any]:
    """Rows, keys and offsets are gone: the files are fetched anew. Which key signed last is kept."""
    if (latest := records.get("latest")) is None:
        return {}
    directory = {
        "url": latest["url"],
        "is_added": False,
        "key_id": latest.get("key_id", ""),
        "version": 0,
        "generated_at": LONG_AGO,
        "overlay": 0,
        "files": [],
    }
    return {"sources": {"directories": [directory]}}


def _state_6(records: Records) -> dict[str, Any]:
    lanes = records.get("lanes")
    return {**records, "lanes": {**lanes, "departed": []}} if lanes else dict(records)


def _state_7(records: Records) -> dict[str, Any]:
    """Days were not counted: `growth` begins with the next count."""
    return dict(records)


def _state_8(records: Records) -> dict[str, Any]:
    """Whether a date is offered was not stored: it is with the next change of a match, and offered until then."""
    return dict(records)


def _matches_1(records: Records) -> dict[str, Any]:
    return {rest_id: {**view, "new_since": None} for rest_id, view in records.items()}


def _candidates_1(records: Records) -> dict[str, Any]:
    """People have numbers as keys; the other records have no candidates."""
    return {key: _with_pictures(value) if key.isdecimal() else value for key, value in records.items()}


def _with_pictures(asked: Mapping[str, Any]) -> dict[str, Any]:
    return {**asked, "candidates": [{**one, "same_picture": None} for one in asked["candidates"]]}


def _guesses_1(records: Records) -> dict[str, Any]:
    """Only likely guesses were stored, and those of people who were asked about alone."""
    return {rest_id: {**one, "is_likely": one["accounts"][0]["percent"] >= 50} for rest_id, one in records.items()}


def _profiles_1(records: Records) -> dict[str, Any]:
    return {rest_id: {**words, "picture": None} for rest_id, words in records.items()}


def _queue_3(records: Records) -> dict[str, Any]:
    """Queues have keys without a blank; `current` names the accounts that follow."""
    return {
        key: {**value, "accepted_labels": []} if " " not in key and key != "current" else value
        for key, value in records.items()
    }


def _people_1(records: Records) -> dict[str, Any]:
    new = {key: value for key, value in records.items() if key != "follows"}
    if follows := records.get("follows"):
        new[f"follows {follows['account']}"] = _rename(follows, {"dids": "names"})
    return new


def _history_1(records: Records) -> dict[str, Any]:
    return {key: {**_rename(value, ITEM_FIELDS_1), "network": "bluesky"} for key, value in records.items()}


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

# (store, number) -> the step to the next number
MIGRATIONS: Mapping[tuple[str, int], Migration] = {
    ("state", 1): _state_1,
    ("state", 2): _state_2,
    ("state", 3): _state_3,
    ("state", 4): _state_4,
    ("state", 5): _state_5,
    ("state", 6): _state_6,
    ("state", 7): _state_7,
    ("state", 8): _state_8,
    ("people", 1): _people_1,
    ("matches", 1): _matches_1,
    ("directory", 1): _directory_1,
    ("candidates", 1): _candidates_1,
    ("guesses", 1): _guesses_1,
    ("profiles", 1): _profiles_1,
    ("queue", 1): _queue_1,
    ("queue", 2): _queue_2,
    ("queue", 3): _queue_3,
    ("history", 1): _history_1,
}
