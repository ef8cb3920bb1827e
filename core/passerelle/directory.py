"""The public directory: its rows and their evidence, `latest.json` and its signature, and the index on this machine.

A server publishes the same files for everybody and is never asked about a person. `latest.json` is signed and promises
two files by their checksum: the snapshot (rows) and the evidence (sources per row), both gzip JSON Lines sorted by
`row_id`. They are merged into one text of rows and a sorted index of 32-bit keys (docs/architecture.md).
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, Self, get_args

import rfc8785

from passerelle.errors import InputError
from passerelle.identifiers import (
    Acct,
    Did,
    Handle,
    RestId,
    ScreenName,
    canonicalize_screen_name,
    parse_acct,
    parse_did,
    parse_handle,
    parse_rest_id,
    parse_screen_name,
)
from passerelle.text import strip_invisible
from passerelle.views import Grade

Kind = Literal["person", "media", "ngo", "university", "public-body", "company", "other"]

KINDS: tuple[Kind, ...] = get_args(Kind)
GRADES: tuple[Grade, ...] = get_args(Grade)  # best first
MAX_TEXT = 300  # characters of a display name, a source's name; X shows 50, organisations' official names are longer
MAX_URL = 2048
MAX_SOURCES = 20


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
class Evidence:
    """One line of the evidence file: why the row of this `row_id` is believed."""

    row_id: str
    sources: tuple[EvidenceSource, ...]

    def to_json(self) -> dict[str, Any]:
        """Give the line as the evidence file has it."""
        return {"row_id": self.row_id, "sources": [source.to_json() for source in self.sources]}

    @classmethod
    def from_json(cls, fields: object) -> Self:
        """Parse one line of the evidence file. Raises InvalidRow."""
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
    return strip_invisible(value)[:MAX_TEXT] or None


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
