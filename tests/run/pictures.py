"""The pictures that `make run` leaves in dist/run/, and those of the documentation among them."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Literal

from playwright.sync_api import FloatRect, Page, ViewportSize

ROOT = Path(__file__).parents[2]
PICTURES = ROOT / "dist" / "run"
IMAGES = ROOT / "docs" / "images"
DOCS = IMAGES.relative_to(ROOT)
WIDE: ViewportSize = {"width": 1280, "height": 900}
NARROW: ViewportSize = {"width": 360, "height": 740}
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
# Names in docs/images -> names in dist/run.
IN_DOCS = {"welcome": "popup-start", "popup": "popup-light", "result": "tab-light", "badge": "badges-home"}


def take(page: Page, name: str) -> None:
    """Save a picture of what the page shows."""
    width = page.evaluate("document.body.offsetWidth")  # a popup's window may be wider than what it shows
    clip: FloatRect = {"x": 0, "y": 0, "width": width, "height": page.evaluate("innerHeight")}
    page.screenshot(path=PICTURES / f"{name}.png", animations="disabled", clip=clip)


def take_both_themes(page: Page, name: str) -> None:
    """Save a picture of the page in light and in dark."""
    for theme in THEMES:
        page.emulate_media(color_scheme=theme)
        take(page, f"{name}-{theme}")
    page.emulate_media(color_scheme="light")


def copy_to_docs() -> None:
    """Renew the pictures of README and docs from those of this run."""
    for target, source in IN_DOCS.items():
        shutil.copyfile(PICTURES / f"{source}.png", IMAGES / f"{target}.png")
