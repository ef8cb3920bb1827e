"""An archive read by the extension is saved as the very bytes that `passerelle read --json --full` prints."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.data.archives import make_archive
from tests.data.people import ADA, BRUNO, HOSTILE, OWNER, PEOPLE, STRANGER, crowd
from tests.e2e.steps import APP, choose, hand_over, save
from tests.world.chromium import Chromium
from tests.world.residents import EXPORTED

pytestmark = pytest.mark.e2e


def printed(*paths: Path) -> bytes:
    """What the command line prints about the archive."""
    command: list[str | Path] = [sys.executable, "-m", "passerelle.cli.main", "read", *paths, "--json", "--full"]
    return subprocess.run(command, capture_output=True, check=True).stdout


@pytest.fixture
def tab(shared: Chromium) -> Page:
    page = shared.open_page(APP)
    expect(page.get_by_test_id("drop-zone").or_(page.get_by_test_id("archive")).first).to_be_visible()
    if page.get_by_test_id("replace-archive").is_visible():
        page.get_by_test_id("replace-archive").click()
    return page


def saved(tab: Page, folder: Path, expected: bytes) -> bytes:
    """What the extension saves once it shows as many people as the command line counts."""
    expect(tab.get_by_test_id("count-following")).to_have_attribute("data-count", str(following_of(expected)))
    return save(tab, "archive-json", folder).read_bytes()


def following_of(text: bytes) -> int:
    return int(json.loads(text)["following"])


def warnings_of(text: bytes) -> set[str]:
    return {warning["code"] for warning in json.loads(text)["warnings"]}


def test_the_sample_archive_gives_the_same_bytes(tab: Page, sample: Path, tmp_path: Path) -> None:
    hand_over(tab, sample)

    text = printed(sample)
    assert saved(tab, tmp_path, text) == text
    assert following_of(text) == len(PEOPLE)


def test_split_files_in_a_zip_in_a_zip_give_the_same_bytes(tab: Page, tmp_path: Path) -> None:
    following = (*HOSTILE, *crowd(200))
    inner = make_archive(
        tmp_path / "inner.zip",
        owner=STRANGER,
        following=following,
        blocked=[ADA],
        muted=[BRUNO],
        top="twitter-2026-03-06-abc/",
        part_rows=70,
        exported=EXPORTED,
    )
    outer = tmp_path / "my backup of 2026.zip"
    with zipfile.ZipFile(outer, "w") as file:
        file.write(inner, "Téléchargements/inner.zip")
    hand_over(tab, outer)
    tab.get_by_test_id("use-other-archive").click()  # it belongs to another account than the one before

    text = printed(outer)
    assert saved(tab, tmp_path, text) == text
    assert following_of(text) == len(following)
    assert warnings_of(text) == {"nested_zip"}


def test_a_damaged_folder_gives_the_same_bytes_warnings_too(tab: Page, tmp_path: Path) -> None:
    folder = make_archive(tmp_path / "broken", owner=OWNER, following=PEOPLE[:9], omit=["mute.js", "tweets"])
    rows = (folder / "data/following.js").read_bytes()
    (folder / "data/following.js").write_bytes(rows.replace(b'"accountId" : "', b'"accountId" : ', 1))
    followers = folder / "data/follower.js"
    followers.write_bytes(followers.read_bytes()[:-150])
    choose(tab, folder)
    tab.get_by_test_id("use-other-archive").click()

    text = printed(folder)
    assert saved(tab, tmp_path, text) == text
    assert following_of(text) == 8  # of 9: the damaged row is left out
    assert warnings_of(text) == {"bad_rows", "file_truncated", "part_missing", "tweets_missing"}
