"""A stand-in for public.api.bsky.app: the few read requests that an app without sign-in sends, over a PDS's accounts.

Limits and errors as in the lexicons (https://github.com/bluesky-social/atproto/tree/main/lexicons/app/bsky) and as
measured on `@atproto/bsky` 0.0.221: accounts that do not exist or are not active are missing from lists without a word.
tests/world/test_appview.py checks each answer against the lexicons' models in the `atproto` package.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar
from urllib.parse import parse_qs, urlencode, urlsplit

from tests.world.world import Answer, Ask, Site, page

ANY_ORIGIN = ("Access-Control-Allow-Origin", "*")
INVALID_HANDLE = "handle.invalid"  # shown instead of a handle that does not lead back to its did
Query = Mapping[str, Sequence[str]]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Actor:
    """One account as the AppView knows it; `more` are further fields of its views: dates, labels."""

    did: str
    handle: str
    display_name: str = ""
    description: str = ""
    more: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Followed:
    """A follow record: its at-uri and the did that it names."""

    uri: str
    subject: str


class Accounts(Protocol):
    """What the stand-in reads. Only active accounts are found."""

    def find(self, identifier: str) -> Actor | None:
        """Return the account of a did or handle."""

    def all(self) -> Iterator[Actor]:
        """Return every account."""

    def follows(self, did: str) -> Sequence[Followed]:
        """Return the follows of an account, the newest first."""


@dataclass(frozen=True, slots=True)
class Circle:
    """Accounts in a circle: each follows the next `friends` ones, since friends know each other."""

    actors: Sequence[Actor]
    friends: int

    def find(self, identifier: str) -> Actor | None:
        """Return the account of a did or handle."""
        return next((one for one in self.actors if identifier in (one.did, one.handle)), None)

    def all(self) -> Iterator[Actor]:
        """Return every account."""
        return iter(self.actors)

    def follows(self, did: str) -> Sequence[Followed]:
        """Return the follows of an account."""
        at = next(number for number, one in enumerate(self.actors) if one.did == did)
        near = (self.actors[(at + step) % len(self.actors)] for step in range(1, self.friends + 1))
        return [Followed(f"at://{did}/app.bsky.graph.follow/{one.did[-5:]}", one.did) for one in near]


class Invalid(Exception):
    """A request that the lexicon does not allow; carries error and message."""

    def __init__(self, message: str, error: str = "InvalidRequest") -> None:
        super().__init__(message)
        self.error = error


def appview(accounts: Accounts) -> Site:
    """Return the site that answers the methods of `METHODS`."""

    def site(ask: Ask) -> Answer:
        url = urlsplit(ask.path)
        method = METHODS.get(url.path.removeprefix("/xrpc/"))
        if method is None or ask.method != "GET":
            return _json(501, {"error": "MethodNotImplemented", "message": "Method Not Implemented"})
        try:
            return _json(200, method(accounts, parse_qs(url.query, keep_blank_values=True)))
        except Invalid as invalid:
            return _json(400, {"error": invalid.error, "message": str(invalid)})

    return site


def _get_profile(accounts: Accounts, query: Query) -> dict[str, Any]:
    if actor := accounts.find(_one(query, "actor")):
        return _view(actor)
    raise Invalid("Profile not found")


def _get_profiles(accounts: Accounts, query: Query) -> dict[str, Any]:
    found = map(accounts.find, _many(query, "actors", 25))
    return {"profiles": [_view(actor) for actor in found if actor]}


def _get_relationships(accounts: Accounts, query: Query) -> dict[str, Any]:
    """Return the follow records between dids of known accounts; other identifiers are returned without records."""
    others = _many(query, "others", 30) if "others" in query else []
    actor = _one(query, "actor")
    return {"actor": actor, "relationships": [_relationship(accounts, actor, other) for other in others]}


def _relationship(accounts: Accounts, actor: str, other: str) -> dict[str, Any]:
    is_known = other.startswith("did:") and accounts.find(other) is not None
    ends = {"following": (actor, other), "followedBy": (other, actor)} if is_known else {}
    uris = {name: _follow_uri(accounts, *pair) for name, pair in ends.items()}
    known = {name: uri for name, uri in uris.items() if uri}
    return {"$type": "app.bsky.graph.defs#relationship", "did": other, **known}


def _follow_uri(accounts: Accounts, follower: str, followed: str) -> str | None:
    return next((one.uri for one in accounts.follows(follower) if one.subject == followed), None)


def _get_follows(accounts: Accounts, query: Query) -> dict[str, Any]:
    actor = accounts.find(_one(query, "actor"))
    if actor is None:
        raise Invalid("Actor not found")
    part, cursor = _part(accounts.follows(actor.did), query, default=50)
    found = (accounts.find(one.subject) for one in part)
    return {"subject": _view(actor), "follows": [_view(one) for one in found if one], **cursor}


def _search_actors(accounts: Accounts, query: Query) -> dict[str, Any]:
    """Find accounts whose handle or name contains every word; the real index also knows similar words."""
    words = query.get("q", [""])[0].lower().split()
    found = [one for one in accounts.all() if words and all(word in _text(one) for word in words)]
    part, cursor = _part(found, query, default=25)
    return {"actors": [_view(one) for one in part], **cursor}


def _resolve_handle(accounts: Accounts, query: Query) -> dict[str, Any]:
    handle = _one(query, "handle")
    if (actor := accounts.find(handle)) and actor.handle == handle.lower():
        return {"did": actor.did}
    raise Invalid("Unable to resolve handle")


METHODS: Mapping[str, Callable[[Accounts, Query], dict[str, Any]]] = {
    "app.bsky.actor.getProfile": _get_profile,
    "app.bsky.actor.getProfiles": _get_profiles,
    "app.bsky.actor.searchActors": _search_actors,
    "app.bsky.graph.getFollows": _get_follows,
    "app.bsky.graph.getRelationships": _get_relationships,
    "com.atproto.identity.resolveHandle": _resolve_handle,
}


def _one(query: Query, name: str) -> str:
    if name not in query:
        raise Invalid(f'Error: Params must have the property "{name}"')
    return query[name][0]


def _many(query: Query, name: str, most: int) -> Sequence[str]:
    _one(query, name)
    if len(query[name]) > most:
        raise Invalid(f"Error: {name} must not have more than {most} elements")
    return query[name]


def _part(items: Sequence[T], query: Query, default: int) -> tuple[Sequence[T], dict[str, str]]:
    """Return one page of `items`, and the cursor of the next one where there is more."""
    limit = _limit(query, default)
    first = _position(query.get("cursor", [""])[0])
    following = first + limit
    cursor = base64.urlsafe_b64encode(str(following).encode()).decode() if following < len(items) else None
    return items[first:following], {"cursor": cursor} if cursor else {}


def _limit(query: Query, default: int) -> int:
    text = query.get("limit", [str(default)])[0]
    if not text.isdecimal() or not 1 <= int(text) <= 100:
        raise Invalid("Error: limit must be an integer between 1 and 100")
    return int(text)


def _position(cursor: str) -> int:
    try:
        return int(base64.urlsafe_b64decode(cursor)) if cursor else 0
    except ValueError as error:
        raise Invalid("Malformed cursor") from error


def _view(actor: Actor) -> dict[str, Any]:
    texts = {"displayName": actor.display_name, "description": actor.description}
    known = {name: text for name, text in texts.items() if text}
    return {"did": actor.did, "handle": actor.handle, **known, **actor.more}


def _text(actor: Actor) -> str:
    return f"{actor.handle} {actor.display_name}".lower()


def _json(status: int, body: Mapping[str, Any]) -> Answer:
    return page(status, json.dumps(body, ensure_ascii=False).encode(), "application/json; charset=utf-8", ANY_ORIGIN)


class PdsAccounts:
    """The accounts of a PDS, read from `pds` (its site) with the requests that an AppView's indexer uses.

    `handles` is the ending of the handles that the PDS may be asked about: others it would look up in the real DNS.
    """

    def __init__(self, pds: Site, host: str, handles: str) -> None:
        self._pds, self._host, self._handles = pds, host, handles

    def find(self, identifier: str) -> Actor | None:
        """Return the account of a did or handle on this PDS."""
        if not (identifier.startswith("did:") or identifier.lower().endswith(self._handles)):
            return None
        repo = self._get("com.atproto.repo.describeRepo", repo=identifier)
        if repo is None:
            return None
        handle = repo["handle"] if repo["handleIsCorrect"] else INVALID_HANDLE
        profile = self._profile(repo["did"])
        return Actor(repo["did"], handle, profile.get("displayName", ""), profile.get("description", ""))

    def all(self) -> Iterator[Actor]:
        """Return every account."""
        repos = self._get("com.atproto.sync.listRepos", limit="1000") or {"repos": []}
        found = (self.find(repo["did"]) for repo in repos["repos"])
        return (actor for actor in found if actor)

    def follows(self, did: str) -> Sequence[Followed]:
        """Return the follow records of an account, the newest first."""
        return [Followed(one["uri"], one["value"]["subject"]) for one in self._records(did, "app.bsky.graph.follow")]

    def _profile(self, did: str) -> dict[str, Any]:
        return next((record["value"] for record in self._records(did, "app.bsky.actor.profile")), {})

    def _records(self, did: str, collection: str) -> Iterator[dict[str, Any]]:
        cursor = ""
        while True:
            answer = self._get(
                "com.atproto.repo.listRecords", repo=did, collection=collection, limit="100", cursor=cursor
            )
            yield from (answer or {"records": []})["records"]
            cursor = (answer or {}).get("cursor", "")
            if not cursor:
                return

    def _get(self, method: str, **query: str) -> Any:
        """Return a method's answer, or None where the PDS has no such active account."""
        answer = self._pds(Ask(self._host, "GET", f"/xrpc/{method}?{urlencode(query)}", (), b""))
        return json.loads(answer.body) if answer.status == 200 else None
