"""The directory's pages and the extension look the same: icon, colours and measures are the same files."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient

ROOT = Path(__file__).parents[2]
STATIC = ROOT / "backend" / "passerelle_directory" / "web" / "static"
EXTENSION = ROOT / "extension"
SHARED = {
    "look.css": EXTENSION / "components" / "look.css",
    "icon.svg": EXTENSION / "public" / "icon" / "passerelle.svg",
    "icon-32.png": EXTENSION / "public" / "icon" / "32.png",
}
OWN = (STATIC / "style.css", EXTENSION / "components" / "style.css")
# `--target` is a size of the extension's popup and tab, not of the look.
PROPERTY = re.compile(r"(--(?!target|slim|edge|face)[a-z-]+):\s*[^;]+;")


@pytest.mark.parametrize("name", SHARED)
def test_what_both_show_is_one_file(name: str) -> None:
    assert (STATIC / name).samefile(SHARED[name])


@pytest.mark.parametrize("sheet", OWN, ids=["pages", "extension"])
def test_no_colour_or_measure_is_set_beside_the_shared_ones(sheet: Path) -> None:
    shared = set(PROPERTY.findall(SHARED["look.css"].read_text(encoding="utf-8")))
    assert {"--paper", "--accent", "--round", "--sans"} <= shared
    assert not shared & set(PROPERTY.findall(sheet.read_text(encoding="utf-8")))


def test_pages_load_the_look_before_their_shapes(client: FlaskClient) -> None:
    sheets = re.findall(r'<link rel="stylesheet" href="(/static/[^"]+)"', client.get("/").text)
    assert [sheet.partition("?")[0] for sheet in sheets] == ["/static/look.css", "/static/style.css"]
    answer = client.get(sheets[0], buffered=True)
    assert (answer.status_code, answer.mimetype) == (200, "text/css")
    assert answer.data == SHARED["look.css"].read_bytes()
