"""Rows of the public directory and their evidence, as the server publishes them and the client parses them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, Self, TypeVar, get_args

from passerelle.errors import InputError
from passerelle.hosts import is_web_page
from passerelle.identifiers import (
    Acct,
    Did,
    Handle,
    Network,
    RestId,
    ScreenName,
    parse_acct,
    parse_did,
    parse_handle,
    parse_rest_id,
    parse_screen_name,
)
from passerelle.jsons import parse_json
from passerelle.text import clean_display_name

Grade = Literal["proven", "attested", "imported", "claimed"]
Kind = Literal["person", "media", "ngo", "university", "public-body", "company", "other"]

KINDS: tuple[Kind, ...] = get_args(Kind)
GRADES: tuple[Grade, ...] = get_args(Grade)  # best first
MAX_URL = 2048
MAX_ROW_ID = 64
MAX_SOURCES = 20

_write_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode

_T = TypeVar("_T")


class InvalidRow(InputError):
    """A line that should be a row of the directory is none; the message begins with the path of the bad field."""

    code = "invalid_row"

    def __init__(self, reason: str, path: str = "") -> None:
        super().__init__(f"{path}: {reason}" if path else reason, path=path)
        self.reason = reason
        self.path = path

    def under(self, parent: str) -> InvalidRow:
        """Return the same error with the path inside the field `parent`.

        >>> InvalidRow("is missing", "url").under("[2]").under("sources").message
        'sources[2].url: is missing'
        """
        separator = "." if self.path and not self.path.startswith("[") else ""
        return InvalidRow(self.reason, f"{parent}{separator}{self.path}")


@dataclass(frozen=True, slots=True)
class EvidenceSource:
    """One source that states a row: its name, where to read it, when it was read."""

    name: str
    url: str | None = None
    date: date | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the source as it stands in the evidence file."""
        return {"name": self.name, "url": self.url, "date": _iso(self.date)}

    @classmethod
    def from_json(cls, fields: object) -> Self:
        """Parse one of a row's `sources`. Raises InvalidRow."""
        source = _object(fields)
        return cls(
            name=_required(source, "name", _text),
            url=_optional(source, "url", _web_url),
            date=_optional(source, "date", _date),
        )


@dataclass(frozen=True, slots=True)
class Conflict:
    """An account on `network` that other sources name instead of the published one."""

    network: Network
    address: str
    sources: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """Return the conflict as it stands in the evidence file."""
        return {"network": self.network, "address": self.address, "sources": list(self.sources)}


