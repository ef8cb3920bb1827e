"""The public directory: its rows and their evidence, `latest.json` and its signature, and the index on this machine.

A server publishes the same files for everybody and is never asked about a person. `latest.json` is signed and promises
two files by their checksum: the snapshot (rows) and the evidence (sources per row), both gzip JSON Lines sorted by
`row_id`. They are merged into one text of rows and a sorted index of 32-bit keys (docs/architecture.md).
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import re
import sys
import zlib
from array import array
from bisect import bisect_left
from collections.abc import Awaitable, Callable, Generator, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal, Self, get_args
from urllib.parse import urlsplit

import rfc8785

from passerelle.errors import DirectoryError, InputError, ServerRefused
from passerelle.identifiers import (
    Acct,
    Did,
    Handle,
    Network,
    RestId,
    ScreenName,
    canonicalize_screen_name,
    parse_acct,
    parse_did,
    parse_handle,
    parse_rest_id,
    parse_screen_name,
)
from passerelle.jsons import parse_json
from passerelle.text import clean_display_name
from passerelle.transport import Request, Response

Grade = Literal["proven", "attested", "imported", "claimed"]
Kind = Literal["person", "media", "ngo", "university", "public-body", "company", "other"]

KINDS: tuple[Kind, ...] = get_args(Kind)
GRADES: tuple[Grade, ...] = get_args(Grade)  # best first
MAX_URL = 2048
MAX_SOURCES = 20
MAX_ROWS = 2_000_000  # DESIGN, section 5
MAX_LATEST = 1 << 20  # bytes of latest.json
MAX_LINE = 1 << 16  # bytes of one line; a row has about 300, its evidence at most MAX_SOURCES times MAX_URL
MEAN_LINE = 1 << 12  # bytes that lines may have on average, once unpacked: an honest file stays far below
MAX_TEXT_BYTES = 0xFFFFFFFF - MAX_LINE  # of all rows together: where a row begins is written in 32 bits
CHUNK = 1 << 18  # bytes unpacked at a time
SIGNATURE_BYTES = 64  # RFC 8032, section 5.1.6
FILE_TIMEOUT = 600.0  # seconds for a whole file: 7 MB on a very slow line
ROWS_PER_STEP = 500  # rows merged between two chances to breathe

_GZIP = b"\x1f\x8b"
_write_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode  # compact: it is kept in memory
_PATH = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._/-]{0,300}\Z", re.ASCII)
_SHA256 = re.compile(r"[0-9a-f]{64}\Z", re.ASCII)

# (raw public key, message, signature) -> is it right? The browser's WebCrypto answers later, hence Awaitable.
Verify = Callable[[bytes, bytes, bytes], Awaitable[bool]]


class InvalidRow(InputError):
    """A line that should be a row of the directory is none."""

    code = "invalid_row"


@dataclass(frozen=True, slots=True)
class EvidenceSource:
    """Who says that a row is true: name of the source, where to read it, when it was read."""

    name: str
    url: str | None = None
    date: date | None = None

    def to_json(self) -> dict[str, Any]:
        """Give the source as it stands in the evidence file."""
        return {"name": self.name, "url": self.url, "date": _iso(self.date)}

    @classmethod
    def from_json(cls, fields: object) -> Self:
        """Parse one of a row's `sources`. Raises InvalidRow."""
        if not isinstance(fields, Mapping):
            raise InvalidRow("A source is not an object.")
        name = _text(fields, "name")
        if not name:
            raise InvalidRow("A source has no name.")
        return cls(name, _web_url(fields, "url"), _date(fields, "date"))


@dataclass(frozen=True, slots=True)
class Conflict:
    """An account on `network` that other sources name instead of the published one."""

    network: Network
    address: str
    sources: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """Give the conflict as it stands in the evidence file."""
        return {"network": self.network, "address": self.address, "sources": list(self.sources)}


