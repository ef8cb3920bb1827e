"""`harvest list`: curated lists in CSV, JSON and YAML through small mappings; and changes that wait for seven days."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from passerelle_directory.cli import main
from passerelle_directory.harvest.found import Found, import_found
from passerelle_directory.harvest.lists.command import harvest
from passerelle_directory.harvest.lists.entries import read_entries
from passerelle_directory.harvest.lists.mapping import InvalidMapping, names_built_in, read_mapping
from passerelle_directory.importers.holding import HELD_FOR
from passerelle_directory.models import Account, HeldChange, Statement
from sqlalchemy import func, select

from tests.backend.conftest import TODAY, Directory
from tests.backend.people import line
from tests.backend.test_cli import data
from tests.world.owners import Owners

__all__ = ["data"]

MAPPING = """source = "someone/museums"
source_url = "https://github.com/someone/museums"
format = "{format}"
entries = "{entries}"
[fields]
screen_name = "{x}"
acct = "{acct}"
handle = "{handle}"
display_name = "{name}"
[constants]
kind = "other"
country = "FR"
"""
LISTS = {
    "csv": (
        {"entries": "", "x": "X link", "acct": "fediverse", "handle": "bsky", "name": "Name"},
        "Name,X link,fediverse,bsky\n"
        "Musée,https://twitter.com/Museum,https://social.example.org/@museum,@museum.example.com\n"
        "Zoo,,,\n",
    ),
    "json": (
        {"entries": "data.museums", "x": "links.0", "acct": "social.mastodon", "handle": "social.bsky", "name": "name"},
        '{"data": {"museums": [{"name": "Musée", "links": ["@Museum"],'
        ' "social": {"mastodon": "@museum@social.example.org", "bsky": "https://bsky.app/profile/museum.example.com"}},'
        ' {"name": "Zoo", "links": []}]}}',
    ),
    "yaml": (
        {"entries": "", "x": "x", "acct": "m", "handle": "b", "name": "n"},
        "- {n: Musée, x: Museum, m: museum@social.example.org, b: museum.example.com}\n- {n: Zoo, x: ~}\n",
    ),
}


def write(folder: Path, written: str) -> tuple[Path, Path]:
    """Write a mapping and a list; return their paths."""
    paths, text = LISTS[written]
    mapping, listed = folder / "museums.toml", folder / f"museums.{written}"
    mapping.write_text(MAPPING.format(format=written, **paths), encoding="utf-8")
    listed.write_text(text, encoding="utf-8")
    return mapping, listed


@pytest.fixture(autouse=True)
def contact(monkeypatch: pytest.MonkeyPatch) -> None:
    """The operator's address, without which no server is asked."""
    monkeypatch.setenv("PASSERELLE_CONTACT", "ada@example.org")


