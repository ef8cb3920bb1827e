"""`coverage`: per group n of N, as text and as JSON, and clear sentences for files that cannot be read."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from passerelle.directory import Row
from passerelle.identifiers import Handle, ScreenName
from passerelle_directory.cli import main
from passerelle_directory.publishing.departures import DepartureIndex, Left
from passerelle_directory.publishing.groups import Group, Member, MemberRows, cover

from tests.backend.test_cli import data

__all__ = ["data"]

ROWS = """screen_name,rest_id,handle,kind,country,display_name,left_x,how,source
museum,4242,museum.example.com,other,FR,Musée du Quai,,,lists/one
,,,university,FR,Université du Quai,2025-01-20,announced,lists/one
,,zoo.example.com,other,FR,Zoo du Quai,by 2025-02,left,lists/one
museum,,,other,FR,Musée national,2025-03,suspended,lists/two
"""
GROUPS = "group,name,members,source\nquay,Everyone on the quay,9,lists/one\nothers,Others,,lists/one\n"
ZOO = ScreenName("zoo")
MEMBERS = """group,member,kind,country,rest_id,screen_name,source_url
quay,The museum of the quay,other,FR,,Museum,
quay,Université du Quai,university,FR,,,
quay,zoo du quai,other,FR,,,
quay,Café du Quai,company,FR,,,
"""


@pytest.fixture
def groups(data: Path, tmp_path: Path) -> Path:
    """A folder of invented groups, and rows about some of the members in the database."""
    folder = tmp_path / "groups"
    folder.mkdir()
    (folder / "groups.csv").write_text(GROUPS, encoding="utf-8")
    (folder / "members.csv").write_text(MEMBERS, encoding="utf-8")
    (tmp_path / "rows.csv").write_text(ROWS, encoding="utf-8")
    assert main(["import", str(tmp_path / "rows.csv")]) == 0
    return folder


def test_text_says_n_of_n_and_for_each_member_the_address_or_none(
    groups: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    assert main(["coverage", "--groups", str(groups), "--members"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "Everyone on the quay: of 9, 4 known by name, 2 with an address, 1 with an id, 3 with a departure",
        "  The museum of the quay: museum.example.com; suspended, 2025-03",  # its source has another name
        "  Université du Quai: no account found; announced, 2025-01-20",
        "  zoo du quai: zoo.example.com; left, by 2025-02",
        "  Café du Quai: no account found",
        "Others: of 0, 0 known by name, 0 with an address, 0 with an id, 0 with a departure",
    ]


def test_json_has_the_same_counts_and_the_members(groups: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert main(["coverage", "--groups", str(groups), "--json"]) == 0
    first, _ = json.loads(capsys.readouterr().out)["groups"]
    assert {name: first[name] for name in ("group", "size", "named", "address", "id", "departure")} == {
        "group": "quay",
        "size": 9,
        "named": 4,
        "address": 2,
        "id": 1,
        "departure": 3,
    }
    museum, university, *_ = first["members"]
    assert (museum["rest_id"], museum["departure"]["how"]) == ("4242", "suspended")
    assert len(museum["row_id"]) == 16
    assert university["address"] == "no account found"
    departure = university["departure"]
    assert (departure["how"], departure["date"], departure["by"]) == ("announced", "2025-01-20", None)


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("groups.csv", "group,name,members\nquay,Quay,many\n", "members is a number"),
        ("groups.csv", "group,name\nthe quay,Quay\n", "group is made of small letters"),
        ("groups.csv", "group,name,source_url\nquay,Quay,javascript:1\n", "source_url is a web address"),
        ("groups.csv", "group,name\nelsewhere,Elsewhere\n", "there is no group 'quay'"),
        ("members.csv", "group,member,kind\nquay,Zoo,animal\n", "line 2: the kind 'animal'"),
        ("members.csv", "group,member,kind\nquay,,other\n", "line 2: it has no member"),
    ],
)
def test_files_of_another_shape_get_one_sentence(
    groups: Path, capsys: pytest.CaptureFixture[str], name: str, text: str, reason: str
) -> None:
    (groups / name).write_text(text, encoding="utf-8")
    capsys.readouterr()
    assert main(["coverage", "--groups", str(groups)]) == 3
    said = capsys.readouterr().err
    assert reason in said
    assert said.count("\n") == 1


def test_missing_files_get_one_sentence(data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["db", "upgrade"])
    assert main(["coverage", "--groups", str(tmp_path / "nowhere")]) == 3
    assert capsys.readouterr().err.count("\n") == 1


def test_a_snapshot_counts_as_the_coverage_does(
    groups: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    capsys.readouterr()
    assert main(["coverage", "--groups", str(groups), "--json"]) == 0
    counted = json.loads(capsys.readouterr().out)
    monkeypatch.setenv("PASSERELLE_GROUPS", str(groups))
    assert main(["keygen"]) == main(["snapshot"]) == 0
    published = Path(os.environ["PASSERELLE_DATA"]) / "pages" / "groups.json"
    assert json.loads(published.read_text(encoding="utf-8")) == counted
    assert counted["groups"][0]["is_selection"] is False
    assert counted["groups"][1]["is_selection"] is True


@pytest.mark.parametrize("order", [1, -1])
def test_of_several_rows_about_a_member_or_an_entry_the_surest_counts(order: int) -> None:
    fields: dict[str, Any] = {"kind": "ngo", "country": "DE", "display_name": "Zoo"}
    rows = [
        Row(row_id="a", screen_name=ZOO, handle=Handle("imported.example.com"), grade="imported", **fields),
        Row(row_id="b", screen_name=ZOO, handle=Handle("attested.example.com"), grade="attested", **fields),
    ][::order]
    member = Member("Zoo", "ngo", "DE", None, None, None)
    group = Group("zoos", "Zoos", None, "", (member,))
    known = MemberRows([group])
    departures = DepartureIndex([Left("zoo", "ngo", "DE", None, None, "left", None, None, ())])
    for row in rows:
        known.note(row)
        assert departures.find(row) is None
    (covered,) = cover(group, known, departures.linked())
    assert covered.handle == "attested.example.com"
    assert [entry.handle for entry in departures.linked()] == ["attested.example.com"]
