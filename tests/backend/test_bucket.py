"""Uploading to a bucket: a server that speaks S3 (moto's), cut off after any request, and then resumed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from moto.server import ThreadedMotoServer
from passerelle_directory.cli import main
from passerelle_directory.publishing.bucket import Bucket, InvalidAddress, open_bucket
from passerelle_directory.publishing.lifetimes import KEPT_AFTER
from passerelle_directory.publishing.snapshot import publish

from tests.backend.conftest import Directory
from tests.backend.people import line

if TYPE_CHECKING:
    from types_boto3_s3.client import S3Client

ADDRESS = "s3://directory/v1/directory"
SECRET = "a-secret-that-no-message-may-contain"
WRITES = ("PutObject", "DeleteObject")
# Of the third publication: four new files, latest.json, and deletion of the first one's three files.
LAST_WRITE = 8


class Cut(Exception):
    """The uploading program ended here."""


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """A server that speaks S3, on this machine; its address."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def bucket(server: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Bucket]:
    """An empty bucket, found and opened as an operator's is: by environment variables."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", server)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "operator")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    opened = open_bucket(ADDRESS)
    opened.client.create_bucket(Bucket=opened.name)
    yield opened
    for stored in opened.client.list_objects_v2(Bucket=opened.name).get("Contents", ()):
        opened.client.delete_object(Bucket=opened.name, Key=stored["Key"])
    opened.client.delete_bucket(Bucket=opened.name)


def upload(directory: Directory, bucket: Bucket, now: datetime | None = None) -> dict[str, Any]:
    """Publish to the folder and the bucket; return latest.json."""
    with directory.session() as session:
        return publish(session, directory.config.public, directory.key, now or datetime.now(UTC), bucket)


def keys_in(bucket: Bucket) -> set[str]:
    """Return the keys of all objects in the bucket."""
    return {stored["Key"] for stored in bucket.client.list_objects_v2(Bucket=bucket.name).get("Contents", ())}


def read(bucket: Bucket, key: str) -> bytes:
    """Return the content of an object."""
    return bucket.client.get_object(Bucket=bucket.name, Key=key)["Body"].read()


def check_named_files_are_there(bucket: Bucket) -> dict[str, Any] | None:
    """Check that all that the bucket's latest.json names is there, whole; return latest.json if there is one."""
    if "v1/directory/latest.json" not in keys_in(bucket):
        return None
    latest: dict[str, Any] = json.loads(read(bucket, "v1/directory/latest.json"))
    for promise in promises(latest):
        assert len(read(bucket, promise["path"])) == promise["bytes"]
    return latest


def promises(latest: dict[str, Any]) -> list[dict[str, Any]]:
    """Return all files that latest.json names."""
    return [*latest["files"], *latest["deltas"]]


def cut_after(client: S3Client, writes: int) -> None:
    """End the program once the server has carried out this many writes."""
    done: list[object] = []

    def count(**_event: object) -> None:
        done.append(None)
        if len(done) >= writes:
            raise Cut

    for operation in WRITES:
        client.meta.events.register(f"after-call.s3.{operation}", count)


def test_the_bucket_has_the_same_bytes_as_the_folder(directory: Directory, bucket: Bucket) -> None:
    directory.add(line(handle="museum.example.com"))
    upload(directory, bucket)
    public = directory.config.public
    on_disk = {f"v1/directory/{path.relative_to(public)}": path for path in public.rglob("*") if path.is_file()}
    assert keys_in(bucket) == on_disk.keys()
    assert all(read(bucket, key) == path.read_bytes() for key, path in on_disk.items())


def test_caches_keep_files_for_days_and_latest_json_for_minutes(directory: Directory, bucket: Bucket) -> None:
    latest = upload(directory, bucket)
    kept = {
        key: bucket.client.head_object(Bucket=bucket.name, Key=key)["CacheControl"]
        for key in (latest["files"][0]["path"], "v1/directory/latest.json")
    }
    assert list(kept.values()) == ["public, max-age=1296000, immutable", "public, max-age=300"]


