"""Small directories, honest and hostile, for both languages: tests/data/vectors/blocks.json.

`python -m tests.core.directory_vectors` writes them. The committed file counts: versions of zlib compress differently.
"""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Sequence
from typing import Any

from passerelle.directory import Evidence, PackedRows, Row, encode_keys, encode_places, id_key, name_key, pack_rows
from passerelle.directory.rows import published_line
from passerelle.identifiers import RestId, ScreenName

from tests.core.fakes import row, source
from tests.core.vectors import VECTORS

ADA = row("a", rest_id="11", screen_name="Ada_L", display_name="Ada")
BRUNO = row("b", screen_name="bruno", acct="bruno@quai.example.org")
CHLOE = row("c", rest_id="13", did="did:plc:ccccccccccccccccccccccc2", display_name='"screen_name":"eve"')
ROWS = (ADA, BRUNO, CHLOE)
MANY = tuple(row(f"r{n:05}", rest_id=str(1000 + n), screen_name=f"crowd_{n}") for n in range(400))

Person = tuple[str | None, str, str | None]  # rest_id, screen_name, the row_id that is to be found
KNOWN: tuple[Person, ...] = (
    ("11", "ada_l", "a"),
    ("11", "renamed", "a"),
    (None, "ADA_L", "a"),
    ("99", "Bruno", "b"),
    ("13", "chloe", "c"),
    ("12", "stranger", None),
    (None, "eve", None),
)
HIDDEN: tuple[Person, ...] = tuple((rest_id, name, None) for rest_id, name, _ in KNOWN)


def line_of(one: Row) -> bytes:
    """Return the published line of a row, with its newline."""
    return published_line(one, Evidence(one.row_id, (source(),)))


def pack(rows: Sequence[Row], *, compress: bool = True, max_file: int = 1 << 20) -> PackedRows:
    """Pack rows as a server does."""
    return pack_rows(((one, line_of(one)) for one in rows), compress=compress, max_file=max_file)


def lying(blocks: Sequence[bytes], places: dict[int, int], lengths: Sequence[int] | None = None) -> PackedRows:
    """Make a directory of any blocks, with any block number for a key."""
    keys = sorted(places)
    lengths = [len(block) for block in blocks] if lengths is None else lengths
    packed_places = encode_places(lengths, [places[key] for key in keys])
    return PackedRows((b"".join(blocks),), encode_keys(keys), packed_places)


def ids(rest_id: str) -> int:
    """Return the key of an id."""
    return id_key(RestId(rest_id))


def names(name: str) -> int:
    """Return the key of a name."""
    return name_key(ScreenName(name))


KEYS = dict.fromkeys((ids("11"), names("ada_l"), names("bruno"), ids("13"), ids("12"), names("eve")), 0)
TEXT = b"".join(map(line_of, ROWS))
BLOCK = gzip.compress(TEXT, mtime=0)
OVERLAY = [
    line_of(row("a", rest_id="11", screen_name="Ada_L", handle="moved.example.org")),
    b'{"gone":true,"row_id":"b"}\n',
    line_of(row("d", rest_id="12", screen_name="stranger")),
    b'{"row_id":"c","rest_id":"13"}\n',  # no valid row: the base's no longer counts
    b"no JSON\n",
]
CHANGED: tuple[Person, ...] = (
    ("11", "ada_l", "a"),
    ("99", "bruno", None),
    ("13", "chloe", None),
    ("12", "x", "d"),
    (None, "STRANGER", "d"),
)


def cases() -> list[dict[str, Any]]:
    """Return the cases of the file."""
    whole = pack(ROWS)
    other_count = lying([BLOCK], {ids("11"): 0})
    crowd = [("1007", "x", "r00007"), (None, "crowd_399", "r00399"), ("1400", "crowd_400", None)]
    return [
        case("rows are found by id and by name in any case", whole, KNOWN),
        case("several blocks in several files", pack(MANY, max_file=3000), crowd),
        case("blocks of plain text", pack(ROWS, compress=False), KNOWN),
        case("an overlay changes, removes and adds rows", whole, CHANGED, overlay=b"".join(OVERLAY)),
        case("no rows at all", pack([]), HIDDEN),
        case("keys that lead to a block without the person", lying([BLOCK], KEYS), KNOWN),
        case("a block outside the file", lying([BLOCK], dict.fromkeys(KEYS, 7)), HIDDEN),
        case("a block that ends after its file", lying([BLOCK], KEYS, [len(BLOCK) + 1]), HIDDEN),
        case("a block larger than one may be", lying([BLOCK], KEYS, [1 << 31]), HIDDEN),
        case("a bomb", lying([gzip.compress(b" " * (1 << 24) + TEXT, mtime=0)], KEYS), HIDDEN),
        case("a block that is cut short", lying([BLOCK[:-9]], KEYS), HIDDEN),
        case("a block with a wrong checksum", lying([BLOCK[:-8] + bytes(4) + BLOCK[-4:]], KEYS), HIDDEN),
        case("a block followed by something else", lying([BLOCK + b"more"], KEYS), HIDDEN),
        case("a row that lacks a field", lying([gzip.compress(TEXT.replace(b'"kind"', b'"kin"'))], KEYS), HIDDEN),
        case(
            "a line that is no UTF-8",
            lying([gzip.compress(TEXT.replace(b'"row_id"', b'"\xff":1,"row_id"'))], KEYS),
            HIDDEN,
        ),
        case("a line longer than one may be", lying([gzip.compress(long_lines())], KEYS), HIDDEN),
        case("a line nested too deeply", lying([gzip.compress(nested())], KEYS), HIDDEN),
        case("keys and places of different lengths", PackedRows(whole.rows, whole.keys, other_count.places), HIDDEN),
        case("keys of another format", PackedRows(whole.rows, b"XKEY" + whole.keys[4:], whole.places), HIDDEN),
        case("keys that are cut short", PackedRows(whole.rows, whole.keys[:-1], whole.places), HIDDEN),
        case("places that are cut short", PackedRows(whole.rows, whole.keys, whole.places[:-1]), HIDDEN),
        case("no keys", PackedRows(whole.rows, b"", b""), HIDDEN),
    ]


def long_lines() -> bytes:
    """Return the lines, each too long."""
    return b"".join(line_of(one).replace(b"{", b"{" + b" " * (1 << 16), 1) for one in ROWS[:1])


def nested() -> bytes:
    """Return lines in which a field is nested without end."""
    return b"".join(line_of(one).replace(b"{", b'{"x":' + b"[" * 9000, 1) for one in ROWS)


def case(about: str, packed: PackedRows, people: Sequence[Person], overlay: bytes = b"") -> dict[str, Any]:
    """Return one case as it is written."""
    return {
        "about": about,
        "rows": [encode(file) for file in packed.rows],
        "keys": encode(packed.keys),
        "places": encode(packed.places),
        "overlay": encode(overlay),
        "people": [{"rest_id": rest_id, "screen_name": name, "found": found} for rest_id, name, found in people],
    }


def encode(content: bytes) -> str:
    """Return bytes as base64."""
    return base64.b64encode(content).decode()


if __name__ == "__main__":
    text = json.dumps(
        {"about": "Directories as files in base64, and which row is a person's.", "cases": cases()}, indent=1
    )
    (VECTORS / "blocks.json").write_text(text + "\n", encoding="utf-8")
