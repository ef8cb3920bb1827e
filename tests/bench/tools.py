"""What the benchmarks share: a folder for large files, the baseline's page, and the built extension in Chromium."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page, Playwright

from tests.bench.runtimes import SECONDS, baseline_address
from tests.servers.chromium import find_binary


@dataclass(frozen=True, slots=True)
class Tools:
    """Handed to every benchmark. `folder` is emptied when all is done."""

    playwright: Playwright
    folder: Path

    @contextmanager
    def page(self) -> Iterator[Page]:
        """Open the baseline's page in a browser without the extension."""
        sandbox = [] if os.geteuid() else ["--no-sandbox"]
        with (
            baseline_address() as address,
            self.playwright.chromium.launch(executable_path=find_binary(), args=sandbox) as browser,
        ):
            page = browser.new_page()
            page.set_default_timeout(SECONDS * 1000)
            page.goto(address)
            yield page
