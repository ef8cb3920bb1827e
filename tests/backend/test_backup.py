"""Backup and restore: on SQLite and PostgreSQL, from each to each, while others write."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from passerelle_directory.backups.making import make_backup
from passerelle_directory.backups.restoring import RestoreRefused, restore
from passerelle_directory.cli import main
from passerelle_directory.config import Config
from passerelle_directory.database import _alembic, check_database, make_tables, open_database, upgrade_database
from passerelle_directory.models import Account, Base, Publication, Refusal
from passerelle_directory.publishing import keys
from passerelle_directory.publishing.snapshot import publish
from passerelle_directory.registrar.intake import take_in
from sqlalchemy import Engine, MetaData, func, select
from sqlalchemy.orm import Session

from tests.backend import databases
from tests.backend.conftest import NOW, Directory
from tests.backend.joining import joining
from tests.backend.people import departure, line
from tests.backend.test_cli import data
from tests.backend.test_registrar import config, postgres
from tests.core.claim_servers import EVE_DID
from tests.world.network import Postgres

__all__ = ["config", "data", "postgres"]

NewPlace = Callable[[str], Config]
OLD = "0006"  # a revision of the tables before the present one


@pytest.fixture
def new_place(tmp_path: Path, request: pytest.FixtureRequest) -> NewPlace:
    """Make the settings of a new, empty directory on a kind of database."""

    def make(kind: str) -> Config:
        folder = tmp_path / "elsewhere"
        url = f"sqlite:///{folder / 'directory.sqlite'}"
        if kind == "postgresql":
            server: Postgres = request.getfixturevalue("postgres")
            url = databases.make_database(server)
        return Config(data=folder, database_url=url)

    return make


def fill(directory: Directory) -> None:
    """Write rows, departures, claims, an objection, and two publications."""
    directory.add(line(handle="museum.example.com"), line(screen_name="Zoo", handle="zoo.example.com"), departure())
    with joining(directory.config) as desk:
        desk.join()
        desk.recheck()
        objection = desk.object(did=EVE_DID)
        desk.prove_target(objection)
        desk.check(objection)
        with Session(directory.engine) as session:
            take_in(session, desk.registrar.refusals_key, desk.clock())
    directory.publish()


def publish_again(config: Config) -> dict[str, Any]:
    """Publish what the database of `config` has."""
    engine = open_database(config)
    with Session(engine) as session:
        latest = publish(session, config.public, keys.load_key(config.keys), NOW.replace(day=21))
    engine.dispose()
    return latest


def counts(engine: Engine) -> dict[str, int]:
    """Return the number of rows of every table."""
    with engine.connect() as connection:
        tables = Base.metadata.sorted_tables
        return {one.name: connection.scalar(select(func.count()).select_from(one)) or 0 for one in tables}


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_restored_database_publishes_the_same_bytes(
    directory: Directory, new_place: NewPlace, tmp_path: Path, kind: str
) -> None:
    fill(directory)
    before = counts(directory.engine)
    assert {name for name, rows in before.items() if rows == 0} <= {"held_changes"}
    file = tmp_path / "copy.zip"
    assert make_backup(directory.config, file, NOW, with_keys=True) == sum(before.values())
    place = new_place(kind)
    assert restore(place, file) == sum(before.values())
    engine = open_database(place)
    assert counts(engine) == before
    engine.dispose()
    shutil.copytree(directory.config.public, place.public)
    publish_again(directory.config)
    publish_again(place)
    assert files(place.public) == files(directory.config.public)


def files(folder: Path) -> dict[str, bytes]:
    """Return the files below a folder with their bytes."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_numbers_go_on_after_those_restored(directory: Directory, new_place: NewPlace, tmp_path: Path) -> None:
    fill(directory)
    make_backup(directory.config, tmp_path / "copy.zip", NOW, with_keys=True)
    place = new_place("postgresql")
    restore(place, tmp_path / "copy.zip")
    engine = open_database(place)
    again = Directory(place, engine)
    assert again.add(line(screen_name="Later", handle="later.example.com")).new == 1
    with joining(place) as desk:
        desk.make()
    engine.dispose()


