"""With a display `make run` opens the whole closed world, prints what to try in it, and ends with the browser."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Playwright

from tests.run.sample import FOLLOWING
from tests.world.processes import Child

ROOT = Path(__file__).parents[2]
MOST_LINES = 40


@pytest.fixture
def display() -> Iterator[str]:
    """A virtual screen; its number is chosen by the server."""
    with Child(["Xvfb", "-displayfd", "1", "-screen", "0", "1400x1000x24"], lambda line: line.strip().isdigit()) as x:
        yield f":{x.ready.strip()}"


def printed(run: subprocess.Popen[str]) -> list[str]:
    """Return the lines up to the last one that is printed before the browser is closed."""
    assert run.stdout
    lines: list[str] = []
    for line in run.stdout:
        lines.append(line.rstrip())
        if line.startswith("Close the browser"):
            break
    return lines


def value_of(lines: list[str], label: str) -> str:
    return next(line for line in lines if line.strip().startswith(label)).strip().removeprefix(label).split()[0]


@pytest.mark.e2e
@pytest.mark.timeout(300)
def test_a_person_with_a_display_gets_the_whole_world(
    playwright: Playwright, tmp_path_factory: pytest.TempPathFactory, display: str
) -> None:
    folder = tmp_path_factory.mktemp("run")  # short: Chromium's socket in it has a path of at most 107 characters
    environment = {**os.environ, "DISPLAY": display, "TMPDIR": str(folder)}
    run = subprocess.Popen(
        [sys.executable, "-m", "tests.run"],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        lines = printed(run)
        assert 0 < len(lines) < MOST_LINES, lines
        assert (ROOT / value_of(lines, "archive to drop")).is_file()
        assert value_of(lines, "sign in to Bluesky").endswith(".pds.passerelle.eu")
        assert value_of(lines, "app password").count("-") == 3

        browser = connect(playwright, folder)
        pages = browser.contexts[0].pages
        assert any(page.url.endswith("/app.html") for page in pages)
        tab = browser.contexts[0].new_page()
        tab.goto(value_of(lines, "your list on X"))
        tab.get_by_text(FOLLOWING[45].display_name).first.wait_for()  # the list keeps its last 40 rows in the page
        tab.goto(value_of(lines, "the directory"))
        assert "Passerelle" in tab.title()
        browser.new_browser_cdp_session().send("Browser.close")
        assert run.wait(30) == 0
    finally:
        if run.poll() is None:
            run.terminate()
            run.wait(30)
        if run.stdout:
            run.stdout.close()


def connect(playwright: Playwright, folder: Path) -> Browser:
    """Return a connection to the browser of a run whose temporary files are in `folder`."""
    [port_file] = folder.glob("passerelle-run-*/profile/DevToolsActivePort")
    return playwright.chromium.connect_over_cdp(f"http://127.0.0.1:{port_file.read_text().split()[0]}")
