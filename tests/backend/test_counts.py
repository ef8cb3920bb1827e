"""The history of counts: one number a day and country, reproducible, and its chart."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from passerelle.chart import HEIGHT, WIDTH, draw_line
from passerelle_directory.publishing.counts import DayCount, read_written_history, thin_out

from tests.backend.conftest import NOW, Directory
from tests.backend.people import line


def days(first: date, number: int) -> Iterator[DayCount]:
    """Yield a count for each of `number` days."""
    return (DayCount(first + timedelta(days=one), one) for one in range(number))


def test_counts_are_stored_by_day_and_country_and_the_last_publication_of_a_day_counts(directory: Directory) -> None:
    directory.add(line("one", handle="one.example.com", country="FR"))
    directory.publish(NOW - timedelta(days=1))
    directory.add(
        line("two", handle="two.example.com", country="FR"), line("mp", kind="person", handle="mp.example.com")
    )
    directory.publish(NOW)
    directory.add(line("three", handle="three.example.com", country="DE"))
    directory.publish(NOW + timedelta(hours=1))
    history = read_written_history(directory.config.pages)
    assert history is not None
    assert history["days"] == [{"day": "2026-11-19", "rows": 1}, {"day": "2026-11-20", "rows": 4}]
    assert history["countries"] == [
        {"country": "FR", "rows": 2},
        {"country": "DE", "rows": 1},
        {"country": "", "rows": 1},
    ]
    assert history["line"].startswith("M4 ")


def test_the_same_rows_make_the_same_history(directory: Directory) -> None:
    directory.add(line("one", handle="one.example.com", country="FR"))
    written = []
    for _ in range(2):
        directory.publish()
        written.append((directory.config.pages / "history.json").read_bytes())
    assert written[0] == written[1]


def test_old_days_are_thinned_out_to_one_a_month() -> None:
    kept = thin_out(list(days(date(2024, 1, 1), 800)), date(2026, 1, 1))
    assert [one.day for one in kept[:2]] == [date(2024, 1, 31), date(2024, 2, 29)]
    assert kept[-1].day == date(2024, 1, 1) + timedelta(days=799)


def test_the_line_stays_inside_the_chart() -> None:
    points = [(one.day, one.rows) for one in days(date(2026, 1, 1), 100)]
    places = [tuple(map(int, place.split())) for place in draw_line(points)[1:].split("L")]
    assert len(places) == 100
    assert all(0 < x < WIDTH and 0 < y < HEIGHT for x, y in places)
    assert draw_line(points[:1]) == ""
