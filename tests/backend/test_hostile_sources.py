"""One hostile list against the shipped seed: it attests nothing, and replaces no id and no address of another list."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import replace

import pytest
from passerelle.directory import Row
from passerelle_directory.config import SEED, Config
from passerelle_directory.database import open_database, upgrade_database
from passerelle_directory.importers.loading import import_file
from passerelle_directory.models import Account
from passerelle_directory.publishing.rows import make_row
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from tests.backend.conftest import TODAY, Directory

HOSTILE = "hostile/list"
EVIL_DID, EVIL_ACCT = "did:plc:evilevilevilevilevilevil", "evil@social.example.com"


def seed_rows() -> list[dict[str, str]]:
    """Return the lines of the seed."""
    with (SEED / "rows.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def handle_only() -> list[dict[str, str]]:
    """Return the seed's lines that state a handle and no did: the shape that was attacked."""
    return [line for line in seed_rows() if line["handle"] and not line["did"]]


def attack(line: dict[str, str], number: int, fields: tuple[str, ...]) -> dict[str, str]:
    """Return a hostile line that names the same X account and handle, with an id or a did of its own."""
    own = {"rest_id": f"66600000000000{number:05}", "did": EVIL_DID, "acct": EVIL_ACCT}
    return {
        "screen_name": line["screen_name"],
        "handle": line["handle"],
        "source": HOSTILE,
        "source_date": "2026-11-19",
    } | {name: own[name] for name in fields}


def import_seed(directory: Directory) -> None:
    """Import the rows of the seed."""
    with directory.session() as session:
        import_file(session, SEED / "rows.csv", TODAY)


def rows_of_others(directory: Directory) -> dict[str, Row]:
    """Return the rows, by X name or id, that a source other than the hostile one states."""
    with directory.session() as session:
        accounts = session.scalars(select(Account).options(selectinload(Account.statements)))
        rows = [
            make_row(account, account.statements)[0]
            for account in accounts
            if {one.source for one in account.statements} != {HOSTILE}
        ]
    return {row.rest_id or (row.screen_name or "").lower(): row for row in rows}


def all_rows(directory: Directory) -> list[Row]:
    """Return every row."""
    with directory.session() as session:
        accounts = session.scalars(select(Account).options(selectinload(Account.statements)))
        return [make_row(account, account.statements)[0] for account in accounts]


@pytest.fixture(scope="module")
def honest(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Row]]:
    """Import the seed alone; return its rows by X name or id."""
    folder = tmp_path_factory.mktemp("honest")
    config = Config(data=folder, database_url=f"sqlite:///{folder / 'directory.sqlite'}")
    upgrade_database(config)
    engine = open_database(config)
    directory = Directory(config, engine)
    import_seed(directory)
    yield rows_of_others(directory)
    engine.dispose()


def without_row_id(row: Row) -> Row:
    """Return a row whose random part is the same for all."""
    return replace(row, row_id="any")


@pytest.mark.parametrize("hostile_first", [False, True])
@pytest.mark.parametrize("fields", [("rest_id", "did"), ("rest_id",), ("rest_id", "did", "acct")])
def test_no_row_is_attested_or_rebound_by_a_hostile_list(
    directory: Directory, honest: dict[str, Row], fields: tuple[str, ...], hostile_first: bool
) -> None:
    hostile = [attack(line, number, fields) for number, line in enumerate(handle_only())]
    assert len(hostile) >= 99
    assert any(line["display_name"] == "Universität des Saarlandes" for line in handle_only())
    if hostile_first:
        directory.add(*hostile)
    import_seed(directory)
    if not hostile_first:
        directory.add(*hostile)
    found = rows_of_others(directory)
    assert {key: without_row_id(row) for key, row in found.items()} == {
        key: without_row_id(row) for key, row in honest.items()
    }
    others = [row for row in all_rows(directory) if row.row_id not in {row.row_id for row in found.values()}]
    assert {row.grade for row in others} == {"imported"}


@pytest.mark.parametrize("hostile_first", [False, True])
def test_a_did_that_only_the_hostile_list_states_does_not_enter_the_row_of_another(
    directory: Directory, hostile_first: bool
) -> None:
    hostile = [attack(line, number, ("did",)) for number, line in enumerate(handle_only()) if not line["rest_id"]]
    if hostile_first:
        directory.add(*hostile)
    import_seed(directory)
    if not hostile_first:
        directory.add(*hostile)
    assert EVIL_DID not in {row.did for row in rows_of_others(directory).values()}


def test_a_row_keeps_its_row_id_when_a_hostile_list_names_it(directory: Directory) -> None:
    import_seed(directory)
    before = {key: row.row_id for key, row in rows_of_others(directory).items()}
    directory.add(*(attack(line, number, ("rest_id", "did")) for number, line in enumerate(handle_only())))
    assert {key: row.row_id for key, row in rows_of_others(directory).items()} == before
