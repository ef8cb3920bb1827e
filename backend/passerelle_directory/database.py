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
from sqlalchemy import Connection, Engine, create_engine, event, inspect, literal_column, select, table
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DatabaseError
from sqlalchemy.orm import Session

from passerelle_directory.config import Config

MIGRATIONS = Path(__file__).parent / "migrations"
OWNER_ONLY = 0o600  # of the SQLite file: claims stand in it that are not published
BUSY_TIMEOUT = 10_000  # milliseconds that SQLite waits for another writer


class DatabaseNotReady(Exception):
    """There is no database yet, or its tables belong to another version of this program."""


def open_database(config: Config) -> Engine:
    """Return the engine; nothing is connected or created yet. Raises DatabaseNotReady for an unusable DATABASE_URL."""
    try:
        engine = create_engine(config.database_url, hide_parameters=True)  # values of rows stand in no error
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


@contextmanager
def open_moment(config: Config) -> Iterator[Connection]:
    """Open a connection inside the block that reads the database as it is at one moment, whatever others write.

    https://sqlite.org/isolation.html, https://www.postgresql.org/docs/current/transaction-iso.html
    Raises DatabaseNotReady.
    """
    check_database(config)
    engine = open_database(config)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "begin", _begin)
    else:
        engine = engine.execution_options(isolation_level="REPEATABLE READ")
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()


def upgrade_database(config: Config) -> None:
    """Create or migrate all tables; on SQLite the file, which only its owner reads, and its folder too."""
    _migrate(config, "head")


def make_tables(config: Config, revision: str) -> None:
    """Make the tables of a revision; those of another one are deleted first, so there must be nothing in them."""
    if (path := _sqlite_path(config)) is None or path.exists():
        with _open_for_migration(config) as connection:
            command.downgrade(_alembic(connection), "base")
    _migrate(config, revision)


def is_used(config: Config) -> bool:
    """Return whether any table has a row. Raises DatabaseNotReady."""
    if (path := _sqlite_path(config)) and not path.exists():
        return False
    engine = open_database(config)
    try:
        with engine.connect() as connection:
            names = set(inspect(connection).get_table_names()) - {"alembic_version"}
            return any(
                connection.execute(select(literal_column("1")).select_from(table(name)).limit(1)).first() is not None
                for name in names
            )
    except DatabaseError as error:
        raise DatabaseNotReady(f"The database cannot be used: {error.orig}") from error
    finally:
        engine.dispose()


def is_known_revision(revision: str) -> bool:
    """Return whether this program knows how to make the tables of a revision."""
    return any(one.revision == revision for one in ScriptDirectory.from_config(_alembic()).walk_revisions())


def find_revision(connection: Connection) -> str | None:
    """Return the version of the tables, or None where there are none."""
    return MigrationContext.configure(connection).get_current_revision()


def _migrate(config: Config, revision: str) -> None:
    if path := _sqlite_path(config):
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            path.touch(mode=OWNER_ONLY)  # SQLite gives the mode to the files beside it, too
    with _open_for_migration(config) as connection:
        command.upgrade(_alembic(connection), revision)


@contextmanager
def _open_for_migration(config: Config) -> Iterator[Connection]:
    """Open one transaction for statements that change tables."""
    engine = open_database(config)
    if engine.dialect.name == "sqlite":
        _use_write_ahead_log(engine)
        event.listen(engine, "begin", _begin)
    try:
        with engine.begin() as connection:
            yield connection
    finally:
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
            return find_revision(connection)
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
