"""The servers that hold proofs, as one table: X's post data, Bluesky's servers, Mastodon servers, domains."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

from passerelle.claims.grades import Verdict, judge
from passerelle.claims.models import Claim, Proof
from passerelle.errors import NetworkError
from passerelle.proofs import Reading, Sources, read_proofs
from passerelle.transport import Request, Response

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
ADA_ID, ADA, ADA_DID, ADA_HANDLE = "1234567890", "ada_l", "did:plc:ada22222222222222222222222", "ada.example.org"
EVE_ID, EVE, EVE_DID, EVE_HANDLE = "666", "eve_x", "did:plc:eve22222222222222222222222", "eve.example.org"
ADA_ACCT, EVE_ACCT = "ada@quai.example.org", "eve@quai.example.org"
PDS = "https://pds.example.org"
PAGE = "https://join.example.org/c/"
POST = "1936480450125496510"
RANDOM = "feedfacefeedface"


def make_claim(**changes: Any) -> Claim:
    """Return Ada's claim, with changes."""
    fields = {
        "claim_id": "0123456789abcdef",
        "rest_id": ADA_ID,
        "screen_name": ADA,
        "did": ADA_DID,
        "nonce": "00112233445566778899aabbccddeeff",
    }
    return Claim.model_validate(fields | changes)


def make_post(text: str, post: str = POST, author: tuple[str, str] = (ADA_ID, ADA), **changes: Any) -> dict[str, Any]:
    """Return a post as X's post data shows it; links and mentions are entities of their own."""
    return {
        "__typename": "Tweet",
        "lang": "en",
        "created_at": "2026-11-20T08:59:00.000Z",
        "display_text_range": [0, len(text)],
        "entities": {"hashtags": [], "urls": [], "user_mentions": [], "symbols": []},
        "id_str": post,
        "text": text,
        "user": {"id_str": author[0], "name": "Ada", "screen_name": author[1]},
        "edit_control": {"edit_tweet_ids": [post], "is_edit_eligible": False, "edits_remaining": "5"},
        "isEdited": False,
        "isStaleEdit": False,
    } | changes


