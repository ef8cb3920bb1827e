"""Migrations: from nothing to today's tables and back, and the tables are those of the models."""

from __future__ import annotations

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from passerelle_directory.config import Config
from passerelle_directory.database import DatabaseNotReady, _alembic, check_database, open_database, upgrade_database
from passerelle_directory.models import Base
from sqlalchemy import inspect


def test_the_migrated_tables_are_those_of_the_models(config: Config) -> None:
    upgrade_database(config)
    engine = open_database(config)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, Base.metadata) == []
    engine.dispose()


def test_constraints_have_the_names_the_models_give_them(config: Config) -> None:
    upgrade_database(config)
    engine = open_database(config)
    found = inspect(engine)
    for table in Base.metadata.tables.values():
        assert found.get_pk_constraint(table.name)["name"] == table.primary_key.name
        assert {unique["name"] for unique in found.get_unique_constraints(table.name)} == {
            constraint.name for constraint in table.constraints if constraint.__visit_name__ == "unique_constraint"
        }
    engine.dispose()


def test_upgrading_twice_is_harmless(config: Config) -> None:
    upgrade_database(config)
    upgrade_database(config)
    check_database(config)


def test_checking_a_missing_database_does_not_create_it(config: Config) -> None:
    with pytest.raises(DatabaseNotReady, match="db upgrade"):
        check_database(config)
    assert list(config.data.iterdir()) == []


def test_tables_of_another_version_are_not_touched(config: Config) -> None:
    upgrade_database(config)
    engine = open_database(config)
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = 'old'")
    engine.dispose()
    with pytest.raises(DatabaseNotReady, match="another version"):
        check_database(config)


def test_accounts_with_several_sources_go_back_to_their_name_when_migrated(config: Config) -> None:
    upgrade_database(config)
    engine = open_database(config)
    with engine.begin() as connection:
        command.downgrade(_alembic(connection), "0001")
    with engine.begin() as connection:
        for number, row_id in enumerate(("one", "two")):
            connection.exec_driver_sql(
                "INSERT INTO accounts (row_id, rest_id, screen_name, screen_name_key, did)"
                f" VALUES ('{row_id}', '{number}', 'Name{number}', 'name{number}', 'did:plc:{row_id}')"
            )
        for row_id, source in (("one", "a/b"), ("two", "a/b"), ("two", "c/d")):
            connection.exec_driver_sql(
                "INSERT INTO statements (row_id, source, did, kind)"
                f" VALUES ('{row_id}', '{source}', 'did:plc:{row_id}', 'other')"
            )
        command.upgrade(_alembic(connection), "head")
    with engine.connect() as connection:
        accounts = connection.exec_driver_sql("SELECT row_id, rest_id FROM accounts ORDER BY row_id").all()
        stated = connection.exec_driver_sql("SELECT DISTINCT row_id, screen_name, first_did FROM statements").all()
    engine.dispose()
    assert [tuple(row) for row in accounts] == [("one", "0"), ("two", None)]
    assert {tuple(row) for row in stated} == {("one", "Name0", "did:plc:one"), ("two", "Name1", "did:plc:two")}
