"""How many rows there are, by day and country: the numbers of the home page, kept in the database.

Nothing but numbers: no row and no person. Equal tables give an equal history.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from passerelle.chart import draw_line
from passerelle.directory import Row
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from passerelle_directory.models import DailyCount
from passerelle_directory.publishing.files import WORLD_READABLE, write_whole

HISTORY = "history.json"

DAYS_SHOWN = timedelta(days=60)  # each of the last days is shown, of earlier months their last one
NO_COUNTRY = ""  # of rows that name none


@dataclass(slots=True)
class Counts:
    """How many rows are about people and about organisations, by country."""

    people_by_country: Counter[str] = field(default_factory=Counter)
    organisations_by_country: Counter[str] = field(default_factory=Counter)

    @property
    def people(self) -> int:
        """Return how many rows are about people."""
        return self.people_by_country.total()

    @property
    def organisations(self) -> int:
        """Return how many rows are about organisations."""
        return self.organisations_by_country.total()

    def add(self, row: Row) -> None:
        """Count one row."""
        by_country = self.people_by_country if row.kind == "person" else self.organisations_by_country
        by_country[row.country or NO_COUNTRY] += 1


@dataclass(frozen=True, slots=True)
class DayCount:
    """How many rows the last publication of a day had."""

    day: date
    rows: int


def store_counts(session: Session, day: date, counts: Counts) -> None:
    """Store the counts of a day in place of what an earlier publication of that day had."""
    session.execute(delete(DailyCount).where(DailyCount.day == day))
    for country in sorted(counts.people_by_country.keys() | counts.organisations_by_country.keys()):
        people, organisations = counts.people_by_country[country], counts.organisations_by_country[country]
        session.add(DailyCount(day=day, country=country, people=people, organisations=organisations))
    session.flush()


def read_history(session: Session, today: date) -> list[DayCount]:
    """Return how many rows there were, the earliest first: each of the last days, the last of earlier months."""
    total = func.sum(DailyCount.people + DailyCount.organisations)
    query = select(DailyCount.day, total).group_by(DailyCount.day).order_by(DailyCount.day)
    return thin_out([DayCount(day, int(rows)) for day, rows in session.execute(query)], today - DAYS_SHOWN)


def thin_out(days: Sequence[DayCount], since: date) -> list[DayCount]:
    """Return the days after `since`, and of each earlier month the last day.

    >>> days = [DayCount(date(2026, 1, day), day) for day in (1, 30, 31)]
    >>> [one.rows for one in thin_out(days, date(2026, 1, 30))]
    [30, 31]
    """
    last_of_month = {(one.day.year, one.day.month): one for one in days if one.day <= since}
    return [*last_of_month.values(), *(one for one in days if one.day > since)]


def countries_of(counts: Counts) -> list[tuple[str, int]]:
    """Return the countries with the number of their rows, the largest first; rows that name none come last."""
    totals = counts.people_by_country + counts.organisations_by_country
    return sorted(totals.items(), key=lambda one: (one[0] == NO_COUNTRY, -one[1], one[0]))


def write_history(folder: Path, counts: Counts, days: Sequence[DayCount]) -> None:
    """Write what the home page shows: the counts by country, those by day, and the line of the chart through them."""
    history = {
        "countries": [{"country": country, "rows": rows} for country, rows in countries_of(counts)],
        "days": [{"day": one.day.isoformat(), "rows": one.rows} for one in days],
        "line": draw_line([(one.day, one.rows) for one in days]),
    }
    write_whole(folder / HISTORY, json.dumps(history).encode() + b"\n", WORLD_READABLE, overwrite=True)


def read_written_history(folder: Path) -> dict[str, Any] | None:
    """Return what `write_history` wrote; None before the first snapshot."""
    try:
        history: dict[str, Any] = json.loads((folder / HISTORY).read_bytes())
    except FileNotFoundError:
        return None
    return history
