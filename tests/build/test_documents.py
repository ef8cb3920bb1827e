"""Every path that README and docs name exists, and none points outside the repository's own files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
# Paths may be written from here, as the text around them says.
BASES = [
    ROOT / base
    for base in (
        ".",
        "core",
        "core/passerelle",
        "core/passerelle/engine",
        "extension",
        "extension/lib",
        "extension/lib/background",
        "extension/lib/x",
        "backend",
        "backend/passerelle_directory",
        "tests",
    )
]
SOURCE = re.compile(r"`([\w./*{},-]+/[\w./*{},-]*\.(?:py|ts|svelte|mjs|cjs|css|toml))`")
LINK = re.compile(r"\]\((?!https?:|#)([^)#]+)")
# Written by tools, and in no checkout.
MADE = {"extension/lib/messages/messages.gen.ts", "lib/messages/messages.gen.ts"}


def paths(text: str) -> Iterator[str]:
    """Return the source files named in backticks; `a/{b,c}.py` names two."""
    for name in SOURCE.findall(text):
        if group := re.search(r"\{([^}]*)\}", name):
            yield from (name.replace(group[0], one) for one in group[1].split(","))
        else:
            yield name


def is_there(name: str) -> bool:
    return name in MADE or any(next(base.glob(name), None) for base in BASES)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda one: str(one.relative_to(ROOT)))
def test_every_path_in_a_document_exists(document: Path) -> None:
    text = document.read_text()
    assert [name for name in paths(text) if not is_there(name)] == []
    assert [link for link in LINK.findall(text) if not (document.parent / link).exists()] == []
