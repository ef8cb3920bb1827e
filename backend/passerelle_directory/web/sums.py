"""What a directory of so many rows takes, from sizes that `make bench` measured (docs/performance.md)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

ROW = 66  # bytes of a published row, packed
INDEX = 7  # bytes of its keys and places
CHANGED_ROW = 130  # bytes of a changed row in a delta: packed among fewer others
DATABASE_ROW = 570  # bytes in SQLite of an account; half of them have two sources, the others one
LATEST = 9_000  # bytes of latest.json with a delta a day for 30 days
CHANGED = 1_000  # one row in so many changes a day
CLIENTS = 10_000
DAYS = 30  # of a month
KEPT_DAYS = 15  # superseded files are served for so long: publishing/lifetimes.py

SIZES = (1_000, 100_000, 1_000_000, 2_000_000)  # rows


@dataclass(frozen=True, slots=True)
class Sums:
    """Bytes that a directory of `rows` rows takes; traffic is that of a month."""

    rows: int
    download: int
    disk: int
    database: int
    client: int
    traffic: int


def compute_sums(rows: int) -> Sums:
    """Return what a directory takes that publishes once a day.

    Row ids are random, so the rows that change in a day lie in every file: each publication makes all files anew.
    """
    download = rows * (ROW + INDEX)
    delta = rows // CHANGED * CHANGED_ROW
    client = DAYS * (LATEST + delta)
    return Sums(
        rows=rows,
        download=download,
        disk=download * (1 + KEPT_DAYS) + DAYS * delta,
        database=rows * DATABASE_ROW,
        client=client,
        traffic=client * CLIENTS,
    )


def assumptions() -> Mapping[str, int]:
    """Return the numbers that the page names."""
    return {"row": ROW + INDEX, "changed": CHANGED, "clients": CLIENTS}
