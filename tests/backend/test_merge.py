"""Merging the statements of several sources about one X account: agreement, contradiction, grade."""

from __future__ import annotations

from passerelle.directory import Evidence, Row
from passerelle_directory.importers.lines import FIELDS, Line
from passerelle_directory.importers.loading import import_lines
from passerelle_directory.models import Departure
from passerelle_directory.publishing.departures import make_departures
from passerelle_directory.publishing.rows import make_row
from passerelle_directory.publishing.sources import family
from sqlalchemy import select

from tests.backend.conftest import TODAY, Directory
from tests.backend.people import OTHER_SOURCE, departure, line

DID, OTHER_DID = "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa", "did:plc:bbbbbbbbbbbbbbbbbbbbbbbb"


def merged(directory: Directory) -> list[tuple[Row, Evidence]]:
    """Return the rows that a directory would publish."""
    from passerelle_directory.models import Account

    with directory.session() as session:
        accounts = session.scalars(select(Account).order_by(Account.screen_name_key))
        return [make_row(account, account.statements) for account in accounts]


def only(directory: Directory) -> tuple[Row, Evidence]:
    """Return the one row that a directory would publish."""
    (found,) = merged(directory)
    return found


def test_one_source_makes_an_imported_row(directory: Directory) -> None:
    directory.add(line(handle="museum.example.com", country="DE", display_name="Museum"))
    row, evidence = only(directory)
    assert (row.grade, row.handle, row.country, row.display_name) == ("imported", "museum.example.com", "DE", "Museum")
    assert [source.name for source in evidence.sources] == ["lists/one"]


def test_two_independent_sources_that_agree_attest_one_row(directory: Directory) -> None:
    directory.add(line(handle="museum.example.com"))
    directory.add(line("MUSEUM", OTHER_SOURCE, handle="museum.example.com"))
    row, evidence = only(directory)
    assert row.grade == "attested"
    assert [source.name for source in evidence.sources] == ["lists/one", "records/two"]


def test_sources_that_copy_each_other_do_not_attest(directory: Directory) -> None:
    directory.add(line(source="PierreMesure/politix-sweden", handle="museum.example.com"))
    directory.add(line(source="wikidata", handle="museum.example.com"))
    assert only(directory)[0].grade == "imported"


def test_two_lists_of_one_owner_count_once() -> None:
    assert family("someone/list") == family("someone/other-list") != family("https://www.paper.example/a")
    assert family("https://paper.example/a") == family("https://www.paper.example/b")


def test_an_account_that_only_one_source_gives_keeps_the_row_from_being_attested(directory: Directory) -> None:
    directory.add(line(handle="museum.example.com", acct="museum@social.example.org"))
    directory.add(line(source=OTHER_SOURCE, handle="museum.example.com"))
    assert only(directory)[0].grade == "imported"


def test_two_sources_for_two_networks_fill_one_row(directory: Directory) -> None:
    directory.add(line(handle="museum.example.com"))
    directory.add(line(source=OTHER_SOURCE, acct="museum@social.example.org"))
    row, _ = only(directory)
    assert (row.handle, str(row.acct), row.grade) == ("museum.example.com", "museum@social.example.org", "imported")


def test_a_conflict_shows_and_gets_the_lowest_grade(directory: Directory) -> None:
    directory.add(line(handle="museum.example.com"), line(source=OTHER_SOURCE, handle="museum.example.com"))
    directory.add(line(source="third/list", handle="impostor.example.com"))
    row, evidence = only(directory)
    assert (row.handle, row.grade) == ("museum.example.com", "claimed")
    assert [(c.network, c.address, c.sources) for c in evidence.conflicts] == [
        ("bluesky", "impostor.example.com", ("third/list",))
    ]


def test_sources_that_name_different_servers_conflict(directory: Directory) -> None:
    directory.add(line(acct="museum@social.example.org"), line(source=OTHER_SOURCE, acct="museum@other.example.org"))
    row, evidence = only(directory)
    assert (str(row.acct), row.grade) == ("museum@social.example.org", "claimed")
    assert evidence.conflicts[0].address == "museum@other.example.org"


