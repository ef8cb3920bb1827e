"""Read the one syntax all archive files share, `window.YTD.<type>.part<N> = [ {...}, ... ]`, row by row.

Strict JSON first, at C speed; only a row that fails is repaired (a file re-saved by a formatter has bare keys and
trailing commas) or given up alone. Memory is bounded whatever the file's size: facts/archive-format.md, section 7.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

CHUNK = 256 * 1024  # bytes of text decoded at once: some 150 tweets
MAX_ROW = 4 * 1024 * 1024  # characters; a long moment has some 100,000, a tweet 3,000
MAX_HEAD = 1024 * 1024  # characters before the first row; real files have 40, one with comments 700
MAX_OBJECT = 4 * 1024 * 1024  # bytes of a file that holds one object; the largest manifest has 17,149
MAX_BAD_ROWS = 10_000  # a file with more than this is not worth more time

# Raw control characters inside strings are no reason to lose a row.
_JSON = json.JSONDecoder(strict=False)

# ValueError: not JSON, or an integer of thousands of digits. RecursionError: brackets nested by the thousand.
NOT_JSON = (ValueError, RecursionError)

# The array begins after `=`; where somebody damaged the prefix, at the first bracket that holds rows or nothing.
_START = re.compile(r"=\s*\[|\[\s*(?=[{\]])")
_OBJECT_START = re.compile(r"=\s*(?=\{)|(?=\{)")
_BETWEEN_ROWS = re.compile(r"[\s,]*")
_END = re.compile(r"\]\s*;?\s*\Z")

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
    """The rows of one file, in batches of a chunk; afterwards `bad`, `repaired`, `found`, `complete` tell how it went.

    `key` is the word that wraps each row (`{"tweet": {...}}`): after a broken row the next one is found by it.
    `salvage` may take rows from the text of a row that is beyond repair.
    """

    def __init__(self, stream: BinaryIO, key: str, salvage: Salvage | None = None) -> None:
        self.bytes = 0
        self.bad = 0
        self.repaired = 0
        self.found = False
        self.complete = False
        self._stream = stream
        self._salvage = salvage
        name = re.escape(key)
        self._next_row = re.compile(rf"""[,\[]\s*(?=\{{\s*["']?{name}["']?\s*:)|\n\}}\s*,\s*(?=\{{)""")

    def __iter__(self) -> Iterator[list[Any]]:
        """Give the rows of one chunk after another; `bytes` says how far the file is read."""
        text = ""
        for piece, last in self._pieces():
            rows, text = self._take(text + piece, last)
            yield rows
            if self.complete or self.bad > MAX_BAD_ROWS or not (self.found or len(text) < MAX_HEAD):
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
        rows: list[Any] = []
        while True:
            position = _end_of(_BETWEEN_ROWS, text, position)
            if position == len(text):
                return rows, ""
            if text[position] == "]":
                self.complete = True
                return rows, ""
            try:
                row, position = _JSON.raw_decode(text, position)
                rows.append(row)
            except NOT_JSON:
                # The chunk's edge may have cut the row: only a text longer than any row tells that it is broken.
                if (not last and len(text) - position < MAX_ROW) or self.bad > MAX_BAD_ROWS:
                    return rows, text[position:]
                position = self._repair(text, position, rows)

    def _repair(self, text: str, position: int, rows: list[Any]) -> int:
        """Read the broken row at `position` as well as can be; give the position of the next."""
        following = self._next_row.search(text, position + 1)
        end = following.end() if following else len(text)
        raw = text[position:end]
        if following is None and _END.search(raw):
            self.complete = True
        try:
            rows.append(parse_loose(raw))
            self.repaired += 1
        except NOT_JSON:
            saved = self._salvage(raw) if self._salvage else []
            rows.extend(saved)
            self.bad += not saved
            self.repaired += len(saved)
        return end


def read_object(stream: BinaryIO) -> dict[str, Any]:
    """Read a file that holds one object (`window.__THAR_CONFIG = {...}`). Raises ValueError where there is none."""
    content = stream.read(MAX_OBJECT)
    text = decoder_for(content).decode(content, final=True)
    start = _OBJECT_START.search(text)
    if start is None:
        raise ValueError("no object in here")
    try:
        value, _ = _JSON.raw_decode(text, start.end())
    except NOT_JSON:
        try:
            value = parse_loose(text[start.end() :])
        except RecursionError as error:
            raise ValueError("brackets nested too deep") from error
    if not isinstance(value, dict):
        raise ValueError("no object in here")
    return value


def parse_loose(text: str) -> Any:
    """Parse the JSON-like value at the start of `text`: bare keys, trailing commas, comments. Raises NOT_JSON."""
    value, _ = _JSON.raw_decode(_LOOSE.sub(_strict, text).lstrip())
    return value


def _strict(token: re.Match[str]) -> str:
    if token["string"] is not None:
        return token["string"]
    if token["single"] is not None:
        return json.dumps(token["single"].replace("\\'", "'"), ensure_ascii=False)
    if token["key"] is not None:
        return f'"{token["key"]}"'
    return ""


def decoder_for(head: bytes) -> codecs.IncrementalDecoder:
    """Choose the decoder by the file's first bytes: UTF-8 as X writes it, or what an editor made of it."""
    encoding = "utf-16" if head[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE) else "utf-8-sig"
    return codecs.getincrementaldecoder(encoding)(errors="replace")


def _end_of(pattern: re.Pattern[str], text: str, position: int) -> int:
    match = pattern.match(text, position)
    return match.end() if match else position
