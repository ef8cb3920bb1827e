"""`passerelle match` as people run it: against a real directory server, or a snapshot in a file."""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from passerelle.cli.main import main
from passerelle.directory import Evidence, PackagedDirectory, pack_rows, published_line

from tests.core.fakes import row
from tests.data.archives import make_archive, tweet
from tests.data.people import ADA, BIDI, BRUNO, CHLOE, ELIF, FORMULA, STRANGER, Someone

pytest.importorskip("httpx")
pytest.importorskip("passerelle_directory")

from passerelle_directory.publishing.keys import load_key, public_text

from tests.world.directory import KEYS, DirectoryServer, sign

ROWS = [
    row("a", rest_id=ADA.rest_id, handle="ada.example.org", acct="ada@quai.example.org"),
    row("b", screen_name=BRUNO.screen_name.upper(), acct="bruno@quai.example.org", grade="imported"),
    row("c", rest_id=FORMULA.rest_id, handle="formula.example.org"),
    row("d", rest_id=BIDI.rest_id, screen_name="somebody_else", acct="bidi@quai.example.org"),
]


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(make_archive(tmp_path_factory.mktemp("archive") / "x.zip"))


@pytest.fixture
def snapshot(tmp_path: Path) -> str:
    path = tmp_path / "rows.jsonl.gz"
    path.write_bytes(gzip.compress("".join(json.dumps(one.to_json()) + "\n" for one in ROWS).encode()))
    return str(path)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the directory server keeps its files."""
    return tmp_path_factory.mktemp("directory")


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[DirectoryServer]:
    rows = [
        {"screen_name": BRUNO.screen_name, "acct": "bruno@quai.example.org", "kind": "media",
         "source": source, "source_date": "2026-11-01", "source_url": "https://lists.example.org/"}
        for source in ("list one", "list two")
    ]  # fmt: skip
    with DirectoryServer(folder, rows) as running:
        yield running


def url_of(server: DirectoryServer) -> str:
    return f"http://127.0.0.1:{server.port}"


def test_a_table_says_who_where_and_why(archive: str, snapshot: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["match", archive, "--directory", snapshot]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "You follow 27 people; 4 of them are in this directory."
    assert lines[1] == (
        "  @ada_nouvelle (Ada Nouvelle)  ->  ada.example.org, ada@quai.example.org  [attested, mutual: same X id]"
    )
    assert "[imported, mutual: same X name @brunoquai (2026-03-06)]" in lines[2]
    assert not set("".join(lines)) & set("\u202e\u2066\u2069")


def test_the_title_counts_everyone_in_the_list(
    snapshot: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    named = Someone(CHLOE.rest_id, CHLOE.screen_name, "Chloé 🐘 @chloe@quai.example.org")
    people = {"following": [ADA, named], "followers": [BRUNO, FORMULA], "tweets": [tweet(1, mentions=[named, BRUNO])]}
    assert main(["match", str(make_archive(tmp_path / "x.zip", **people)), "--directory", snapshot]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == (
        "You follow 2 people; 1 of them is in this directory."
        " Listed, too: 2 who follow you and 1 whose own name on X gives an address."
    )
    assert len(lines) == 1 + 1 + 2 + 1


def test_one_of_several_accounts_is_chosen(snapshot: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    paths = [
        str(make_archive(tmp_path / "1.zip")),
        str(make_archive(tmp_path / "2.zip", owner=STRANGER, following=[ADA])),
    ]
    assert main(["match", *paths, "--directory", snapshot]) == 3
    assert "different accounts" in capsys.readouterr().err
    assert main(["match", *paths, "--account", STRANGER.screen_name, "--directory", snapshot]) == 0
    assert capsys.readouterr().out.startswith("You follow 1 people; 1 of them is in this directory.")


def test_json_has_counts_and_evidence(archive: str, snapshot: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["match", archive, "--directory", snapshot, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["following"], found["found"], found["preselected"]) == (27, 4, 2)
    by_row = {match["row_id"]: match for match in found["matches"]}
    assert [one["code"] for one in by_row["d"]["evidence"]] == ["same_rest_id", "name_contradicts"]
    assert by_row["d"]["grade"] == "claimed"


def test_mastodons_file_leaves_out_what_is_contradicted(archive: str, snapshot: str, tmp_path: Path) -> None:
    file = tmp_path / "out.csv"
    assert main(["match", archive, "--directory", snapshot, "--format", "mastodon-csv", "-o", str(file)]) == 0
    rows = list(csv.reader(io.StringIO(file.read_text(encoding="utf-8"))))
    assert [one[0] for one in rows] == ["Account address", "ada@quai.example.org", "bruno@quai.example.org"]


@pytest.mark.parametrize("arguments", [[], ["--json"], ["--format", "json"], ["--format", "csv"]])
def test_no_escape_sequence_of_a_directory_reaches_the_terminal(
    arguments: list[str], archive: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    hostile = row("a", rest_id=ADA.rest_id, handle="ada.example.org").to_json()
    hostile["sources"] = [{"name": "list\x1b[2J\x9b31m\u202e", "url": None, "date": None}]
    path = tmp_path / "rows.jsonl.gz"
    path.write_bytes(gzip.compress(json.dumps(hostile).encode()))
    assert main(["match", archive, "--directory", str(path), *arguments]) == 0
    out = capsys.readouterr().out
    assert "ada.example.org" in out
    assert not set(out) & {chr(code) for code in (*range(10), 11, 12, *range(14, 32), *range(127, 160), 0x202E)}


def test_no_cell_of_the_csv_is_a_formula(archive: str, snapshot: str, tmp_path: Path) -> None:
    file = tmp_path / "out.csv"
    assert main(["match", archive, "--directory", snapshot, "--format", "csv", "-o", str(file)]) == 0
    cells = [cell for one in csv.reader(io.StringIO(file.read_text(encoding="utf-8"))) for cell in one]
    assert f"'{FORMULA.display_name}" in cells
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]


def test_a_running_directory_is_downloaded_and_its_sources_named(
    archive: str, server: DirectoryServer, capsys: pytest.CaptureFixture[str]
) -> None:
    key = public_text(load_key(KEYS))
    assert main(["match", archive, "--directory", url_of(server), "--key", key, "--json"]) == 0
    captured = capsys.readouterr()
    (match,) = json.loads(captured.out)["matches"]
    assert match["grade"] == "attested"
    assert {one["detail"] for one in match["evidence"] if one["code"] == "source"} == {"list one", "list two"}
    assert captured.err == ""


def test_a_directory_without_a_known_key_is_used_with_a_warning(
    archive: str, server: DirectoryServer, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["match", archive, "--directory", url_of(server), "--json"]) == 0
    captured = capsys.readouterr()
    assert json.loads(captured.out)["found"] == 1
    assert "--key" in captured.err


def test_a_directory_signed_with_another_key_is_refused(
    archive: str, server: DirectoryServer, capsys: pytest.CaptureFixture[str]
) -> None:
    other = "A" * 43 + "="
    assert main(["match", archive, "--directory", url_of(server), "--key", other]) == 3
    assert capsys.readouterr().err == "passerelle: The directory is signed with an unknown key.\n"


def altered(latest: bytes) -> bytes:
    """More rows than were signed."""
    return json.dumps({**json.loads(latest), "rows": 1_000}).encode()


def expired(latest: bytes) -> bytes:
    """A date that has passed, signed by the right key."""
    return sign(latest, expires="2026-01-01T00:00:00Z")


@pytest.mark.parametrize(("lie", "sentence"), [(altered, "signature is wrong"), (expired, "past its expiry date")])
def test_a_directory_not_to_be_believed_is_one_clear_line(
    lie: Callable[[bytes], bytes],
    sentence: str,
    archive: str,
    folder: Path,
    server: DirectoryServer,
    capsys: pytest.CaptureFixture[str],
) -> None:
    published = server.latest()
    (folder / "public" / "latest.json").write_bytes(lie(published))
    status = main(["match", archive, "--directory", url_of(server), "--key", public_text(load_key(KEYS))])
    (folder / "public" / "latest.json").write_bytes(published)
    captured = capsys.readouterr()
    assert (status, captured.out, captured.err.count("\n")) == (3, "", 1)
    assert sentence in captured.err


@pytest.mark.parametrize(
    ("directory", "status"), [("http://127.0.0.1:1", 4), ("/nowhere/rows.jsonl.gz", 3), ("https://", 4)]
)
def test_what_cannot_be_had_is_one_clear_line(
    archive: str, directory: str, status: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["match", archive, "--directory", directory]) == status
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("passerelle: ")
    assert captured.err.count("\n") == 1


def test_a_file_without_rows_is_no_directory(archive: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "x.jsonl").write_text("hello\n")
    assert main(["match", archive, "--directory", str(tmp_path / "x.jsonl")]) == 3
    assert "no row" in capsys.readouterr().err


def test_without_a_named_directory_the_one_of_the_program_is_used(
    archive: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    pairs = ((one, published_line(one, Evidence(one.row_id, ()))) for one in ROWS)
    made = PackagedDirectory(datetime(2026, 8, 22, tzinfo=UTC), len(ROWS), pack_rows(pairs, compress=False))
    monkeypatch.setattr("passerelle.directory.read_packaged", lambda: made)
    assert main(["match", archive]) == 0
    captured = capsys.readouterr()
    assert captured.out.startswith("You follow 27 people; 4 of them are in this directory.")
    assert captured.err == "passerelle: the directory of 2026-08-22 that comes with this program is used\n"

    monkeypatch.setattr("passerelle.directory.read_packaged", lambda: None)
    assert main(["match", archive]) == 3
    assert "--directory" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["--directory", "x", "--format", "exe"], ["--directory", "x", "--key", "?"]])
def test_wrong_usage_is_status_two(archive: str, arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["match", archive, *arguments])
    assert caught.value.code == 2


def test_people_named_only_by_their_own_profile_come_last_and_do_not_count_as_found(
    snapshot: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mutual = Someone(CHLOE.rest_id, CHLOE.screen_name, "Chloé 🐘 @chloe@quai.example.org")
    guessed = Someone(ELIF.rest_id, ELIF.screen_name, "Elif (bsky: elif99)")
    tweets = [tweet(1, "Bonjour", mentions=[mutual, guessed])]
    people = {"following": [mutual, guessed, ADA], "followers": [mutual]}
    archive = str(make_archive(tmp_path / "x.zip", tweets=tweets, **people))
    assert main(["match", archive, "--directory", snapshot]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == (
        "You follow 3 people; 1 of them is in this directory. Listed, too: 2 whose own name on X gives an address."
    )
    assert "ada.example.org" in lines[1]
    assert "->  chloe@quai.example.org  [hinted, mutual: says so in their name (" in lines[2]
    assert lines[3].endswith("), not checked; the address is a guess]")

    assert main(["match", archive, "--directory", snapshot, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["found"], found["hinted"]) == (1, 2)
    assert [(match["row_id"], match["grade"]) for match in found["matches"]] == [
        ("a", "attested"),
        (None, "hinted"),
        (None, "hinted"),
    ]

    assert main(["match", archive, "--directory", snapshot, "--format", "mastodon-csv"]) == 0
    assert "chloe" not in capsys.readouterr().out
