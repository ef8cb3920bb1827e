"""CSV and JSON Lines files -> numbered lines of fields; a line that cannot be read becomes a BadLine."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

X_ACCOUNT = frozenset({"rest_id", "screen_name", "display_name", "kind", "country"})
ELSEWHERE = frozenset({"did", "handle", "acct"})
DEPARTURE = frozenset({"left_x", "how", "office"})
SOURCE = frozenset({"source", "source_url", "source_date"})
FIELDS = X_ACCOUNT | ELSEWHERE | DEPARTURE | SOURCE
JSON_ENDINGS = (".jsonl", ".ndjson", ".json")


class UnreadableFile(ValueError):
    """A file of which no line can be imported: missing, not text, or with other columns than ours."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line: its number in the file, and its fields that are not empty.

    `is_own_domain`: a harvest has read it at the domain whose own accounts it names; lines of files never say so.
    """

    number: int
    fields: dict[str, str]
    is_own_domain: bool = False


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that was skipped, and why."""

    number: int
    reason: str


def read_lines(path: Path) -> Iterator[Line | BadLine]:
    """Read a file of rows: JSON Lines where the name ends so, else CSV with a heading. Raises UnreadableFile."""
    reader = _read_json if path.suffix.lower() in JSON_ENDINGS else _read_csv
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            yield from reader(file)
    except OSError as error:
        raise UnreadableFile(f"{path}: {error.strerror or 'cannot be read'}.") from error
    except UnicodeDecodeError as error:
        raise UnreadableFile(f"{path}: this is not UTF-8 text.") from error
    except UnreadableFile as error:
        raise UnreadableFile(f"{path}: {error}") from None


def _read_csv(file: Iterable[str]) -> Iterator[Line | BadLine]:
    reader = csv.reader(file, strict=True)
    try:
        names = next(reader, [])
    except csv.Error as error:
        raise UnreadableFile(f"its first line is not CSV: {error}.") from None
    if unknown := [name for name in names if name not in FIELDS]:
        raise UnreadableFile(f"the column {unknown[0][:40]!r} is unknown; known are {', '.join(sorted(FIELDS))}.")
    if "source" not in names:
        raise UnreadableFile("there is no column 'source' in its first line.")
    while True:
        start = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield BadLine(start, f"The line that begins here is not CSV: {error}.")
            continue
        if len(cells) == len(names):
            yield Line(reader.line_num, _filled(zip(names, cells, strict=True)))
        elif cells:
            yield BadLine(reader.line_num, f"It has {len(cells)} cells, not {len(names)}.")


def _read_json(file: Iterable[str]) -> Iterator[Line | BadLine]:
    for number, text in enumerate(file, start=1):
        if not text.strip():
            continue
        try:
            fields = json.loads(text)
        except (ValueError, RecursionError):
            yield BadLine(number, "This is not JSON.")
            continue
        yield _json_line(number, fields)


def _json_line(number: int, fields: object) -> Line | BadLine:
    if not isinstance(fields, dict):
        return BadLine(number, "This is not a JSON object.")
    if unknown := sorted(set(fields) - FIELDS):
        return BadLine(number, f"The field {unknown[0][:40]!r} is unknown.")
    if not all(value is None or isinstance(value, str) for value in fields.values()):
        return BadLine(number, "Every field must be text or null; ids are text too.")
    return Line(number, _filled((name, value or "") for name, value in fields.items()))


def _filled(cells: Iterable[tuple[str, str]]) -> dict[str, str]:
    return {name: value.strip() for name, value in cells if value.strip()}
