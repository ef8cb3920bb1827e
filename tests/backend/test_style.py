"""The directory's pages and the extension look the same, though each package holds a style sheet of its own."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = ROOT / "backend" / "passerelle_directory" / "web" / "static" / "style.css"
EXTENSION = ROOT / "extension" / "components" / "style.css"
BLOCK = re.compile(r":root \{(.*?)\}", re.DOTALL)  # one for light, one for dark
PROPERTY = re.compile(r"(--[a-z-]+):\s*([^;]+);")


def looks(sheet: Path) -> list[dict[str, str]]:
    """Return the custom properties of each block."""
    return [dict(PROPERTY.findall(block)) for block in BLOCK.findall(sheet.read_text(encoding="utf-8"))]


def test_colours_and_sizes_of_both_style_sheets_are_the_same() -> None:
    assert len(looks(EXTENSION)) == 2
    assert looks(PAGES) == looks(EXTENSION)
