"""The seed: every line can be imported and names its source; people are listed for their public office only."""

from __future__ import annotations

import csv
import re
from datetime import date

import pytest
from passerelle_directory.cli import SEED, SEED_FILES
from passerelle_directory.importers.loading import import_file
from passerelle_directory.models import Account
from passerelle_directory.publishing.rows import make_row
from sqlalchemy import select

from tests.backend.conftest import TODAY, Directory

MADE = date(2026, 11, 27)  # the day on which the seed was made
PARLIAMENTS = {
    "everton137/leavex-tools",
    "politics-on-social-media/politics-on-social-media.github.io",
    "mysociety/parlparse",
    "PierreMesure/politix-sweden",
    "unitedstates/congress-legislators",
}


def lines(name: str) -> list[dict[str, str]]:
    """Return the lines of a seed file."""
    with (SEED / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_every_line_is_taken_and_a_second_time_changes_nothing(directory: Directory) -> None:
    for again in (False, True):
        with directory.session() as session:
            reports = [import_file(session, path, TODAY) for path in SEED_FILES]
        assert [report.skipped for report in reports] == [[], []]
        assert sum(report.known if again else report.new for report in reports) == sum(
            len(lines(path.name)) for path in SEED_FILES
        )


def test_every_x_account_has_one_row_and_no_source_contradicts_another(directory: Directory) -> None:
    with directory.session() as session:
        import_file(session, SEED / "rows.csv", TODAY)
        accounts = session.scalars(select(Account)).all()
        rows = [make_row(account, account.statements) for account in accounts]
    assert len(rows) == len({line["screen_name"].lower() for line in lines("rows.csv")})
    assert [evidence for _, evidence in rows if evidence.conflicts] == []
    assert {row.grade for row, _ in rows} == {"imported", "attested"}


def test_barack_obama_has_his_own_id_and_not_that_of_potus() -> None:
    (row,) = (line for line in lines("rows.csv") if line["screen_name"] == "BarackObama")
    assert (row["rest_id"], row["handle"]) == ("813286", "barackobama.bsky.social")


def test_people_are_listed_only_from_sources_about_public_office_or_by_their_office() -> None:
    elsewhere = {
        row["screen_name"] for row in lines("rows.csv") if row["kind"] == "person" and row["source"] not in PARLIAMENTS
    }
    # Office holders found in a list of official accounts: members of parliaments and councils, a former president.
    assert elsewhere == {"aoc", "RepAOC", "ronwyden", "BarackObama"} | {"seiji_ohsaka", "shiomura"} | {
        "isatetsurou",
        "mitibata1",
        "reinakiyosejcp",
        "tsudatomoki",
    }


def test_sources_about_people_are_not_older_than_three_years() -> None:
    dates = {row["source_date"] for row in lines("rows.csv") if row["kind"] == "person"}
    assert min(dates) >= f"{MADE.year - 3}-{MADE.month:02}"


def test_swedish_agencies_are_closed_and_nothing_more() -> None:
    swedish = [row for row in lines("departures.csv") if row["source"] == "PierreMesure/politix-sweden"]
    assert len(swedish) == 70
    assert {(row["how"], row["left_x"]) for row in swedish} == {("closed", "by 2026-02")}
    assert {row["how"] for row in lines("departures.csv") if row not in swedish} == {"left"}


@pytest.mark.parametrize("name", ["rows.csv", "departures.csv"])
def test_every_line_names_its_source_and_countries_are_codes(name: str) -> None:
    for row in lines(name):
        assert row["source"]
        assert re.fullmatch(r"[A-Z]{2}|", row["country"]), row


def test_every_source_is_explained() -> None:
    explained = (SEED / "SOURCES.md").read_text(encoding="utf-8")
    lists = {row["source"] for name in ("rows.csv", "departures.csv") for row in lines(name) if "/" in row["source"]}
    assert [source for source in lists if source not in explained] == []
