"""Importing: accepted and refused lines, corrections, and that the same file twice changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from passerelle_directory.importers.lines import UnreadableFile
from passerelle_directory.importers.loading import import_file
from passerelle_directory.models import Account, Departure, Statement
from sqlalchemy import func, select

from tests.backend.conftest import TODAY, Directory
from tests.backend.people import OTHER_SOURCE, SOURCE, departure, line

Write = Callable[[str, str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Return a function that writes a file and gives its path."""

    def write_file(name: str, text: str) -> Path:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write_file


def count(directory: Directory, table: type[Account | Statement | Departure]) -> int:
    """Count the rows of a table."""
    with directory.session() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def accounts(directory: Directory) -> list[Account]:
    """Return the X accounts, ordered by name."""
    with directory.session() as session:
        return list(session.scalars(select(Account).order_by(Account.screen_name_key)))


def reasons(directory: Directory, *lines: dict[str, str]) -> list[tuple[int, str]]:
    """Import lines; give the numbers and reasons of those skipped."""
    return [(bad.number, bad.reason) for bad in directory.add(*lines).skipped]


def test_csv_and_json_lines_give_the_same_statements(directory: Directory, write: Write) -> None:
    csv = write("a.csv", "screen_name,handle,source,source_date\nMuseum,museum.example.com,lists/one,2026-05-07\n")
    jsonl = write(
        "b.jsonl",
        '{"screen_name": "Museum", "handle": "museum.example.com", "source": "lists/one", "source_date": "2026-05-07", '
        '"rest_id": null}\n',
    )
    with directory.session() as session:
        first = import_file(session, csv, TODAY)
        second = import_file(session, jsonl, TODAY)
    assert (first.new, first.known) == (1, 0)
    assert (second.new, second.known) == (0, 1)


def test_the_same_lines_again_change_nothing(directory: Directory) -> None:
    lines = (line(handle="museum.example.com"), departure())
    before = directory.add(*lines)
    after = directory.add(*lines)
    assert (before.new, after.new, after.changed, after.known) == (2, 0, 0, 2)
    assert (count(directory, Statement), count(directory, Departure)) == (1, 1)


def test_a_source_may_correct_itself(directory: Directory) -> None:
    directory.add(line(handle="old.example.com"))
    report = directory.add(line(handle="new.example.com", source_date="2026-06-01"))
    assert report.changed == 1
    with directory.session() as session:
        assert [said.handle for said in session.scalars(select(Statement))] == ["new.example.com"]


def test_an_older_copy_of_a_source_does_not_undo_a_newer_one(directory: Directory) -> None:
    directory.add(line(handle="new.example.com"))
    directory.add(line(handle="old.example.com", source_date="2024-01-01"))
    with directory.session() as session:
        assert [said.handle for said in session.scalars(select(Statement))] == ["new.example.com"]


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"handle": "no handle"}, "This is not a handle: 'no handle'"),
        ({"rest_id": "12a", "handle": "a.example.com"}, "This is not a rest_id: '12a'"),
        ({"did": "did:web"}, "This is not a did: 'did:web'"),
        ({"acct": "museum"}, "This is not a acct: 'museum'"),
        ({"screen_name": "a b", "handle": "a.example.com"}, "This is not a screen_name: 'a b'"),
        ({}, "It needs an X account (rest_id or screen_name) and an account elsewhere, or left_x."),
        (
            {"handle": "a.example.com", "source": ""},
            "It names no source, or one that is not a line of up to 300 characters.",
        ),
        ({"handle": "a.example.com", "kind": "zoo"}, "The kind 'zoo' is not one of"),
        ({"handle": "a.example.com", "country": "Atlantis"}, "This is not a country: 'Atlantis'"),
        ({"handle": "a.example.com", "source_date": "May 2026"}, "This is not a year, month or day: 'May 2026'"),
        ({"handle": "a.example.com", "source_date": "2026-02-30"}, "This is not a year, month or day: '2026-02-30'"),
        ({"handle": "a.example.com", "source_date": "2027"}, "This date is in the future: 2027."),
        ({"handle": "a.example.com", "source_url": "javascript:alert(1)"}, "Its source_url is not a plain web address"),
        (
            {"left_x": "2025", "display_name": "A", "source_url": "https://bank@evil.org/"},
            "Its source_url is not a plain",
        ),
        ({"left_x": "2025-01-20"}, "Only an organisation with a display_name can be a departure."),
        ({"left_x": "2025", "display_name": "Ada", "kind": "person"}, "Only an organisation with a display_name"),
    ],
)
def test_a_bad_line_is_skipped_with_its_number_and_reason(
    directory: Directory, fields: dict[str, str], reason: str
) -> None:
    bad = {name: value for name, value in line(**fields).items() if value}
    ((number, why),) = reasons(directory, line("good", handle="good.example.com"), bad)
    assert number == 2
    assert why.startswith(reason)
    assert count(directory, Account) == 1


