"""The seed as the directory that comes with the program: the same bytes each time, and nothing but the seed."""

from __future__ import annotations

import json
from pathlib import Path

from passerelle.directory import KeyTable
from passerelle_directory.cli import SEED_FILES
from passerelle_directory.importers.loading import import_file
from passerelle_directory.packaged import write_packaged

from tests.backend.conftest import TODAY, Directory

LIST = """source,source_date,screen_name,rest_id,handle,kind,display_name
one,2026-05-07,museum,,museum.example.com,other,Museum
two,2026-06-01,Museum,,museum.example.com,other,Museum
one,2026-05-07,office,4242,office.example.com,public-body,Office
"""


def test_it_has_the_date_of_the_newest_source_and_all_rows_with_reasons(tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text(LIST)
    write_packaged(tmp_path / "made", [tmp_path / "list.csv"])
    about, rows = (
        [json.loads(line) for line in (tmp_path / "made" / name).read_bytes().splitlines()]
        for name in ("about.json", "rows.jsonl")
    )
    assert about == [{"generated_at": "2026-06-01T00:00:00+00:00", "rows": 2}]
    grades = {row["screen_name"].lower(): row["grade"] for row in rows}
    assert grades == {"museum": "attested", "office": "imported"}
    assert [row["row_id"] for row in rows] == sorted(row["row_id"] for row in rows)
    assert all(row["sources"] for row in rows)
    assert len(KeyTable((tmp_path / "made" / "keys").read_bytes())) == 3  # two names, one id


def test_the_same_sources_give_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        write_packaged(tmp_path / name, SEED_FILES)
    one, two = ({path.name: path.read_bytes() for path in (tmp_path / name).iterdir()} for name in ("one", "two"))
    assert one == two


def test_it_has_the_rows_that_a_server_publishes_from_the_seed(tmp_path: Path, directory: Directory) -> None:
    with directory.session() as session:
        for path in SEED_FILES:
            import_file(session, path, TODAY)
    published = directory.publish()
    write_packaged(tmp_path / "made", SEED_FILES)
    assert json.loads((tmp_path / "made" / "about.json").read_bytes())["rows"] == published["rows"]