def test_a_backup_made_while_others_write_is_of_one_moment(
    directory: Directory, new_place: NewPlace, tmp_path: Path
) -> None:
    """Each transaction of the writer adds one row to two tables, which a backup reads one after the other."""
    stop = threading.Event()
    written = []

    def write() -> None:
        number = 0
        while not stop.is_set():
            with Session(directory.engine) as session:
                session.add(Account(row_id=f"{number:016x}"))
                session.add(Refusal(hash=f"{number:064x}", made_at=NOW))
                session.commit()
            number += 1
            written.append(number)

    with Session(directory.engine) as session:
        session.add_all(Refusal(hash=f"x{number:063x}", made_at=NOW) for number in range(5_000))
        session.commit()
    writer = threading.Thread(target=write)
    writer.start()
    try:
        for number in range(3):
            before = len(written)
            make_backup(directory.config, tmp_path / f"{number}.zip", NOW, with_keys=False)
            assert len(written) > before
    finally:
        stop.set()
        writer.join()
    for number in range(3):
        with ZipFile(tmp_path / f"{number}.zip") as archive:
            rows = {name: archive.read(f"tables/{name}.jsonl").count(b"\n") for name in ("accounts", "refusals")}
        assert rows["refusals"] == rows["accounts"] + 5_000


def test_a_backup_is_private_and_has_keys_only_when_asked(directory: Directory, tmp_path: Path) -> None:
    fill(directory)
    for with_keys, names in ((False, []), (True, ["keys/current.pem", "keys/next.pem", "refusals.key"])):
        make_backup(directory.config, tmp_path / "copy.zip", NOW, with_keys=with_keys)
        assert (tmp_path / "copy.zip").stat().st_mode & 0o777 == 0o600
        with ZipFile(tmp_path / "copy.zip") as archive:
            assert sorted(set(archive.namelist()) & {"keys/current.pem", "keys/next.pem", "refusals.key"}) == names
    assert list(tmp_path.glob(".making-*")) == []


def test_restored_keys_are_private_and_replace_no_other(
    directory: Directory, new_place: NewPlace, tmp_path: Path
) -> None:
    fill(directory)
    make_backup(directory.config, tmp_path / "copy.zip", NOW, with_keys=True)
    place = new_place("sqlite")
    keys.make_keys(place.keys)
    with pytest.raises(RestoreRefused, match="is not the same as the backup's"):
        restore(place, tmp_path / "copy.zip")
    shutil.rmtree(place.data)
    restore(place, tmp_path / "copy.zip")
    for name in ("keys/current.pem", "keys/next.pem", "refusals.key"):
        assert (place.data / name).read_bytes() == (directory.config.data / name).read_bytes()
        assert (place.data / name).stat().st_mode & 0o777 == 0o600
    assert (place.data / "keys").stat().st_mode & 0o777 == 0o700
    assert (place.data / "directory.sqlite").stat().st_mode & 0o777 == 0o600


def test_a_database_in_use_is_not_touched(directory: Directory, tmp_path: Path) -> None:
    fill(directory)
    make_backup(directory.config, tmp_path / "copy.zip", NOW, with_keys=False)
    before = counts(directory.engine)
    with pytest.raises(RestoreRefused, match="has rows already"):
        restore(directory.config, tmp_path / "copy.zip")
    assert counts(directory.engine) == before


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_damaged_backup_leaves_an_empty_database_that_can_be_filled(
    directory: Directory, new_place: NewPlace, tmp_path: Path, kind: str
) -> None:
    fill(directory)
    good, bad = tmp_path / "copy.zip", tmp_path / "bad.zip"
    make_backup(directory.config, good, NOW, with_keys=False)
    place = new_place(kind)
    for damage in (cut_short, change_count, drop_table_file, spoil_line):
        damage(good, bad)
        with pytest.raises(RestoreRefused):
            restore(place, bad)
    assert restore(place, good) > 0
    check_database(place)


def cut_short(good: Path, bad: Path) -> None:
    bad.write_bytes(good.read_bytes()[:-400])


def change_count(good: Path, bad: Path) -> None:
    rewrite(good, bad, lambda name, content: content.replace(b'"departures": 1', b'"departures": 2'))


def drop_table_file(good: Path, bad: Path) -> None:
    rewrite(good, bad, lambda name, content: None if name == "tables/proofs.jsonl" else content)


def spoil_line(good: Path, bad: Path) -> None:
    rewrite(good, bad, lambda name, content: content[:-9] if name == "tables/publications.jsonl" else content)


def rewrite(good: Path, bad: Path, change: Callable[[str, bytes], bytes | None]) -> None:
    """Write a backup anew with some of its files changed, or left out."""
    with ZipFile(good) as old, ZipFile(bad, "w") as new:
        for name in old.namelist():
            content = change(name, old.read(name))
            if content is not None:
                new.writestr(name, content)


