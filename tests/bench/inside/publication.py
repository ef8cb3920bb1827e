"""A server's database: filled with invented accounts, published, changed; each step in a process of its own."""

from __future__ import annotations

import csv
import gzip
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from passerelle_directory.config import Config
from passerelle_directory.database import open_database, upgrade_database
from passerelle_directory.importers.loading import import_file
from passerelle_directory.models import Account, Statement
from passerelle_directory.publishing.keys import load_key, make_keys
from passerelle_directory.publishing.snapshot import publish
from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from tests.bench.inside.statements import Invented, invent

AT_ONCE = 10_000  # rows inserted in one statement
PUBLISHED = datetime(2026, 11, 20, tzinfo=UTC)
TODAY = date(2026, 11, 20)


def run(arguments: Mapping[str, Any], peak: Callable[[], int]) -> Any:
    """Run one step of `arguments` in its folder; return seconds and sizes."""
    folder = Path(arguments["folder"])
    config = Config(data=folder, database_url=f"sqlite:///{folder / 'directory.sqlite'}")
    folder.mkdir(parents=True, exist_ok=True)
    upgrade_database(config)
    make_keys(config.keys)
    engine = open_database(config)
    with Session(engine) as session:
        return STEPS[arguments["step"]](session, config, arguments["rows"])


def _import(session: Session, config: Config, rows: int) -> Any:
    path = config.data / "rows.csv"
    with path.open("w", newline="") as file:
        lines = [line for one in invent(rows) for line in _lines(one)]
        writer = csv.DictWriter(file, lines[0])
        writer.writeheader()
        writer.writerows(lines)
    begun = time.perf_counter()
    report = import_file(session, path, TODAY)
    return {"seconds": time.perf_counter() - begun, "lines": len(lines), "new": report.new}


def _lines(one: Invented) -> Iterator[dict[str, Any]]:
    for stated in one.statements:
        yield {"rest_id": one.rest_id, **asdict(stated)}


def _fill(session: Session, config: Config, rows: int) -> Any:
    """Store accounts directly: an import of a million rows takes a quarter of an hour."""
    accounts = invent(rows)
    while batch := list(islice(accounts, AT_ONCE)):
        session.execute(
            insert(Account),
            [
                {"row_id": one.row_id, "rest_id": one.rest_id, "screen_name_key": one.statements[0].screen_name.lower()}
                for one in batch
            ],
        )
        session.execute(
            insert(Statement),
            [
                {"row_id": one.row_id, "first_did": stated.did, **asdict(stated)}
                for one in batch
                for stated in one.statements
            ],
        )
        session.commit()


def _publish(session: Session, config: Config, rows: int) -> Any:
    begun = time.perf_counter()
    latest = publish(session, config.public, load_key(config.keys), PUBLISHED)
    seconds = time.perf_counter() - begun
    sizes = {
        kind: sum(one["bytes"] for one in latest["files"] if one["kind"] == kind) for kind in ("rows", "keys", "places")
    }
    return {"seconds": seconds, "rows": latest["rows"], **{f"{kind}_bytes": size for kind, size in sizes.items()}}


def _change(session: Session, config: Config, rows: int) -> Any:
    """Change the name's date in so many rows, evenly spread, and publish the next version with its delta."""
    ids = list(session.scalars(select(Account.row_id).order_by(Account.row_id)))
    chosen = ids[:: max(len(ids) // rows, 1)][:rows]
    for start in range(0, len(chosen), 500):
        changed = update(Statement).where(Statement.row_id.in_(chosen[start : start + 500]))
        session.execute(changed.values(source_date=TODAY))
    session.commit()
    begun = time.perf_counter()
    latest = publish(session, config.public, load_key(config.keys), PUBLISHED + timedelta(days=1))
    seconds = time.perf_counter() - begun
    delta = latest["deltas"][-1]
    lines = gzip.decompress((config.public / "files" / delta["path"].rpartition("/")[2]).read_bytes())
    return {
        "seconds": seconds,
        "changes": lines.count(b"\n"),
        "bytes": delta["bytes"],
        "own_gzip": len(gzip.compress(lines, 9, mtime=0)),
    }


STEPS: Mapping[str, Callable[[Session, Config, int], Any]] = {
    "import": _import,
    "fill": _fill,
    "publish": _publish,
    "change": _change,
}
