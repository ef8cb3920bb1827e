"""When organisations leave X: the day that their row says, so that clients count on their own machine."""

from __future__ import annotations

import gzip
import json
from datetime import date, timedelta
from typing import Any

import pytest
from passerelle.directory.departures import Departed
from passerelle_directory.models import Departure
from passerelle_directory.publishing.departures import find_departed, make_departures
from sqlalchemy import delete, select

from tests.backend.conftest import NOW, Directory
from tests.backend.people import OTHER_SOURCE, departure, line

HANDLE = "museum.example.com"
ACCT = "museum@social.example.org"


def published_row(directory: Directory) -> dict[str, Any]:
    """Publish, and return the only row."""
    latest = directory.publish()
    name = latest["files"][0]["path"].rpartition("/")[2]
    row: dict[str, Any] = json.loads(gzip.decompress((directory.config.public / "files" / name).read_bytes()))
    return row


@pytest.mark.parametrize(
    ("left_x", "leaving_on"),
    [
        ("2025-01-20", "2025-01-20"),
        ("2024-02", "2024-02-29"),
        ("2024", "2024-12-31"),
        ("by 2026-02", "2026-02-28"),
        ("unknown", "2026-05-07"),
    ],
)
def test_a_row_says_the_last_day_on_which_its_organisation_can_have_left(
    directory: Directory, left_x: str, leaving_on: str
) -> None:
    directory.add(line(handle=HANDLE), departure(left_x=left_x, handle=HANDLE, source_date="2026-05-07"))
    assert published_row(directory)["leaving_on"] == leaving_on


def test_a_departure_is_linked_by_the_address_on_mastodon_too(directory: Directory) -> None:
    directory.add(line(acct=ACCT), departure(acct=ACCT))
    assert published_row(directory)["leaving_on"] == "2025-01-20"


def test_a_date_ahead_is_taken_where_the_departure_is_announced(directory: Directory) -> None:
    directory.add(line(handle=HANDLE), departure(left_x="2027-01-20", handle=HANDLE, how="announced"))
    assert published_row(directory)["leaving_on"] == "2027-01-20"


@pytest.mark.parametrize("fields", [{"left_x": "2027-01-20"}, {"left_x": "2037-01-20", "how": "announced"}])
def test_other_dates_ahead_are_refused(directory: Directory, fields: dict[str, str]) -> None:
    assert len(directory.add(departure(**fields)).skipped) == 1


@pytest.mark.parametrize(
    "fields",
    [
        {"how": "closed", "handle": HANDLE},  # it may have been merged
        {"handle": "other.example.com"},
        {"left_x": "unknown", "handle": HANDLE},  # nor does the source say when it was written
    ],
)
def test_a_row_without_a_departure_of_its_own_says_no_day(directory: Directory, fields: dict[str, str]) -> None:
    directory.add(line(handle=HANDLE), departure(**fields))
    assert published_row(directory)["leaving_on"] is None


def test_a_person_in_office_gets_no_day_from_an_organisation(directory: Directory) -> None:
    directory.add(line(handle=HANDLE, kind="person"), departure(handle=HANDLE, source=OTHER_SOURCE))
    assert published_row(directory)["leaving_on"] is None


def test_an_announced_departure_is_in_the_file_and_not_yet_on_the_page(directory: Directory, client: Any) -> None:
    directory.add(departure("Verein Beispiel", left_x="2027-01-20", how="announced"))
    directory.publish()
    assert client.get("/v1/departures.json").json["departures"][0]["how"] == "announced"
    assert "Verein Beispiel" not in client.get("/departures").text


def test_departures_for_the_program_have_the_last_possible_day_and_a_source_and_are_of_organisations_that_left() -> (
    None
):
    def stated(organisation: str, left: str | None, **fields: Any) -> Departure:
        given = {"kind": "ngo", "how": "left", "source": "news.example.net", "source_date": date(2026, 5, 7), **fields}
        return Departure(key=organisation, organisation=organisation, left=left, **given)

    statements = [
        stated("The Museum", "2025-01", source_url="https://news.example.net/1"),
        stated("A Library", None),
        stated("Merely closed", "2025-01-20", how="closed"),
        stated("Someone", "2025-01-20", kind="person"),
    ]
    assert find_departed(statements) == [
        Departed("A Library", date(2026, 5, 7), "news.example.net", None),
        Departed("The Museum", date(2025, 1, 31), "news.example.net", "https://news.example.net/1"),
    ]


STATES = [
    # (how, left_x) of each source, in any order -> how and date of the entry
    ([("announced", "2025-01-20"), ("left", "2024-11-22")], ("left", "2024-11-22")),
    ([("announced", "2025-01-20"), ("left", "2025-01")], ("left", "2025-01-20")),
    ([("suspended", "2024-11-19"), ("left", "2025-02-01")], ("left", "2025-02-01")),
    ([("left", "unknown"), ("suspended", "2023-08-31")], ("suspended", "2023-08-31")),
    ([("left", "2024-11-22"), ("returned", "2025-06")], ("returned", "2025-06")),
    ([("returned", "2024-02-01"), ("left", "2025-01-20")], ("left", "2025-01-20")),
    ([("closed", "2026-02-01"), ("left", "unknown")], ("left", None)),
    ([("announced", "2025-01-20"), ("closed", "2025-03-01")], ("closed", "2025-03-01")),
]