def test_a_backup_of_older_tables_is_brought_up_to_date(
    directory: Directory, new_place: NewPlace, tmp_path: Path
) -> None:
    """As an operator restores a backup made before an update of the program."""
    fill(directory)
    make_backup(directory.config, tmp_path / "copy.zip", NOW, with_keys=True)

    old = columns_of(tmp_path, OLD)

    def age(name: str, content: bytes) -> bytes | None:
        if name == "about.json":
            about = json.loads(content)
            tables = {table: rows for table, rows in about["tables"].items() if table in old}
            return json.dumps(about | {"revision": OLD, "tables": tables}).encode()
        folder, _, table = name.removesuffix(".jsonl").partition("/")
        if folder != "tables":
            return content
        if table not in old:
            return None
        rows = map(json.loads, content.splitlines())
        kept = [{field: value for field, value in row.items() if field in old[table]} for row in rows]
        return "".join(json.dumps(row) + "\n" for row in kept).encode()

    rewrite(tmp_path / "copy.zip", tmp_path / "old.zip", age)
    place = new_place("postgresql")
    restore(place, tmp_path / "old.zip")
    check_database(place)
    engine = open_database(place)
    kept = counts(engine)
    assert kept == {table: rows if table in old else 0 for table, rows in counts(directory.engine).items()}
    engine.dispose()


def columns_of(folder: Path, revision: str) -> dict[str, set[str]]:
    """Return the columns of each table as of a revision."""
    config = Config(data=folder / "old", database_url=f"sqlite:///{folder / 'old' / 'directory.sqlite'}")
    make_tables(config, revision)
    engine = open_database(config)
    tables = MetaData()
    tables.reflect(engine)
    engine.dispose()
    return {table.name: {column.name for column in table.columns} for table in tables.sorted_tables}


def test_a_backup_of_a_newer_program_is_refused(directory: Directory, new_place: NewPlace, tmp_path: Path) -> None:
    make_backup(directory.config, tmp_path / "copy.zip", NOW, with_keys=False)
    head = f'"revision": "{ScriptDirectory.from_config(_alembic()).get_current_head()}"'.encode()
    for newer in (b'"revision": "9999"', b'"revision": null'):
        rewrite(tmp_path / "copy.zip", tmp_path / "new.zip", replacing(head, newer))
        with pytest.raises(RestoreRefused, match="newer version"):
            restore(new_place("sqlite"), tmp_path / "new.zip")


def replacing(old: bytes, new: bytes) -> Callable[[str, bytes], bytes]:
    """Return a change of all files."""
    return lambda _name, content: content.replace(old, new)


def test_the_commands_say_what_they_did(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = str(tmp_path / "copy.zip")
    assert main(["backup", file]) == 3
    assert "db upgrade" in capsys.readouterr().err
    for arguments in (["keygen"], ["seed"], ["backup", file, "--keys"]):
        assert main(arguments) == 0
    assert "and the keys" in capsys.readouterr().out
    assert main(["restore", file]) == 3
    assert capsys.readouterr().err.count("\n") == 1
    monkeypatch.setenv("PASSERELLE_DATA", str(tmp_path / "elsewhere"))
    assert main(["restore", file]) == 0
    assert main(["restore", str(tmp_path / "missing.zip")]) == 3


def revisions() -> list[str]:
    """Return all revisions of the tables, oldest first."""
    return [one.revision for one in ScriptDirectory.from_config(_alembic()).walk_revisions()][::-1]


@pytest.mark.parametrize("revision", revisions()[:-1])
def test_tables_of_every_revision_are_brought_up_to_date_with_their_rows(config: Config, revision: str) -> None:
    upgrade_database(config)
    engine = open_database(config)
    with engine.begin() as connection:
        command.downgrade(_alembic(connection), revision)
        connection.exec_driver_sql("INSERT INTO accounts (row_id, rest_id) VALUES ('a', '1')")
        connection.exec_driver_sql(
            "INSERT INTO publications (version, generated_at, people, organisations)"
            " VALUES (1, '2026-01-01 00:00:00', 1, 2)"
        )
    upgrade_database(config)
    check_database(config)
    with Session(engine) as session:
        assert session.scalars(select(Account.rest_id)).all() == ["1"]
        assert session.scalars(select(Publication.version)).all() == [1]
    engine.dispose()
