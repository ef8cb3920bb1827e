"""What `make run` prints and takes: a table that lines up in any script, and an archive as a ZIP or a folder."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from tests.data.archives import make_archive
from tests.run import find_archive, table


def test_columns_line_up_whatever_the_script() -> None:
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


def test_a_missing_archive_is_said_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match=r"^There is no archive at .*/nowhere\.zip\.$"):
        find_archive(tmp_path / "nowhere.zip", tmp_path)
