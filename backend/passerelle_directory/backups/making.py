"""The database -> a ZIP: `about.json`, a JSON Lines file for each table, campaigns, and the keys where asked for."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import BinaryIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from sqlalchemy import Connection, Table, select

from passerelle_directory.backups.values import make_line
from passerelle_directory.config import Config
from passerelle_directory.database import find_revision, open_moment
from passerelle_directory.models import Base
from passerelle_directory.publishing.files import MAKING, has_content

FORMAT = 1
ABOUT = "about.json"
TABLES = "tables"
ROWS_AT_ONCE = 1_000
PRIVATE = 0o600  # claims, hashes of secrets and sources stand in it


def make_backup(config: Config, path: Path, now: datetime, *, with_keys: bool) -> int:
    """Write all tables as they are at one moment, while others write, to `path`; return the number of rows.

    The file appears whole, readable by its owner only, in place of an earlier one. `now` is an aware UTC time.
    Raises DatabaseNotReady, OSError.
    """
    with _private_file(path) as file, ZipFile(file, "w", ZIP_DEFLATED) as archive, open_moment(config) as connection:
        tables = {table.name: _write_table(archive, connection, table, now) for table in Base.metadata.sorted_tables}
        about = {
            "format": FORMAT,
            "made_at": now.isoformat(),
            "revision": find_revision(connection),
            "tables": tables,
        }
        _write(archive, ABOUT, json.dumps(about, indent=1).encode() + b"\n", now)
        for name in [config.campaigns.relative_to(config.data), *(key_files(config) if with_keys else ())]:
            if has_content(config.data / name):
                _write(archive, str(name), (config.data / name).read_bytes(), now)
    return sum(tables.values())


def key_files(config: Config) -> list[Path]:
    """Return the names of all files with keys, from the folder of data."""
    keys = [config.refusals_key, config.keys / "current.pem", config.keys / "next.pem"]
    return [path.relative_to(config.data) for path in keys]


def table_file(table: str) -> str:
    """Return the name of a table's file in a backup."""
    return f"{TABLES}/{table}.jsonl"


def _write_table(archive: ZipFile, connection: Connection, table: Table, now: datetime) -> int:
    query = select(table).order_by(*table.primary_key).execution_options(yield_per=ROWS_AT_ONCE)
    count = 0
    with archive.open(_entry(table_file(table.name), now), "w", force_zip64=True) as file:
        for row in connection.execute(query).mappings():
            file.write(make_line(dict(row)) + b"\n")
            count += 1
    return count


def _write(archive: ZipFile, name: str, content: bytes, now: datetime) -> None:
    archive.writestr(_entry(name, now), content)


def _entry(name: str, now: datetime) -> ZipInfo:
    entry = ZipInfo(name, now.timetuple()[:6])
    entry.compress_type = ZIP_DEFLATED
    entry.external_attr = PRIVATE << 16  # so that unzip makes private files, too
    return entry


@contextmanager
def _private_file(path: Path) -> Iterator[BinaryIO]:
    """Yield a new file that only its owner reads, which takes the name `path` once it is whole and on the disk."""
    descriptor, name = tempfile.mkstemp(prefix=MAKING, dir=path.absolute().parent)
    try:
        with os.fdopen(descriptor, "w+b") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
