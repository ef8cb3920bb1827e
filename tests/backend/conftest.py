"""A directory in a temporary folder for each test: settings, database, keys, and the application on top."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from flask import Flask
from flask.testing import FlaskClient
from passerelle_directory.config import Config
from passerelle_directory.database import open_database, upgrade_database
from passerelle_directory.importers.lines import Line
from passerelle_directory.importers.loading import Report, import_lines
from passerelle_directory.publishing import keys
from passerelle_directory.publishing.campaigns import load_campaigns
from passerelle_directory.publishing.snapshot import publish
from passerelle_directory.web.app import create_app
from sqlalchemy import Engine
from sqlalchemy.orm import Session

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
TODAY = date(2026, 11, 20)


class Directory:
    """A directory under test: `add` imports lines, `publish` makes the files."""

    def __init__(self, config: Config, engine: Engine) -> None:
        self.config, self.engine = config, engine
        keys.make_keys(config.keys)
        self.key: Ed25519PrivateKey = keys.load_key(config.keys)

    def session(self) -> Session:
        """Open a session; close it with `with`."""
        return Session(self.engine)

    def add(self, *lines: dict[str, str]) -> Report:
        """Import lines, numbered from 1."""
        numbered = [Line(number, fields) for number, fields in enumerate(lines, start=1)]
        with self.session() as session:
            return import_lines(session, numbered, TODAY)

    def publish(self, now: datetime = NOW) -> dict[str, Any]:
        """Publish; return the content of latest.json."""
        with self.session() as session:
            return publish(session, self.config.public, self.key, now, campaigns=load_campaigns(self.config.campaigns))


@pytest.fixture
def config(tmp_path: Path) -> Config:
    """Settings of a fresh directory on SQLite."""
    return Config(data=tmp_path, database_url=f"sqlite:///{tmp_path / 'directory.sqlite'}")


@pytest.fixture
def directory(config: Config) -> Iterator[Directory]:
    """A directory with tables and keys, and nothing in it."""
    upgrade_database(config)
    engine = open_database(config)
    yield Directory(config, engine)
    engine.dispose()


@pytest.fixture
def app(directory: Directory) -> Flask:
    """The application of `directory`."""
    return create_app(directory.config)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A visitor of the application."""
    return app.test_client()