@dataclass(frozen=True, slots=True)
class Evidence:
    """One line of the evidence file: the sources of the row with this `row_id`, and what contradicts it.

    `conflicts` are for people who read the file; a disputed row has the lowest grade, which is all a client needs.
    """

    row_id: str
    sources: tuple[EvidenceSource, ...]
    conflicts: tuple[Conflict, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the line as it stands in the evidence file."""
        fields: dict[str, Any] = {"row_id": self.row_id, "sources": [source.to_json() for source in self.sources]}
        if self.conflicts:
            fields["conflicts"] = [conflict.to_json() for conflict in self.conflicts]
        return fields

    @classmethod
    def from_json(cls, fields: object) -> Self:
        """Parse one line of the evidence file, without its conflicts. Raises InvalidRow."""
        line = _object(fields)
        return cls(_required(line, "row_id", parse_row_id), _required(line, "sources", _sources))


@dataclass(frozen=True, slots=True)
class Row:
    """One X account and its owner's accounts elsewhere. `sources` is filled on the person's machine only.

    `rest_id` is None where the source gives only a name; then `screen_name`, last seen on `name_seen`, is all we have.
    At least one of `did`, `handle`, `acct` is set. `country` is an ISO 3166 code of two letters.
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
        """Return the row as it stands in the snapshot: every field, dates as ISO 8601, no sources."""
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
        line = _object(fields)
        if line.get("platform", "x") != "x":
            raise InvalidRow("is not x", "platform")
        row = cls(
            row_id=_required(line, "row_id", parse_row_id),
            rest_id=_optional(line, "rest_id", parse_rest_id),
            screen_name=_optional(line, "screen_name", parse_screen_name),
            name_seen=_optional(line, "name_seen", _date),
            did=_optional(line, "did", parse_did),
            handle=_optional(line, "handle", parse_handle),
            acct=_optional(line, "acct", parse_acct),
            kind=_required(line, "kind", _kind),
            country=_optional(line, "country", _country),
            display_name=_optional(line, "display_name", _optional_text),
            grade=_required(line, "grade", _grade),
            leaving_on=_optional(line, "leaving_on", _date),
            sources=_optional(line, "sources", _sources) or (),
        )
        if row.rest_id is None and row.screen_name is None:
            raise InvalidRow("a row needs it or a screen_name", "rest_id")
        if row.did is None and row.handle is None and row.acct is None:
            raise InvalidRow("a row needs it, a did or an acct", "handle")
        return row


def row_of(line: bytes) -> Row | None:
    """Parse one line of JSON; None where it is no row."""
    try:
        return Row.from_json(parse_json(line))
    except (ValueError, RecursionError):
        return None


def published_line(row: Row, evidence: Evidence) -> bytes:
    """Return a row with its sources, and its conflicts where it has some, as it is published."""
    reasons = {name: value for name, value in evidence.to_json().items() if name != "row_id"}
    return to_line(row.to_json() | reasons)


def to_line(fields: Mapping[str, Any]) -> bytes:
    """Return one line of JSON Lines, in UTF-8; equal fields give equal bytes."""
    return _write_json(fields).encode() + b"\n"


# Getters: one field of an object, parsed; an error names the path of the field.


def _object(value: object) -> Mapping[str, Any]:
    if isinstance(value, Mapping):
        return value
    raise InvalidRow("is not an object")


def _optional(fields: Mapping[str, Any], name: str, parse: Callable[[Any], _T]) -> _T | None:
    """Return the parsed value of a field; None where it is missing or null."""
    value = fields.get(name)
    if value is None:
        return None
    try:
        return parse(value)
    except InvalidRow as error:
        raise error.under(name) from error
    except InputError as error:
        raise InvalidRow(error.message, name) from error


def _required(fields: Mapping[str, Any], name: str, parse: Callable[[Any], _T]) -> _T:
    """Return the parsed value of a field."""
    value = _optional(fields, name, parse)
    if value is None:
        raise InvalidRow("is missing", name)
    return value


# Parsers of single values.


def parse_row_id(value: object) -> str:
    """Parse a row id: opaque, but printable. Raises InvalidRow."""
    if isinstance(value, str) and 0 < len(value) <= MAX_ROW_ID and value.isascii() and value.isprintable():
        return value
    raise InvalidRow(f"is not 1 to {MAX_ROW_ID} printable ASCII characters")


def _kind(value: object) -> Kind:
    if value in KINDS:
        return value
    raise InvalidRow(f"is not one of {', '.join(KINDS)}")


def _grade(value: object) -> Grade:
    if value in GRADES:
        return value
    raise InvalidRow(f"is not one of {', '.join(GRADES)}")


def _date(value: object) -> date:
    try:
        return date.fromisoformat(value)  # type: ignore[arg-type]  # another type is a TypeError
    except (TypeError, ValueError):
        raise InvalidRow("is not a date") from None


def _country(value: object) -> str:
    if isinstance(value, str) and len(value) == 2 and value.isascii() and value.isupper():
        return value
    raise InvalidRow("is not a code of two capitals")


def _optional_text(value: object) -> str | None:
    if not isinstance(value, str):
        raise InvalidRow("is not text")
    return clean_display_name(value)


def _text(value: object) -> str:
    if text := _optional_text(value):
        return text
    raise InvalidRow("is empty")


def _web_url(value: object) -> str:
    if isinstance(value, str) and len(value) <= MAX_URL and is_web_page(value):
        return value
    raise InvalidRow("is not a web address")


def _sources(value: object) -> tuple[EvidenceSource, ...]:
    if not isinstance(value, list):
        raise InvalidRow("is not a list")
    return tuple(_source(number, one) for number, one in enumerate(value[:MAX_SOURCES]))


def _source(number: int, value: object) -> EvidenceSource:
    try:
        return EvidenceSource.from_json(value)
    except InvalidRow as error:
        raise error.under(f"[{number}]") from error


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