@dataclass(frozen=True, slots=True)
class Evidence:
    """One line of the evidence file: why the row of this `row_id` is believed, and who contradicts it.

    `conflicts` are for people who read the file; a disputed row has the lowest grade, which is all a client needs.
    """

    row_id: str
    sources: tuple[EvidenceSource, ...]
    conflicts: tuple[Conflict, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Give the line as the evidence file has it."""
        fields: dict[str, Any] = {"row_id": self.row_id, "sources": [source.to_json() for source in self.sources]}
        if self.conflicts:
            fields["conflicts"] = [conflict.to_json() for conflict in self.conflicts]
        return fields

    @classmethod
    def from_json(cls, fields: object) -> Self:
        """Parse one line of the evidence file, without its conflicts. Raises InvalidRow."""
        if not isinstance(fields, Mapping):
            raise InvalidRow("A line of evidence is not an object.")
        return cls(_row_id(fields), _sources(fields))


@dataclass(frozen=True, slots=True)
class Row:
    """One X account and where its owner is now (DESIGN, section 5). `sources` is filled on the person's machine only.

    `rest_id` is None where the source gives only a name; then `screen_name`, last seen on `name_seen`, is all we have.
    At least one of `did`, `handle`, `acct` is there. `country` is an ISO 3166 code of two letters.
    """

    row_id: str
    rest_id: RestId | None
    screen_name: ScreenName | None
    name_seen: date | None
    did: Did | None
    handle: Handle | None
    acct: Acct | None
    kind: Kind
    country: str | None
    display_name: str | None
    grade: Grade
    leaving_on: date | None = None
    sources: tuple[EvidenceSource, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Give the row as the snapshot has it: every field, dates as ISO 8601, no sources."""
        return {
            "row_id": self.row_id,
            "platform": "x",
            "rest_id": self.rest_id,
            "screen_name": self.screen_name,
            "name_seen": _iso(self.name_seen),
            "did": self.did,
            "handle": self.handle,
            "acct": str(self.acct) if self.acct else None,
            "kind": self.kind,
            "country": self.country,
            "display_name": self.display_name,
            "grade": self.grade,
            "leaving_on": _iso(self.leaving_on),
        }

    @classmethod
    def from_json(cls, fields: object) -> Self:
        """Parse one row of a snapshot or of the index. Unknown fields are left out. Raises InvalidRow."""
        if not isinstance(fields, Mapping) or fields.get("platform", "x") != "x":
            raise InvalidRow("A row is not an object about an X account.")
        try:
            row = cls(
                row_id=_row_id(fields),
                rest_id=_parsed(fields, "rest_id", parse_rest_id),
                screen_name=_parsed(fields, "screen_name", parse_screen_name),
                name_seen=_date(fields, "name_seen"),
                did=_parsed(fields, "did", parse_did),
                handle=_parsed(fields, "handle", parse_handle),
                acct=_parsed(fields, "acct", parse_acct),
                kind=_one_of(fields, "kind", KINDS),
                country=_country(fields),
                display_name=_text(fields, "display_name"),
                grade=_one_of(fields, "grade", GRADES),
                leaving_on=_date(fields, "leaving_on"),
                sources=_sources(fields) if "sources" in fields else (),
            )
        except InvalidRow:
            raise
        except InputError as error:
            raise InvalidRow(error.message) from error
        if row.rest_id is None and row.screen_name is None:
            raise InvalidRow("A row names no X account.")
        if row.did is None and row.handle is None and row.acct is None:
            raise InvalidRow("A row names no account elsewhere.")
        return row


@dataclass(frozen=True, slots=True)
class Source:
    """One directory this program was built with: where it is, and the two keys (current, next) it may sign with."""

    name: str
    url: str
    keys: tuple[bytes, ...]

    @classmethod
    def from_json(cls, fields: Mapping[str, Any]) -> Self:
        """Read one entry of directories.json; keys are base64 of 32 raw bytes. Raises DirectoryError."""
        try:
            keys = tuple(base64.b64decode(key, validate=True) for key in fields["keys"])
            source = cls(str(fields["name"]), str(fields["url"]).rstrip("/"), keys)
        except (KeyError, TypeError, ValueError):
            raise DirectoryError("The list of directories is damaged.") from None
        if urlsplit(source.url).scheme != "https" or not keys or any(len(key) != 32 for key in keys):
            raise DirectoryError("The list of directories is damaged.")
        return source


@dataclass(frozen=True, slots=True)
class FilePromise:
    """What `latest.json` says of a file: its path on the directory, SHA-256 in hex, and size in bytes."""

    path: str
    sha256: str
    bytes: int


@dataclass(frozen=True, slots=True)
class Latest:
    """A `latest.json` whose signature was right. Deltas are not read: the snapshot always has everything."""

    version: int
    generated_at: datetime
    expires: datetime
    rows: int
    snapshot: FilePromise
    evidence: FilePromise


@dataclass(frozen=True, slots=True)
class Merged:
    """Snapshot and evidence merged: the three texts of the index, how many rows are in it, how many were no rows."""

    rows: bytes
    keys: bytes
    offsets: bytes
    count: int
    skipped: int


class DirectoryIndex:
    """Find rows by X id or X name in time that hardly depends on how many there are; rows are parsed when found."""

    def __init__(self, rows: bytes, keys: bytes, offsets: bytes) -> None:
        self._rows = rows
        self._keys = _from_little_endian(keys)
        self._offsets = _from_little_endian(offsets)
        if len(self._keys) != len(self._offsets):
            raise DirectoryError("The directory's index is damaged; update the directory.", code="directory_corrupt")

    def find_by_id(self, rest_id: RestId) -> tuple[Row, ...]:
        """Give the rows about this X id, usually none or one."""
        return tuple(row for row in self._at(id_key(rest_id)) if row.rest_id == rest_id)

    def find_by_name(self, screen_name: ScreenName) -> tuple[Row, ...]:
        """Give the rows that bear this X name, whatever its case."""
        wanted = canonicalize_screen_name(screen_name)
        rows = self._at(name_key(screen_name))
        return tuple(row for row in rows if row.screen_name and canonicalize_screen_name(row.screen_name) == wanted)

    def find_named(self, row_id: str, rest_id: str | None, screen_name: str) -> Row | None:
        """Give the row of this `row_id`, if it is about that id or bears that name. Raises InvalidIdentifier."""
        by_id = self.find_by_id(parse_rest_id(rest_id)) if rest_id else ()
        rows = (*by_id, *self.find_by_name(parse_screen_name(screen_name)))
        return next((row for row in rows if row.row_id == row_id), None)

    def _at(self, key: int) -> Iterator[Row]:
        position = bisect_left(self._keys, key)
        while position < len(self._keys) and self._keys[position] == key:
            start = self._offsets[position]
            yield Row.from_json(json.loads(self._rows[start : self._rows.index(b"\n", start)]))
            position += 1


def latest_request(base_url: str) -> Request:
    """Ask for the directory's latest.json. The same request for everybody."""
    return Request("GET", f"{base_url}/v1/directory/latest.json")


async def read_latest(
    response: Response, *, keys: tuple[bytes, ...], verify: Verify, now: datetime, seen_version: int
) -> Latest:
    """Check and parse latest.json, signed by one of the raw public `keys`, not older than `seen_version` (0: none).

    Raises DirectoryError with one of its codes, ServerRefused when there is no file at all.
    """
    fields = _latest_fields(response)
    by_id = {key_id(key): key for key in keys}
    key = by_id.get(str(fields.get("key_id")))
    if key is None:
        raise DirectoryError("The directory is signed with an unknown key.", code="directory_key_unknown")
    if not await _is_signed(fields, key, verify):
        raise DirectoryError("The directory's signature is wrong.", code="directory_signature")
    latest = _fresh(_parse_latest(fields), now)
    if latest.version < seen_version:
        raise DirectoryError("The directory is older than the copy already here.", code="directory_older")
    return latest


def read_unpinned_latest(response: Response, now: datetime) -> Latest:
    """Parse the latest.json of a directory whose keys nobody pinned: its signature says nothing then.

    Only for a person who names a directory by hand and is told so; the engine has no use for it.
    """
    return _fresh(_parse_latest(_latest_fields(response)), now)


def file_request(base_url: str, promise: FilePromise) -> Request:
    """Ask for one of the files that latest.json promises."""
    return Request("GET", f"{base_url}/{promise.path}", timeout=FILE_TIMEOUT)


def read_file(response: Response, promise: FilePromise) -> bytes:
    """Give the file's bytes, still packed, if they are the promised ones. Raises DirectoryError, ServerRefused."""
    _expect_ok(response)
    if len(response.body) != promise.bytes or hashlib.sha256(response.body).hexdigest() != promise.sha256:
        raise DirectoryError("A directory file does not have the promised checksum.", code="directory_corrupt")
    return response.body


def read_lines(packed: bytes, *, rows: int = MAX_ROWS) -> Iterator[bytes]:
    """Unpack gzip (or take plain text) line by line, never holding more than a chunk and a line.

    Raises DirectoryError for damaged gzip, a line over MAX_LINE, or more text than `rows` lines can have.
    """
    room = (rows + 1) * MEAN_LINE
    rest = b""
    for chunk in _unpacked(packed):
        room -= len(chunk)
        *lines, rest = (rest + chunk).split(b"\n")
        if room < 0 or len(rest) > MAX_LINE or any(len(line) > MAX_LINE for line in lines):
            raise DirectoryError("A directory file is larger than it may be.")
        yield from filter(None, lines)
    if rest:
        yield rest


def merge(snapshot: Iterator[bytes], evidence: Iterator[bytes], rows: int) -> Generator[int, None, Merged]:
    """Join rows and their evidence, both sorted by row_id, and index them; at most `rows` rows.

    Yields the number of rows merged so far, now and then; returns Merged. A line that is no row is counted and left
    out: one bad row must not cost everybody the directory. Raises DirectoryError when there are more than `rows`.
    """
    text = io.BytesIO()
    entries = array("Q")
    believed = _evidence(evidence)
    reason = next(believed, None)
    count = skipped = 0
    last = ""
    for line in snapshot:
        row = _row_of(line)
        if row is None or row.row_id <= last:
            skipped += 1
            continue
        last = row.row_id
        while reason and reason.row_id < last:
            reason = next(believed, None)
        sources = reason.to_json()["sources"] if reason and reason.row_id == last else []
        entries.extend(key << 32 | text.tell() for key in _keys_of(row))
        text.write(_write_json(row.to_json() | {"sources": sources}).encode() + b"\n")
        count += 1
        if count > rows or text.tell() > MAX_TEXT_BYTES:
            raise DirectoryError("The directory has more rows than it says.")
        if count % ROWS_PER_STEP == 0:
            yield count
    ordered = sorted(entries)
    keys = array("I", (entry >> 32 for entry in ordered))
    offsets = array("I", (entry & 0xFFFFFFFF for entry in ordered))
    return Merged(text.getvalue(), _to_little_endian(keys), _to_little_endian(offsets), count, skipped)


def name_key(screen_name: ScreenName) -> int:
    """Give the index key of an X name: CRC-32 of "n:" and the name in lower case. An unsigned 32-bit integer."""
    return zlib.crc32(b"n:" + canonicalize_screen_name(screen_name).encode())


def id_key(rest_id: RestId) -> int:
    """Give the index key of an X id: CRC-32 of "i:" and the id. An unsigned 32-bit integer."""
    return zlib.crc32(b"i:" + rest_id.encode())


def key_id(public_key: bytes) -> str:
    """Name a raw Ed25519 public key: the first 16 hex digits of its SHA-256."""
    return hashlib.sha256(public_key).hexdigest()[:16]


def signed_bytes(latest: Mapping[str, Any]) -> bytes:
    """Give what `latest.json`'s signature signs: the object without `signature` as RFC 8785 canonical JSON.

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
        raise DirectoryError("The directory sent something that is not a directory.")
    return fields


async def _is_signed(fields: Mapping[str, Any], key: bytes, verify: Verify) -> bool:
    try:
        signature = base64.b64decode(fields["signature"], validate=True)
        message = signed_bytes(fields)
    except (KeyError, TypeError, ValueError, RecursionError):
        return False
    return len(signature) == SIGNATURE_BYTES and await verify(key, message, signature)


def _parse_latest(fields: Mapping[str, Any]) -> Latest:
    try:
        return Latest(
            version=_count(fields["version"]),
            generated_at=_moment(fields["generated_at"]),
            expires=_moment(fields["expires"]),
            rows=_count(fields["rows"], MAX_ROWS),
            snapshot=_promise(fields["snapshot"]),
            evidence=_promise(fields["evidence"]),
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        raise DirectoryError("The directory sent something that is not a directory.") from None


def _fresh(latest: Latest, now: datetime) -> Latest:
    if latest.expires <= now:
        raise DirectoryError(
            "The directory is past its expiry date.", code="directory_expired", date=latest.expires.date().isoformat()
        )
    return latest


def _promise(fields: Mapping[str, Any]) -> FilePromise:
    path = fields["path"].removeprefix("/")
    if not _PATH.match(path) or ".." in path or not _SHA256.match(fields["sha256"]):
        raise ValueError
    return FilePromise(path, fields["sha256"], _count(fields["bytes"]))


def _count(value: object, most: int = 2**53) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= most:
        return value
    raise ValueError


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError
    return moment


def _unpacked(packed: bytes) -> Iterator[bytes]:
    if not packed.startswith(_GZIP):
        yield packed
        return
    unpacker = zlib.decompressobj(wbits=31)  # 31: with gzip's header and checksum
    rest = packed
    try:
        while not unpacker.eof:
            chunk = unpacker.decompress(rest, CHUNK)
            rest = unpacker.unconsumed_tail
            if not chunk and not rest and not unpacker.eof:
                raise DirectoryError("A directory file is cut short.", code="directory_corrupt")
            yield chunk
    except zlib.error:
        raise DirectoryError("A directory file cannot be unpacked.", code="directory_corrupt") from None


def _row_of(line: bytes) -> Row | None:
    try:
        return Row.from_json(parse_json(line))
    except (ValueError, RecursionError):
        return None


def _evidence(lines: Iterator[bytes]) -> Iterator[Evidence]:
    for line in lines:
        try:
            yield Evidence.from_json(parse_json(line))
        except (ValueError, RecursionError):
            continue


def _keys_of(row: Row) -> Iterator[int]:
    if row.screen_name is not None:
        yield name_key(row.screen_name)
    if row.rest_id is not None:
        yield id_key(row.rest_id)


def _to_little_endian(numbers: array[int]) -> bytes:
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers.tobytes()


def _from_little_endian(text: bytes) -> array[int]:
    numbers = array("I")
    numbers.frombytes(text)
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers


def _row_id(fields: Mapping[str, Any]) -> str:
    row_id = fields.get("row_id")
    if isinstance(row_id, str) and 0 < len(row_id) <= 64 and row_id.isascii() and row_id.isprintable():
        return row_id
    raise InvalidRow("A row has no usable row_id.")


def _parsed(fields: Mapping[str, Any], name: str, parse: Any) -> Any:
    value = fields.get(name)
    return None if value is None else parse(value)


def _one_of(fields: Mapping[str, Any], name: str, allowed: tuple[Any, ...]) -> Any:
    if (value := fields.get(name)) in allowed:
        return value
    raise InvalidRow(f"A row's {name} is not one of {', '.join(allowed)}.")


def _date(fields: Mapping[str, Any], name: str) -> date | None:
    value = fields.get(name)
    if value is None:
        return None
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        raise InvalidRow(f"A row's {name} is not a date.") from None


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _country(fields: Mapping[str, Any]) -> str | None:
    value = fields.get("country")
    if value is None or (isinstance(value, str) and len(value) == 2 and value.isascii() and value.isupper()):
        return value
    raise InvalidRow("A row's country is not a code of two capitals.")


def _text(fields: Mapping[str, Any], name: str) -> str | None:
    value = fields.get(name)
    if value is None:
        return None
    if not isinstance(value, str):
        raise InvalidRow(f"A row's {name} is not text.")
    return clean_display_name(value)


def _web_url(fields: Mapping[str, Any], name: str) -> str | None:
    value = fields.get(name)
    if value is None:
        return None
    if isinstance(value, str) and len(value) <= MAX_URL and value.startswith(("https://", "http://")):
        return value
    raise InvalidRow(f"A row's {name} is not a web address.")


def _sources(fields: Mapping[str, Any]) -> tuple[EvidenceSource, ...]:
    sources = fields.get("sources")
    if not isinstance(sources, list):
        raise InvalidRow("A row's sources are not a list.")
    return tuple(EvidenceSource.from_json(source) for source in sources[:MAX_SOURCES])
