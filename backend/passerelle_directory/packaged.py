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

from passerelle.directory import Evidence, Row, to_line
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from passerelle_directory.config import Config
from passerelle_directory.database import open_database, upgrade_database
from passerelle_directory.importers.loading import import_file
from passerelle_directory.models import Statement
from passerelle_directory.publishing.snapshot import read_rows

ABOUT, ROWS, EVIDENCE = "about.json", "rows.jsonl", "evidence.jsonl"


def write_packaged(folder: Path, sources: Sequence[Path]) -> None:
    """Write what the files in `sources` state into `folder`: rows, evidence, and about.json with their date.

    Raises ValueError where no source has a date.
    """
    with _database() as session:
        for path in sources:
            import_file(session, path, date.max)
        newest = session.scalars(select(func.max(Statement.source_date))).one()
        rows = sorted((_name(*pair) for pair in read_rows(session)), key=lambda pair: pair[0].row_id)
    if newest is None:
        raise ValueError("No source has a date.")
    about = {"generated_at": datetime.combine(newest, time(tzinfo=UTC)).isoformat(), "rows": len(rows)}
    folder.mkdir(parents=True, exist_ok=True)
    (folder / ROWS).write_bytes(b"".join(to_line(row.to_json()) for row, _ in rows))
    (folder / EVIDENCE).write_bytes(b"".join(to_line(evidence.to_json()) for _, evidence in rows))
    (folder / ABOUT).write_bytes(to_line(about))


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
