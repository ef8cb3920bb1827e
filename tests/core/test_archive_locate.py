"""Files that systems have renamed, and files that are not on this machine."""

from __future__ import annotations

from pathlib import Path

import pytest
from passerelle.archive import read
from passerelle.archive.locate import find_exports
from passerelle.errors import UnreadableArchive

from tests.core.vectors import read_vectors
from tests.data.archives import make_archive
from tests.data.people import PEOPLE

RENAMED = read_vectors("renamed")["names"]


@pytest.mark.parametrize("name", RENAMED)
def test_a_renamed_list_is_read(name: str, tmp_path: Path) -> None:
    folder = make_archive(tmp_path / "archive")
    path = tmp_path / name
    (folder / "data/following.js").rename(path)
    assert len(read([path]).following) == len(PEOPLE)


@pytest.mark.parametrize("mark", [" (1)", " copy", " - Kopie"])
def test_files_that_were_all_renamed_are_one_archive(mark: str, tmp_path: Path) -> None:
    folder = make_archive(tmp_path / "archive")
    whole = read([folder])
    for path in (folder / "data").glob("*.js"):
        path.rename(path.with_name(f"{path.stem}{mark}.js"))
    renamed = read([folder])
    assert (renamed.owner, renamed.following, renamed.followers, renamed.names) == (
        whole.owner,
        whole.following,
        whole.followers,
        whole.names,
    )


def test_a_renamed_part_stands_beside_files_that_kept_their_name(tmp_path: Path) -> None:
    folder = make_archive(tmp_path / "archive")
    for name in ("account", "tweets", "block"):
        (folder / f"data/{name}.js").rename(folder / f"data/{name} (1).js")
    whole = read([make_archive(tmp_path / "other")])
    result = read([folder])
    assert (result.owner, result.tweets, result.blocked) == (whole.owner, whole.tweets, whole.blocked)


def test_a_list_and_its_second_download_are_two_exports(tmp_path: Path) -> None:
    folder = make_archive(tmp_path / "archive", following=PEOPLE[:5], omit=["manifest.js"])
    other = make_archive(tmp_path / "other", following=PEOPLE[3:6]) / "data/following.js"
    other.rename(folder / "data/following (1).js")
    result = read([folder])
    assert set(result.following) == {one.rest_id for one in PEOPLE[:5]}  # the one with dated tweets
    assert "exports_merged" in {warning.code for warning in result.warnings}


@pytest.mark.parametrize(
    "name",
    ["account-suspension.js", "account-timezone.js", "deleted-tweets.js", "profiles.js", "unfollowing.js",
     "following.json", "following.jsx", "following.min.js", "note-tweet.js", "following-names.js", "my-following.js",
     "following.js - Shortcut.lnk", "following.js.crdownload", "following.js.map"],
)  # fmt: skip
def test_other_files_are_no_copies_of_the_lists(name: str) -> None:
    assert find_exports("", [(f"data/{name}", lambda: pytest.fail(f"{name} was opened"))]) == []


def test_a_file_that_is_in_icloud_only_is_named(tmp_path: Path) -> None:
    folder = make_archive(tmp_path / "archive", omit=["manifest.js"])
    (folder / "data/tweets.js").rename(folder / "data/.tweets.js.icloud")
    warnings = [(warning.code, warning.file) for warning in read([folder]).warnings]
    assert warnings == [("in_icloud", "tweets.js"), ("tweets_missing", None)]


@pytest.mark.parametrize(
    "name", [".following.js.icloud", ".twitter-2026-03-06-abc.zip.icloud", ".Following (1).js.icloud"]
)
@pytest.mark.parametrize("is_loose", [False, True])
def test_an_archive_that_is_in_icloud_only_is_refused_by_name(name: str, tmp_path: Path, *, is_loose: bool) -> None:
    (tmp_path / name).write_bytes(b"bplist00")
    with pytest.raises(UnreadableArchive, match="only in iCloud") as refusal:
        read([tmp_path / name if is_loose else tmp_path])
    assert refusal.value.code == "in_icloud"
