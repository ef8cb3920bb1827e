"""The pages of the fake x.com: X's policy, one template, scripts that exist."""

from __future__ import annotations

import re

from tests.world.x_documents import DOCUMENTS, PAGES, render


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
