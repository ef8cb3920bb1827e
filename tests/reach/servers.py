"""The servers of the world of `make reach`, in this process: an AppView with search, and a fediverse."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

from passerelle.transport import Request, Response

from tests.reach.world import World
from tests.world.appview import Actor, appview
from tests.world.exchange import Ask

_WORD = re.compile(r"[^\W_]+")
_NO_SPACES = re.compile("[\u3040-\u30ff\u3400-\u9fff]")


class Servers:
    """Answers requests, and counts them by kind in `counts`."""

    def __init__(self, world: World) -> None:
        self.world, self.counts = world, Counter[str]()
        self._appview = appview(world)
        self._index: dict[str, list[str]] = {}
        for actor in world.all():
            for token in set(_tokens(f"{actor.handle} {actor.display_name}")):
                self._index.setdefault(token, []).append(actor.did)

    async def fetch(self, request: Request) -> Response:
        """Answer one request."""
        url = urlsplit(request.url)
        kind = url.path.rpartition("/")[2]
        self.counts[kind.rpartition(".")[2]] += 1
        if kind == "app.bsky.actor.searchActors":
            return self._search(parse_qs(url.query), is_signed_in=request.account is not None)
        if url.path.startswith("/xrpc/"):
            return self._ask_appview(request.url, url.path, url.query)
        return self._finger(url.hostname or "", url.path, parse_qs(url.query))

    def search(self, words: str, limit: int) -> list[Actor]:
        """Return the accounts whose handle or name has every word, those whose name is the words first."""
        tokens = set(_tokens(words))
        lists = sorted((self._index.get(token, []) for token in tokens), key=len)
        rest = [set(one) for one in lists[1:]]
        dids = [did for did in lists[0] if all(did in one for one in rest)] if lists else []
        found = [self.world.actors[did] for did in dids]
        return sorted(found, key=lambda one: (set(_tokens(one.display_name)) != tokens, one.did))[:limit]

    def _search(self, query: Mapping[str, list[str]], *, is_signed_in: bool) -> Response:
        if not is_signed_in:
            return _json(403, {"error": "Forbidden"})
        found = self.search(query["q"][0], int(query["limit"][0]))
        return _json(200, {"actors": [_search_view(one) for one in found]})

    def _ask_appview(self, url: str, path: str, query: str) -> Response:
        answer = self._appview(Ask(urlsplit(url).netloc, "GET", f"{path}?{query}", (), b""))
        if not path.endswith("getProfiles"):
            return Response(answer.status, {}, answer.body)
        profiles = json.loads(answer.body)["profiles"]
        return _json(200, {"profiles": [one | {"postsCount": self.world.posts[one["did"]]} for one in profiles]})

    def _finger(self, host: str, path: str, query: Mapping[str, list[str]]) -> Response:
        acct = query["resource"][0].removeprefix("acct:").lower() if query else f"{path.rpartition('/')[2]}@{host}"
        actor = self.world.fediverse.get(acct)
        if actor is None:
            return _json(404, {})
        if not query:
            return _json(200, actor)
        link = {"rel": "self", "type": "application/activity+json", "href": f"https://{host}/{acct.partition('@')[0]}"}
        return _json(200, {"subject": f"acct:{acct}", "links": [link]})


def _search_view(actor: Actor) -> dict[str, Any]:
    texts = {"displayName": actor.display_name, "description": actor.description}
    return {"did": actor.did, "handle": actor.handle, **texts, **actor.more}


def _tokens(text: str) -> list[str]:
    runs = _WORD.findall(text.lower())
    return [piece for run in runs for piece in (_pairs(run) if _NO_SPACES.search(run) else [run])]


def _pairs(run: str) -> list[str]:
    return [run[start : start + 2] for start in range(len(run) - 1)] or [run]


def _json(status: int, body: Mapping[str, Any]) -> Response:
    return Response(status, {}, json.dumps(body, ensure_ascii=False).encode())
