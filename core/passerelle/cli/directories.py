"""The directory that `passerelle match` looks in: from a server, from a file, or the one that comes with the program.

The only file of the core that needs the extra `cli` (httpx to fetch, cryptography to check signatures).
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from datetime import datetime
from importlib import resources
from pathlib import Path
from urllib.parse import urlsplit

from passerelle import directory
from passerelle.cli.terminal import warn
from passerelle.directory import BlockIndex, FilePromise, Latest, PackedRows, PinnedDirectory, RowLookup
from passerelle.errors import DirectoryError, InputError, NetworkError
from passerelle.identifiers import RestId, ScreenName
from passerelle.people.graph import FollowGraph, names_of
from passerelle.transport import Request, Response, read_start

PINNED = "directories.json"  # the production list that the extension is built with, too


def find_rows(graph: FollowGraph, place: str | None, keys: Sequence[bytes], now: datetime) -> RowLookup:
    """Find the rows of the people of a graph in the directory at `place` (URL or file; None: the program's own).

    Raises InputError, NetworkError, ServerRefused, DirectoryError.
    """
    if place is None:
        return _collect(graph, _read_packaged())
    if urlsplit(place).scheme in ("http", "https"):
        return _collect(graph, _download(place.rstrip("/"), keys, now))
    return _scan(graph, Path(place))


def _people(graph: FollowGraph) -> tuple[list[RestId], list[ScreenName]]:
    return list(graph.people), [name for person in graph.people.values() for name in names_of(person)]


def _collect(graph: FollowGraph, packed: PackedRows) -> RowLookup:
    index = BlockIndex(packed.keys, packed.places, [len(file) for file in packed.rows])

    async def read(file: int, start: int, end: int) -> bytes:
        return packed.rows[file][start:end]

    return asyncio.run(index.collect(*_people(graph), read))


def _read_packaged() -> PackedRows:
    packaged = directory.read_packaged()
    if packaged is None:
        raise InputError("This program came without a directory: name one with --directory.")
    warn(f"the directory of {packaged.generated_at:%Y-%m-%d} that comes with this program is used")
    return packaged.files


def _scan(graph: FollowGraph, path: Path) -> RowLookup:
    """Find people in a file of rows, read from its first line to its last."""
    try:
        packed = path.read_bytes()
    except OSError as error:
        raise InputError(f"The directory file cannot be read: {path}: {error.strerror}") from None
    try:
        scan = directory.scan_lines(directory.read_lines(packed), *_people(graph))
    except DirectoryError as error:
        raise InputError(f"{path}: {error.message}") from error
    if scan.lines == scan.skipped:
        raise InputError(f"There is no row of a directory in {path}.")
    if scan.skipped:
        warn(f"{scan.skipped:,} lines of the directory could not be used")
    return scan.found


def _download(url: str, keys: Sequence[bytes], now: datetime) -> PackedRows:
    latest = asyncio.run(_latest(url, tuple(keys) or _pinned_keys(url), now))
    rows = tuple(_file(url, promise) for promise in latest.files.rows)
    return PackedRows(rows, _file(url, latest.files.keys), _file(url, latest.files.places))


def _file(url: str, promise: FilePromise) -> bytes:
    return directory.read_file(_fetch(directory.file_request(url, promise)), promise)


async def _latest(url: str, keys: tuple[bytes, ...], now: datetime) -> Latest:
    response = _fetch(directory.latest_request(url))
    if keys:
        return await directory.read_latest(response, keys=keys, verify=_verify, now=now)
    warn(f"nothing vouches for {url}: give its public key with --key")
    return directory.read_unpinned_latest(response, now)


def _pinned_keys(url: str) -> tuple[bytes, ...]:
    listed = json.loads(resources.files("passerelle").joinpath(PINNED).read_text(encoding="utf-8"))
    return next((source.keys for source in map(PinnedDirectory.from_json, listed) if source.url == url), ())


def _fetch(request: Request) -> Response:
    """Send one request and wait for the answer, at most `request.limit` bytes of it. Raises NetworkError."""
    try:
        import httpx
    except ModuleNotFoundError:
        raise NetworkError("A directory is fetched with httpx: pip install 'passerelle[cli]'", host="") from None
    try:
        # An answer encoded for transport could decode to any size, and the files are packed anyway.
        headers = {**request.headers, "accept-encoding": "identity"}
        with httpx.stream(request.method, request.url, headers=headers, timeout=request.timeout) as answer:
            body = read_start(answer.iter_raw(), request.limit)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        host = urlsplit(request.url).netloc
        raise NetworkError(f"The directory at {host} did not answer: {error}", host=host) from None
    return Response(answer.status_code, dict(answer.headers), body, str(answer.url))


async def _verify(key: bytes, message: bytes, signature: bytes) -> bool:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, message)
    except InvalidSignature:
        return False
    return True
