"""The texts that the extension offers for one's X profile name the addresses so that they are found in them again."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from passerelle.chart import HEIGHT, WIDTH
from passerelle.hints.find import find_hints

from tests.core.vectors import read_vectors

ROOT = Path(__file__).parents[2]
VECTORS = read_vectors("x-profile")
CATALOGUES = sorted((ROOT / "extension" / "locales").glob("*.json"))
ADDRESSES = {"{handle}": "ada.example.org", "{acct}": "ada@quai.example.org"}


@pytest.mark.parametrize("vector", VECTORS, ids=lambda one: f"{one['handle']} {one['acct']}"[:60])
def test_the_addresses_are_found_in_names_and_bios(vector: dict[str, Any]) -> None:
    own = {vector["handle"], vector["acct"]} - {None}
    for field, texts in (("name", vector["names"]), ("bio", vector["bios"])):
        for text in texts:
            found = {hint.address for hint in find_hints(**{field: text})}
            assert found == {address for address in own if address in text}, text


@pytest.mark.desktop  # Pyodide gets no file of the extension
@pytest.mark.parametrize("catalogue", CATALOGUES, ids=lambda path: path.stem)
def test_the_addresses_are_found_in_the_bios_of_every_language(catalogue: Path) -> None:
    sentences = json.loads(catalogue.read_text(encoding="utf-8"))
    for key in ("leave.bio_both", "leave.bio_bluesky", "leave.bio_fediverse"):
        named = {name for name in ADDRESSES if name in sentences[key]}
        bio = sentences[key].replace("{handle}", ADDRESSES["{handle}"]).replace("{acct}", f"@{ADDRESSES['{acct}']}")
        assert {hint.address for hint in find_hints(bio=bio)} == {ADDRESSES[name] for name in named}, key


@pytest.mark.desktop
def test_the_chart_has_the_size_in_which_the_line_is_drawn() -> None:
    page = (ROOT / "extension" / "lib" / "page" / "where.ts").read_text(encoding="utf-8")
    assert re.findall(r'VIEW_BOX = "([^"]*)"', page) == [f"0 0 {WIDTH} {HEIGHT}"]
