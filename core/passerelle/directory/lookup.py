"""Find rows in the files of a directory: keys lead to blocks, in a block the id or name itself is searched.

Only blocks that may hold a person looked for are opened, and only lines that name the person are parsed and checked.
A directory whose keys, places or blocks lie hides rows; it never yields a row of another person.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Protocol

from passerelle.directory.blocks import MAX_LINE, open_block
from passerelle.directory.deltas import NO_OVERLAY, Overlay
from passerelle.directory.keys import MAX_SAME_KEY, KeyTable, id_key, name_key
from passerelle.directory.places import Place, Places
from passerelle.directory.rows import Row, row_of
from passerelle.errors import DirectoryError
from passerelle.identifiers import RestId, ScreenName, canonicalize_screen_name, parse_rest_id, parse_screen_name
from passerelle.jsons import parse_json

READ_AT_ONCE = 1 << 20  # bytes of neighbouring blocks that are read in one go
MAX_GAP = 1 << 15  # bytes between two blocks that are read along: cheaper than another read
MAX_FOUND_TEXT = 1 << 26  # bytes of all lines found together: 140,000 rows; more are left out

# (number of the file of rows, first byte, byte after the last one) -> the bytes
Read = Callable[[int, int, int], Awaitable[bytes]]


class RowLookup(Protocol):
    """What answers for people looked up in a directory."""

    def find_by_id(self, rest_id: RestId) -> tuple[Row, ...]:
        """Return the rows about this X id, usually none or one."""

    def find_by_name(self, screen_name: ScreenName) -> tuple[Row, ...]:
        """Return the rows with this X name in any case."""

    def find_named(self, row_id: str, rest_id: str | None, screen_name: str) -> Row | None:
        """Return the row of this `row_id`, if it has that id or that name. Raises InvalidIdentifier."""


@dataclass(slots=True)
class FoundRows:
    """The lines found for the people that were looked for; a line is parsed and checked when it is asked for.

    `lines`: by the bytes searched for. `overlay`: newer rows, and the row ids whose lines no longer count.
    """

    lines: Mapping[bytes, Sequence[bytes]]
    overlay: Overlay = NO_OVERLAY
    _parsed: dict[bytes, tuple[Row, ...]] = field(default_factory=dict)

    def find_by_id(self, rest_id: RestId) -> tuple[Row, ...]:
        """Return the rows about this X id, usually none or one."""
        newer = self.overlay.find_by_id(rest_id)
        return (*newer, *(row for row in self._at(_id_bytes(rest_id)) if row.rest_id == rest_id))

    def find_by_name(self, screen_name: ScreenName) -> tuple[Row, ...]:
        """Return the rows with this X name in any case."""
        wanted = canonicalize_screen_name(screen_name)
        newer = self.overlay.find_by_name(screen_name)
        rows = self._at(_name_bytes(screen_name))
        return (
            *newer,
            *(row for row in rows if row.screen_name and canonicalize_screen_name(row.screen_name) == wanted),
        )

    def find_named(self, row_id: str, rest_id: str | None, screen_name: str) -> Row | None:
        """Return the row of this `row_id`, if it has that id or that name. Raises InvalidIdentifier."""
        by_id = self.find_by_id(parse_rest_id(rest_id)) if rest_id else ()
        rows = (*by_id, *self.find_by_name(parse_screen_name(screen_name)))
        return next((row for row in rows if row.row_id == row_id), None)

    def _at(self, wanted: bytes) -> tuple[Row, ...]:
        if wanted not in self._parsed:
            rows = (row_of(line) for line in self.lines.get(wanted, ()))
            self._parsed[wanted] = tuple(row for row in rows if row and row.row_id not in self.overlay)
        return self._parsed[wanted]


class BlockIndex:
    """The files `keys` and `places` of one directory. `file_sizes`: bytes of its files of rows, in their order."""

    def __init__(self, keys: bytes, places: bytes, file_sizes: Sequence[int]) -> None:
        """Read both files. Raises DirectoryError (directory_corrupt) where they do not fit together."""
        self._keys = KeyTable(keys)
        self._places = Places(places, file_sizes)
        if len(self._keys) != len(self._places):
            raise DirectoryError("The directory's keys and blocks do not fit together.", code="directory_corrupt")

    def has(self, key: int) -> bool:
        """Return whether any row has this key."""
        return bool(self._keys.find(key))

    def blocks_for(self, keys: Iterable[int]) -> list[int]:
        """Return the numbers of the blocks in which rows with these keys stand, ascending, each once."""
        return sorted({block for key in keys for block in self._blocks_of(key)})

    async def collect(
        self,
        rest_ids: Iterable[RestId],
        screen_names: Iterable[ScreenName],
        read: Read,
        overlay: Overlay = NO_OVERLAY,
    ) -> FoundRows:
        """Find the rows of these people; READ_AT_ONCE bytes of blocks and MAX_FOUND_TEXT of rows in memory at most."""
        wanted = self._wanted(rest_ids, screen_names)
        found: dict[bytes, list[bytes]] = defaultdict(list)
        room = MAX_FOUND_TEXT
        for span in self._spans(sorted(wanted)):
            content = await read(span.place.file, span.place.start, span.place.end)
            for block, start, end in span.blocks:
                for needle, line in _lines_in(content[start:end], wanted[block]):
                    room -= len(line)
                    if room >= 0 and len(found[needle]) < MAX_SAME_KEY:
                        found[needle].append(line)
        return FoundRows(found, overlay)

    def _wanted(self, rest_ids: Iterable[RestId], names: Iterable[ScreenName]) -> dict[int, set[bytes]]:
        """Return for each block what to search for in it."""
        wanted: dict[int, set[bytes]] = defaultdict(set)
        keyed = (
            *((id_key(one), _id_bytes(one)) for one in rest_ids),
            *((name_key(one), _name_bytes(one)) for one in names),
        )
        for key, needle in keyed:
            for block in self._blocks_of(key):
                wanted[block].add(needle)
        return wanted

    def _blocks_of(self, key: int) -> Iterator[int]:
        return (self._places.block_of(position) for position in self._keys.find(key))

    def _spans(self, blocks: Iterable[int]) -> Iterator[_Span]:
        """Join neighbouring blocks into spans of at most READ_AT_ONCE bytes."""
        span: _Span | None = None
        for block in blocks:
            place = self._places.find(block)
            if place is None:
                continue
            if span is None or not span.takes(place):
                if span:
                    yield span
                span = _Span(place, [])
            span.add(block, place)
        if span:
            yield span


@dataclass(frozen=True, slots=True)
class Scan:
    """The rows found in a file read from its first line to its last; how many lines it has, and how many of no row."""

    found: FoundRows
    lines: int
    skipped: int


def scan_lines(lines: Iterable[bytes], rest_ids: Iterable[RestId], screen_names: Iterable[ScreenName]) -> Scan:
    """Find the rows of these people where there are no keys: in a file of rows alone."""
    wanted = {*map(_id_bytes, rest_ids), *map(_name_bytes, screen_names)}
    found: dict[bytes, list[bytes]] = defaultdict(list)
    count = skipped = 0
    room = MAX_FOUND_TEXT
    for line in lines:
        count += 1
        fields = _fields_of(line)
        skipped += not fields
        for needle in wanted.intersection(_needles_of(fields)):
            room -= len(line)
            if room >= 0 and len(found[needle]) < MAX_SAME_KEY:
                found[needle].append(line)
    return Scan(FoundRows(found), count, skipped)


def _fields_of(line: bytes) -> Mapping[str, Any]:
    """Return the fields of a line; none where it is no row."""
    try:
        fields = parse_json(line)
    except (ValueError, RecursionError):
        return {}
    return fields if isinstance(fields, Mapping) and "row_id" in fields else {}


def _needles_of(fields: Mapping[str, Any]) -> Iterator[bytes]:
    if isinstance(rest_id := fields.get("rest_id"), str):
        yield _id_bytes(RestId(rest_id))
    if isinstance(name := fields.get("screen_name"), str):
        yield _name_bytes(ScreenName(name))


@dataclass(slots=True)
class _Span:
    """Bytes read in one go, and the blocks in them: number, start, end, counted from the first byte read."""

    place: Place
    blocks: list[tuple[int, int, int]]

    def takes(self, place: Place) -> bool:
        return (
            place.file == self.place.file
            and place.start - self.place.end <= MAX_GAP
            and place.end - self.place.start <= READ_AT_ONCE
        )

    def add(self, block: int, place: Place) -> None:
        self.place = Place(self.place.file, self.place.start, place.end)
        self.blocks.append((block, place.start - self.place.start, place.end - self.place.start))


def _lines_in(packed: bytes, needles: Iterable[bytes]) -> Iterator[tuple[bytes, bytes]]:
    """Yield the lines of a block that hold one of the needles, at most MAX_SAME_KEY for each."""
    text = open_block(packed)
    if text is None:
        return
    lowered = text.lower()  # ASCII letters only, so every byte stays where it is
    for needle in sorted(needles):
        for line in islice(_lines_with(text, lowered, needle), MAX_SAME_KEY):
            yield needle, line


def _lines_with(text: bytes, lowered: bytes, needle: bytes) -> Iterator[bytes]:
    at = lowered.find(needle)
    while at >= 0:
        start = text.rfind(b"\n", 0, at) + 1
        end = text.find(b"\n", at)
        end = len(text) if end < 0 else end
        if end - start <= MAX_LINE:
            yield text[start:end]
        at = lowered.find(needle, end)


def _id_bytes(rest_id: RestId) -> bytes:
    return b'"rest_id":"%s"' % rest_id.encode()


def _name_bytes(screen_name: ScreenName) -> bytes:
    return b'"screen_name":"%s"' % canonicalize_screen_name(screen_name).encode()
