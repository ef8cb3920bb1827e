"""Values of columns in JSON and back: times in UTC and days as ISO 8601, everything else as JSON has it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Table


class InvalidBackup(ValueError):
    """A part of a backup cannot be read; the text says which."""


def make_line(row: Mapping[str, Any]) -> bytes:
    """Return a row as one line of JSON, without its end."""
    return json.dumps({name: _to_json(value) for name, value in row.items()}, ensure_ascii=False).encode()


def parse_line(table: Table, line: bytes) -> dict[str, Any]:
    """Return the values of a line for the columns of `table`. Raises InvalidBackup."""
    try:
        fields = json.loads(line)
        return {name: _parse(table.columns[name].type.python_type, value) for name, value in fields.items()}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InvalidBackup(f"a row of {table.name} cannot be read") from error


def _to_json(value: Any) -> Any:
    if isinstance(value, datetime):
        return (value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)).isoformat()
    return value.isoformat() if isinstance(value, date) else value


def _parse(kind: type, value: Any) -> Any:
    if value is None:
        return None
    if kind in (datetime, date):
        return kind.fromisoformat(value)
    if type(value) is not kind:
        raise TypeError(f"{kind.__name__} expected")
    return value
