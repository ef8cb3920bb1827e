"""Every real archive that is at hand, as folder and zipped, against the counts that a plain script made of it.

They are of real people and not in the project (tests/data/shared.py).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from passerelle.archive import read
from passerelle.errors import UnreadableArchive
from passerelle.graph import summary

from tests.data.archives import zip_folder
from tests.data.shared import ARCHIVES as REAL

EXPECTED: dict[str, dict[str, Any] | None] = (
    json.loads((REAL / "expected.json").read_text()) if (REAL / "expected.json").is_file() else {}
)
# Our word -> the word of expected.json, where null means that the file is absent or could not be counted.
COUNTS = {
    "following": "following",
    "followers": "follower",
    "blocked": "block",
    "muted": "mute",
    "tweets": "tweets",
    "mutuals": "mutuals",
}
# The plain script could count nothing in these two; looked at by hand.
BY_HAND = {
    "itsN1X__8719_twitter_followings": {"following": 11_455, "followers": 11_401, "blocked": 0, "tweets": 0},
    "ethereumclassic__old-tweets": {"following": 212, "followers": 0, "blocked": 0, "muted": 0, "tweets": 0},
}

real = pytest.mark.skipif(not EXPECTED, reason=f"the real archives are not at hand ({REAL})")


@pytest.fixture(params=["folder", "zip"])
def path(request: pytest.FixtureRequest, name: str, tmp_path: Path) -> Path:
    return REAL / name if request.param == "folder" else zip_folder(REAL / name, tmp_path / "archive.zip")


@real
@pytest.mark.parametrize("name", EXPECTED)
def test_counts_are_those_of_the_plain_script(name: str, path: Path) -> None:
    expected = EXPECTED[name] or {}
    found = summary(read([path], require_following=False))
    counted = {ours: expected[theirs] for ours, theirs in COUNTS.items() if expected.get(theirs) is not None}
    counted |= BY_HAND.get(name, {})
    assert counted
    assert {key: found[key] for key in counted} == counted
    assert found["named_following"] >= (expected.get("following_resolved") or [0])[0]
    assert found["named_followers"] >= (expected.get("follower_resolved") or [0])[0]
    if expected.get("user"):
        assert found["account"]["screen_name"] == expected["user"]


@real
def test_the_old_tweet_archive_is_refused_by_name() -> None:
    with pytest.raises(UnreadableArchive) as refusal:
        read([REAL / "anildash__tweets"])
    assert refusal.value.code == "old_tweet_archive"


@real
def test_of_two_exports_of_one_account_the_later_says_whom_they_follow() -> None:
    archive = read(sorted(REAL.glob("milahu__*"), reverse=True))
    assert len(archive.following) == 167
    assert [warning.code for warning in archive.warnings] == ["exports_merged"]


@real
def test_exports_of_different_accounts_are_not_mixed() -> None:
    paths = [REAL / "denchi__lumeninferiusarchive", REAL / "andreruffert__twitter"]
    with pytest.raises(UnreadableArchive, match="@LumenInferius, @andreruffert"):
        read(paths)
    assert len(read(paths, account="@LumenInferius").following) == 14
    assert len(read(paths, account="112769581").following) == 295
