"""`python -m tests.run [ARCHIVE]`: see all of Passerelle work, on real parts that run on this machine alone.

With a display a browser opens in the closed world of the tests, with an archive, an account and addresses to try.
Without one the journey is driven: drop the archive in the popup, look at the matches, sign in to a local PDS, follow,
visit the fake x.com; pictures of every step go to dist/run/.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.data.archives import zip_folder
from tests.run.journey import travel
from tests.run.pictures import DOCS, PICTURES, copy_to_docs
from tests.run.printing import say
from tests.run.sample import write_sample
from tests.run.servers import build, open_town
from tests.run.visit import receive


def main() -> None:
    """Run with or without a display."""
    options = _options()
    has_display = bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
    shutil.rmtree(PICTURES, ignore_errors=True)
    PICTURES.mkdir(parents=True)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="passerelle-run-")))
        archive = find_archive(options.archive, folder)
        say("Building the extension (a minute when it has changed, otherwise seconds) …")
        extension = build()
        playwright = stack.enter_context(sync_playwright())
        say("Starting a Bluesky server, a directory and the fake x.com (20 seconds) …")
        town = stack.enter_context(open_town(folder))
        if has_display and not options.drive:
            receive(playwright, extension, folder, town, archive)
        else:
            travel(playwright, extension, folder, town, archive)
    if options.docs:
        copy_to_docs()
        say(f"Copied to {DOCS}/.")


def find_archive(given: Path | None, folder: Path) -> Path:
    """Return the archive as one ZIP: the one given, a given folder zipped, or the sample."""
    if given is None:
        return write_sample(PICTURES / "sample-archive.zip")
    if not given.exists():
        sys.exit(f"There is no archive at {given}.")
    return zip_folder(given, folder / f"{given.resolve().name}.zip") if given.is_dir() else given.resolve()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("archive", nargs="?", type=Path, help="a ZIP, or an unzipped folder; a sample when left out")
    parser.add_argument("--drive", action="store_true", help="drive the journey, also where there is a display")
    parser.add_argument("--docs", action="store_true", help="renew the pictures in docs/images")
    return parser.parse_args()


if __name__ == "__main__":
    main()
