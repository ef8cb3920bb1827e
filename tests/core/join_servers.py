"""A registrar that works by the core's own rules, and the own Bluesky server of the person who joins."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from passerelle.claims.grades import judge, renew_all
from passerelle.claims.models import Claim, Proof
from passerelle.claims.posts import parse_post_url
from passerelle.errors import NetworkError
from passerelle.proofs import Sources, read_proofs
from passerelle.transport import Request, Response

from tests.core.claim_servers import RANDOM, Servers, make_post
from tests.core.fakes import ME, REGISTRAR_URL, Browser, Clock, Directory, reply, row
from tests.data.archives import make_archive
from tests.data.people import ADA, BRUNO, CHLOE, DARIUSZ, OWNER

HOST = urlsplit(REGISTRAR_URL).netloc
POST = "1936480450125496510"
POST_URL = f"https://x.com/{OWNER.screen_name}/status/{POST}"
ACCT = "odile@quai.example.org"
COLLECTION = "eu.passerelle.claim"
BLOCK = "app.bsky.graph.block"
START: dict[str, Any] = {"rest_id": OWNER.rest_id, "screen_name": OWNER.screen_name, "did": ME, "account": ME}


@dataclass
class Stored:
    """One claim of the registrar."""

    claim: Claim
    secret: str
    leaving_on: str | None = None
    public_page: str | None = None
    post: str | None = None
    has_domain: bool = False
    proofs: tuple[Proof, ...] = ()
    readings: int = 0
    disputed_until: str | None = None
    checked_at: str | None = None


@dataclass
class FakeRegistrar:
    """The registrar's API over `servers`. `faults` are used up one per request; `tamper` changes its answers."""

    servers: Servers
    clock: Clock
    claims: dict[str, Stored] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    tamper: Callable[[Any], Any] = lambda answer: answer
    asked: list[Request] = field(default_factory=list)
    made: int = 0

    def answer(self, request: Request) -> Response:
        """Answer one request."""
        self.asked.append(request)
        fault = self.faults.pop(0) if self.faults else ""
        if fault == "lost request":
            raise NetworkError("No answer.", host=HOST)
        status, answer = self._answer(request)
        if fault == "lost answer":
            raise NetworkError("No answer.", host=HOST)
        if fault == "login page":
            return Response(200, {"content-type": "text/html"}, b"<!doctype html><title>Wi-Fi</title>")
        if fault == "busy":
            return reply(429, {"code": "too_many_requests"})
        return reply(status, self.tamper(answer))

    def _answer(self, request: Request) -> tuple[int, Any]:
        path = urlsplit(request.url).path
        if path in ("/v1/claims", "/v1/objections"):
            return 201, self.make(json.loads(request.body or b""), path)
        _, _, _, claim_id, *rest = path.split("/")
        stored = self.claims.get(claim_id)
        if stored is None:
            return 404, {"code": "unknown_claim", "status": 404}
        if request.method == "GET":
            return 200, self._show(stored)
        if request.headers.get("authorization") != f"Bearer {stored.secret}":
            return 403, {"code": "secret_wrong", "status": 403}
        if request.method == "DELETE":
            del self.claims[claim_id]
            return 204, None
        assert rest == ["check"]
        body = json.loads(request.body or b"")
        stored.post = parse_post_url(body["post"]) if "post" in body else stored.post
        stored.has_domain = body.get("domain", stored.has_domain)
        page = body.get("public_page", stored.public_page)
        stored.public_page = None if page == "none" else page
        return 200, {"claim": self.check(claim_id)}

    def make(self, body: dict[str, Any], path: str) -> dict[str, Any]:
        self.made += 1
        leaving_on, kind = body.pop("leaving_on", None), body.pop("kind", "other")
        public_page = body.pop("public_page", None)
        assert kind
        named = body if path == "/v1/claims" else {**(body.pop("x") or {}), **body}
        purpose = "claim" if path == "/v1/claims" else "objection"
        ids = {"claim_id": f"{self.made:016x}", "nonce": f"{self.made:032x}", "purpose": purpose}
        stored = Stored(Claim.model_validate({**named, **ids}), f"{self.made:043}", leaving_on, public_page)
        self.claims[stored.claim.claim_id] = stored
        return self._show(stored) | {"secret": stored.secret}

    def check(self, claim_id: str) -> dict[str, Any] | None:
        """Read the proofs, as a check and as the operator's recheck do."""
        stored = self.claims[claim_id]
        places = Sources(
            page=f"{REGISTRAR_URL}/c/{claim_id}",
            post=stored.post,  # type: ignore[arg-type]
            has_domain=stored.has_domain,
            registrable=lambda host: host,
        )
        reading = at_once(read_proofs(stored.claim, places, self.clock(), RANDOM, self.servers.fetch))
        stored.proofs = renew_all(stored.proofs, reading.proofs)
        stored.readings += 1
        stored.checked_at = self.clock().isoformat()
        is_proven = any(one.state == "holds" for one in stored.proofs)
        if stored.claim.purpose == "objection" and is_proven:
            del self.claims[claim_id]
            return None
        return self._show(stored)

    def _show(self, stored: Stored) -> dict[str, Any]:
        claim = stored.claim
        return {
            **claim.model_dump(mode="json"),
            "handle": None,
            "code": claim.code,
            "page": f"{REGISTRAR_URL}/c/{claim.claim_id}",
            "grade": judge(claim, stored.proofs).grade,
            "proofs": [one.model_dump(mode="json", exclude={"name"}) for one in stored.proofs],
            "readings": stored.readings,
            "leaving_on": stored.leaving_on,
            "public_page": stored.public_page,
            "disputed_until": stored.disputed_until,
            "created_at": self.clock().isoformat(),
            "checked_at": stored.checked_at,
            "next_at": self.clock().isoformat(),
        }


