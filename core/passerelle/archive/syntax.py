"""Read the one syntax all archive files share, `window.YTD.<type>.part<N> = [ {...}, ... ]`, row by row.

Strict JSON first, at C speed. At the first row that fails the rest of the file is read row by row with care: a row may
be repaired (a formatter leaves bare keys and trailing commas) or given up, alone. Time grows with the file's size,
memory does not.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

CHUNK = 64 * 1024  # bytes decoded at once: some 40 tweets, with fewer than SAFE_BRACKETS brackets
MAX_ROW = 2 * 1024 * 1024  # characters; a long moment has some 100,000, a tweet 3,000
MAX_HEAD = 256 * 1024  # characters before the first row; real files have 40, one with comments 700
MAX_OBJECT = 4 * 1024 * 1024  # bytes of a file that holds one object; the largest manifest has 17,149
MAX_TEXT = 64 * 1024  # bytes of a README that are looked at; the owner stands in the first 300
MAX_REPAIR = 256 * 1024  # characters of a row that are worth repairing: ten times the longest
# A file with more damage than this is not worth more time.
MAX_BAD_ROWS = 10_000
MAX_BAD_TEXT = 16 * 1024 * 1024  # characters

# Python's JSON reader goes down one level of the stack per bracket. In a browser nothing stops it: some 6,000 levels
# end the whole interpreter (tried in Pyodide 314). No text with more opening brackets than this is parsed unseen.
SAFE_BRACKETS = 2_000
MAX_DEPTH = 200  # a tweet has 10
_NOT_BRACKETS = bytes(byte for byte in range(256) if byte not in b'[]{}"')

# Raw control characters inside strings are no reason to lose a row.
_JSON = json.JSONDecoder(strict=False)

# The array begins after `=`; in a file whose prefix is damaged, at the first bracket that holds rows or nothing.
_START = re.compile(r"=\s*\[|\[\s*(?=[{\]])")
_OBJECT_STARTS = (re.compile(r"=\s*(?=\{)"), re.compile(r"(?=\{)"))
_BETWEEN_ROWS = re.compile(r"[\s,]*")

# What a formatter does to JSON, in one pass: strings stay (single quotes become double), comments and trailing commas
# go, bare keys get quotes. An unclosed string reaches to the end, so that the time stays linear.
_LOOSE = re.compile(
    r"""(?P<string>"(?:[^"\\]++|\\.)*+"?)"""
    r"""|'(?P<single>(?:[^'\\]++|\\.)*+)'?"""
    r"""|(?P<drop>//[^\n]*|,(?=\s*[}\]]))"""
    r"""|(?P<key>(?<![\w$])[A-Za-z_$][\w$]*+(?=\s*:))""",
    re.DOTALL,
)

Salvage = Callable[[str], list[Any]]


class Rows:
    """The rows of one file, in batches of a chunk; when they are over, the counters tell how it went.

    `key` is the word that wraps each row (`{"tweet": {...}}`): after a broken row the next one is found by it.
    `salvage` may take rows from the text of a row that is beyond repair.
    """

    def __init__(self, stream: BinaryIO, key: str, salvage: Salvage | None = None) -> None:
        self.bytes = 0
        self.count = 0  # rows given
        self.repaired = 0  # of those, rows that were not JSON
        self.bad = 0  # rows given up
        self.found = False  # the beginning of the list
        self.complete = False  # its end too
        self._careful = False
        self._bad_text = 0
        self._stream = stream
        self._salvage = salvage
        name = re.escape(key)
        self._next_row = re.compile(rf"""[,\[]\s*(?=\{{\s*["']?{name}["']?\s*:)|\n\}}\s*,\s*(?=\{{)""")

    def __iter__(self) -> Iterator[list[Any]]:
        """Yield the rows of one chunk after another; `bytes` counts what has been read of the file."""
        text = ""
        for piece, last in self._pieces():
            rows, text = self._take(text + piece, last)
            self.count += len(rows)
            yield rows
            if self.complete or self._is_hopeless or not (self.found or len(text) < MAX_HEAD):
                return

    def _pieces(self) -> Iterator[tuple[str, bool]]:
        chunk = self._stream.read(CHUNK)
        decoder = decoder_for(chunk)
        while chunk:
            self.bytes += len(chunk)
            yield decoder.decode(chunk), False
            chunk = self._stream.read(CHUNK)
        yield decoder.decode(b"", final=True), True

    def _take(self, text: str, last: bool) -> tuple[list[Any], str]:
        """Parse every row that is whole in `text`; give them and the rest."""
        position = 0
        if not self.found:
            start = _START.search(text)
            if start is None:
                return [], text
            self.found, position = True, start.end()
        self._careful = self._careful or is_too_deep(text, position)
        rows: list[Any] = []
        while True:
            position = _skip(_BETWEEN_ROWS, text, position)
            if position == len(text):
                return rows, ""
            if text[position] == "]":
                self.complete = True
                return rows, ""
            after = self._row_with_care(text, position, last, rows) if self._careful else _row(text, position, rows)
            if after is not None:
                position = after
            elif self._careful or not (last or len(text) - position >= MAX_ROW):
                return rows, text[position:]  # the chunk's edge may have cut this row
            else:
                self._careful = True

    def _row_with_care(self, text: str, position: int, last: bool, rows: list[Any]) -> int | None:
        """Read one row of a damaged file, cut out by where the next begins; None where that is not in `text` yet."""
        following = self._next_row.search(text, position + 1)
        if self._is_hopeless or (following is None and not last and len(text) - position < MAX_ROW):
            return None
        end = following.end() if following else len(text)
        raw = text[position:end]
        if following is None and _ends_the_list(raw):
            self.complete = True
        rows.extend(self._repair(raw))
        return end

    def _repair(self, raw: str) -> list[Any]:
        if count_brackets(raw) <= SAFE_BRACKETS:
            try:
                return [_JSON.raw_decode(raw)[0]]
            except ValueError:
                pass
            repaired = parse_loose(raw)
            if repaired:
                self.repaired += len(repaired)
                return repaired
        saved = self._salvage(raw) if self._salvage else []
        self.repaired += len(saved)
        self.bad += not saved
        self._bad_text += 0 if saved else len(raw)
        return saved

    @property
    def _is_hopeless(self) -> bool:
        return self.bad > MAX_BAD_ROWS or self._bad_text > MAX_BAD_TEXT


