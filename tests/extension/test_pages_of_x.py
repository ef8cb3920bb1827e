"""The re-enacted pages of X show the tests' own invented people, so that the directory of the tests knows them."""

from __future__ import annotations

import json
import re

from tests.data import people
from tests.world.fake_x import PAGES


def test_the_pages_people_are_those_of_the_tests() -> None:
    table = re.search(r"PEOPLE = (\[.*?\])\.map", (PAGES / "people.js").read_text(), re.DOTALL)
    assert table
    shown = json.loads(re.sub(r",(\s*\])", r"\1", table[1]))

    known = {one.rest_id: one for one in (people.OWNER, *people.PEOPLE)}
    assert shown == [
        [one.rest_id, one.screen_name, one.display_name, one.bio] for one in (known[rest_id] for rest_id, *_ in shown)
    ]


def test_every_page_forbids_scripts_that_are_not_its_own() -> None:
    # Of the hostile page nothing is to be expected; its canary has to be able to sing.
    pages = set(PAGES.glob("*.html")) - {PAGES / "hostile.html"}
    assert pages
    for page in pages:
        assert "script-src 'self' 'nonce-" in page.read_text()
        assert "<script>" not in page.read_text()
