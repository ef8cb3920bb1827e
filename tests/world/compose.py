"""The pages of a new post on each network, filled in from the address as the real ones are."""

from __future__ import annotations

import html
from urllib.parse import parse_qs, urlsplit

from tests.world.world import Answer, Ask, Site, page

BLUESKY, MASTODON, ON_X = "/intent/compose", "/share", "/intent/post"


def writing(path: str, site: Site) -> Site:
    """Return a site with the page of a new post at `path`."""

    def answer(ask: Ask) -> Answer:
        asked = urlsplit(ask.path)
        if asked.path != path or ask.method != "GET":
            return site(ask)
        text = html.escape(parse_qs(asked.query).get("text", [""])[0])
        written = f'<!doctype html><html lang="en"><title>Post</title><textarea aria-label="Post">{text}</textarea>'
        return page(200, written.encode(), "text/html; charset=utf-8")

    return answer
