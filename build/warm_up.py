"""Run the engine once while the snapshot is made: what it imports, builds and specializes stands in the snapshot.

Runs inside Pyodide (build/snapshot.mjs) over an archive and a directory of invented people, and leaves nothing of them.
"""

from __future__ import annotations

import functools
import gc
import json
import re
import sys
import zipfile
from collections.abc import Iterator
from datetime import UTC, date, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

import rest
from passerelle.directory import (
    Evidence,
    EvidenceSource,
    PackagedDirectory,
    Row,
    pack_rows,
    published_line,
)
from passerelle.engine.engine import Engine
from passerelle.engine.environment import Environment
from passerelle.engine.storage import MemoryStorage

ARCHIVE = Path("warm-up.zip")  # in the home folder of Pyodide
NOW = datetime(2026, 1, 1, tzinfo=UTC)
ROUNDS = 3
PEOPLE = [(str(9_000_000_000_000_000_000 + number), f"invented_{number:02}") for number in range(40)]
EXPORTS = ("mastodon-csv", "csv", "json")


async def warm_up() -> None:
    """Import all modules of the core, and use the engine; then forget what was used."""
    for name in ("browser", "restored"):
        import_module(name)
    with zipfile.ZipFile(rest.LIBRARY) as library:
        for path in library.namelist():
            if path.startswith("passerelle/") and path.endswith(".pyc"):
                import_module(path.removesuffix(".pyc").removesuffix("/__init__").replace("/", "."))
    write_archive()
    engine = Engine(environment())
    for _ in range(ROUNDS):
        await ask(engine, "engine.start")
        await ask(engine, "archive.open", [str(ARCHIVE)], names=["warm-up.zip"])
    for format_ in EXPORTS:
        await ask(engine, "export.make", format=format_)
    ARCHIVE.unlink()
    forget()


async def ask(engine: Engine, command: str, paths: list[str] | None = None, **fields: Any) -> None:
    """Have one command answered. Raises RuntimeError where the answer is an error."""
    reply = await engine.receive({"id": "1", "type": command, **fields}, paths or [])
    if "result" not in json.loads(json.dumps(reply)):
        raise RuntimeError(f"{command}: {reply}")


def write_archive() -> None:
    """Write an archive of the owner, the followed people, followers and posts."""
    owner = {"username": "invented_owner", "accountId": "9100000000000000001", "accountDisplayName": "Invented"}
    files = {
        "account": [{"account": {**owner, "createdAt": "2009-05-03T17:04:21.000Z"}}],
        "following": [{"following": {"accountId": rest_id}} for rest_id, _ in PEOPLE],
        "follower": [{"follower": {"accountId": rest_id}} for rest_id, _ in PEOPLE[::2]],
        "tweets": [{"tweet": post(number)} for number in range(len(PEOPLE) * 5)],
    }
    with zipfile.ZipFile(ARCHIVE, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, rows in files.items():
            info = zipfile.ZipInfo(f"data/{name}.js", NOW.timetuple()[:6])
            text = json.dumps(rows, indent=2, separators=(",", " : "))
            archive.writestr(info, f"window.YTD.{name}.part0 = {text}", zipfile.ZIP_DEFLATED)


def post(number: int) -> dict[str, Any]:
    """Return a post that mentions one of the people."""
    rest_id, name = PEOPLE[number % len(PEOPLE)]
    mention = {"name": name.title(), "screen_name": name, "id_str": rest_id, "id": rest_id, "indices": ["0", "9"]}
    text = f"@{name} Le pont est long. {number}"
    return {
        "id_str": str(1_600_000_000_000_000_000 + number * 4_194_304_000),
        "created_at": NOW.strftime("%a %b %d %H:%M:%S +0000 %Y"),
        "full_text": text,
        "lang": "fr",
        "entities": {"hashtags": [], "symbols": [], "urls": [], "user_mentions": [mention]},
        "in_reply_to_user_id_str": rest_id,
        "in_reply_to_screen_name": name,
    }


def environment() -> Environment:
    """Return surroundings without network, with a clock that stands."""

    async def nothing(*_: Any) -> None:
        return None

    async def refused(*_: Any) -> Any:
        raise AssertionError("the warm-up uses no network")

    return Environment(
        storage=MemoryStorage(),
        fetch=refused,
        verify=refused,
        now=lambda: NOW,
        random=bytes,
        yield_now=nothing,
        sleep=nothing,
        emit=lambda event: None,
        log=print,
        directories=[],
        packaged=packaged,
    )


def packaged() -> PackagedDirectory:
    """Return a directory that knows every second of the people."""
    source = EvidenceSource("invented", "https://example.org/", date(2026, 1, 1))
    rows = [Row.from_json(fields) for fields in row_fields()]
    lines = [(row, published_line(row, Evidence(row.row_id, (source,)))) for row in rows]
    return PackagedDirectory(NOW, len(rows), pack_rows(lines, compress=False))


def row_fields() -> Iterator[dict[str, Any]]:
    """Yield the fields of rows, in the order of their ids."""
    for number, (rest_id, name) in enumerate(PEOPLE[::2]):
        handle = {"handle": f"{name.replace('_', '-')}.example.org"}
        account = {**handle, "acct": f"{name}@example.org"} if number % 2 else handle
        given = {"rest_id": rest_id, "screen_name": name, "name_seen": "2025-12-01", **account}
        yield {"row_id": f"r{number:03}", "kind": "person", "grade": "attested", **given}


def forget() -> None:
    """Empty the caches, whose entries the next start neither needs nor could look up (lru_cache stores hashes)."""
    re.purge()
    for cached in [one for one in gc.get_objects() if isinstance(one, functools._lru_cache_wrapper)]:
        cached.cache_clear()
    sys.path_importer_cache.clear()
    for _ in range(3):
        gc.collect()
