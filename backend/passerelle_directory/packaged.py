"""The seed as the directory that comes with the program, the same bytes on every machine (build/packaged_directory.py).

It has no signature, since it is part of the package; its date is that of the newest source, and its row ids are made
from the X accounts, where a server's are random.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, time
from pathlib import Path

from passerelle.directory import Evidence, Row, pack_rows, published_line, to_line
from passerelle.directory.departures import FILE as DEPARTURES
from passerelle.directory.departures import Departed
from passerelle.directory.packaged import ABOUT, KEYS, PLACES, ROWS
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from passerelle_directory.config import Config
from passerelle_directory.database import open_database, upgrade_database
from passerelle_directory.importers.loading import import_file
from passerelle_directory.importers.parsing import MAX_ANNOUNCED
from passerelle_directory.models import Departure, Statement
from passerelle_directory.publishing.departures import find_departed
from passerelle_directory.publishing.snapshot import read_rows

ANY_DAY = date.max - MAX_ANNOUNCED  # no date in the seed is refused as one to come


def write_packaged(folder: Path, sources: Sequence[Path]) -> None:
    """Write what the files in `sources` state into `folder`: rows, keys, places, departures, and their date.

    Raises ValueError where no source has a date.
    """
    with _database() as session:
        for path in sources:
            import_file(session, path, ANY_DAY)
        newest = session.scalars(select(func.max(Statement.source_date))).one()
        departed = find_departed(session.scalars(select(Departure).order_by(Departure.id)))
        rows = sorted((_name(*pair) for pair in read_rows(session)), key=lambda pair: pair[0].row_id)
    if newest is None:
        raise ValueError("No source has a date.")
    about = {"generated_at": datetime.combine(newest, time(tzinfo=UTC)).isoformat(), "rows": len(rows)}
    folder.mkdir(parents=True, exist_ok=True)
    packed = pack_rows(((row, published_line(row, evidence)) for row, evidence in rows), compress=False)
    (content,) = packed.rows
    for name, written in ((ROWS, content), (KEYS, packed.keys), (PLACES, packed.places)):
        (folder / name).write_bytes(written)
    (folder / DEPARTURES).write_bytes(b"".join(map(_departed_line, departed)))
    (folder / ABOUT).write_bytes(to_line(about))


def _departed_line(one: Departed) -> bytes:
    return to_line({"organisation": one.organisation, "day": one.day.isoformat(), "source": one.source, "url": one.url})


@contextmanager
def _database() -> Iterator[Session]:
    with tempfile.TemporaryDirectory() as name:
        config = Config(data=Path(name), database_url=f"sqlite:///{name}/directory.sqlite")
        upgrade_database(config)
        engine = open_database(config)
        with Session(engine) as session:
            yield session
        engine.dispose()


def _name(row: Row, evidence: Evidence) -> tuple[Row, Evidence]:
    """Replace the random row id by one made from the X account."""
    account = f"{row.rest_id or ''}/{(row.screen_name or '').lower()}"
    row_id = hashlib.sha256(account.encode()).hexdigest()[: len(row.row_id)]
    return replace(row, row_id=row_id), replace(evidence, row_id=row_id)
