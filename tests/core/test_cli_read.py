"""`passerelle read` as a person runs it: what it prints, and how it leaves."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from passerelle.archive import sources, zips
from passerelle.cli.main import main

from tests.data.archives import make_archive, tweet
from tests.data.people import ADA, BRUNO, OWNER, PEOPLE, STRANGER

GRAPH = ["following.js", "follower.js"]


def read(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> tuple[int, str, str]:
    status = main(["read", *map(str, arguments)])
    out, err = capsys.readouterr()
    return status, out, err


def refused(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> str:
    """Run `read`, which must print nothing, leave with 3 and say why in one line."""
    status, out, err = read(capsys, *arguments)
    assert (status, out) == (3, "")
    assert err.startswith("passerelle: ")
    assert err.count("\n") == 1
    return err


def test_json_is_the_summary(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    status, out, err = read(capsys, make_archive(tmp_path / "a.zip"), "--json")
    assert (status, err) == (0, "")
    counts = json.loads(out)
    assert (counts["following"], counts["named_following"], counts["tweets"]) == (len(PEOPLE), len(PEOPLE), 31)
    assert "people" not in counts


def test_full_json_lists_people(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    _, out, _ = read(capsys, make_archive(tmp_path / "a.zip"), "--json", "--full")
    assert [person["rest_id"] for person in json.loads(out)["people"][:2]] == [ADA.rest_id, BRUNO.rest_id]


def test_people_read_whose_archive_it_is_and_how_many_have_names(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    status, out, _ = read(capsys, make_archive(tmp_path / "a.zip", omit=["follower.js"]))
    assert status == 0
    assert out.startswith("Archive of @odile_passe (Odile Passé), made on 2026-03-06\n")
    assert "  You follow 27 people.\n" in out
    assert "follow you" not in out
    assert "Of those you follow, 27 (100%) are named" in out
    assert "! follower.js is missing" in out


def test_addresses_in_names_and_in_the_owners_profile_are_told(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    owner = replace(OWNER, bio="Partie : @odile@piaille.fr")
    ada = replace(ADA, display_name="Ada 🦋 ada.bsky.social")
    path = make_archive(
        tmp_path / "a.zip", owner=owner, following=[ada, BRUNO], tweets=[tweet(1, mentions=[ada, BRUNO])]
    )
    _, out, _ = read(capsys, path)
    assert "  1 display name holds an address" in out
    assert "Your own profile names odile@piaille.fr." in out


def test_full_lists_people_by_name(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    _, out, _ = read(capsys, make_archive(tmp_path / "a.zip"), "--full")
    assert "@ada_nouvelle" in out
    assert "\u202e" not in out


def test_several_paths_are_read_together(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    folder = make_archive(tmp_path / "a")
    status, out, _ = read(capsys, folder / "data/following.js", folder / "data/tweets.js", "--json")
    assert status == 0
    assert json.loads(out)["named_following"] == len(PEOPLE)


def test_no_zip_is_one_clear_line(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("hello")
    assert "notes.txt is not a ZIP archive" in refused(capsys, tmp_path / "notes.txt")


def test_a_truncated_zip_is_one_clear_line(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = make_archive(tmp_path / "a.zip")
    path.write_bytes(path.read_bytes()[:5_000])
    assert "download it again" in refused(capsys, path)


def test_a_zip_of_something_else_is_one_clear_line(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    make_archive(tmp_path / "a.zip", omit=[])
    (tmp_path / "b").mkdir()
    assert "no X archive in here" in refused(capsys, tmp_path / "b")


def test_an_archive_without_people_is_one_clear_line(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert "following.js is missing" in refused(capsys, make_archive(tmp_path / "a.zip", omit=GRAPH))


def test_an_archive_without_people_still_shows_its_counts_as_json(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    status, out, err = read(capsys, make_archive(tmp_path / "a.zip", omit=GRAPH), "--json")
    assert (status, err.count("\n")) == (3, 1)
    assert json.loads(out)["tweets"] == 31


def test_an_archive_without_people_is_read_once(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[Path] = []
    open_zip = zips.open_file

    def count(path: Path) -> object:
        opened.append(path)
        return open_zip(path)

    monkeypatch.setattr(sources, "open_file", count)
    path = make_archive(tmp_path / "a.zip", omit=GRAPH)
    read(capsys, path, "--json")
    assert opened == [path]


def test_an_archive_with_followers_only_is_read(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    status, out, err = read(capsys, make_archive(tmp_path / "a.zip", omit=["following.js"]))
    assert (status, err) == (0, "")
    assert "  11 follow you.\n" in out
    assert "You follow" not in out
    assert [line for line in out.splitlines() if "following.js" in line] == [
        "  ! following.js is missing: the people you follow are not known."
    ]


def test_tweets_that_are_missing_are_not_counted(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    _, out, _ = read(capsys, make_archive(tmp_path / "a.zip", omit=["tweets"]))
    assert "tweets," not in out
    assert "There are no tweets here" in out


def test_no_escape_sequence_reaches_the_terminal(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    hostile = "a\x1b[2J\x9b31m\u202e.zip"
    _, _, err = read(capsys, tmp_path / hostile)
    assert err == "passerelle: a\\x1b[2J\\x9b31m\\u202e.zip is not there, or may not be opened: choose it again.\n"
    folder = make_archive(tmp_path / "a")
    profile = 'window.YTD.profile.part0 = [{"profile": {"description": {"bio": "@a@quai.example.org\\u001b[2J"}}}]'
    (folder / "data/profile.js").write_text(profile)
    following = folder / "data/following.js"
    following.rename(folder / "data/following (\x1b[2J).js")
    for arguments in ([], ["--json"], ["--full"]):
        _, out, err = read(capsys, folder, *arguments)
        assert not set(out + err) & {chr(code) for code in (*range(10), *range(11, 32), *range(127, 160))}


def test_nothing_there_is_one_clear_line(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert "missing.zip is not there" in refused(capsys, tmp_path / "missing.zip")


@pytest.mark.desktop
def test_a_pipe_does_not_block_the_command(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.zip")
    assert "pipe.zip is not there" in refused(capsys, tmp_path / "pipe.zip")


def test_of_several_accounts_one_is_asked_for(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    paths = make_archive(tmp_path / "1.zip"), make_archive(tmp_path / "2.zip", owner=STRANGER, following=[ADA])
    assert "@odile_passe, @someone_else" in refused(capsys, *paths)
    _, out, _ = read(capsys, *paths, "--account", "someone_else", "--json")
    assert json.loads(out)["following"] == 1


@pytest.mark.parametrize("arguments", [[], ["read"], ["fly"], ["read", "--wings", "x"]])
def test_wrong_usage_leaves_with_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(arguments)
    assert left.value.code == 2
    assert "usage: passerelle" in capsys.readouterr().err


@pytest.mark.desktop
def test_the_installed_command_writes_utf8_in_any_locale(tmp_path: Path) -> None:
    path = make_archive(tmp_path / "a.zip")
    command = [sys.executable, "-m", "passerelle.cli.main", "read", str(path), "--full"]
    done = subprocess.run(command, capture_output=True, check=True, env={"LC_ALL": "C", "PYTHONUTF8": "0"})
    assert "فريد الخياط" in done.stdout.decode()


@pytest.mark.desktop
def test_a_reader_who_leaves_early_is_no_error(tmp_path: Path) -> None:
    path = make_archive(tmp_path / "a.zip")
    command = f"{sys.executable} -m passerelle.cli.main read {path} --json --full | head -c 10"
    done = subprocess.run(["bash", "-o", "pipefail", "-c", command], capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
