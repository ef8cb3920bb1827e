"""A real PostgreSQL from Debian, started on 127.0.0.1 when a test first needs it; one empty database for each test."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import sqlalchemy

from tests.world.network import BINARIES, Postgres

_numbers = count(1)


@contextmanager
def running_postgres() -> Iterator[Postgres]:
    """Run a server inside the block, in a folder that its own system account can reach."""
    folder = Path(tempfile.mkdtemp(prefix="passerelle-pg-"))
    try:
        with Postgres(folder) as server:
            yield server
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def make_database(server: Postgres) -> str:
    """Make an empty database; return its URL."""
    name = f"registrar_{next(_numbers)}"
    engine = sqlalchemy.create_engine(_url(server, "postgres"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    engine.dispose()
    return _url(server, name)


def is_installed() -> bool:
    """Return whether Debian's PostgreSQL is there; build/system.py installs it where it may."""
    return bool(BINARIES)


def _url(server: Postgres, name: str) -> str:
    return f"postgresql+psycopg://tests@127.0.0.1:{server.port}/{name}"
