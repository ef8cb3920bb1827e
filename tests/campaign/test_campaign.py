"""`make campaign` with few members: what it prints, and that it notices who is missed and who is wrong."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from passerelle.directory import Evidence, PackedRows, Row, pack_rows, published_line

from tests.campaign.__main__ import main
from tests.campaign.clients import Town, run_client
from tests.campaign.members import KINDS, Kind, Member, did_of, make_lines, make_members
from tests.campaign.ties import MOST, SIGMA, TooDense, make_ties, turn_around

MEMBERS = 3 * len(KINDS)


def test_every_pair_is_found_and_every_request_answered(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--members", str(MEMBERS), "--edges", "600", "--sync-seconds", "1"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert result["found"] == result["edges"]
    assert 500 < result["edges"] < 700
    assert (result["members"], result["missed"], result["wrong"], result["errors"]) == (MEMBERS, 0, 0, 0)
    assert result["requests"] == 4 * MEMBERS  # latest.json, rows, keys and places
    assert result["bytes_per_client"] > 0


def test_more_ties_than_members_can_have_are_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--members", "10", "--edges", "1000"]) == 2
    assert "10 members" in capsys.readouterr().err


def pack(rows: Iterator[dict[str, object]]) -> PackedRows:
    """Return these rows as a server publishes them."""
    parsed = (Row.from_json(row) for row in sorted(rows, key=lambda row: str(row["row_id"])))
    return pack_rows((row, published_line(row, Evidence(row.row_id, ()))) for row in parsed)


def row_of(member: Member) -> dict[str, object]:
    """Return a member's row as a directory publishes it."""
    someone = member.someone
    return {
        "row_id": f"{member.number:016x}",
        "platform": "x",
        "rest_id": someone.rest_id,
        "screen_name": someone.screen_name,
        "name_seen": "2026-11-01",
        "did": member.did,
        "handle": None,
        "acct": None,
        "kind": "other",
        "country": None,
        "display_name": None,
        "grade": "imported",
        "leaving_on": None,
    }


def make_town(folder: Path, known: list[Member]) -> Town:
    """Return a town in which everyone follows about ten others; the directory has the `known` members."""
    following = make_ties(MEMBERS, 10 * MEMBERS, Random(1))
    index = pack(map(row_of, known))
    return Town(make_members(MEMBERS), following, turn_around(following), index, folder, 1)


def test_who_is_missing_in_the_directory_is_missed(tmp_path: Path) -> None:
    town = make_town(tmp_path, make_members(MEMBERS)[1:])
    follower = town.followers[0][0]
    tally = run_client(town, town.members[follower])
    assert (tally.missed, tally.wrong) == (1, 0)
    assert tally.found > 0


def test_another_persons_account_is_wrong(tmp_path: Path) -> None:
    first, *others = make_members(MEMBERS)
    town = make_town(tmp_path, [replace(first, did=did_of(-1)), *others])
    tally = run_client(town, town.members[town.followers[0][0]])
    assert (tally.missed, tally.wrong) == (1, 1)


def test_ties_are_as_many_as_wanted_and_as_uneven_as_in_real_archives() -> None:
    following = make_ties(2_000, 200_000, Random(1))
    degrees = sorted(map(len, following))
    assert sum(degrees) == pytest.approx(200_000, rel=0.02)
    assert degrees[-1] <= MOST
    assert degrees[1_000] < 200_000 / 2_000 / SIGMA  # most follow fewer than the mean
    assert all(member not in targets for member, targets in enumerate(following))


def test_a_tie_stands_in_both_lists() -> None:
    following = make_ties(100, 1_000, Random(1))
    followers = turn_around(following)
    assert {(one, two) for one, targets in enumerate(following) for two in targets} == {
        (one, two) for two, sources in enumerate(followers) for one in sources
    }


def test_too_many_ties_are_refused() -> None:
    with pytest.raises(TooDense):
        make_ties(10, 90, Random(1))


def test_each_kind_of_member_has_the_lines_that_make_it_one() -> None:
    members = make_members(len(KINDS))
    lines: dict[Kind, list[dict[str, str]]] = {kind: [] for kind in Kind}
    for line in make_lines(members):
        (member,) = (one for one in members if line["did"] in (one.did, did_of(-1 - one.number)))
        lines[member.kind].append(line)
    assert all(line["rest_id"] == "" for line in lines[Kind.NAME_ONLY])
    assert len(lines[Kind.TWICE]) == len(lines[Kind.DISPUTED]) == 2
    assert lines[Kind.RENAMED][0]["screen_name"] == lines[Kind.RENAMED_TO][0]["screen_name"]
