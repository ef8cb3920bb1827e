"""What the benchmarks share: a folder for large files, the baseline's page, and the built extension in Chromium."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import tempfile
from collections.abc import Coroutine, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from playwright.sync_api import Page, Playwright

from tests.bench.runtimes import BENCH, ROOT, SECONDS, baseline_address
from tests.world import sites
from tests.world.chromium import Chromium, closed_world, find_binary
from tests.world.directory import DirectoryServer, write_trust
from tests.world.world import Site, World, proxy, static

# Shows the same timeline as x.com, without badges.
ELSEWHERE = "timeline.example"
WHEELS = ROOT / ".cache" / "build" / "frozen"
T = TypeVar("T")
_timeline = static(BENCH / "timeline")


@dataclass(frozen=True, slots=True)
class Session:
    """A browser with the extension, its profile's folder and its world."""

    browser: Chromium
    profile: Path
    world: World


def run_async(main: Coroutine[Any, Any, T]) -> T:
    """Run in a thread of its own, since Playwright's loop runs in this one; return the result."""
    with ThreadPoolExecutor(max_workers=1) as thread:
        return thread.submit(asyncio.run, main).result()


def note_memories(extension: Path) -> Path:
    """Make the engine of an unpacked extension answer how much memory it uses; return its folder."""
    engine = extension / "engine.js"
    engine.write_text((BENCH / "baseline" / "memories.js").read_text() + engine.read_text())
    return extension


class Tools:
    """Handed to every benchmark. `folder` is emptied when all is done; `before` are commits to compare with."""

    def __init__(self, playwright: Playwright, folder: Path, before: Sequence[str] = ()) -> None:
        self.playwright = playwright
        self.folder = folder
        self.before = before

    @cached_property
    def extension(self) -> Path:
        """The built extension, which trusts the tests' directory, and whose engine can be asked for its memory."""
        trust = write_trust(self.folder / "directories.json")
        out = self.folder / "built"
        command = [sys.executable, str(ROOT / "build" / "make.py"), "--directories", str(trust), "--out", str(out)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        return note_memories(out / "chromium")

    @contextmanager
    def page(self) -> Iterator[Page]:
        """Open the baseline's page in a browser without the extension."""
        sandbox = [] if os.geteuid() else ["--no-sandbox"]
        with self.playwright.chromium.launch(executable_path=find_binary(), args=sandbox) as browser:
            page = browser.new_page()
            with self.baseline(page):
                yield page

    @contextmanager
    def baseline(self, page: Page) -> Iterator[Page]:
        """Show the baseline's page in `page`, patiently."""
        page.set_default_timeout(SECONDS * 1000)
        _ = self.extension  # its build leaves the wheels in the cache
        with baseline_address(WHEELS) as address:
            page.goto(address)
            yield page

    @contextmanager
    def browser(self, rows: Iterable[Mapping[str, str]] = ()) -> Iterator[Session]:
        """Start a browser with the extension and a fresh profile; its directory has the seed and `rows`."""
        data = Path(tempfile.mkdtemp(dir=self.folder))
        with (
            DirectoryServer(data, rows, seed=True) as directory,
            self.browser_with(proxy(lambda: directory.port)) as session,
        ):
            yield session

    @contextmanager
    def browser_with(self, directory: Site, extension: Path | None = None) -> Iterator[Session]:
        """Start a browser with `extension` (else the present one) and a fresh profile; the directory is `directory`."""
        extension = extension or self.extension
        profile = Path(tempfile.mkdtemp(dir=self.folder)) / "profile"
        with (
            World({sites.X: _timeline, ELSEWHERE: _timeline, sites.DIRECTORY: directory}) as world,
            Chromium(self.playwright, extension, profile, closed_world(world)) as browser,
        ):
            yield Session(browser, profile, world)
