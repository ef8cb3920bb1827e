"""`python -m tests.pyodide.chromium PUBLIC FOLDER RESULT CHOSEN`: run pytest in Pyodide, in a worker of Chromium.

Pyodide is loaded from the packaged files in PUBLIC, by the extension's code; otherwise as run.mjs.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.world.chromium import QUIET, find_binary
from tests.world.worker_page import serve_page

HERE = Path(__file__).parent


def main(public: Path, packed: Path, result: Path, chosen: str) -> None:
    """Write to `result` what came of the tests."""
    with tempfile.TemporaryDirectory(prefix="passerelle-core-") as name:
        folder = Path(name)
        for file in packed.iterdir():
            shutil.copy(file, folder)
        with serve_page(HERE, public, folder) as url:
            result.write_text(run(url, chosen))


def run(url: str, chosen: str) -> str:
    """Return what the worker of the page says in the end; print what pytest prints. Raises playwright's Error."""
    root = [] if os.geteuid() else ["--no-sandbox"]
    with (
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=find_binary(), args=[*QUIET, *root]) as browser,
    ):
        page = browser.new_page()
        page.expose_function("show", lambda text: print(text, end="", flush=True))
        page.goto(url)
        return str(page.evaluate("chosen => run(chosen)", chosen))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]), sys.argv[4])
