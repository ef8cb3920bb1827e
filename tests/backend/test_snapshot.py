"""Publishing: files that the client accepts, equal bytes for equal rows, deletion of old files."""

from __future__ import annotations

import gzip
import json
import stat
from datetime import datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from passerelle.directory import Latest
from passerelle.errors import DirectoryError
from passerelle.identifiers import RestId, ScreenName
from passerelle_directory.publishing.lifetimes import CACHED_FOR, KEPT_AFTER
from passerelle_directory.publishing.snapshot import EXPIRES_AFTER, AlreadyPublishing, publish

from tests.backend.conftest import NOW, Directory
from tests.backend.people import OTHER_SOURCE, line
from tests.backend.reading import index_as_client, latest_as_client, named_by, names, packed, read

FIRST = int(NOW.timestamp())  # the version of what is published then


def test_the_client_finds_in_the_files_what_was_imported(directory: Directory) -> None:
    directory.add(line("Museum", rest_id="42", handle="museum.example.com", source_url="https://lists.example/one"))
    directory.add(line("Zoo", acct="zoo@social.example.org"))
    directory.publish()
    index = index_as_client(directory)
    (museum,) = index.find_by_id(RestId("42"))
    (zoo,) = index.find_by_name(ScreenName("zoo"))
    assert museum.handle == "museum.example.com"
    assert [(source.name, source.url) for source in museum.sources] == [("lists/one", "https://lists.example/one")]
    assert (str(zoo.acct), zoo.grade) == ("zoo@social.example.org", "imported")


def test_the_same_rows_give_the_same_bytes(directory: Directory) -> None:
    for n in range(50):
        directory.add(line(f"name{n}", handle=f"name{n}.example.com"))
    first = directory.publish()
    second = directory.publish(NOW + timedelta(days=1))
    assert first["files"] == second["files"]
    header = read(directory, first["files"][0])[:10]
    assert header[4:8] == b"\0\0\0\0"  # gzip's modification time, RFC 1952


def test_files_are_sorted_and_named_by_their_checksum(directory: Directory) -> None:
    for n in range(50):
        directory.add(line(f"name{n}", handle=f"name{n}.example.com"))
    latest = directory.publish()
    ids = [json.loads(text)["row_id"] for text in gzip.decompress(read(directory, latest["files"][0])).splitlines()]
    assert ids == sorted(ids)
    assert len(ids) == latest["rows"] == 50
    for file, suffix in zip(latest["files"], ("jsonl.gz", "keys", "places"), strict=True):
        assert file["path"] == f"v1/directory/files/{file['sha256']}.{suffix}"


def test_row_ids_stay_when_rows_change(directory: Directory) -> None:
    directory.add(line(handle="old.example.com"))
    directory.publish()
    (before,) = index_as_client(directory).find_by_name(ScreenName("museum"))
    directory.add(line(handle="new.example.com", source_date="2026-06-01"))
    directory.publish()
    (after,) = index_as_client(directory).find_by_name(ScreenName("museum"))
    assert (before.row_id, after.handle) == (after.row_id, "new.example.com")


@pytest.mark.parametrize("hostile_first", [False, True])
def test_an_id_that_one_family_states_does_not_hide_what_two_agree_on_for_the_name(
    directory: Directory, hostile_first: bool
) -> None:
    hostile = line(source="hostile/list", rest_id="42", handle="impostor.example.com")
    honest = (line(handle="museum.example.com"), line(source=OTHER_SOURCE, handle="museum.example.com"))
    directory.add(*((hostile, *honest) if hostile_first else (*honest, hostile)))
    assert directory.publish()["rows"] == 1
    index = index_as_client(directory)
    assert index.find_by_id(RestId("42")) == ()
    (row,) = index.find_by_name(ScreenName("museum"))
    assert (row.handle, row.grade) == ("museum.example.com", "attested")


def test_an_attested_row_with_an_id_stays_beside_one_of_the_same_name(directory: Directory) -> None:
    directory.add(line(handle="museum.example.com"), line(source=OTHER_SOURCE, handle="museum.example.com"))
    directory.add(*(line(source=source, rest_id="42", handle="new.example.com") for source in ("c/d", "e/f")))
    assert directory.publish()["rows"] == 2


def test_conflicts_stand_in_the_row(directory: Directory) -> None:
    directory.add(line(handle="a.example.com"), line(source=OTHER_SOURCE, handle="b.example.com"))
    latest = directory.publish()
    (row,) = gzip.decompress(read(directory, latest["files"][0])).splitlines()
    assert json.loads(row)["conflicts"] == [
        {"network": "bluesky", "address": "b.example.com", "sources": ["records/two"]}
    ]


def test_versions_only_grow_even_when_the_database_is_lost(directory: Directory) -> None:
    assert [directory.publish()["version"] for _ in range(3)] == [FIRST, FIRST + 1, FIRST + 2]
    with directory.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM publications")
    assert directory.publish()["version"] == FIRST + 3


def test_a_version_is_the_time_of_its_publication(directory: Directory) -> None:
    directory.publish()
    assert directory.publish(NOW + timedelta(hours=1))["version"] == FIRST + 3600
    assert directory.publish(NOW)["version"] == FIRST + 3601  # the clock was put back