@dataclass
class Servers:
    """What all servers answer. `down` are hosts that do not answer; `asked` are the URLs that were asked for."""

    posts: dict[str, dict[str, Any]] = field(default_factory=dict)
    oembed: dict[str, dict[str, Any]] = field(default_factory=dict)
    handles: dict[str, str] = field(default_factory=dict)
    documents: dict[str, dict[str, Any]] = field(default_factory=dict)
    records: dict[tuple[str, str, str], dict[str, Any]] = field(default_factory=dict)
    fingers: dict[str, tuple[str, str]] = field(default_factory=dict)
    actors: dict[str, dict[str, Any]] = field(default_factory=dict)
    files: dict[str, Any] = field(default_factory=dict)
    catch_all: set[str] = field(default_factory=set)
    down: set[str] = field(default_factory=set)
    relay_pages: int = 1
    asked: list[str] = field(default_factory=list)

    def add_bluesky(self, did: str, handle: str) -> None:
        """Add an account whose handle resolves both ways."""
        self.handles[handle] = did
        self.documents[did] = {
            "id": did,
            "alsoKnownAs": [f"at://{handle}"],
            "service": [{"id": "#atproto_pds", "type": "AtprotoPersonalDataServer", "serviceEndpoint": PDS}],
        }

    def add_mastodon(self, acct: str, *links: str) -> dict[str, Any]:
        """Add an account whose profile fields have these links; return its actor."""
        username, _, domain = acct.partition("@")
        url = f"https://{domain}/users/{username}"
        self.fingers[acct] = (acct, url)
        html = [f'<a href="{link}" rel="me nofollow">{link.removeprefix("https://")}</a>' for link in links]
        self.actors[url] = {
            "id": url,
            "type": "Person",
            "preferredUsername": username,
            "attachment": [{"type": "PropertyValue", "name": "X", "value": value} for value in html],
        }
        return self.actors[url]

    def write_record(self, claim: Claim, did: str | None = None, **changes: Any) -> None:
        """Write the claim's record into a repository: that of its did, or another one."""
        record = {
            "$type": "eu.passerelle.claim",
            "restId": claim.rest_id,
            "screenName": claim.screen_name,
            "nonce": claim.nonce,
            "code": claim.code,
            "createdAt": "2026-11-20T09:00:00Z",
        }
        record |= {"acct": str(claim.acct)} if claim.acct else {}
        self.records[did or str(claim.did), "eu.passerelle.claim", claim.claim_id] = record | changes

    async def fetch(self, request: Request) -> Response:
        """Answer a request, as `Fetch` does."""
        self.asked.append(request.url)
        parts = urlsplit(request.url)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        if parts.netloc in self.down:
            raise NetworkError("No answer.", host=parts.netloc)
        status, body = self._answer(parts.netloc, parts.path, query, request.url)
        return Response(status, {"content-type": "application/json"}, json.dumps(body).encode(), request.url)

    def _answer(self, host: str, path: str, query: dict[str, str], url: str) -> tuple[int, Any]:
        if host == "cdn.syndication.twimg.com":
            return _found(self.posts.get(query["id"]))
        if host == "publish.x.com":
            return _found(self.oembed.get(query["url"].rpartition("/")[2]))
        if path == "/xrpc/com.atproto.identity.resolveHandle":
            did = self.handles.get(query["handle"])
            return (200, {"did": did}) if did else (400, {"error": "InvalidRequest"})
        if host == "plc.directory":
            return _found(self.documents.get(path.removeprefix("/")))
        if path == "/xrpc/com.atproto.repo.getRecord":
            return self._record(query["repo"], query["collection"], query["rkey"])
        if path == "/xrpc/com.atproto.sync.getRepoStatus":
            known = query["did"] in self.documents
            return (200, {"did": query["did"], "active": True}) if known else (400, {"error": "RepoNotFound"})
        if path == "/xrpc/com.atproto.repo.listRecords":
            return self._list_records(query["repo"], query["collection"])
        if path == "/xrpc/com.atproto.sync.listReposByCollection":
            return self._list_repositories(query["collection"], int(query.get("cursor", "0")))
        if path == "/.well-known/webfinger":
            return self._finger(query["resource"].removeprefix("acct:"))
        if path == "/.well-known/passerelle.json":
            return _found(self.files.get(host))
        return _found(self.actors.get(url))

    def _record(self, did: str, collection: str, rkey: str) -> tuple[int, Any]:
        record = self.records.get((did, collection, rkey))
        if record is None:
            return 400, {"error": "RecordNotFound", "message": "Could not locate record"}
        return 200, {"uri": f"at://{did}/{collection}/{rkey}", "cid": "bafyreia", "value": record}

    def _list_records(self, did: str, collection: str) -> tuple[int, Any]:
        """Answer as the reference server: the newest keys first, 400 for a repository that is not there."""
        if did not in self.documents:
            return 400, {"error": "InvalidRequest", "message": f"Could not find repo: {did}"}
        found = sorted(
            ((one[2], value) for one, value in self.records.items() if one[:2] == (did, collection)), reverse=True
        )
        uri = f"at://{did}/{collection}/"
        return 200, {"records": [{"uri": uri + rkey, "cid": "bafyreia", "value": value} for rkey, value in found]}

    def _list_repositories(self, collection: str, page: int) -> tuple[int, Any]:
        """Answer as a relay: `relay_pages` pages, the last one without cursor."""
        dids = sorted({did for did, named, _ in self.records if named == collection})
        size = -(-len(dids) // self.relay_pages)
        answer: dict[str, Any] = {"repos": [{"did": did} for did in dids[page * size : (page + 1) * size]]}
        return 200, answer | ({"cursor": str(page + 1)} if page + 1 < self.relay_pages else {})

    def _finger(self, acct: str) -> tuple[int, Any]:
        subject, actor = self.fingers.get(acct, (None, None))
        if subject is None and acct.partition("@")[2] in self.catch_all:
            subject, actor = acct, f"https://{acct.partition('@')[2]}/users/all"
        if subject is None:
            return 404, {}
        links = [{"rel": "self", "type": "application/activity+json", "href": actor}]
        return 200, {"subject": f"acct:{subject}", "links": links}


def _found(document: Any) -> tuple[int, Any]:
    return (404, {}) if document is None else (200, document)


def read(servers: Servers, claim: Claim, post: str | None = POST, **sources: Any) -> Reading:
    """Read all proofs of a claim."""
    places = Sources(page=PAGE + claim.claim_id, post=post, **sources)  # type: ignore[arg-type]
    return asyncio.run(read_proofs(claim, places, NOW, RANDOM, servers.fetch))


def verdict(servers: Servers, claim: Claim, post: str | None = POST, **sources: Any) -> Verdict:
    """Read all proofs of a claim and judge them."""
    return judge(claim, read(servers, claim, post, **sources).proofs)


def proof(reading: Reading, kind: str) -> Proof:
    """Return the proof of a kind."""
    return next(one for one in reading.proofs if one.kind == kind)


def honest(claim: Claim | None = None) -> tuple[Servers, Claim]:
    """Return servers on which everything that Ada claims is proven, and her claim; Eve has accounts there, too."""
    claim = claim or make_claim()
    servers = Servers()
    servers.add_bluesky(ADA_DID, ADA_HANDLE)
    servers.add_bluesky(EVE_DID, EVE_HANDLE)
    servers.add_mastodon(ADA_ACCT, PAGE + claim.claim_id)
    servers.add_mastodon(EVE_ACCT, "https://eve.example.org")
    servers.write_record(claim)
    servers.posts[POST] = make_post(f"I am on Bluesky now. #eXit\n{claim.code}")
    return servers, claim
