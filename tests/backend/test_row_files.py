"""The published blocks, keys, places and deltas, read with the client's own code, as far as a clock is moved on."""

from __future__ import annotations

import gzip
from datetime import timedelta
from pathlib import Path

import pytest
from passerelle.directory import Evidence, Row
from passerelle_directory.models import Account
from passerelle_directory.publishing.deltas import MAX_AGE, MAX_DELTAS
from passerelle_directory.publishing.lifetimes import KEPT_AFTER
from passerelle_directory.publishing.row_files import RowFiles
from sqlalchemy import select

from tests.backend.conftest import NOW, Directory
from tests.backend.people import line
from tests.backend.reading import Client, named_by, names, read

DAY = timedelta(days=1)


def erase(directory: Directory, screen_name: str) -> None:
    """Remove an X account and all statements about it."""
    with directory.session() as session:
        session.delete(session.scalars(select(Account).where(Account.screen_name_key == screen_name.lower())).one())
        session.commit()


def served(directory: Directory) -> bytes:
    """Return the unpacked content of every file that can be downloaded."""
    folder = directory.config.public / "files"
    return b"".join(
        gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes() for path in folder.iterdir()
    )


def test_a_file_of_rows_ends_before_it_is_too_large(tmp_path: Path) -> None:
    rows = [
        Row.from_json(
            {
                "row_id": f"{n:05}",
                "screen_name": f"n{n}",
                "handle": f"h{n}.example.org",
                "kind": "ngo",
                "grade": "imported",
            }
        )
        for n in range(2000)
    ]
    with RowFiles(tmp_path, max_file=5_000) as files:
        for row in rows:
            files.add(row, Evidence(row.row_id, ()))
        written, _, _ = files.finish()
    assert len(written) > 1
    assert all(file.bytes <= 5_000 for file in written)
    assert not list(tmp_path.glob(".making*"))


def test_an_interrupted_publication_leaves_no_file_behind(tmp_path: Path) -> None:
    row = Row.from_json(
        {"row_id": "a", "screen_name": "a", "handle": "a.example.org", "kind": "ngo", "grade": "imported"}
    )

    def interrupted() -> None:
        with RowFiles(tmp_path) as files:
            for _ in range(1000):
                files.add(row, Evidence("a", ()))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert not list(tmp_path.iterdir())


def test_a_client_follows_additions_changes_and_removals_by_deltas(directory: Directory) -> None:
    directory.add(line("stays", handle="stays.example.com"), line("changes", handle="before.example.com"))
    directory.add(line("goes", handle="goes.example.com"))
    client = Client(directory, directory.publish())
    directory.add(line("comes", handle="comes.example.com"))
    directory.publish(NOW + DAY)
    directory.add(line("changes", handle="after.example.com", source_date="2026-06-01"))
    erase(directory, "goes")
    directory.publish(NOW + 2 * DAY)
    assert client.update(NOW + 2 * DAY)
    found = {name: client.handle(name) for name in ("stays", "changes", "comes", "goes")}
    assert found == {
        "stays": "stays.example.com",
        "changes": "after.example.com",
        "comes": "comes.example.com",
        "goes": None,
    }


def test_a_delta_costs_what_changed_and_an_unchanged_directory_nothing(directory: Directory) -> None:
    directory.add(*(line(f"name{n}", handle=f"name{n}.example.com") for n in range(500)))
    directory.publish()
    directory.add(line("name7", handle="new.example.com", source_date="2026-06-01"))
    (delta,) = directory.publish(NOW + DAY)["deltas"]
    assert gzip.decompress(read(directory, delta)).count(b"\n") == 1
    *_, unchanged = directory.publish(NOW + 2 * DAY)["deltas"]
    assert unchanged["bytes"] <= 20
    assert gzip.decompress(read(directory, unchanged)) == b""


def test_a_chain_has_no_gap_and_reaches_back_thirty_days_at_most(directory: Directory) -> None:
    directory.add(line(handle="museum.example.com"))
    for day in range(0, 40, 4):
        latest = directory.publish(NOW + day * DAY)
    chain = latest["deltas"]
    assert [one["from"] for one in chain[1:]] == [one["to"] for one in chain[:-1]]
    assert chain[-1]["to"] == latest["version"]
    assert latest["version"] - chain[0]["from"] <= MAX_AGE.total_seconds()
    assert len(chain) == 7


def test_a_chain_of_frequent_publications_keeps_the_newest_deltas(directory: Directory) -> None:
    for minute in range(MAX_DELTAS + 5):
        latest = directory.publish(NOW + timedelta(minutes=minute))
    assert len(latest["deltas"]) == MAX_DELTAS
    assert latest["deltas"][-1]["to"] == latest["version"]


@pytest.mark.parametrize("days_before_erasure", [0, 1, 10, 29])
def test_an_erased_row_is_in_no_served_file_thirty_days_later(directory: Directory, days_before_erasure: int) -> None:
    directory.add(line("stays", handle="stays.example.com"))
    client = Client(directory, directory.publish(NOW - DAY))
    directory.add(line("secret", handle="secret.example.com"))
    directory.publish(NOW)
    assert client.update(NOW)
    for day in range(days_before_erasure):
        directory.publish(NOW + day * DAY)
    erased = NOW + days_before_erasure * DAY
    erase(directory, "secret")
    latest = directory.publish(erased + DAY)
    assert all(b"secret" not in gzip.decompress(read(directory, delta)) for delta in latest["deltas"])
    assert client.update(erased + DAY)
    assert client.handle("secret") is None
    assert b"secret" in served(directory)  # for those who read the earlier latest.json a moment ago
    for day in range(2, 30):
        directory.publish(erased + day * DAY)
    assert b"secret" not in served(directory)
    assert timedelta(days=30) > DAY + KEPT_AFTER


def test_files_of_the_chain_stay_as_long_as_latest_json_names_them(directory: Directory) -> None:
    directory.add(line(handle="museum.example.com"))
    directory.publish()
    directory.add(line("zoo", handle="zoo.example.com"))
    for day in range(1, 29):
        latest = directory.publish(NOW + day * DAY)
    assert named_by(latest) <= names(directory)
    assert latest["deltas"][0]["from"] == int(NOW.timestamp())


@pytest.mark.parametrize("damage", ["missing", "changed"])
def test_a_damaged_file_of_the_last_version_ends_the_chain(directory: Directory, damage: str) -> None:
    directory.add(line(handle="museum.example.com"))
    directory.publish()
    latest = directory.publish(NOW + DAY)
    path = directory.config.public / "files" / latest["files"][0]["path"].rpartition("/")[2]
    path.unlink() if damage == "missing" else path.write_bytes(b"x" * path.stat().st_size)
    directory.add(line("zoo", handle="zoo.example.com"))
    after = directory.publish(NOW + 2 * DAY)
    assert after["deltas"] == []
    assert not Client(directory, after).handle("stranger")


def test_a_damaged_delta_ends_the_chain_after_it(directory: Directory) -> None:
    directory.add(line(handle="museum.example.com"))
    directory.publish()
    for day, name in enumerate(("a", "b", "c"), start=1):
        directory.add(line(name, handle=f"{name}.example.com"))
        latest = directory.publish(NOW + day * DAY)
    (directory.config.public / "files" / latest["deltas"][1]["path"].rpartition("/")[2]).unlink()
    after = directory.publish(NOW + 4 * DAY)
    assert [one["from"] for one in after["deltas"]] == [latest["deltas"][2]["from"], latest["version"]]