@pytest.mark.parametrize("version", [2**53 - 1, FIRST + 2 * 86_400])
def test_a_version_that_no_client_takes_does_not_spoil_the_next_ones(directory: Directory, version: int) -> None:
    latest: dict[str, Any] = directory.publish()
    path = directory.config.public / "latest.json"
    path.write_text(json.dumps(latest | {"version": version}), encoding="utf-8")
    with directory.engine.begin() as connection:
        connection.exec_driver_sql(f"INSERT INTO publications VALUES ({version}, '2026-11-20 12:00:00', 0, 0)")

    directory.publish()
    assert latest_as_client(directory).version == FIRST + 1


def test_a_client_refuses_what_is_expired_older_or_signed_by_another(directory: Directory) -> None:
    directory.publish()
    assert latest_as_client(directory, now=NOW + EXPIRES_AFTER - timedelta(seconds=1)).version == FIRST
    for wrong, code in (
        ({"now": NOW + EXPIRES_AFTER}, "directory_expired"),
        ({"seen_version": FIRST + 1}, "directory_older"),
        ({"key": Ed25519PrivateKey.generate()}, "directory_key_unknown"),
    ):
        with pytest.raises(DirectoryError) as refused:
            latest_as_client(directory, **wrong)
        assert refused.value.code == code


@pytest.mark.parametrize("field", ["version", "generated_at", "expires", "rows", "files", "deltas", "campaigns"])
def test_the_signature_covers_every_field(directory: Directory, field: str) -> None:
    path = directory.config.public / "latest.json"
    latest: dict[str, Any] = directory.publish()
    path.write_text(json.dumps(latest | {field: 7}), encoding="utf-8")
    with pytest.raises(DirectoryError) as refused:
        latest_as_client(directory)
    assert refused.value.code == "directory_signature"


def test_an_erased_row_is_in_no_file_and_no_cache_after_thirty_days() -> None:
    assert timedelta(days=30) >= KEPT_AFTER + CACHED_FOR
    assert KEPT_AFTER >= EXPIRES_AFTER  # until then a client may ask for what the older latest.json names


def test_superseded_files_stay_two_weeks_and_then_go(directory: Directory) -> None:
    directory.add(line(handle="old.example.com"))
    directory.publish()
    old = names(directory)
    directory.add(line(handle="new.example.com", source_date="2026-06-01"))
    directory.publish(NOW + timedelta(days=1))
    directory.publish(NOW + timedelta(days=1) + KEPT_AFTER - timedelta(seconds=1))
    assert old <= names(directory)
    latest = directory.publish(NOW + timedelta(days=1) + KEPT_AFTER)
    # What did not change is the same file and stays: keys, and places where the new rows pack to the same length.
    superseded = old - named_by(latest)
    assert any(name.endswith(".jsonl.gz") for name in superseded)
    assert not superseded & names(directory)
    assert index_as_client_at(directory, NOW + timedelta(days=1) + KEPT_AFTER).rows == 1


def index_as_client_at(directory: Directory, now: datetime) -> Latest:
    """Read latest.json at another time, and all of its files."""
    latest = latest_as_client(directory, now=now)
    for promise in (*latest.files.every(), *(delta.file for delta in latest.deltas)):
        packed(directory, promise)
    return latest


def test_a_file_that_comes_back_is_not_deleted(directory: Directory) -> None:
    directory.add(line(handle="a.example.com"))
    first = directory.publish()
    directory.add(line(handle="b.example.com"))
    directory.publish(NOW + timedelta(days=1))
    directory.add(line(handle="a.example.com"))
    later = NOW + timedelta(days=1) + KEPT_AFTER
    assert directory.publish(later)["files"] == first["files"]
    assert index_as_client_at(directory, later).version == int(later.timestamp())


def test_files_of_a_lost_database_go_too(directory: Directory) -> None:
    stray = directory.config.public / "files" / f"{'0' * 64}.jsonl.gz"
    stray.parent.mkdir(parents=True)
    stray.write_bytes(b"")
    directory.publish()
    assert stray.exists()
    directory.publish(NOW + KEPT_AFTER)
    assert not stray.exists()


def test_files_left_unfinished_by_a_crash_are_deleted(directory: Directory) -> None:
    directory.publish()
    (directory.config.public / "files" / ".making-x").write_bytes(b"half")
    directory.publish()
    assert not [name for name in names(directory) if name.startswith(".making")]


def test_only_one_snapshot_is_made_at_a_time(directory: Directory) -> None:
    import fcntl

    directory.publish()
    with (directory.config.data / "snapshot.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with directory.session() as session, pytest.raises(AlreadyPublishing):
            publish(session, directory.config.public, directory.key, NOW)
    assert latest_as_client(directory).version == FIRST


def test_published_files_can_be_read_by_a_web_server(directory: Directory) -> None:
    directory.publish()
    published = [directory.config.public / "latest.json", *(directory.config.public / "files").iterdir()]
    assert {stat.S_IMODE(path.stat().st_mode) for path in published} == {0o644}


def test_a_directory_with_nothing_in_it_can_be_published(directory: Directory) -> None:
    assert directory.publish()["rows"] == 0
    assert latest_as_client(directory).rows == 0