@pytest.mark.parametrize(
    "copy",
    [
        {"acct": "museum@respublicae.eu"},
        {"acct": "museum@bird.makeup"},
        {"acct": "museum@press.coop"},
        {"acct": "museum@birdsite.example.org"},
        {"acct": "museum@birdsitelive.example.org"},
        {"acct": "museum@bsky.brid.gy"},
        {"handle": "museum.social.example.ap.brid.gy"},
    ],
)
def test_mirror_bots_and_bridges_are_refused(directory: Directory, copy: dict[str, str]) -> None:
    ((_, why),) = reasons(directory, line(**copy))
    assert "bot that copies" in why or "bridge" in why
    assert count(directory, Account) == 0


def test_a_file_that_contradicts_itself_says_so(directory: Directory) -> None:
    found = reasons(directory, line(handle="a.example.com"), line(handle="b.example.com"))
    assert found == [(2, "It names another handle for the X account of line 1.")]


def test_two_lines_of_a_file_may_complete_each_other(directory: Directory) -> None:
    directory.add(line(handle="a.example.com"), line(acct="a@social.example.org"))
    with directory.session() as session:
        (said,) = session.scalars(select(Statement))
    assert (said.handle, said.acct) == ("a.example.com", "a@social.example.org")


@pytest.mark.parametrize("source", [SOURCE, "lists/another"])
def test_an_account_known_by_name_gets_its_id_from_the_same_family_and_keeps_its_row_id(
    directory: Directory, source: str
) -> None:
    directory.add(line(handle="museum.example.com"))
    (before,) = accounts(directory)
    directory.add(line("Museum", source, rest_id="42", handle="museum.example.com"))
    (after,) = accounts(directory)
    assert (after.row_id, after.rest_id) == (before.row_id, "42")


def test_an_id_that_another_family_states_makes_another_account(directory: Directory) -> None:
    directory.add(line(handle="museum.example.com"))
    directory.add(line("Museum", OTHER_SOURCE, rest_id="42", handle="museum.example.com"))
    assert {account.rest_id for account in accounts(directory)} == {None, "42"}


def test_a_source_that_states_an_id_takes_its_own_statement_along_and_leaves_the_others(directory: Directory) -> None:
    directory.add(line(handle="museum.example.com"), line(source=OTHER_SOURCE, handle="museum.example.com"))
    directory.add(line("Museum", OTHER_SOURCE, rest_id="42", handle="museum.example.com", source_date="2026-06-01"))
    with directory.session() as session:
        stated = {one.source: one.account.rest_id for one in session.scalars(select(Statement))}
    assert stated == {SOURCE: None, OTHER_SOURCE: "42"}


def test_a_source_that_no_longer_gives_the_id_speaks_of_the_same_account(directory: Directory) -> None:
    directory.add(line(rest_id="42", handle="museum.example.com"))
    directory.add(line(handle="museum.example.com", source_date="2026-06-01"))
    assert [account.rest_id for account in accounts(directory)] == ["42"]


def test_two_accounts_of_a_source_become_one_when_it_states_the_id_under_the_new_name(directory: Directory) -> None:
    directory.add(line("old_name", rest_id="42", handle="museum.example.com"))
    directory.add(line("new_name", handle="museum.example.com"))
    assert count(directory, Account) == 2
    directory.add(line("new_name", rest_id="42", handle="museum.example.com", source_date="2026-06-01"))
    (account,) = accounts(directory)
    assert (account.rest_id, account.screen_name_key, count(directory, Statement)) == ("42", "new_name", 1)


