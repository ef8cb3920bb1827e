"""A clock that tests can set: of the extension (a copy of the package whose scripts begin with shim.js) and of the PDS.

libfaketime stops both browsers at their start, so the clock is moved inside the extension: `Date` in every context of
it (Python in Pyodide reads `Date`, too), and the alarms, which the browser keeps in real time.
"""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

from playwright.sync_api import Page

SHIM = Path(__file__).with_name("shim.js")
# Scripts that a browser starts by itself: the background, the engine's worker, and those on pages of X.
SCRIPTS = ("background.js", "engine.js", "content-scripts/*.js")
_TELL = """(offset) => {
  const channel = new BroadcastChannel("test-clock");
  channel.postMessage({ offset });
  channel.close();
}"""


def milliseconds(offset: timedelta) -> int:
    """Return an offset as JavaScript counts it."""
    return offset // timedelta(milliseconds=1)


def copy_with_clock(package: Path, folder: Path, offset: timedelta) -> Path:
    """Copy an unpacked extension to `folder`; the clock of the copy is ahead by `offset`. Return the folder."""
    shutil.copytree(package, folder)
    shim = f"globalThis.clockOffset = {milliseconds(offset)};\n{SHIM.read_text()}"
    (folder / "clock.js").write_text(shim)
    for pattern in SCRIPTS:
        for script in folder.glob(pattern):
            script.write_text(shim + script.read_text())
    for document in folder.glob("*.html"):
        html = document.read_text()
        assert "<head>" in html, document
        document.write_text(html.replace("<head>", '<head><script src="/clock.js"></script>', 1))
    return folder


def set_clock(page: Page, offset: timedelta) -> None:
    """Set the clock of the running extension, through one of its own pages, which stays open."""
    page.evaluate(_TELL, milliseconds(offset))
