"""fake_x: https://x.com as helper pages of invented people, in the shapes of the real one (tests/world/pages/x)."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.data.people import ADA, BRUNO, CHLOE, FRIENDLY, HOSTILE, OWNER, SPEAKERS, Someone, crowd
from tests.world.world import Answer, Ask, page, static

PAGES = Path(__file__).parent / "pages" / "x"
_files = static(PAGES)

# Whom the owner of the sample archive follows, and who follows them, as their pages on x.com say.
LISTS: Mapping[str, Sequence[Someone]] = {
    "Following": (*FRIENDLY, *HOSTILE, *SPEAKERS, *crowd(800 - len((*FRIENDLY, *HOSTILE, *SPEAKERS)))),
    "Followers": (ADA, BRUNO, CHLOE),
}
PART = 50  # people in one answer
GRAPHQL = re.compile(r"/i/api/graphql/[\w-]+/(\w+)")
LIST_PAGE = re.compile(rf"/{OWNER.screen_name}/(following|followers)")


def site(ask: Ask) -> Answer:
    """Serve pages/x/NAME.html under /NAME, the owner's lists, what X's scripts ask for, and other files."""
    path = urlsplit(ask.path).path
    if asked := GRAPHQL.fullmatch(path):
        return _graphql(asked[1], ask)
    name = "list" if LIST_PAGE.fullmatch(path) else path.strip("/") or "home"
    document = PAGES / f"{name}.html"
    if document.is_file() and document.resolve().is_relative_to(PAGES):
        return page(200, document.read_bytes(), "text/html; charset=utf-8")
    return _files(ask)


def old_name(ask: Ask) -> Answer:
    """Send twitter.com on to x.com, as X does since 2024."""
    return Answer(302, (("Location", f"https://x.com{ask.path}"),), b"")


def _graphql(operation: str, ask: Ask) -> Answer:
    """Answer in X's shapes of August 2026: a person's fields in `core`, `profile_bio`, `relationship_counts`."""
    if operation == "UserByScreenName":
        return _json({"data": {"user": {"result": user(OWNER, LISTS)}}})
    query = parse_qs(urlsplit(ask.path).query)
    variables = json.loads(ask.body)["variables"] if ask.method == "POST" else json.loads(query["variables"][0])
    first = int((variables["cursor"] or "0").partition("|")[0])
    people = LISTS[operation][first : first + PART]
    following = first + len(people)
    cursor = f"{following}|1" if following < len(LISTS[operation]) else "0|1"
    entries = [_entry(f"user-{one.rest_id}", {"itemContent": _item(one)}) for one in people]
    entries.append(_entry("cursor-bottom-1", {"value": cursor, "cursorType": "Bottom"}))
    instructions = [{"type": "TimelineClearCache"}, {"type": "TimelineAddEntries", "entries": entries}]
    timeline = {"timeline": {"timeline": {"instructions": instructions}}}
    return _json({"data": {"user": {"result": {"__typename": "User", **timeline}}}})


def user(someone: Someone, lists: Mapping[str, Sequence[Someone]] | None = None) -> dict[str, Any]:
    """Make an X user object; with how many stand in their lists."""
    counts = {name.lower(): len(people) for name, people in (lists or {}).items()}
    return {
        "__typename": "User",
        "id": base64.b64encode(f"User:{someone.rest_id}".encode()).decode(),
        "rest_id": someone.rest_id,
        "core": {"screen_name": someone.screen_name, "name": someone.display_name[:50]},
        "location": {"location": ""},
        "profile_bio": {"description": someone.bio, "entities": {"description": {}}},
        "relationship_counts": counts,
    }


def _entry(name: str, content: dict[str, Any]) -> dict[str, Any]:
    return {"entryId": name, "content": content}


def _item(someone: Someone) -> dict[str, Any]:
    return {"__typename": "TimelineUser", "user_results": {"result": user(someone)}}


def _json(body: dict[str, Any]) -> Answer:
    return page(200, json.dumps(body, ensure_ascii=False).encode(), "application/json; charset=utf-8")