def _ends_the_list(text: str) -> bool:
    """Return whether text ends with `]` or `];`. A regular expression would need quadratic time for many blanks."""
    return text.rstrip().removesuffix(";").rstrip().endswith("]")


def _row(text: str, position: int, rows: list[Any]) -> int | None:
    """Parse one row of text that is not too deep; return where it ends, None where it is not JSON."""
    try:
        row, end = _JSON.raw_decode(text, position)
    except ValueError:  # also integers of thousands of digits
        return None
    rows.append(row)
    return end


def read_object(stream: BinaryIO) -> dict[str, Any]:
    """Read a file that holds one object (`window.__THAR_CONFIG = {...}`). Raises ValueError where there is none."""
    text = read_text(stream, MAX_OBJECT)
    start = next(filter(None, (pattern.search(text) for pattern in _OBJECT_STARTS)), None)
    if start is None or count_brackets(text) > SAFE_BRACKETS:
        raise ValueError("no object in here")
    body = text[start.end() :]
    try:
        value, _ = _JSON.raw_decode(body)
    except ValueError:
        value = next(iter(parse_loose(body)), None)
    if not isinstance(value, dict):
        raise ValueError("no object in here")
    return value


def read_text(stream: BinaryIO, limit: int = MAX_TEXT) -> str:
    """Read at most `limit` bytes of text; bytes that are not UTF-8 become U+FFFD."""
    content = stream.read(limit)
    return decoder_for(content).decode(content, final=True)


def parse_loose(text: str) -> list[Any]:
    """Parse JSON-like values at the start of `text`: bare keys, trailing commas, comments; none where there is none.

    The caller has counted the brackets.
    """
    if len(text) > MAX_REPAIR:
        return []
    strict = _LOOSE.sub(_strict, text)
    values: list[Any] = []
    position: int | None = _skip(_BETWEEN_ROWS, strict, 0)
    while position is not None and position < len(strict) and strict[position] != "]":
        position = _row(strict, position, values)
        position = _skip(_BETWEEN_ROWS, strict, position) if position is not None else None
    return values


def _strict(token: re.Match[str]) -> str:
    if token["string"] is not None:
        return token["string"]
    if token["single"] is not None:
        return '"' + token["single"].replace("\\'", "'").replace('\\"', '"').replace('"', '\\"') + '"'
    if token["key"] is not None:
        return f'"{token["key"]}"'
    return ""


def count_brackets(text: str) -> int:
    """Count opening brackets: no value in `text` can be nested deeper than that."""
    return text.count("[") + text.count("{")


def is_too_deep(text: str, position: int) -> bool:
    """Return whether brackets in `text` from `position` (outside of a string) are nested deeper than MAX_DEPTH.

    May return True for text that is not JSON. Counting is enough for nearly every chunk; else everything but brackets
    is removed at C speed, then pairs from the inside out, one level a turn.
    """
    if count_brackets(text) <= SAFE_BRACKETS:
        return False
    code = text[position:].encode("utf-8", "replace").replace(b"\\\\", b"").replace(b'\\"', b"")
    # A quote pair with nothing left inside can go first: whether a bracket is in a string depends on parity alone.
    brackets = re.sub(rb'"[^"]*"?', b"", code.translate(None, _NOT_BRACKETS).replace(b'""', b""))
    for _ in range(MAX_DEPTH):
        inner = brackets.replace(b"{}", b"").replace(b"[]", b"")
        if inner == brackets:
            break
        brackets = inner
    return brackets.count(b"{") + brackets.count(b"[") > MAX_DEPTH


def decoder_for(head: bytes) -> codecs.IncrementalDecoder:
    """Return the decoder for a file's first bytes: UTF-8 as X writes it, or UTF-16, as some editors save it."""
    encoding = "utf-16" if head[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE) else "utf-8-sig"
    return codecs.getincrementaldecoder(encoding)(errors="replace")


def _skip(pattern: re.Pattern[str], text: str, position: int) -> int:
    match = pattern.match(text, position)
    return match.end() if match else position
