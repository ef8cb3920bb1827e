"""Every real archive that is at hand, as folder and zipped, against the counts that a plain script made of it.

They are of real people and not in the project, nor are their names (tests/data/shared.py).
"""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from passerelle.archive import read
from passerelle.errors import UnreadableArchive
from passerelle.people.summary import summarize

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
COUNTED = [name for name, expected in EXPECTED.items() if expected]

real = pytest.mark.skipif(not EXPECTED, reason=f"the real archives are not at hand ({REAL})")


@pytest.fixture(params=["folder", "zip"])
def path(request: pytest.FixtureRequest, name: str, tmp_path: Path) -> Path:
    return REAL / name if request.param == "folder" else zip_folder(REAL / name, tmp_path / "archive.zip")


@real
@pytest.mark.parametrize("name", COUNTED)
def test_counts_are_those_of_the_plain_script(name: str, path: Path) -> None:
    expected = EXPECTED[name] or {}
    found = summarize(read([path], require_people=False))
    counted = {ours: expected[theirs] for ours, theirs in COUNTS.items() if expected.get(theirs) is not None}
    assert counted
    assert {key: found[key] for key in counted} == counted
    assert found["named_following"] >= (expected.get("following_resolved") or [0])[0]
    assert found["named_followers"] >= (expected.get("follower_resolved") or [0])[0]
    if expected.get("user"):
        assert found["account"]["screen_name"] == expected["user"]


@real
def test_what_the_plain_script_could_not_count_was_counted_by_hand() -> None:
    found = [summarize(read([REAL / name])) for name, expected in EXPECTED.items() if not expected]
    counted = {(counts["following"], counts["followers"], counts["tweets"]) for counts in found}
    assert counted == {(212, 0, 0), (11_455, 11_401, 0)}


@real
def test_the_old_tweet_archive_is_refused_by_name() -> None:
    old = [name for name in COUNTED if following_of(name) is None]
    assert old
    for name in old:
        with pytest.raises(UnreadableArchive) as refusal:
            read([REAL / name])
        assert refusal.value.code == "old_tweet_archive"


@real
def test_of_two_exports_of_one_account_the_later_has_the_list_of_followed_people() -> None:
    pairs = [(one, two) for one, two in pairwise(COUNTED) if owner_of(one) == owner_of(two) is not None]
    assert pairs
    for earlier, later in pairs:  # as their names sort
        archive = read([REAL / later, REAL / earlier])
        assert len(archive.following) == following_of(later)
        assert "exports_merged" in {warning.code for warning in archive.warnings}


@real
def test_exports_of_different_accounts_are_not_mixed() -> None:
    one, other = next(
        pair
        for pair in pairwise(COUNTED)
        if all(owner_of(name) and following_of(name) for name in pair) and owner_of(pair[0]) != owner_of(pair[1])
    )
    paths = [REAL / one, REAL / other]
    with pytest.raises(UnreadableArchive, match=f"@{owner_of(one)}, @{owner_of(other)}"):
        read(paths)
    rest_id = read([REAL / other]).owner.rest_id
    assert len(read(paths, account=f"@{owner_of(one)}").following) == following_of(one)
    assert len(read(paths, account=rest_id).following) == following_of(other)


def owner_of(name: str) -> str | None:
    return (EXPECTED[name] or {}).get("user")


def following_of(name: str) -> int | None:
    return (EXPECTED[name] or {}).get("following")
