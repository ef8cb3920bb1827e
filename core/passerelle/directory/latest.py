"""`latest.json`: which directory may be believed, and the files it promises by checksum (docs/directory-format.md).

A server publishes the same files for every client and is never asked about a person. `latest.json` is signed with
Ed25519 over RFC 8785 canonical JSON.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Self
from urllib.parse import urlsplit

import rfc8785

from passerelle.directory.campaigns import MAX_CAMPAIGNS_FILE
from passerelle.directory.lines import MAX_ROWS
from passerelle.directory.packing import MAX_PUBLISHED_FILE
from passerelle.errors import DirectoryError, ServerRefused
from passerelle.transport import Request, Response

MAX_LATEST = 1 << 20  # bytes of latest.json
MAX_FILES = 64  # named by latest.json: MAX_ROWS rows pack into 20 files
MAX_DELTAS = 1000  # named by latest.json; our own server publishes 60 at most
KEY_BYTES = 32  # RFC 8032, section 5.1.5
SIGNATURE_BYTES = 64  # RFC 8032, section 5.1.6
FILE_TIMEOUT = 600.0  # seconds for a whole file: 8 MB on a very slow line
MAX_AHEAD = timedelta(days=1)  # of a version's time before its own date, and of that date before our clock
MAX_VALIDITY = timedelta(days=30)  # an erased row has left every file by then (docs/operators.md)

_PATH = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._/-]{0,300}\Z", re.ASCII)
_SHA256 = re.compile(r"[0-9a-f]{64}\Z", re.ASCII)

# (raw public key, message, signature) -> is it valid? WebCrypto answers asynchronously, hence Awaitable.
Verify = Callable[[bytes, bytes, bytes], Awaitable[bool]]


@dataclass(frozen=True, slots=True)
class PinnedDirectory:
    """One directory this program was built with: its URL, and the two keys (current, next) it may sign with.

    `registrar`: the origin of the server at which people join it; None where there is none.
    """

    name: str
    url: str
    keys: tuple[bytes, ...]
    registrar: str | None = None

    @classmethod
    def from_json(cls, fields: Mapping[str, Any]) -> Self:
        """Parse one entry of directories.json; keys are base64 of KEY_BYTES raw bytes. Raises DirectoryError."""
        try:
            keys = tuple(base64.b64decode(key, validate=True) for key in fields["keys"])
            registrar = str(fields["registrar"]).rstrip("/") if "registrar" in fields else None
            pinned = cls(str(fields["name"]), str(fields["url"]).rstrip("/"), keys, registrar)
        except (KeyError, TypeError, ValueError):
            raise DirectoryError("The list of directories is damaged.") from None
        is_secure = all(urlsplit(url).scheme == "https" for url in (pinned.url, pinned.registrar) if url is not None)
        if not is_secure or not keys or any(len(key) != KEY_BYTES for key in keys):
            raise DirectoryError("The list of directories is damaged.")
        return pinned


@dataclass(frozen=True, slots=True)
class FilePromise:
    """A file that `latest.json` promises: its path on the directory, SHA-256 in hex, and size in bytes."""

    path: str
    sha256: str
    bytes: int


@dataclass(frozen=True, slots=True)
class DeltaPromise:
    """A promised file with what changed from one version to the next."""

    since: int
    until: int
    file: FilePromise


@dataclass(frozen=True, slots=True)
class FilesPromise:
    """The promised files of a whole directory: rows in their order, their keys, and where each one's block lies."""

    rows: tuple[FilePromise, ...]
    keys: FilePromise
    places: FilePromise

    def every(self) -> tuple[FilePromise, ...]:
        """Return all of them."""
        return (*self.rows, self.keys, self.places)