@pytest.mark.parametrize("written", LISTS)
def test_a_list_in_its_own_format_gives_the_same_rows_and_a_line_for_each_entry(
    written: str, directory: Directory, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mapping, listed = write(tmp_path, written)
    owners = Owners()
    assert harvest(directory.config, str(mapping), listed, date(2026, 5, 7), owners.fetch) == 0
    first, second, sums = capsys.readouterr().out.splitlines()
    assert first.lower() == "entry 1 (museum): new"
    assert (
        second == "entry 2 (Zoo): It needs an X account (rest_id or screen_name) and an account elsewhere, or left_x."
    )
    assert sums == "harvest list someone/museums: 1 new, 0 changed, 0 held, 0 known, 1 skipped"
    owners.asked.clear()
    assert harvest(directory.config, str(mapping), listed, date(2026, 5, 7), owners.fetch) == 0
    assert owners.asked == []
    assert "0 new, 0 changed, 0 held, 1 known, 1 skipped" in capsys.readouterr().out


@pytest.mark.parametrize("written", LISTS)
def test_links_and_names_become_accounts(written: str, tmp_path: Path) -> None:
    mapping, listed = write(tmp_path, written)
    fields = read_entries(listed, read_mapping(str(mapping)), date(2026, 5, 7))[0].fields
    assert fields is not None
    assert {name: value.lower() for name, value in fields.items()} == {
        "screen_name": "museum",
        "acct": "museum@social.example.org",
        "handle": "museum.example.com",
        "display_name": "musée",
        "kind": "other",
        "country": "fr",
        "source": "someone/museums",
        "source_url": "https://github.com/someone/museums",
        "source_date": "2026-05-07",
    }


def test_mirrors_and_bridges_are_refused(
    directory: Directory, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mapping, listed = write(tmp_path, "yaml")
    listed.write_text(
        "- {x: one, m: one@birdsite.example.org}\n- {x: two, m: two@bsky.brid.gy}\n"
        "- {x: three, b: a.b.ap.brid.gy}\n- plain\n"
    )
    assert harvest(directory.config, str(mapping), listed, None, Owners().fetch) == 0
    printed = capsys.readouterr().out
    assert printed.count("copies posts from X") == 1
    assert printed.count("a bridge") == 2
    assert "entry 4: It has no fields." in printed


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("json", "{"),
        ("json", '{"data": {"museums": {}}}'),
        ("json", "[" * 100_000),
        ("yaml", "- {"),
        ("yaml", "!!python/object/apply:os.system [echo]"),
        ("yaml", "a: 1"),
        ("csv", 'Name\n"a\x00b'),
    ],
)
def test_a_file_of_another_shape_is_unreadable_and_changes_nothing(
    written: str, text: str, data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mapping, listed = write(tmp_path, written)
    listed.write_text(text)
    assert main(["harvest", "list", str(mapping), str(listed)]) in ({0, 3} if written == "csv" else {3})
    assert "Traceback" not in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "it needs a source"),
        ('source = "a/b"\nformat = "xml"', "format is one of"),
        ('source = "a/b"\nformat = "csv"\nfield = 1', "'field' is unknown"),
        ('source = "a/b"\nformat = "csv"\n[fields]\nname = "n"', "'name' in fields is unknown"),
        ('source = "a/b"\nformat = "csv"\n[fields]\nacct = 1', "fields is a table of texts"),
        ("source =", "Invalid value"),
    ],
)
def test_a_mapping_of_another_shape_is_wrong_usage(
    text: str, reason: str, data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mapping = tmp_path / "mapping.toml"
    mapping.write_text(text)
    assert main(["harvest", "list", str(mapping), str(mapping)]) == 2
    said = capsys.readouterr().err
    assert reason in said
    assert said.count("\n") == 1


@pytest.mark.parametrize("name", names_built_in())
def test_the_mappings_that_come_with_the_program_can_be_read(name: str) -> None:
    assert read_mapping(name).source
    with pytest.raises(InvalidMapping):
        read_mapping(f"../mappings/{name}")


def test_congress_legislators_are_read_as_their_file_has_them(tmp_path: Path) -> None:
    listed = tmp_path / "legislators-social-media.yaml"
    listed.write_text(
        "- id:\n    bioguide: X000001\n  social:\n    twitter: RepQuay\n    twitter_id: 4242\n"
        "    mastodon: '@RepQuay@social.example.org'\n- id: {}\n  social: {facebook: RepZoo}\n"
    )
    first, _ = read_entries(listed, read_mapping("congress_legislators"), TODAY)
    assert first.fields is not None
    assert (first.fields["rest_id"], first.fields["acct"], first.fields["kind"]) == (
        "4242",
        "RepQuay@social.example.org",
        "person",
    )


def harvested(directory: Directory, days: int, **fields: str) -> tuple[str, list[str | None]]:
    """Import one line as a harvest does, so many days later; return its outcome and the accounts that are stored."""
    reported: list[str] = []
    with directory.session() as session:
        import_found(session, [Found("museum", line(**fields))], TODAY + timedelta(days=days), reported.append)
        stated = session.scalars(select(Statement)).one()
        return reported[0].removeprefix("museum: "), [stated.did, stated.handle, stated.acct]


DID, OTHER_DID = "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa", "did:plc:bbbbbbbbbbbbbbbbbbbbbbbb"
OLD, NEW, THIRD = "old.example.com", "new.example.com", "third.example.com"


def test_another_account_is_published_after_it_has_stood_there_for_seven_days(directory: Directory) -> None:
    assert harvested(directory, 0, handle=OLD) == ("new", [None, OLD, None])
    assert harvested(directory, 1, handle=NEW) == ("held", [None, OLD, None])
    assert harvested(directory, HELD_FOR.days, handle=NEW) == ("held", [None, OLD, None])
    assert harvested(directory, HELD_FOR.days + 1, handle=NEW) == ("changed", [None, NEW, None])
    assert harvested(directory, HELD_FOR.days + 2, handle=NEW) == ("known", [None, NEW, None])


def test_a_change_that_is_taken_back_is_forgotten_and_another_one_waits_anew(directory: Directory) -> None:
    harvested(directory, 0, handle=OLD)
    harvested(directory, 1, handle=NEW)
    assert harvested(directory, 2, handle=OLD)[0] == "known"
    assert harvested(directory, 9, handle=NEW)[0] == "held"
    assert harvested(directory, 15, handle=THIRD)[0] == "held"
    assert harvested(directory, 17, handle=THIRD)[0] == "held"
    assert harvested(directory, 22, handle=THIRD) == ("changed", [None, THIRD, None])
    with directory.session() as session:
        assert session.scalar(select(func.count()).select_from(HeldChange)) == 0


def test_a_new_handle_of_one_did_and_a_further_account_do_not_wait(directory: Directory) -> None:
    harvested(directory, 0, did=DID, handle=OLD)
    assert harvested(directory, 1, did=DID, handle=NEW) == ("changed", [DID, NEW, None])
    assert harvested(directory, 2, did=DID, handle=NEW, acct="a@social.example.org")[0] == "changed"
    assert harvested(directory, 3, did=OTHER_DID, handle=NEW)[0] == "held"
    assert harvested(directory, 4, did=DID, handle=NEW, acct="b@social.example.org")[0] == "held"


def test_an_operators_own_import_does_not_wait(directory: Directory) -> None:
    directory.add(line(handle=OLD))
    assert directory.add(line(handle=NEW)).changed == 1


def test_a_statement_that_is_deleted_takes_its_held_change_along(directory: Directory) -> None:
    harvested(directory, 0, handle=OLD)
    harvested(directory, 1, handle=NEW)
    with directory.session() as session:
        session.delete(session.scalars(select(Account)).one())
        session.commit()
        assert session.scalar(select(func.count()).select_from(HeldChange)) == 0


BOTH = "- {x: museum, m: museum@social.example.org, b: museum.example.com}\n"


def listed_names(directory: Directory, folder: Path, owners: Owners, text: str, ask: int = 100) -> list[str | None]:
    """Harvest a list in YAML; return the X names that are stored."""
    mapping, listed = write(folder, "yaml")
    listed.write_text(text)
    assert harvest(directory.config, str(mapping), listed, None, owners.fetch, ask) == 0
    with directory.session() as session:
        return sorted(session.scalars(select(Statement.screen_name)), key=str)


@pytest.mark.parametrize(
    ("account", "wish"),
    [
        ("museum@social.example.org", {"discoverable": False}),
        ("museum@social.example.org", {"indexable": False}),
        ("museum.example.com", ["!no-unauthenticated"]),
    ],
)
def test_an_account_whose_owner_asks_not_to_be_listed_is_left_out_and_what_sources_stated_is_deleted(
    directory: Directory, tmp_path: Path, account: str, wish: object, capsys: pytest.CaptureFixture[str]
) -> None:
    directory.add(
        line("elsewhere", source="lists/other", handle="museum.example.com", acct="museum@social.example.org")
    )
    assert listed_names(directory, tmp_path, Owners(wishes={account: wish}), BOTH) == []
    assert f"entry 1 (museum): {account}: its owner asks not to be listed." in capsys.readouterr().out


def test_an_account_that_is_gone_or_whose_server_is_down_is_left_out_and_the_latter_is_asked_again(
    directory: Directory, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    accounts = {"one": "one@gone.example.org", "two": "two@down.example.org", "three": "three@up.example.org"}
    text = "".join(f"- {{x: {name}, m: {acct}}}\n" for name, acct in accounts.items())
    owners = Owners(gone={"one@gone.example.org"}, down={"down.example.org"})
    assert listed_names(directory, tmp_path, owners, text) == ["three"]
    assert "one@gone.example.org: there is no such account." in capsys.readouterr().out
    owners.down.clear()
    owners.asked.clear()
    assert listed_names(directory, tmp_path, owners, text) == ["three", "two"]
    assert not any("up.example.org" in url or "gone.example.org" in url for url in owners.asked)


def test_at_most_so_many_accounts_are_asked_in_one_run_and_the_others_in_the_next(
    directory: Directory, tmp_path: Path
) -> None:
    text = "".join(f"- {{x: n{number}, m: n{number}@social.example.org}}\n" for number in range(5))
    for expected in (2, 4, 5):
        assert len(listed_names(directory, tmp_path, Owners(), text, ask=2)) == expected
