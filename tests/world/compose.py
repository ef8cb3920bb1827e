"""bsky.app: the page of a new post, filled in from the address as the real one's is."""

from __future__ import annotations

import html
from urllib.parse import parse_qs, urlsplit

from tests.world.world import Answer, Ask, page

BSKY_APP = "bsky.app"
INTENT = "/intent/compose"


def site(ask: Ask) -> Answer:
    """Answer the page of a new post; 404 for all else."""
    asked = urlsplit(ask.path)
    if asked.path != INTENT:
        return page(404, b"", "text/html")
    text = html.escape(parse_qs(asked.query).get("text", [""])[0])
    written = f'<!doctype html><html lang="en"><title>Bluesky</title><textarea aria-label="Post">{text}</textarea>'
    return page(200, written.encode(), "text/html; charset=utf-8")