@dataclass
class OwnServer:
    """The own Bluesky server: records of the person's `accounts`, in `servers` where anyone can read them.

    `faults` are used up one per write; `closed` are collections that the sign-in may not write.
    """

    servers: Servers
    faults: list[str] = field(default_factory=list)
    closed: set[str] = field(default_factory=set)
    accounts: set[str] = field(default_factory=lambda: {ME})
    writes: int = 0

    def answer(self, request: Request) -> Response:
        """Answer one request."""
        parts = urlsplit(request.url)
        method = parts.path.removeprefix("/xrpc/")
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        if request.method == "GET":
            return self._read(method, query)
        fault = self.faults.pop(0) if self.faults else ""
        if fault == "lost request":
            raise NetworkError("No answer.", host="pds.example.org")
        if fault == "login page":
            return Response(200, {"content-type": "text/html"}, b"<!doctype html><title>Wi-Fi</title>")
        if fault == "busy":
            return Response(429, {"retry-after": "30"}, b'{"error":"RateLimitExceeded"}')
        answer = self._write(method, json.loads(request.body or b""))
        if fault == "lost answer":
            raise NetworkError("No answer.", host="pds.example.org")
        return answer

    def records(self, collection: str, account: str = ME) -> dict[str, dict[str, Any]]:
        """Return an account's records of a collection by key."""
        return {key[2]: record for key, record in self.servers.records.items() if key[:2] == (account, collection)}

    def _read(self, method: str, query: Mapping[str, str]) -> Response:
        collection, repo = query["collection"], query["repo"]
        assert repo in self.accounts
        if method == "com.atproto.repo.listRecords":
            records = self.records(collection, repo).items()
            return reply(200, {"records": [{"uri": f"at://{repo}/{collection}/{k}", "value": v} for k, v in records]})
        assert method == "com.atproto.repo.getRecord"
        record = self.records(collection, repo).get(query["rkey"])
        if record is None:
            return reply(400, {"error": "RecordNotFound"})
        return reply(200, {"uri": f"at://{repo}/{collection}/{query['rkey']}", "cid": "bafyreia", "value": record})

    def _write(self, method: str, body: Mapping[str, Any]) -> Response:
        self.writes += 1
        repo, collection, rkey = body["repo"], body["collection"], body["rkey"]
        assert repo in self.accounts
        if collection in self.closed:
            return reply(403, {"error": "ScopeMissingError", "message": "Missing required scope"})
        if method == "com.atproto.repo.deleteRecord":
            was_there = self.servers.records.pop((repo, collection, rkey), None)
            return reply(200, {"commit": {"cid": "bafyreia", "rev": "3k"}} if was_there else {})
        if method == "com.atproto.repo.createRecord" and (repo, collection, rkey) in self.servers.records:
            return reply(500, {"error": "InternalServerError"})
        assert method in ("com.atproto.repo.putRecord", "com.atproto.repo.createRecord")
        self.servers.records[repo, collection, rkey] = body["record"]
        return reply(200, {"uri": f"at://{repo}/{collection}/{rkey}", "cid": "bafyreia"})


@dataclass
class World:
    """A browser with the owner's archive read, and every server that joining needs."""

    servers: Servers
    registrar: FakeRegistrar
    own: OwnServer
    browser: Browser

    @property
    def state(self) -> dict[str, Any]:
        """Return store `state`."""
        return self.browser.storage.stores["state"]

    def publish(self, purpose: str = "join", post: str = POST, text: str = "I am on Bluesky now. #eXit") -> None:
        """Publish the post on X with the code."""
        code = self.state[purpose]["code"]
        author = (OWNER.rest_id, OWNER.screen_name)
        self.servers.posts[post] = make_post(f"{text}\n{code}", post, author)


def make_world(clock: Clock | None = None) -> World:
    """Make the servers and a browser that knows nothing yet."""
    clock = clock or Clock()
    servers = Servers()
    servers.add_bluesky(ME, "me.example.org")
    servers.add_mastodon(ACCT)
    registrar, own = FakeRegistrar(servers, clock), OwnServer(servers)
    hosts = ("pds.example.org", "plc.directory", "public.api.bsky.app", "cdn.syndication.twimg.com", "publish.x.com")
    web = {host: lambda request: at_once(servers.fetch(request)) for host in (*hosts, "quai.example.org")}
    rows = [
        row("ada", rest_id=ADA.rest_id, screen_name=ADA.screen_name, did="did:plc:ada22222222222222222222222"),
        row("bruno", rest_id=BRUNO.rest_id, handle="bruno.example.org", grade="imported"),
        row("chloe", rest_id=CHLOE.rest_id, acct="chloe@quai.example.org"),
    ]
    browser = Browser(directory=Directory(rows), clock=clock, web={HOST: registrar.answer, "": own.answer, **web})
    return World(servers, registrar, own, browser)


async def opened(folder: Any, world: World | None = None) -> World:
    """Return a world whose browser has read an archive: the owner follows Dariusz and blocks Ada, Bruno and Chloé."""
    world = world or make_world()
    lists = {"following": [DARIUSZ], "followers": [], "blocked": [ADA, BRUNO, CHLOE]}
    archive = str(make_archive(folder / "x.zip", **lists))
    world.browser.start()
    result = await world.browser.ask("archive.open", [archive], names=["x.zip"])
    assert "archive" in result, result
    return world


def at_once(work: Coroutine[Any, Any, Any]) -> Any:
    """Return the result of a coroutine that waits for nothing."""
    try:
        work.send(None)
    except StopIteration as end:
        return end.value
    raise AssertionError("This waits for something.")


def run(main: Coroutine[Any, Any, Any]) -> Any:
    """Run a test's coroutine."""
    return asyncio.run(main)
