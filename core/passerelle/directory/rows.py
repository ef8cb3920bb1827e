"""Rows of the public directory and their evidence, as the server publishes them and the client parses them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import BeforeValidator, PlainValidator, TypeAdapter, ValidationError, WithJsonSchema
from pydantic.dataclasses import dataclass
from pydantic_core import ErrorDetails

from passerelle.claims.published import PublishedClaim, read_published
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
REASONS: Mapping[str, str] = {  # by pydantic's types of errors
    "literal_error": "is none of the words it may be",
    "dataclass_type": "is not an object",
}

_write_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode


class InvalidRow(InputError):
    """A line that should be a row of the directory is none; the message begins with the path of the bad field."""

    code = "invalid_row"

    def __init__(self, reason: str, path: str = "") -> None:
        super().__init__(f"{path}: {reason}" if path else reason, path=path)
        self.reason = reason
        self.path = path


# Parsers of single values: from JSON, and from what they returned themselves.


def parse_row_id(value: object) -> str:
    """Parse a row id: opaque, but printable. Raises InvalidRow."""
    if isinstance(value, str) and 0 < len(value) <= MAX_ROW_ID and value.isascii() and value.isprintable():
        return value
    raise InvalidRow(f"is not 1 to {MAX_ROW_ID} printable ASCII characters")


def _date(value: object) -> date:
    if isinstance(value, date):
        return value
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


def _acct(value: object) -> Acct:
    return value if isinstance(value, Acct) else parse_acct(value)


def _sources(value: object) -> Sequence[object]:
    if value is None:
        return ()
    if not isinstance(value, list | tuple):
        raise InvalidRow("is not a list")
    return value[:MAX_SOURCES]


Date = Annotated[date, BeforeValidator(_date)]


@dataclass(frozen=True, slots=True)
class EvidenceSource:
    """One source that states a row: its name, where to read it, when it was read; `claim` where it is a claim."""

    name: Annotated[str, BeforeValidator(_text)]
    url: Annotated[str, BeforeValidator(_web_url)] | None = None
    date: Date | None = None
    claim: Annotated[PublishedClaim | None, PlainValidator(read_published)] = None

    def to_json(self) -> dict[str, Any]:
        """Return the source as it stands in the evidence file."""
        fields: dict[str, Any] = {"name": self.name, "url": self.url, "date": _iso(self.date)}
        return fields | ({"claim": self.claim.to_json()} if self.claim else {})


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

    row_id: Annotated[str, BeforeValidator(parse_row_id)]
    sources: Annotated[tuple[EvidenceSource, ...], BeforeValidator(_sources)]
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
        if not isinstance(fields, Mapping):
            raise InvalidRow("is not an object")
        evidence: Self = _parse(_EVIDENCE, {**fields, "conflicts": ()})
        return evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One X account and its owner's accounts elsewhere. `sources` state it, the oldest first.

    `rest_id` is None where the source gives only a name; then `screen_name`, last seen on `name_seen`, is all we have.
    At least one of `did`, `handle`, `acct` is set. `country` is an ISO 3166 code of two letters.
    """

    row_id: Annotated[str, BeforeValidator(parse_row_id)]
    rest_id: Annotated[RestId, BeforeValidator(parse_rest_id)] | None = None
    screen_name: Annotated[ScreenName, BeforeValidator(parse_screen_name)] | None = None
    name_seen: Date | None = None
    did: Annotated[Did, BeforeValidator(parse_did)] | None = None
    handle: Annotated[Handle, BeforeValidator(parse_handle)] | None = None
    acct: Annotated[Acct, PlainValidator(_acct), WithJsonSchema({"type": "string"})] | None = None
    kind: Kind
    country: Annotated[str, BeforeValidator(_country)] | None = None
    display_name: Annotated[str | None, BeforeValidator(_optional_text)] | None = None
    grade: Grade
    leaving_on: Date | None = None
    sources: Annotated[tuple[EvidenceSource, ...], BeforeValidator(_sources)] = ()

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
        """Parse one published row. Unknown fields are left out. Raises InvalidRow."""
        if not isinstance(fields, Mapping):
            raise InvalidRow("is not an object")
        if fields.get("platform", "x") != "x":
            raise InvalidRow("is not x", "platform")
        row: Self = _parse(_ROW, fields)
        if row.rest_id is None and row.screen_name is None:
            raise InvalidRow("a row needs it or a screen_name", "rest_id")
        if row.did is None and row.handle is None and row.acct is None:
            raise InvalidRow("a row needs it, a did or an acct", "handle")
        return row


_ROW, _EVIDENCE = TypeAdapter(Row), TypeAdapter(Evidence)


def _parse(model: TypeAdapter[Any], fields: Mapping[str, Any]) -> Any:
    try:
        return model.validate_python(dict(fields))
    except ValidationError as error:
        raise _invalid(error.errors(include_url=False)[0]) from error


def _invalid(error: ErrorDetails) -> InvalidRow:
    """Return the error of one field, with its path as `sources[2].url`."""
    path = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in error["loc"]).removeprefix(".")
    cause = error.get("ctx", {}).get("error")
    if error["type"] == "missing" or error["input"] is None:
        return InvalidRow("is missing", path)
    if isinstance(cause, InvalidRow):
        return InvalidRow(cause.reason, path)
    if isinstance(cause, InputError):
        return InvalidRow(cause.message, path)
    return InvalidRow(REASONS.get(error["type"], "is not what it must be"), path)


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


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
