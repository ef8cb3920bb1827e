"""What running a directory takes: the guide's table is what the page computes, and sizes grow with the rows."""

from __future__ import annotations

import re
from pathlib import Path

from flask.testing import FlaskClient
from passerelle_directory.publishing.lifetimes import KEPT_AFTER
from passerelle_directory.web.sums import KEPT_DAYS, SIZES, compute_sums

GUIDE = Path(__file__).parents[2] / "docs" / "operators.md"
UNITS = {"MB": 10**6, "GB": 10**9}
CELL = re.compile(r"([\d.,]+) (MB|GB)")


def test_the_table_of_the_guide_is_what_is_computed() -> None:
    lines = [line for line in GUIDE.read_text().splitlines() if re.match(r"\| [\d,]+ \| [\d.,]+ (MB|GB) \|", line)]
    assert [line.split("|")[1].strip() for line in lines] == [f"{rows:,}" for rows in SIZES]
    for rows, line in zip(SIZES, lines, strict=True):
        sums = compute_sums(rows)
        written = [float(number.replace(",", "")) * UNITS[unit] for number, unit in CELL.findall(line)]
        computed = [sums.download, sums.disk, sums.database, sums.client, sums.traffic]
        for shown, real in zip(written, computed, strict=True):
            unit = UNITS["GB"] if real >= UNITS["GB"] else UNITS["MB"]
            assert abs(shown - real) <= unit / 2


def test_superseded_files_are_counted_as_long_as_they_are_kept() -> None:
    assert KEPT_AFTER.days == KEPT_DAYS
    assert compute_sums(10**6).disk > 16 * compute_sums(10**6).download


def test_the_page_shows_two_million_rows(client: FlaskClient) -> None:
    text = client.get("/operators?lang=en").text
    assert "2,000,000" in text
    assert "146\u00a0MB" in text
