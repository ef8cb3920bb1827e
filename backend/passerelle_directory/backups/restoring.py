"""A backup -> an empty database, SQLite or PostgreSQL whichever it came from, and the keys where it has them."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from zipfile import BadZipFile, ZipFile

from sqlalchemy import Connection, MetaData, Table, func, select

from passerelle_directory.backups.making import ABOUT, FORMAT, ROWS_AT_ONCE, key_files, table_file
from passerelle_directory.backups.values import InvalidBackup, parse_line
from passerelle_directory.config import Config
from passerelle_directory.database import is_known_revision, is_used, make_tables, open_writer, upgrade_database
from passerelle_directory.publishing.files import OWNER_ONLY, has_content, write_whole

OWNER_ONLY_FOLDER = 0o700


class RestoreRefused(Exception):
    """The backup cannot be restored here; nothing was changed. The text says why."""


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup: its file, the revision of its tables, and how many rows each table has, in an order to fill them."""

    archive: ZipFile
    revision: str
    tables: dict[str, int]


def restore(config: Config, path: Path) -> int:
    """Fill an empty database with a backup and bring its tables up to date; return the number of rows.

    Rows come in one transaction, so an interruption leaves an empty database. A key or file that
    is there is never replaced. Raises RestoreRefused, OSError.
    """
    with _readable(path), ZipFile(path) as archive:
        backup = _read_about(archive)
        files = _read_files(config, archive)
        if is_used(config):
            raise RestoreRefused("The database has rows already. Restore into an empty one; nothing was changed.")
        make_tables(config, backup.revision)
        _fill(config, backup)
        upgrade_database(config)
        for path_here, content in files.items():
            path_here.parent.mkdir(mode=OWNER_ONLY_FOLDER, parents=True, exist_ok=True)
            write_whole(path_here, content, OWNER_ONLY, overwrite=False)
    return sum(backup.tables.values())


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    try:
        yield
    except (BadZipFile, zlib.error, EOFError, InvalidBackup) as error:
        raise RestoreRefused(f"{path} is not a whole backup ({error}); no row was restored.") from error


def _read_about(archive: ZipFile) -> Backup:
    try:
        about = json.loads(archive.read(ABOUT))
        number, revision = about["format"], str(about["revision"])
        tables = {str(name): int(rows) for name, rows in about["tables"].items()}
    except (ValueError, KeyError, TypeError, AttributeError):
        raise InvalidBackup(f"{ABOUT} is missing or cannot be read") from None
    if number != FORMAT or not is_known_revision(revision):
        raise RestoreRefused("The backup was made by a newer version of this program; nothing was changed.")
    if missing := next((name for name in tables if table_file(name) not in archive.namelist()), None):
        raise InvalidBackup(f"{table_file(missing)} is missing")
    return Backup(archive, revision, tables)


def _read_files(config: Config, archive: ZipFile) -> dict[Path, bytes]:
    """Return the keys and campaigns of a backup that are missing here. Raises RestoreRefused where others are there."""
    missing = {}
    for name in [*key_files(config), config.campaigns.relative_to(config.data)]:
        if str(name) not in archive.namelist():
            continue
        path, content = config.data / name, archive.read(str(name))
        if not has_content(path):
            missing[path] = content
        elif path.read_bytes() != content:
            raise RestoreRefused(f"{path} is not the same as the backup's. Move it away first; nothing was changed.")
    return missing


def _fill(config: Config, backup: Backup) -> None:
    engine = open_writer(config)
    try:
        with engine.begin() as connection:
            tables = MetaData()
            tables.reflect(connection)
            if unknown := backup.tables.keys() - tables.tables.keys():
                raise InvalidBackup(f"there is no table {min(unknown)}")
            for name, rows in backup.tables.items():
                _fill_table(connection, tables.tables[name], backup, rows)
    finally:
        engine.dispose()


def _fill_table(connection: Connection, table: Table, backup: Backup, rows: int) -> None:
    filled = 0
    with backup.archive.open(table_file(table.name)) as file:
        while batch := [parse_line(table, line) for line in islice(file, ROWS_AT_ONCE)]:
            connection.execute(table.insert(), batch)
            filled += len(batch)
    if filled != rows:
        raise InvalidBackup(f"{table.name} has {filled} rows instead of {rows}")
    if connection.dialect.name == "postgresql":
        _continue_numbers(connection, table)


def _continue_numbers(connection: Connection, table: Table) -> None:
    """Set PostgreSQL's sequences of a table to continue after the restored numbers."""
    for column in table.primary_key:
        if column.type.python_type is int:
            sequence = func.pg_get_serial_sequence(table.name, column.name)
            connection.execute(select(func.setval(sequence, select(func.max(column)).scalar_subquery())))
