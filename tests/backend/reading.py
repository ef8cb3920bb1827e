"""What a directory published, read with the client's own code."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from passerelle.directory import (
    BlockIndex,
    FilePromise,
    FoundRows,
    Latest,
    Overlay,
    PackedRows,
    Seen,
    key_id,
    read_file,
    read_latest,
    read_lines,
    row_of,
)
from passerelle.identifiers import RestId, ScreenName
from passerelle.transport import Response
from passerelle_directory.publishing.keys import public_bytes

from tests.backend.conftest import NOW, Directory


async def verify(key: bytes, message: bytes, signature: bytes) -> bool:
    """Check a signature as the desktop client does."""
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, message)
    except InvalidSignature:
        return False
    return True


def latest_as_client(
    directory: Directory, *, now: datetime = NOW, seen_version: int = 0, key: Ed25519PrivateKey | None = None
) -> Latest:
    """Read latest.json with the client's own code."""
    body = (directory.config.public / "latest.json").read_bytes()
    pinned = (public_bytes(key or directory.key),)
    response = Response(200, {}, body)
    seen = Seen(key_id(pinned[0]), seen_version)
    return asyncio.run(read_latest(response, keys=pinned, verify=verify, now=now, seen=seen))


def packed(directory: Directory, promise: FilePromise) -> bytes:
    """Fetch a promised file, checked as the client checks it."""
    body = (directory.config.public / promise.path.removeprefix("v1/directory/")).read_bytes()
    return read_file(Response(200, {}, body), promise)


def names(directory: Directory) -> set[str]:
    """Return the names of the files that are there."""
    return {path.name for path in (directory.config.public / "files").iterdir()}


def named_by(latest: dict[str, Any]) -> set[str]:
    """Return the names of the files that latest.json names."""
    promises = [*latest["files"], *latest["deltas"]]
    return {promise["path"].rpartition("/")[2] for promise in promises}


def read(directory: Directory, promise: dict[str, Any]) -> bytes:
    return (directory.config.public / str(promise["path"]).removeprefix("v1/directory/")).read_bytes()


class Client:
    """A client that keeps the files of one version, and applies deltas to them."""

    def __init__(self, directory: Directory, latest: dict[str, Any]) -> None:
        self.directory, self.version, self.overlay = directory, latest["version"], Overlay()
        by_kind = {kind: [one for one in latest["files"] if one["kind"] == kind] for kind in ("rows", "keys", "places")}
        self.rows = [read(directory, one) for one in by_kind["rows"]]
        keys, places = (read(directory, by_kind[kind][0]) for kind in ("keys", "places"))
        self.index = BlockIndex(keys, places, [len(file) for file in self.rows])

    def update(self, now: datetime = NOW) -> bool:
        """Apply the deltas since this version; return whether the chain reaches back to it."""
        latest = latest_as_client(self.directory, now=now, seen_version=self.version)
        chain = latest.deltas_since(self.version)
        for delta in chain or ():
            body = (self.directory.config.public / delta.file.path.removeprefix("v1/directory/")).read_bytes()
            self.overlay = self.overlay.apply(read_lines(body))
        self.version = latest.version
        return chain is not None

    def find(self, *screen_names: str) -> FoundRows:
        async def reading(file: int, start: int, end: int) -> bytes:
            return self.rows[file][start:end]

        wanted: Iterable[ScreenName] = map(ScreenName, screen_names)
        return asyncio.run(self.index.collect([RestId("42")], wanted, reading, self.overlay))

    def handle(self, screen_name: str) -> str | None:
        """Return the handle of the row with this name."""
        rows = self.find(screen_name).find_by_name(ScreenName(screen_name))
        return rows[0].handle if rows else None


def index_as_client(directory: Directory) -> FoundRows:
    """Download everything with the client's own checks; return what finds all of its rows."""
    latest = latest_as_client(directory)
    lines = [line for promise in latest.files.rows for line in read_lines(packed(directory, promise))]
    rows = [row for line in lines if (row := row_of(line))]
    assert len(rows) == len(lines) == latest.rows
    contents = PackedRows(
        tuple(packed(directory, promise) for promise in latest.files.rows),
        packed(directory, latest.files.keys),
        packed(directory, latest.files.places),
    )

    async def reading(file: int, start: int, end: int) -> bytes:
        return contents.rows[file][start:end]

    index = BlockIndex(contents.keys, contents.places, [len(file) for file in contents.rows])
    ids = [row.rest_id for row in rows if row.rest_id]
    return asyncio.run(index.collect(ids, [row.screen_name for row in rows if row.screen_name], reading))