def test_an_acct_in_another_case_is_the_same(directory: Directory) -> None:
    directory.add(line(acct="Museum@social.example.org"), line(source=OTHER_SOURCE, acct="museum@social.example.org"))
    assert only(directory)[0].grade == "attested"


def test_two_handles_of_one_did_are_no_conflict_and_neither_is_attested(directory: Directory) -> None:
    directory.add(line(did=DID, handle="museum.bsky.social"))
    directory.add(line(source=OTHER_SOURCE, did=DID, handle="museum.example.com", source_date="2026-06-01"))
    row, evidence = only(directory)
    assert (row.did, row.handle, row.grade, evidence.conflicts) == (DID, None, "attested", ())


def test_the_first_did_of_a_source_stays_when_the_source_changes_it(directory: Directory) -> None:
    directory.add(line(did=DID, handle="museum.example.com"))
    directory.add(line(did=OTHER_DID, handle="museum.example.com", source_date="2026-06-01"))
    row, evidence = only(directory)
    assert (row.did, row.grade) == (DID, "claimed")
    assert evidence.conflicts[0].sources == ("lists/one",)


def test_one_source_cannot_join_two_that_contradict_each_other(directory: Directory) -> None:
    directory.add(line(handle="old.example.com"))
    directory.add(line(source=OTHER_SOURCE, did=DID, handle="new.example.com", source_date="2026-06-01"))
    directory.add(line(source="third/list", did=DID, handle="old.example.com"))
    row, evidence = only(directory)
    assert (row.did, row.handle, row.grade) == (DID, None, "claimed")
    assert [(c.address, c.sources) for c in evidence.conflicts] == [("old.example.com", ("lists/one",))]


def test_two_dids_of_one_handle_are_a_conflict_and_neither_is_published(directory: Directory) -> None:
    directory.add(line(did=DID, handle="museum.example.com"))
    directory.add(line(source=OTHER_SOURCE, did=OTHER_DID, handle="museum.example.com"))
    directory.add(line(source="third/list", handle="museum.example.com"))
    row, evidence = only(directory)
    assert (row.did, row.handle, row.grade) == (None, "museum.example.com", "claimed")
    assert [conflict.address for conflict in evidence.conflicts] == [DID, OTHER_DID]


def test_a_known_kind_wins_over_other(directory: Directory) -> None:
    directory.add(line(kind="university", handle="a.example.com"), line(source=OTHER_SOURCE, handle="a.example.com"))
    assert only(directory)[0].kind == "university"


def test_departures_of_one_organisation_are_one_entry_with_the_most_exact_date(directory: Directory) -> None:
    directory.add(departure(left_x="unknown"))
    directory.add(departure(source=OTHER_SOURCE, left_x="2025-01-20", handle="museum.example.com"))
    directory.add(departure(source="third/list", left_x="2025"))
    with directory.session() as session:
        (entry,) = make_departures(session.scalars(select(Departure)))
    assert (entry.day, entry.handle) == ("2025-01-20", "museum.example.com")
    assert [source.name for source in entry.sources] == ["lists/one", "records/two", "third/list"]


def test_organisations_of_one_name_in_two_countries_are_two(directory: Directory) -> None:
    directory.add(departure(), departure(country="AT"))
    with directory.session() as session:
        assert len(make_departures(session.scalars(select(Departure)))) == 2


def test_what_the_own_domain_states_is_attested_and_no_file_can_say_so(directory: Directory) -> None:
    own = line(source="https://museum.example.com/.well-known/passerelle.json", handle="museum.example.com")
    with directory.session() as session:
        import_lines(session, [Line(1, own, is_own_domain=True)], TODAY)
    assert only(directory)[0].grade == "attested"
    assert "is_own_domain" not in FIELDS
    directory.add(own)
    assert only(directory)[0].grade == "imported"


def test_another_did_at_the_own_domain_is_a_conflict(directory: Directory) -> None:
    own = line(source="https://museum.example.com/.well-known/passerelle.json", handle="museum.example.com")
    for did in (DID, OTHER_DID):
        with directory.session() as session:
            import_lines(session, [Line(1, own | {"did": did}, is_own_domain=True)], TODAY)
    assert only(directory)[0].grade == "claimed"