@pytest.mark.parametrize("writes", range(1, LAST_WRITE + 2))  # the last one never comes
def test_a_cut_upload_never_leaves_a_latest_json_that_names_what_is_not_there(
    directory: Directory, bucket: Bucket, writes: int
) -> None:
    begun = datetime.now(UTC)
    directory.add(line(handle="museum.example.com"))
    first = upload(directory, bucket, begun)
    directory.add(line("another", handle="another.example.com"))
    upload(directory, bucket, begun + timedelta(days=1))
    directory.add(line("third", handle="third.example.com"))
    later = begun + timedelta(days=1) + KEPT_AFTER
    cut = open_bucket(ADDRESS)
    cut_after(cut.client, writes)
    with pytest.raises(Cut) if writes <= LAST_WRITE else nullcontext():
        upload(directory, cut, later)
    check_named_files_are_there(bucket)

    last = upload(directory, bucket, later + timedelta(minutes=1))
    assert check_named_files_are_there(bucket) == last
    gone = {one["path"] for one in promises(first)}
    assert gone
    assert not gone & keys_in(bucket)


def test_what_is_there_already_is_not_sent_again(directory: Directory, bucket: Bucket) -> None:
    directory.add(line(handle="museum.example.com"))
    first = upload(directory, bucket)
    sent: list[str] = []
    again = open_bucket(ADDRESS)
    again.client.meta.events.register(
        "before-parameter-build.s3.PutObject", lambda params, **_rest: sent.append(params["Key"])
    )
    second = upload(directory, again)
    assert second["files"] == first["files"]
    assert sent == [second["deltas"][0]["path"], "v1/directory/latest.json"]  # it says that nothing changed
    sent.clear()
    upload(directory, again)
    assert sent == ["v1/directory/latest.json"]


def test_a_file_that_is_not_whole_is_sent_again(directory: Directory, bucket: Bucket) -> None:
    latest = upload(directory, bucket)
    bucket.client.put_object(Bucket=bucket.name, Key=latest["files"][0]["path"], Body=b"half")
    upload(directory, bucket)
    check_named_files_are_there(bucket)


def test_files_of_a_lost_database_go_from_the_bucket_too_and_others_stay(directory: Directory, bucket: Bucket) -> None:
    strays = [f"v1/directory/files/{name}" for name in (f"{'0' * 64}.jsonl.gz", "notes.txt")]
    for key in (*strays, "elsewhere/latest.json"):
        bucket.client.put_object(Bucket=bucket.name, Key=key, Body=b"x")
    upload(directory, bucket)
    assert strays[0] in keys_in(bucket)
    upload(directory, bucket, datetime.now(UTC) + KEPT_AFTER)
    assert keys_in(bucket) >= {strays[1], "elsewhere/latest.json"}
    assert strays[0] not in keys_in(bucket)


@pytest.mark.parametrize(
    "address", ["", "s3://", "https://directory.example/", "s3://Upper/x", "s3://a b/", "s3://directory?x=1"]
)
def test_an_address_that_names_no_bucket_is_refused(address: str) -> None:
    with pytest.raises(InvalidAddress):
        open_bucket(address)


def test_the_command_publishes_and_uploads(
    bucket: Bucket, directory: Directory, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PASSERELLE_DATA", str(directory.config.data))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    assert main(["snapshot", "--to", ADDRESS]) == 0
    assert capsys.readouterr().out.endswith(f" and {ADDRESS}\n")
    assert check_named_files_are_there(bucket)
    assert main(["snapshot", "--to", "directory"]) == 2
    assert main(["snapshot", "--to", "s3://another-bucket"]) == 3
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    assert main(["snapshot", "--to", ADDRESS]) == 3
    written = capsys.readouterr().err
    assert len(written.splitlines()) == 3
    assert "Traceback" not in written
    assert SECRET not in written
