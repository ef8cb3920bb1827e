"""The seed: every line can be imported and names its source; people are listed for their public office only."""

from __future__ import annotations

import csv
import re
from datetime import date

import pytest
from passerelle_directory.cli import SEED_FILES
from passerelle_directory.config import SEED
from passerelle_directory.importers.loading import import_file
from passerelle_directory.models import Account
from passerelle_directory.publishing.departures import Left
from passerelle_directory.publishing.groups import MemberRows, cover, read_groups
from passerelle_directory.publishing.rows import make_row
from passerelle_directory.publishing.snapshot import read_departures, read_rows
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
    # A senator, and office holders found in a list of official accounts: members of parliaments and councils, a former
    # president.
    assert elsewhere == {"RonanDantec"} | {"aoc", "RepAOC", "ronwyden", "BarackObama"} | {
        "seiji_ohsaka",
        "shiomura",
    } | {
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
    assert {row["how"] for row in lines("departures.csv") if row not in swedish} == {"left", "suspended", "announced"}


def departed(directory: Directory) -> dict[str, Left]:
    """Return the departures of the seed by name."""
    with directory.session() as session:
        for path in SEED_FILES:
            import_file(session, path, MADE)
        departures = read_departures(session)
        for _ in read_rows(session, departures):
            pass
    return {entry.organisation: entry for entry in departures.linked()}


def test_french_departures_have_the_dates_that_their_sources_give(directory: Directory) -> None:
    dates = {name: (entry.how, entry.day or f"by {entry.by}") for name, entry in departed(directory).items()}
    expected = {
        "Greenpeace France": ("left", "2024-11-22"),
        "Mediapart": ("left", "2025-01-20"),
        "Assistance publique - Hôpitaux de Paris": ("left", "2024-12-03"),
        "CFDT": ("left", "2024-12-03"),
        "Hôpitaux universitaires de Marseille (AP-HM)": ("left", "2024-12-23"),
        "Ouest-France": ("suspended", "2024-11-19"),
        "Université Rennes 2": ("suspended", "2023-08-31"),
        "Ligue des droits de l'Homme (LDH)": ("announced", "2025-01-20"),
        "Vert": ("left", "by 2024-11-22"),
    }
    assert {name: dates[name] for name in expected} == expected


def test_departures_are_linked_to_the_rows_of_the_same_account(directory: Directory) -> None:
    found = departed(directory)
    linked = ("Mediapart", "Ville de Paris", "Ouest-France", "Canard PC", "Universität Potsdam")
    assert [name for name in linked if found[name].row_id is None] == []


def test_people_among_the_departures_have_an_office_and_an_address_of_the_source() -> None:
    people = [row for row in lines("departures.csv") if row["kind"] == "person"]
    assert {row["display_name"] for row in people} >= {"Grégory Doucet", "Sandrine Runel"}
    assert [row for row in people if not (row["office"] and row["source_url"])] == []


def test_every_organisation_that_the_campaign_names_has_a_departure(directory: Directory) -> None:
    (campaign,) = (group for group in read_groups(SEED) if group.key == "campaign")
    covered = cover(campaign, MemberRows([campaign]), departed(directory).values())
    organisations = [one for one in covered if one.member.kind != "person"]
    assert [one.member.name for one in organisations if one.left is None] == ["Groupe des Écologistes, Rennes"]
    assert len(organisations) == 35 + 1


def test_no_group_has_more_members_than_its_source_says() -> None:
    groups = read_groups(SEED)
    assert {group.key: (group.size, len(group.members)) for group in groups} == {
        "signatories-87": (87, 13),
        "campaign": (44, 41),
        "universities-fr": (40, 18),
        "universities-de": (61, 61),
        "media-fr": (None, 22),
        "meps-fr": (81, 81),
    }


@pytest.mark.parametrize("name", ["rows.csv", "departures.csv"])
def test_every_line_names_its_source_and_countries_are_codes(name: str) -> None:
    for row in lines(name):
        assert row["source"]
        assert re.fullmatch(r"[A-Z]{2}|", row["country"]), row


def test_every_source_is_explained() -> None:
    explained = (SEED / "SOURCES.md").read_text(encoding="utf-8")
    lists = {row["source"] for name in ("rows.csv", "departures.csv") for row in lines(name) if "/" in row["source"]}
    assert [source for source in lists if source not in explained] == []
