"""What `make run` prints and writes: aligned tables, explained numbers, a sample of ordinary people."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tests.data.archives import make_archive
from tests.data.people import HOSTILE
from tests.run.__main__ import find_archive
from tests.run.printing import explain, list_matches, table
from tests.run.sample import CAST, write_sample


def test_columns_line_up_in_every_script() -> None:
    cells = [("name", "where"), ("海野秀夫", "wide"), ("O\u0301lu", "combining"), ("no\u200dor", "joined")]

    assert table(cells).splitlines() == [
        "name      where",
        "────────  ─────────",
        "海野秀夫  wide",
        "O\u0301lu       combining",
        "no\u200dor      joined",
    ]


def test_a_folder_is_zipped(tmp_path: Path) -> None:
    archive = find_archive(make_archive(tmp_path / "unpacked"), tmp_path)

    with zipfile.ZipFile(archive) as zipped:
        assert "data/following.js" in zipped.namelist()


def test_a_missing_archive_is_reported_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match=r"^There is no archive at .*/nowhere\.zip\.$"):
        find_archive(tmp_path / "nowhere.zip", tmp_path)


def match(*networks: str, ticked: bool = False, following: bool = True) -> dict[str, Any]:
    accounts = [{"network": one, "address": f"ada@{one}.example", "chosen": ticked} for one in networks]
    grade = "attested" if ticked else "imported"
    names = {"screen_name": "ada", "display_name": "Ada", "followed_by": True}
    return {**names, "following": following, "grade": grade, "accounts": accounts}


def test_the_numbers_of_a_result_are_explained() -> None:
    found = [
        match("bluesky", ticked=True),
        match("bluesky", "fediverse", ticked=True),
        match("bluesky"),
        match("fediverse", ticked=True),
        match("bluesky", following=False),
    ]
    first, second, _, last = explain(found, 198).splitlines()
    assert first == "Of 198 people followed, 4 were found: 3 on Bluesky, 2 on Mastodon (1 on both)."
    assert second.startswith("3 of them are ticked, 2 on Bluesky and 2 on Mastodon: proven, or named by two")
    assert last == "1 more follow this person without being followed."


def test_a_person_who_is_ticked_on_mastodon_only_is_shown_as_ticked() -> None:
    assert list_matches([match("fediverse", ticked=True)]).splitlines()[-1].endswith("yes")


def test_a_long_list_is_cut_to_one_screen() -> None:
    lines = list_matches([match("bluesky")] * 100).splitlines()
    assert len(lines) < 20
    assert lines[-1] == "… and 85 more"


def test_the_sample_has_no_hostile_name(tmp_path: Path) -> None:
    hostile = {one.rest_id for one in HOSTILE}
    shown = {one.rest_id for one in (*CAST.shown, *CAST.crowd, *(one for part in CAST.lists.values() for one in part))}
    assert not hostile & shown
    with zipfile.ZipFile(write_sample(tmp_path / "sample.zip")) as archive:
        followed = set(re.findall(r'"accountId"\s*:\s*"(\d+)"', archive.read("data/following.js").decode()))
    assert followed
    assert not hostile & followed
