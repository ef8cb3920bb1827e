"""The file of a backup: one JSON object, described in docs/backup-format.md.

stores -write_backup-> text          text -read_backup-> stores, brought to the current schemas and checked
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from passerelle.engine.backup_records import Stores, check, select
from passerelle.engine.schemas import SCHEMAS, SCHEMAS_KEY, plan_migration
from passerelle.engine.storage import MemoryStorage
from passerelle.engine.views import BackupSettings
from passerelle.errors import InputError, StorageNewer
from passerelle.jsons import parse_json

FORMAT = "passerelle-backup"
VERSION = 1  # of the file; what the records look like is said by `schemas`
MAX_BYTES = 128 << 20  # five times the file of someone with 100,000 people; a browser's worker has room for it
FIELDS = {"format", "version", "saved_at", "schemas", "settings", "stores"}
# What Python raises where a value has another type or shape than its reader expects; ValidationError is a ValueError.
MALFORMED = (ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError, OverflowError)


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup that was read and checked. `saved_at` has its zone."""

    saved_at: datetime
    settings: BackupSettings
    stores: Stores


def write_backup(stores: Stores, settings: BackupSettings, saved_at: datetime) -> str:
    """Write the records of a backup; the same records give the same text. Raises InputError: too large."""
    document = {
        "format": FORMAT,
        "version": VERSION,
        "saved_at": saved_at.isoformat(timespec="seconds"),
        "schemas": {store: SCHEMAS[store] for store in sorted(select({}))},
        "settings": settings.model_dump(mode="json"),
        "stores": check(select(stores)),
    }
    text = json.dumps(document, sort_keys=True, separators=(",", ":"))
    if len(text) > MAX_BYTES:
        raise _error("backup_too_large")
    return text


def read_bounded(path: str) -> bytes:
    """Return the content of a file. Raises InputError: it cannot be read, or is larger than a backup."""
    try:
        with Path(path).open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError:
        raise _error("backup_unreadable") from None
    if len(content) > MAX_BYTES:
        raise _error("backup_too_large")
    return content


async def read_backup(content: bytes) -> Backup:
    """Parse and check a backup. Raises InputError: not a backup, cut short, changed, or of a newer version."""
    try:
        document = parse_json(content)
        _check_version(document)
        stores = await _migrated(document["stores"], document["schemas"])
        saved_at = datetime.fromisoformat(document["saved_at"])
        if document.keys() != FIELDS or saved_at.tzinfo is None:
            raise _error("backup_unreadable")
        return Backup(saved_at, BackupSettings.model_validate(document["settings"]), check(stores))
    except StorageNewer:
        raise _error("backup_newer") from None
    except InputError as error:
        raise (error if error.code in CODES else _error("backup_unreadable")) from None
    except MALFORMED:
        raise _error("backup_unreadable") from None


def _check_version(document: Mapping[str, Any]) -> None:
    version = document["version"]
    if document["format"] != FORMAT or type(version) is not int or version < 1:
        raise _error("backup_unreadable")
    if version > VERSION:
        raise _error("backup_newer")


async def _migrated(stores: Mapping[str, Any], schemas: Mapping[str, Any]) -> Stores:
    """Return the records after the migrations that this browser's own stores go through. Raises StorageNewer."""
    known = select({})
    if stores.keys() - known.keys() or schemas.keys() - SCHEMAS.keys() or stores.keys() - schemas.keys():
        raise StorageNewer("This file has stores that this version does not know.")
    if any(type(number) is not int or number < 1 for number in schemas.values()):
        raise _error("backup_unreadable")
    storage = MemoryStorage()
    for store, records in stores.items():
        storage.stores[store] = dict(records.items())
    if storage.stores["state"].keys() - select({"state": storage.stores["state"]})["state"].keys():
        raise _error("backup_unreadable")
    storage.stores["state"][SCHEMAS_KEY] = {**SCHEMAS, **schemas}
    await storage.write(await plan_migration(storage))
    return select(storage.stores)


CODES = ("backup_unreadable", "backup_newer", "backup_too_large")


def _error(code: str) -> InputError:
    return InputError(InputError.CODES[code], code=code)