@dataclass(frozen=True, slots=True)
class Latest:
    """A parsed `latest.json`."""

    key_id: str
    version: int
    generated_at: datetime
    expires: datetime
    rows: int
    files: FilesPromise
    deltas: tuple[DeltaPromise, ...]
    campaigns: FilePromise | None = None

    def deltas_since(self, version: int) -> tuple[DeltaPromise, ...] | None:
        """Return the deltas that lead from a version to this one, in their order; None where the chain is broken."""
        by_start = {delta.since: delta for delta in self.deltas}
        chain: list[DeltaPromise] = []
        while version < self.version:
            delta = by_start.get(version)
            if delta is None or delta.until <= version:
                return None
            chain.append(delta)
            version = delta.until
        return tuple(chain) if version == self.version else None


@dataclass(frozen=True, slots=True)
class Seen:
    """What was taken last from a directory: the name of the key that signed it ("": none), and its version."""

    key_id: str = ""
    version: int = 0


NOTHING_SEEN = Seen()


def latest_request(base_url: str) -> Request:
    """Return the request for the directory's latest.json: the same for every client."""
    return Request("GET", f"{base_url}/v1/directory/latest.json", limit=MAX_LATEST + 1, purpose="directory")


async def read_latest(
    response: Response, *, keys: tuple[bytes, ...], verify: Verify, now: datetime, seen: Seen = NOTHING_SEEN
) -> Latest:
    """Check and parse latest.json, signed by one of the raw public `keys` (current, next), not older than `seen`.

    A file signed with the next key makes the current one worthless, and its versions count anew: a thief of the
    current key cannot hold clients back with a high version.
    Raises DirectoryError with one of its codes, ServerRefused when there is no file at all.
    """
    fields = _latest_fields(response)
    ids = [key_id(key) for key in keys]
    if (signer := str(fields.get("key_id"))) not in ids:
        raise DirectoryError("The directory is signed with an unknown key.", code="directory_key_unknown")
    if not await _is_signed(fields, keys[ids.index(signer)], verify):
        raise DirectoryError("The directory's signature is wrong.", code="directory_signature")
    latest = _fresh(parse_latest(fields), now)
    _refuse_older(latest, seen, ids)
    return latest


def read_unpinned_latest(response: Response, now: datetime) -> Latest:
    """Parse the latest.json of a directory without pinned keys: its signature is not checked.

    Only for the command line, which says so; the engine never calls it.
    """
    return _fresh(parse_latest(_latest_fields(response)), now)


