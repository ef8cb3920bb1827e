"""fake_x: https://x.com with pages of invented people, in the shapes of the real one (tests/world/pages/x)."""

from __future__ import annotations

import base64
import dataclasses
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.data.people import (
    ADA,
    AT_SIGN,
    BIDI,
    BRUNO,
    CHLOE,
    DARIUSZ,
    FARID,
    FRIENDLY,
    HIDEO,
    HOSTILE,
    HTML,
    JUNHO,
    KAVITA,
    OLU,
    OWNER,
    SPEAKERS,
    Someone,
    crowd,
)
from tests.world.world import Answer, Ask, Site, page, static
from tests.world.x_documents import DOCUMENTS, PAGES, render

_files = static(PAGES)


@dataclass(frozen=True, slots=True)
class Cast:
    """The people of the fake X.

    `shown` appear on its pages in this order, `crowd` between them (empty: numbered strangers). `lists` are the owner's
    own lists, by the names of X's GraphQL operations.
    """

    shown: Sequence[Someone]
    crowd: Sequence[Someone]
    lists: Mapping[str, Sequence[Someone]]


_KNOWN = (*FRIENDLY, *HOSTILE, *SPEAKERS)
LISTS: Mapping[str, Sequence[Someone]] = {
    "Following": (*_KNOWN, *crowd(800 - len(_KNOWN))),
    "Followers": (ADA, BRUNO, CHLOE),
}
_SHOWN = (OWNER, ADA, BRUNO, CHLOE, DARIUSZ, FARID, HIDEO, JUNHO, KAVITA, OLU, HTML, BIDI, AT_SIGN)
TESTS = Cast(_SHOWN, (), LISTS)

PART = 50  # people in one answer
GRAPHQL = re.compile(r"/i/api/graphql/[\w-]+/(\w+)")
LIST_PAGE = re.compile(rf"/{OWNER.screen_name}/(following|followers)")


def make_site(cast: Cast) -> Site:
    """Return x.com: the documents under their names, the owner's lists, what X's scripts request, and other files."""

    def site(ask: Ask) -> Answer:
        path = urlsplit(ask.path).path
        if asked := GRAPHQL.fullmatch(path):
            return _graphql(asked[1], ask, cast.lists)
        if path == "/invented.js":
            return page(200, _invented(cast).encode(), "text/javascript; charset=utf-8")
        name = "list" if LIST_PAGE.fullmatch(path) else path.strip("/") or "home"
        if document := DOCUMENTS.get(name):
            return page(200, render(document), "text/html; charset=utf-8")
        return _files(ask)

    return site


def _invented(cast: Cast) -> str:
    """Return the JavaScript module of the people on the pages."""
    lists = {"PEOPLE": cast.shown, "CROWD": cast.crowd}
    rows = {name: [dataclasses.astuple(one) for one in people] for name, people in lists.items()}
    return "".join(f"export const {name} = {json.dumps(people)};\n" for name, people in rows.items())


site = make_site(TESTS)


def old_name(ask: Ask) -> Answer:
    """Redirect twitter.com to x.com, as X does since 2024."""
    return Answer(302, (("Location", f"https://x.com{ask.path}"),), b"")


def _graphql(operation: str, ask: Ask, lists: Mapping[str, Sequence[Someone]]) -> Answer:
    """Answer in X's shapes of August 2026: a person's fields in `core`, `profile_bio`, `relationship_counts`."""
    if operation == "UserByScreenName":
        return _json({"data": {"user": {"result": user(OWNER, lists)}}})
    query = parse_qs(urlsplit(ask.path).query)
    variables = json.loads(ask.body)["variables"] if ask.method == "POST" else json.loads(query["variables"][0])
    first = int((variables["cursor"] or "0").partition("|")[0])
    people = lists[operation][first : first + PART]
    following = first + len(people)
    cursor = f"{following}|1" if following < len(lists[operation]) else "0|1"
    entries = [_entry(f"user-{one.rest_id}", {"itemContent": _item(one)}) for one in people]
    entries.append(_entry("cursor-bottom-1", {"value": cursor, "cursorType": "Bottom"}))
    instructions = [{"type": "TimelineClearCache"}, {"type": "TimelineAddEntries", "entries": entries}]
    timeline = {"timeline": {"timeline": {"instructions": instructions}}}
    return _json({"data": {"user": {"result": {"__typename": "User", **timeline}}}})


def user(someone: Someone, lists: Mapping[str, Sequence[Someone]] | None = None) -> dict[str, Any]:
    """Return an X user object, with the lengths of their lists."""
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
