"""The bridge Bridgy Fed as it answers on the fediverse: WebFinger of the Bluesky accounts that it shows.

Shapes: https://fed.brid.gy/docs
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from urllib.parse import parse_qs, urlsplit

from tests.world.exchange import Answer, Ask, Site, page

BRIDGE = "bsky.brid.gy"
ANY_ORIGIN = ("Access-Control-Allow-Origin", "*")


def bridge(shown: Mapping[str, str]) -> Site:
    """Return the site of a bridge that shows these accounts, handle to did."""

    def site(ask: Ask) -> Answer:
        resource = parse_qs(urlsplit(ask.path).query).get("resource", [""])[0]
        handle, _, host = resource.removeprefix("acct:").partition("@")
        did = shown.get(handle) if host == BRIDGE else None
        if did is None:
            return page(404, b"", "text/plain", ANY_ORIGIN)
        link = {"rel": "self", "type": "application/activity+json", "href": f"https://{BRIDGE}/ap/{did}"}
        body = {"subject": f"acct:{handle}@{BRIDGE}", "links": [link]}
        return page(200, json.dumps(body).encode(), "application/jrd+json", ANY_ORIGIN)

    return site
