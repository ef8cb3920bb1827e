"""Opening the database, and bringing its tables up to date with Alembic."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config as AlembicConfig
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DatabaseError
from sqlalchemy.orm import Session

from passerelle_directory.config import Config

MIGRATIONS = Path(__file__).parent / "migrations"
BUSY_TIMEOUT = 10_000  # milliseconds that SQLite waits for another writer


class DatabaseNotReady(Exception):
    """There is no database yet, or its tables belong to another version of this program."""


def open_database(config: Config) -> Engine:
    """Return the engine; nothing is connected or created yet. Raises DatabaseNotReady for an unusable DATABASE_URL."""
    try:
        engine = create_engine(config.database_url)
    except (ArgumentError, ModuleNotFoundError) as error:  # not a URL, an unknown dialect, or a missing driver
        raise DatabaseNotReady(f"DATABASE_URL cannot be used: {error}") from None
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _set_up_sqlite)
    return engine


def open_writer(config: Config) -> Engine:
    """Return an engine whose transactions are writers from their first statement on SQLite.

    A transaction that reads first and writes then fails at once where another one has written meanwhile; one that
    begins as a writer waits. https://sqlite.org/lang_transaction.html
    """
    engine = open_database(config)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "begin", _begin_immediate)
    return engine


@contextmanager
def open_session(config: Config) -> Iterator[Session]:
    """Open a session inside the block. Raises DatabaseNotReady."""
    check_database(config)
    engine = open_database(config)
    try:
        with Session(engine) as session:
            yield session
    finally:
        engine.dispose()


def upgrade_database(config: Config) -> None:
    """Create or migrate all tables; on SQLite the file and its folder too."""
    if path := _sqlite_path(config):
        path.parent.mkdir(parents=True, exist_ok=True)
    engine = open_database(config)
    if path:
        _use_write_ahead_log(engine)
        event.listen(engine, "begin", _begin)
    with engine.begin() as connection:
        command.upgrade(_alembic(connection), "head")
    engine.dispose()


def prepare_database(config: Config) -> None:
    """Make the SQLite file with its tables, if there is none or its making was interrupted; else change nothing."""
    path = _sqlite_path(config)
    if path and (not path.exists() or _find_revision(config) is None):
        upgrade_database(config)


def check_database(config: Config) -> None:
    """Raise DatabaseNotReady unless the database is there with today's tables; creates nothing."""
    path = _sqlite_path(config)
    if path and not path.exists():
        raise DatabaseNotReady("There is no database yet. Run first: passerelle-directory db upgrade")
    if _find_revision(config) != ScriptDirectory.from_config(_alembic()).get_current_head():
        raise DatabaseNotReady("The database is of another version. Run first: passerelle-directory db upgrade")


def _find_revision(config: Config) -> str | None:
    """Return the version of the tables, or None where there are none. Raises DatabaseNotReady."""
    engine = open_database(config)
    try:
        with engine.connect() as connection:
            return MigrationContext.configure(connection).get_current_revision()
    except DatabaseError as error:
        raise DatabaseNotReady(f"The database cannot be used: {error.orig}") from error
    finally:
        engine.dispose()


def _alembic(connection: Any = None) -> AlembicConfig:
    config = AlembicConfig()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def _sqlite_path(config: Config) -> Path | None:
    try:
        url = make_url(config.database_url)
    except ArgumentError:
        raise DatabaseNotReady(
            "DATABASE_URL is not the address of a database, such as sqlite:////srv/rows.sqlite"
        ) from None
    is_file = url.get_backend_name() == "sqlite" and url.database not in (None, "", ":memory:")
    return Path(str(url.database)) if is_file else None


def _use_write_ahead_log(engine: Engine) -> None:
    """Switch to write-ahead logging, so that an import does not lock out readers (https://sqlite.org/wal.html)."""
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA journal_mode = WAL")


def _begin(connection: Connection) -> None:
    """Begin a transaction before the first statement: Python's sqlite3 would commit each CREATE TABLE by itself."""
    connection.exec_driver_sql("BEGIN")


def _begin_immediate(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _set_up_sqlite(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT}")
    cursor.close()