def test_a_name_that_went_to_another_id_makes_another_account(directory: Directory) -> None:
    directory.add(line("museum", rest_id="42", handle="a.example.com"))
    directory.add(line("museum", OTHER_SOURCE, rest_id="43", handle="b.example.com"))
    assert [account.rest_id for account in accounts(directory)] in (["42", "43"], ["43", "42"])


def test_a_name_is_dated_by_the_first_day_its_source_can_mean(directory: Directory) -> None:
    directory.add(line(handle="museum.example.com", source_date="2026-05"))
    with directory.session() as session:
        assert session.scalar(select(Statement.source_date)) == date(2026, 5, 1)


def test_invisible_characters_are_removed_from_names(directory: Directory) -> None:
    directory.add(line(handle="museum.example.com", display_name="Mu\u202eseum\u200b"))
    with directory.session() as session:
        assert session.scalar(select(Statement.display_name)) == "Museum"


def test_a_line_may_be_an_account_and_a_departure(directory: Directory) -> None:
    directory.add(departure(screen_name="museum", handle="museum.example.com"))
    assert (count(directory, Statement), count(directory, Departure)) == (1, 1)


@pytest.mark.parametrize(
    ("left_x", "left", "by"),
    [
        ("2025-01-20", "2025-01-20", None),
        ("2025", "2025", None),
        ("unknown", None, None),
        ("by 2026-02", None, "2026-02"),
    ],
)
def test_a_departure_keeps_how_exact_its_date_is(
    directory: Directory, left_x: str, left: str | None, by: str | None
) -> None:
    directory.add(departure(left_x=left_x))
    with directory.session() as session:
        (said,) = session.scalars(select(Departure))
    assert (said.left, said.by) == (left, by)


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.csv", b"screen_name,handel,source\n", "the column 'handel' is unknown"),
        ("a.csv", b"screen_name,handle\n", "there is no column 'source'"),
        ("a.csv", b"", "there is no column 'source'"),
        ("a.csv", b'screen_name,"handle,source\na,a.example.com,x/y\n', "its first line is not CSV"),
        ("a.jsonl", b"\xff\xfe\x00", "this is not UTF-8 text"),
    ],
)
def test_a_file_of_another_kind_is_refused_as_a_whole(
    directory: Directory, tmp_path: Path, name: str, content: bytes, reason: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with directory.session() as session, pytest.raises(UnreadableFile, match=reason):
        import_file(session, path, TODAY)


def test_a_missing_file_is_named(directory: Directory, tmp_path: Path) -> None:
    with directory.session() as session, pytest.raises(UnreadableFile, match=r"none\.csv: No such file"):
        import_file(session, tmp_path / "none.csv", TODAY)


def test_broken_lines_in_csv_and_json_are_skipped_alone(directory: Directory, write: Write) -> None:
    csv = write("a.csv", 'screen_name,handle,source\na,a.example.com\nb,b.example.com,x/y\n"c"d,c.example.com,x/y\n')
    jsonl = write("a.jsonl", '{"screen_name": 1}\n[]\nnot json\n{"handel": "x"}\n\n' + "[" * 100_000 + "\n")
    with directory.session() as session:
        from_csv = import_file(session, csv, TODAY)
        from_json = import_file(session, jsonl, TODAY)
    assert (from_csv.new, [bad.number for bad in from_csv.skipped]) == (1, [2, 4])
    assert [bad.reason for bad in from_json.skipped] == [
        "Every field must be text or null; ids are text too.",
        "This is not a JSON object.",
        "This is not JSON.",
        "The field 'handel' is unknown.",
        "This is not JSON.",
    ]


def test_a_quote_that_is_never_closed_is_reported_where_it_opens(directory: Directory, write: Write) -> None:
    csv = write("a.csv", 'screen_name,handle,source\na,a.example.com,x/y\n"b,b.example.com,x/y\nc,c.example.com,x/y\n')
    with directory.session() as session:
        report = import_file(session, csv, TODAY)
    assert (report.new, [bad.number for bad in report.skipped]) == (1, [3])


def test_a_file_cut_off_in_the_middle_leaves_nothing_behind(directory: Directory, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    good = "".join(f"name{n},name{n}.example.com,lists/one\n" for n in range(3000))
    path.write_bytes(b"screen_name,handle,source\n" + good.encode() + b"\xff\xff\n")
    with pytest.raises(UnreadableFile), directory.session() as session:
        import_file(session, path, TODAY)
    assert count(directory, Account) == 0