@pytest.mark.parametrize(("stated", "expected"), STATES)
def test_the_latest_of_what_was_done_counts_and_what_was_announced_only_alone(
    directory: Directory, stated: list[tuple[str, str]], expected: tuple[str, str | None]
) -> None:
    for order in (stated, stated[::-1]):
        with directory.session() as session:
            session.execute(delete(Departure))
            session.commit()
        directory.add(*(departure(how=how, left_x=day, source=f"{how}/{day}") for how, day in order))
        with directory.session() as session:
            (entry,) = make_departures(session.scalars(select(Departure)))
        assert (entry.how, entry.day) == expected
        assert len(entry.sources) == 2


def test_who_returned_to_x_has_no_leaving_day_and_is_not_among_the_departed(directory: Directory) -> None:
    directory.add(line(handle=HANDLE), departure(handle=HANDLE, how="returned"))
    assert published_row(directory)["leaving_on"] is None
    with directory.session() as session:
        assert find_departed(session.scalars(select(Departure))) == []


def test_the_page_says_which_departures_are_announced_suspended_or_taken_back(
    directory: Directory, client: Any
) -> None:
    directory.add(*(departure(f"Verein {how}", how=how) for how in ("announced", "suspended", "returned", "left")))
    directory.publish()
    page = client.get("/departures?lang=en").text
    rows = page.partition("<tbody")[2]
    assert rows.count("posts nothing there any more") == rows.count("posts on X again") == 1
    assert "3 organisations and office holders have left X" in page


def test_a_departure_is_linked_by_the_x_account_that_its_source_names(directory: Directory, client: Any) -> None:
    directory.add(line("museum", handle=HANDLE), departure(screen_name="Museum"), departure("Zoo", screen_name="zoo"))
    row = published_row(directory)
    assert row["leaving_on"] == "2025-01-20"
    linked = {one["organisation"]: one["row_id"] for one in client.get("/v1/departures.json").json["departures"]}
    assert linked == {"Stadtmuseum Beispielstadt": row["row_id"], "Zoo": None}


def test_a_person_is_a_departure_only_with_an_office_and_their_row_says_no_day(
    directory: Directory, client: Any
) -> None:
    person = departure("Ada Beispiel", kind="person", screen_name="ada")
    report = directory.add(
        line("ada", handle=HANDLE, kind="person"),
        person | {"office": "Mayor of Beispielstadt"},
        person | {"source": OTHER_SOURCE},
        departure("Zoo", office="Mayor"),
    )
    assert [bad.number for bad in report.skipped] == [3, 4]
    row = published_row(directory)
    assert row["leaving_on"] is None
    (entry,) = client.get("/v1/departures.json").json["departures"]
    assert (entry["office"], entry["row_id"]) == ("Mayor of Beispielstadt", row["row_id"])
    assert "Mayor of Beispielstadt" in client.get("/departures?lang=en").text


def entries(client: Any) -> dict[str, dict[str, Any]]:
    """Return the published entries by name."""
    return {one["organisation"]: one for one in client.get("/v1/departures.json").json["departures"]}


def test_an_entry_without_address_has_those_of_the_row_with_its_name_and_country(
    directory: Directory, client: Any
) -> None:
    directory.add(
        line("museum", handle=HANDLE, acct=ACCT, display_name="Museum Beispielstadt", country="DE"),
        line("zoo", handle="zoo.example.com", display_name="Zoo", country="FR"),
        line("ada", handle="ada.example.com", display_name="Ada Beispiel", country="DE", kind="person"),
        line("press", handle="press.example.com", display_name="Verlag", country="DE"),
        departure("Museum  beispielstadt"),
        departure("Zoo"),
        departure("Ada Beispiel"),
        departure("Verlag", handle="verlag.example.com"),
    )
    directory.publish()
    found = {name: (one["handle"], one["acct"]) for name, one in entries(client).items()}
    assert found == {
        "Museum beispielstadt": (HANDLE, ACCT),
        "Zoo": (None, None),  # of another country
        "Ada Beispiel": (None, None),  # a person is no organisation
        "Verlag": ("verlag.example.com", None),  # its source says more than a name does
    }


def test_a_row_of_the_same_name_gets_no_day(directory: Directory) -> None:
    directory.add(line(handle=HANDLE, display_name="Museum", country="DE"), departure("Museum"))
    assert published_row(directory)["leaving_on"] is None


def test_an_entry_keeps_its_id_and_its_time_until_it_says_something_else(directory: Directory, client: Any) -> None:
    directory.add(departure("Museum"), departure("Zoo"))
    directory.publish(NOW)
    first = entries(client)
    assert {one["updated"] for one in first.values()} == {"2026-11-20T12:00:00Z"}
    directory.add(departure("zoo", source=OTHER_SOURCE, acct=ACCT))
    directory.publish(NOW + timedelta(days=1))
    second = entries(client)
    assert [one["id"] for one in first.values()] == [second["Museum"]["id"], second["Zoo"]["id"]]
    assert (second["Museum"]["updated"], second["Zoo"]["updated"]) == ("2026-11-20T12:00:00Z", "2026-11-21T12:00:00Z")


def test_pages_that_an_older_program_wrote_are_still_shown(directory: Directory, client: Any) -> None:
    directory.add(departure("Museum"))
    directory.publish()
    path = directory.config.pages / "departures.json"
    written = json.loads(path.read_bytes())
    for name in ("id", "did", "updated"):
        del written["departures"][0][name]
    path.write_text(json.dumps(written), encoding="utf-8")
    assert "Museum" in client.get("/departures").text
    assert entries(client)["Museum"]["updated"] is None
