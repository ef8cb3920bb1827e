"""`python -m tests.x_pages FOLDER`: whom the shipped adapters find in each saved X page of a folder, as JSON.

    {"FILE": {"client": "classic", "people": [{"surface", "handle", "rest_id"}]}}

`make x-pages PAGES=folder` runs it, so that pages nobody here has seen can be tried. Real Chromium renders the page;
its scripts do not run and nothing is fetched.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, Route, sync_playwright

from tests.servers.chromium import QUIET, find_binary

ROOT = Path(__file__).parents[1]
ENTRY = ROOT / "tests" / "extension" / "x_pages.ts"
ADDRESS = "https://x.com/"
HEADERS = {"content-type": "text/html; charset=utf-8", "content-security-policy": "script-src 'none'"}


def bundle(entry: Path, name: str) -> str:
    """Give a TypeScript file and all it imports as one script that sets the global `name`."""
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


def read_pages(folder: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Give each HTML file below `folder` with the client that drew it and the people found."""
    script = f"() => {{ {bundle(ENTRY, 'adapters')}; return adapters.readPage(); }}"
    with sync_playwright() as playwright:
        root = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = playwright.chromium.launch(executable_path=find_binary(), args=[*QUIET, *root])
        page = browser.new_page()
        for file in sorted(folder.rglob("*.htm*")):
            _show(page, file)
            yield file, page.evaluate(script)
        browser.close()


def _show(page: Page, file: Path) -> None:
    """Show a file under X's address, and nothing else of the world."""

    def answer(route: Route) -> None:
        if route.request.url == ADDRESS:
            route.fulfill(status=200, headers=HEADERS, body=file.read_bytes())
        else:
            route.abort()

    page.unroute_all()
    page.route("**/*", answer)
    page.goto(ADDRESS, wait_until="domcontentloaded")


def parse_folder(description: str | None) -> Path:
    """Give the one argument of a command line, a folder that is there; leaves with 2 where it is none."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder")
    folder: str = parser.parse_args().folder
    if not folder or not Path(folder).is_dir():  # Path("") would be the folder that we are in
        parser.error(f"give a folder: there is none called {folder!r}")
    return Path(folder)


def main() -> None:
    """Print what was found."""
    folder = parse_folder(__doc__)
    pages = {str(file.relative_to(folder)): found for file, found in read_pages(folder)}
    print(json.dumps(pages, indent=2, ensure_ascii=False))


if __name__ == "__main__":
    main()