def parse_latest(fields: Mapping[str, Any]) -> Latest:
    """Parse a latest.json whose signature and dates are checked elsewhere. Raises DirectoryError."""
    try:
        return Latest(
            key_id=str(fields.get("key_id", "")),
            version=_count(fields["version"]),
            generated_at=_moment(fields["generated_at"]),
            expires=_moment(fields["expires"]),
            rows=_count(fields["rows"], MAX_ROWS),
            files=_files(fields["files"]),
            deltas=tuple(map(_delta, _list(fields["deltas"], MAX_DELTAS))),
            campaigns=_campaigns(fields.get("campaigns", [])),
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        raise _invalid() from None


def file_request(base_url: str, promise: FilePromise) -> Request:
    """Return the request for a promised file; no more bytes are read than promised, and one that tells of too many."""
    url = f"{base_url}/{promise.path}"
    return Request("GET", url, timeout=FILE_TIMEOUT, limit=promise.bytes + 1, purpose="directory")


def read_file(response: Response, promise: FilePromise) -> bytes:
    """Return the file's bytes, still packed, if they are the promised ones. Raises DirectoryError, ServerRefused."""
    _expect_ok(response)
    if len(response.body) != promise.bytes or hashlib.sha256(response.body).hexdigest() != promise.sha256:
        raise DirectoryError("A directory file does not have the promised checksum.", code="directory_corrupt")
    return response.body


def key_id(public_key: bytes) -> str:
    """Return the name of a raw Ed25519 public key: the first 16 hex digits of its SHA-256."""
    return hashlib.sha256(public_key).hexdigest()[:16]


def signed_bytes(latest: Mapping[str, Any]) -> bytes:
    """Return what `latest.json`'s signature signs: the object without `signature` as RFC 8785 canonical JSON.

    Raises rfc8785.CanonicalizationError (a ValueError) for what cannot be written so.
    """
    return rfc8785.dumps({name: value for name, value in latest.items() if name != "signature"})


def _expect_ok(response: Response) -> None:
    if response.status >= 500:
        raise ServerRefused("The directory had a problem of its own.", code="server_error", status=response.status)
    if response.status != 200:
        raise ServerRefused("The directory refused the request.", status=response.status)


def _latest_fields(response: Response) -> Mapping[str, Any]:
    _expect_ok(response)
    try:
        fields = response.json() if len(response.body) <= MAX_LATEST else None
    except (ValueError, RecursionError):
        fields = None
    if not isinstance(fields, Mapping):
        raise _invalid()
    return fields


async def _is_signed(fields: Mapping[str, Any], key: bytes, verify: Verify) -> bool:
    try:
        signature = base64.b64decode(fields["signature"], validate=True)
        message = signed_bytes(fields)
    except (KeyError, TypeError, ValueError, RecursionError):
        return False
    return len(signature) == SIGNATURE_BYTES and await verify(key, message, signature)


def _invalid() -> DirectoryError:
    return DirectoryError("The directory sent something that is not a directory.")


def _fresh(latest: Latest, now: datetime) -> Latest:
    if latest.expires <= now:
        raise DirectoryError(
            "The directory is past its expiry date.", code="directory_expired", date=latest.expires.date().isoformat()
        )
    if latest.expires - latest.generated_at > MAX_VALIDITY:
        raise _invalid()
    if latest.generated_at - now > MAX_AHEAD or latest.version > (latest.generated_at + MAX_AHEAD).timestamp():
        raise DirectoryError(
            "The directory is dated in the future.",
            code="directory_ahead",
            date=latest.generated_at.date().isoformat(),
        )
    return latest


def _refuse_older(latest: Latest, seen: Seen, ids: list[str]) -> None:
    """Raise DirectoryError where `latest` is older than `seen`; `ids` are the pinned keys in the order of their use."""
    if seen.key_id not in ids or ids.index(latest.key_id) > ids.index(seen.key_id):
        return
    if latest.key_id != seen.key_id:
        raise DirectoryError("The directory is signed with a key that was replaced.", code="directory_key_replaced")
    if latest.version < seen.version:
        raise DirectoryError("The directory is older than the copy already here.", code="directory_older")


def _promise(fields: Mapping[str, Any], most: int = MAX_PUBLISHED_FILE) -> FilePromise:
    path = fields["path"].removeprefix("/")
    if not _PATH.match(path) or ".." in path or not _SHA256.match(fields["sha256"]):
        raise ValueError
    return FilePromise(path, fields["sha256"], _count(fields["bytes"], most))


def _files(entries: object) -> FilesPromise:
    """Parse the list of files; kinds that this version does not know are left out."""
    by_kind: dict[str, list[FilePromise]] = {}
    for entry in _list(entries, MAX_FILES):
        by_kind.setdefault(str(entry["kind"]), []).append(_promise(entry))
    (keys,), (places,) = by_kind["keys"], by_kind["places"]
    return FilesPromise(tuple(by_kind.get("rows", ())), keys, places)


def _campaigns(entries: object) -> FilePromise | None:
    """Parse the promise of the campaigns' file; None where there are no campaigns."""
    promises = [_promise(entry, MAX_CAMPAIGNS_FILE) for entry in _list(entries, 1)]
    return promises[0] if promises else None


def _delta(fields: Mapping[str, Any]) -> DeltaPromise:
    return DeltaPromise(_count(fields["from"]), _count(fields["to"]), _promise(fields))


def _list(value: object, most: int) -> list[Any]:
    if isinstance(value, list) and len(value) <= most:
        return value
    raise ValueError


def _count(value: object, most: int = 2**53) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= most:
        return value
    raise ValueError


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError
    return moment
