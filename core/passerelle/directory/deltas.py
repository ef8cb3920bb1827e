"""Deltas: what changed from one published version to the next, as JSON Lines sorted by `row_id`.

A line is a whole row with its sources (added or changed), or `{"gone":true,"row_id":"…"}`. A client keeps the deltas
since its base as one overlay, which is a delta itself: rows in it replace those of the base.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Self

from passerelle.directory.blocks import MAX_LINE
from passerelle.directory.rows import InvalidRow, Row, parse_row_id, row_of, to_line
from passerelle.identifiers import RestId, ScreenName, canonicalize_screen_name
from passerelle.jsons import parse_json

MAX_OVERLAY = 1 << 22  # bytes of lines, about 9,000 rows; above it a client fetches the whole directory anew

_ROW_ID = b'"row_id":"'


def make_delta(before: Iterable[bytes], after: Iterable[bytes]) -> Iterator[bytes]:
    """Compare the lines of two published versions, both sorted by `row_id`; yield the lines of the delta.

    Lines are without newline, and were published by this program. One line of each version is in memory.
    """
    old, new = iter(before), iter(after)
    left, right = next(old, None), next(new, None)
    while left is not None or right is not None:
        if left == right:
            left, right = next(old, None), next(new, None)
        elif right is None or (left is not None and _id_of(left) < _id_of(right)):
            yield gone_line(_id_of(left or b"").decode())
            left = next(old, None)
        else:
            yield right
            if left is not None and _id_of(left) == _id_of(right):
                left = next(old, None)
            right = next(new, None)


def gone_line(row_id: str) -> bytes:
    """Return the line that removes a row, without newline."""
    return to_line({"row_id": row_id, "gone": True}).rstrip()


def row_ids(delta: Iterable[bytes]) -> frozenset[bytes]:
    """Return the row ids of lines that this program published."""
    return frozenset(map(_id_of, delta))


def drop_rows(delta: Iterable[bytes], later: frozenset[bytes]) -> Iterator[bytes]:
    """Leave out the lines of rows that a later delta states again or removes.

    So no served file holds what was erased or corrected, and who applies the whole chain ends with the same rows.
    """
    return (line for line in delta if _id_of(line) not in later)


@dataclass(frozen=True, slots=True)
class _Entry:
    """A line of an overlay, and the id and the name under which its row is found; neither where the row is gone."""

    line: bytes
    rest_id: str | None = None
    name: str | None = None


class Overlay:
    """The rows that replace those of a base, and the ids of the rows they replace or remove.

    A row is validated when it is found; until then only its ids are read, so that thousands cost little.
    """

    def __init__(self, entries: Mapping[str, _Entry] = MappingProxyType({})) -> None:
        """Index entries by row id; `read` makes them from lines."""
        self._entries = entries
        self._by_id: dict[str, list[bytes]] = defaultdict(list)
        self._by_name: dict[str, list[bytes]] = defaultdict(list)
        for entry in entries.values():
            if entry.rest_id is not None:
                self._by_id[entry.rest_id].append(entry.line)
            if entry.name is not None:
                self._by_name[entry.name].append(entry.line)

    @classmethod
    def read(cls, lines: Iterable[bytes]) -> Self:
        """Read the lines of an overlay or of a delta. What is no line of a delta is left out."""
        return cls(dict(_entries(lines)))

    def apply(self, delta: Iterable[bytes]) -> Overlay:
        """Return this overlay with the lines of a later delta, which replace those of the same rows."""
        return Overlay({**self._entries, **dict(_entries(delta))})

    def to_bytes(self) -> bytes:
        """Return the overlay as JSON Lines sorted by `row_id`."""
        return b"".join(self._entries[row_id].line + b"\n" for row_id in sorted(self._entries))

    def __len__(self) -> int:
        return len(self._entries)

    def __contains__(self, row_id: object) -> bool:
        return row_id in self._entries

    def rows(self) -> Iterator[Row]:
        """Return the added and changed rows that are valid."""
        return filter(None, (row_of(entry.line) for entry in self._entries.values()))

    def find_by_id(self, rest_id: RestId) -> tuple[Row, ...]:
        """Return the rows about this X id."""
        rows = map(row_of, self._by_id.get(rest_id, ()))
        return tuple(row for row in rows if row and row.rest_id == rest_id)

    def find_by_name(self, screen_name: ScreenName) -> tuple[Row, ...]:
        """Return the rows with this X name in any case."""
        return tuple(filter(None, map(row_of, self._by_name.get(canonicalize_screen_name(screen_name), ()))))


NO_OVERLAY = Overlay()


def _entries(lines: Iterable[bytes]) -> Iterator[tuple[str, _Entry]]:
    for line in lines:
        try:
            if len(line) <= MAX_LINE:
                yield _entry(line, parse_json(line))
        except (ValueError, RecursionError):
            continue


def _entry(line: bytes, fields: object) -> tuple[str, _Entry]:
    """Return the row id and the entry of a parsed line. Raises InvalidRow."""
    if not isinstance(fields, Mapping):
        raise InvalidRow("is not an object")
    row_id = parse_row_id(fields.get("row_id"))
    if fields.get("gone") is True:
        return row_id, _Entry(gone_line(row_id))
    rest_id, name = fields.get("rest_id"), fields.get("screen_name")
    return row_id, _Entry(
        line,
        rest_id if isinstance(rest_id, str) else None,
        canonicalize_screen_name(ScreenName(name)) if isinstance(name, str) else None,
    )


def _id_of(line: bytes) -> bytes:
    """Return the row id of a published line; it has no characters that JSON escapes."""
    start = line.index(_ROW_ID) + len(_ROW_ID)
    return line[start : line.index(b'"', start)]
