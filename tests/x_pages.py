"""`python -m tests.x_pages FOLDER`: the people that the adapters find in each saved X page of a folder, as JSON.

    {"FILE": [{"surface", "handle", "rest_id"}]}

One entry for each place in the page that names a person, in the order of the page; `rest_id` is null where the page has
none. A file that the browser cannot show is null, said on stderr, and makes the command end with 1.

`make x-pages PAGES=folder` runs it, so that new pages can be tried. Real Chromium renders the page;
its scripts do not run and nothing is fetched.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, Error, Page, sync_playwright

from tests.world.chromium import QUIET, find_binary

ROOT = Path(__file__).parents[1]
ENTRY = ROOT / "tests" / "extension" / "x_pages.ts"
SUFFIXES = (".html", ".htm", ".xhtml")
ADDRESS = "https://x.com/"
# X's pages are UTF-8, and fragments do not say so. In another encoding names read the same; its own mark goes first.
HEADERS = {"content-type": "text/html; charset=utf-8", "content-security-policy": "script-src 'none'"}
PATIENCE = 300_000  # ms for one page: 58 MB took 54 s on a busy machine
ATTEMPTS = 2  # a page that leads elsewhere may still be doing so when the next one is opened
PRINTED = ("surface", "handle", "rest_id")


def bundle(entry: Path, name: str) -> str:
    """Return a TypeScript file and all it imports as one script that sets the global `name`."""
    esbuild = ROOT / "extension" / "node_modules" / ".bin" / "esbuild"
    command: list[str | Path] = [
        esbuild,
        entry,
        "--bundle",
        "--format=iife",
        f"--global-name={name}",
        "--log-level=error",
    ]
    made = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return made.stdout


def read_pages(folder: Path) -> Iterator[tuple[Path, dict[str, Any] | None]]:
    """Yield each HTML file in `folder` with the client that drew it and the people found; None if it cannot be shown.

    A person also has `place`: what stands before a badge there, and in which row.
    """
    script = f"() => {{ {bundle(ENTRY, 'adapters')}; return adapters.readPage(); }}"
    with sync_playwright() as playwright:
        root = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = playwright.chromium.launch(executable_path=find_binary(), args=[*QUIET, *root])
        context = browser.new_context()
        context.set_default_timeout(PATIENCE)
        page = _new_page(context)
        for file in find_files(folder, SUFFIXES):
            read = None
            for _ in range(ATTEMPTS):
                try:
                    read = _read_page(page, file, script)
                    break
                except (Error, OSError) as error:
                    failure = error
                    page = _new_page(context)  # in which no navigation is pending
            else:
                print(f"{file} could not be shown: {failure}", file=sys.stderr)
            yield file, read
        browser.close()


def _new_page(context: BrowserContext) -> Page:
    """Open a page that gets nothing from the world; an abort leaves it as it is, should a saved page lead elsewhere."""
    page = context.new_page()
    page.route("**/*", lambda route: route.abort("aborted"))
    return page


def _read_page(page: Page, file: Path, script: str) -> dict[str, Any]:
    """Show a file under X's address, and return the people on it."""
    content = file.read_bytes()
    page.route(ADDRESS, lambda route: route.fulfill(headers=HEADERS, body=content), times=1)
    page.goto(ADDRESS, wait_until="domcontentloaded")
    read: dict[str, Any] = page.evaluate(script)
    return read


def find_files(folder: Path, suffixes: tuple[str, ...]) -> list[Path]:
    """Return the files below `folder` that have one of these suffixes, in capitals or not."""
    return sorted(file for file in folder.rglob("*") if file.suffix.lower() in suffixes and file.is_file())


def parse_folder(description: str | None) -> Path:
    """Return the one argument of a command line, a folder that is there; leaves with 2 where it is none."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder")
    folder: str = parser.parse_args().folder
    if not folder or not Path(folder).is_dir():  # Path("") would be the folder that we are in
        parser.error(f"give a folder: there is none called {folder!r}")
    return Path(folder)


def print_found(found: dict[str, list[dict[str, Any]] | None]) -> None:
    """Print one JSON object, in ASCII: names may hold what a terminal, or UTF-8, cannot."""
    print(json.dumps(found, indent=2))


def main() -> int:
    """Print what was found."""
    folder = parse_folder(__doc__)
    found: dict[str, list[dict[str, Any]] | None] = {}
    for file, page in read_pages(folder):
        people = page["people"] if page else []
        plain = [{key: person[key] for key in PRINTED} for person in people]
        found[file.relative_to(folder).as_posix()] = plain if page else None
    print_found(found)
    return 1 if None in found.values() else 0


if __name__ == "__main__":
    sys.exit(main())
