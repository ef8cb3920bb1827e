"""Files that latest.json names no more: recorded with the date, deleted once no client can ask for them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from passerelle_directory.models import PublishedFile
from passerelle_directory.publishing.bucket import Bucket
from passerelle_directory.publishing.lifetimes import KEPT_AFTER
from passerelle_directory.publishing.media import SUFFIXES

OURS = re.compile(rf"[0-9a-f]{{64}}\.({'|'.join(map(re.escape, SUFFIXES))})", re.ASCII)


def record_superseded(
    session: Session, folder: Path, uploaded: Mapping[str, datetime], names: set[str], now: datetime
) -> None:
    """Record which files are not among the `names` that latest.json is about to name.

    Files that the database does not list are listed now. One in the bucket counts as superseded since it was uploaded,
    which is never too late; one only on the disk since `now`.
    """
    known = {file.name: file for file in session.scalars(select(PublishedFile))}
    there = {path.name: now for path in folder.iterdir()} | dict(uploaded)
    for name in filter(OURS.fullmatch, there.keys() - known.keys()):
        known[name] = PublishedFile(name=name, superseded_at=there[name])
        session.add(known[name])
    for name, file in known.items():
        file.superseded_at = None if name in names else file.superseded_at or now


def delete_superseded(session: Session, folder: Path, bucket: Bucket | None, now: datetime) -> None:
    """Delete the files that were superseded long enough ago, and then their records: a crash leaves none behind.

    Raises BucketError.
    """
    for file in session.scalars(select(PublishedFile).where(PublishedFile.superseded_at.is_not(None))):
        if file.superseded_at and _aware(file.superseded_at) + KEPT_AFTER <= now:
            if bucket:
                bucket.delete_file(file.name)
            (folder / file.name).unlink(missing_ok=True)
            session.delete(file)
    session.commit()


def _aware(moment: datetime) -> datetime:
    """Return a time with its zone, UTC, which SQLite does not store."""
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
