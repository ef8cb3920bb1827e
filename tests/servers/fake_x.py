"""fake_x: https://x.com as helper pages of invented people, in the shapes of the real one (tests/servers/pages/x)."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from tests.servers.world import Answer, Ask, page, static

PAGES = Path(__file__).parent / "pages" / "x"
_files = static(PAGES)


def site(ask: Ask) -> Answer:
    """Serve pages/x/NAME.html under /NAME, and its other files as they are."""
    path = urlsplit(ask.path).path
    document = PAGES / f"{path.strip('/') or 'home'}.html"
    if document.is_file() and document.resolve().is_relative_to(PAGES):
        return page(200, document.read_bytes(), "text/html; charset=utf-8")
    return _files(ask)


def old_name(ask: Ask) -> Answer:
    """Send twitter.com on to x.com, as X does since 2024."""
    return Answer(302, (("Location", f"https://x.com{ask.path}"),), b"")
