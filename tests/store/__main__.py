"""`python -m tests.store`: leave texts and pictures for each store and language in dist/store/; print them as JSON.

The pictures show the sample of `make run`: invented people, a local directory, the fake x.com.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from contextlib import ExitStack
from pathlib import Path

from playwright.sync_api import expect, sync_playwright

from tests.run.sample import write_sample
from tests.run.servers import build, open_town
from tests.store.frames import Frames
from tests.store.listing import write_listing
from tests.store.scenes import PATIENCE, take_scenes
from tests.world.chromium import Chromium, closed_world

ROOT = Path(__file__).parents[2]
OUT = ROOT / "dist" / "store"


def main() -> None:
    """Write all files and print one JSON object: folder -> the names of its files."""
    shutil.rmtree(OUT, ignore_errors=True)
    write_listing(OUT)
    take_pictures()
    folders = sorted({file.parent for file in OUT.rglob("*") if file.is_file()})
    print(json.dumps({str(folder.relative_to(ROOT)): _names(folder) for folder in folders}, indent=1))


def take_pictures() -> None:
    """Drive the extension through the scenes in each language and save the framed pictures."""
    expect.set_options(timeout=PATIENCE)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="passerelle-store-")))
        extension = build()
        playwright = stack.enter_context(sync_playwright())
        town = stack.enter_context(open_town(folder))
        network = closed_world(town.world)
        browser = stack.enter_context(Chromium(playwright, extension, folder / "profile", network))
        frames = Frames(browser.context.new_page(), OUT)
        take_scenes(browser, write_sample(folder / "sample-archive.zip"), frames)
        frames.take_tiles()


def _names(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir() if file.is_file())


if __name__ == "__main__":
    main()
