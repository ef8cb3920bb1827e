"""The pages of the fake x.com: the tests' own invented people, X's policy, one template."""

from __future__ import annotations

import json
import re

from tests.data import people
from tests.world.x_documents import DOCUMENTS, PAGES, render


def test_the_pages_people_are_those_of_the_tests() -> None:
    table = re.search(r"PEOPLE = (\[.*?\])\.map", (PAGES / "people.js").read_text(), re.DOTALL)
    assert table
    shown = json.loads(re.sub(r",(\s*\])", r"\1", table[1]))

    known = {one.rest_id: one for one in (people.OWNER, *people.PEOPLE)}
    assert shown == [
        [one.rest_id, one.screen_name, one.display_name, one.bio] for one in (known[rest_id] for rest_id, *_ in shown)
    ]


def test_every_document_but_the_hostile_one_forbids_foreign_scripts() -> None:
    for name, document in DOCUMENTS.items():
        html = render(document).decode()
        assert ("script-src 'self' 'nonce-" in html) == (name != "hostile")
        assert "<script>" not in html


def test_every_document_is_filled_in_and_calls_a_function_that_its_module_exports() -> None:
    for document in DOCUMENTS.values():
        assert "$" not in render(document).decode()
        module = (PAGES / f"{document.module}.js").read_text()
        assert re.search(rf"export (async )?function {document.draw}\(", module)
