"""Fakes: a clock, a directory that signs, Bluesky's servers, storage that fills up, and a browser that can be killed.

Where they answer as a real server does, the behaviour was measured on one (tests/real_servers).
Nothing here needs more than the core itself, so the tests run in Pyodide too.
"""

from __future__ import annotations

import asyncio
import base64
import gzip
import hashlib
import json
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

from passerelle.archive.records import Name, Owner
from passerelle.directory import (
    MAX_PUBLISHED_FILE,
    Evidence,
    EvidenceSource,
    FoundRows,
    PackagedDirectory,
    PinnedDirectory,
    Row,
    key_id,
    pack_rows,
    published_line,
    scan_lines,
    signed_bytes,
)
from passerelle.directory.departures import Departed
from passerelle.engine.engine import Engine
from passerelle.engine.environment import Environment
from passerelle.engine.storage import Change, MemoryStorage, Storage
from passerelle.errors import NetworkError, ServerRefused, StorageFull
from passerelle.following.pace import Limit, Pace
from passerelle.following.rules import FollowRules
from passerelle.following.table import FOLLOWING
from passerelle.identifiers import AccountId, Did, Network, RestId, ScreenName
from passerelle.matching.views import AccountView, MatchView
from passerelle.people.graph import FollowGraph, Person
from passerelle.transport import Fetch, Request, Response

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
BASE_URL = "https://dir.example.org"
ME = Did("did:plc:meeeeeeeeeeeeeeeeeeeeeee")
ACCOUNT = AccountId(ME)  # as the queue names it
QUICK = Pace(  # limits small enough to be reached, pauses too short to be noticed
    batch=3,
    points_per_follow=3,
    limits=(Limit(90, timedelta(hours=1)), Limit(300, timedelta(days=1))),
    tries=4,
    first_pause=0.01,
    longest_pause=0.05,
    pause_when_limited=0.05,
    points_per_undo=1,
    fresh_for=10.0,
)


QUICK_RULES: Mapping[Network, FollowRules] = {
    "bluesky": replace(FOLLOWING["bluesky"], pace=QUICK),
    "fediverse": replace(FOLLOWING["fediverse"], pace=replace(QUICK, batch=1, points_per_undo=0, fresh_for=None)),
}


class Clock:
    """Time that passes by sleeping, and by a millisecond with each reading."""

    def __init__(self, now: datetime = NOW) -> None:
        self.time = now

    def __call__(self) -> datetime:
        self.time += timedelta(milliseconds=1)
        return self.time

    async def sleep(self, seconds: float) -> None:
        """Advance the clock at once, and let other tasks run."""
        await asyncio.sleep(0)
        self.time += timedelta(seconds=seconds)


# A directory.

CURRENT_KEY = b"current key of the directory...."
NEXT_KEY = b"next key of the directory......."
FOREIGN_KEY = b"a key that nobody knows........."


def sign(key: bytes, message: bytes) -> bytes:
    """Sign with a stand-in for Ed25519 of the same length; test_directory.py tries the real one once."""
    return hashlib.sha512(key + message).digest()


async def verify(key: bytes, message: bytes, signature: bytes) -> bool:
    """Check what `sign` made."""
    return signature == sign(key, message)


REGISTRAR_URL = "https://join.example.org"
SOURCE = PinnedDirectory("Example", BASE_URL, (CURRENT_KEY, NEXT_KEY), REGISTRAR_URL)


def row(row_id: str, **fields: Any) -> Row:
    """Make a row with sensible fields where none are given."""
    account = {} if fields.keys() & {"did", "handle", "acct"} else {"handle": f"{row_id}.example.org"}
    name = {} if "rest_id" in fields else {"screen_name": row_id}
    given = {"kind": "person", "grade": "attested", "name_seen": "2026-10-01", **account, **name, **fields}
    return Row.from_json({"row_id": row_id, **given})


def source(name: str = "wikidata", url: str | None = "https://www.wikidata.org/", day: str = "2026-08-15") -> Any:
    """Make a source."""
    return EvidenceSource(name, url, date.fromisoformat(day))


def index_of(*rows: Row) -> FoundRows:
    """Return what finds all of these rows."""
    lines = [published_line(one, Evidence(one.row_id, one.sources or (source(),))).rstrip() for one in rows]
    ids = [one.rest_id for one in rows if one.rest_id]
    return scan_lines(lines, ids, [one.screen_name for one in rows if one.screen_name]).found


def json_lines(objects: Iterable[Mapping[str, Any]]) -> bytes:
    """Write JSON Lines."""
    return b"".join(json.dumps(one, ensure_ascii=False).encode() + b"\n" for one in objects)


@dataclass
class Directory:
    """A directory server: `answer` is what it says, signed with `key`; change the fields to make it lie."""

    rows: Sequence[Row] = ()
    sources: Mapping[str, Sequence[EvidenceSource]] = field(default_factory=dict)
    version: int = 7
    generated_at: datetime = NOW - timedelta(hours=30)
    expires: datetime = NOW + timedelta(days=14)
    key: bytes = CURRENT_KEY
    tamper: Callable[[dict[str, Any]], None] = lambda latest: None
    is_down: bool = False
    deltas: Mapping[tuple[int, int], Sequence[bytes]] = field(default_factory=dict)
    max_file: int = MAX_PUBLISHED_FILE
    campaigns: bytes | None = None

    def lines(self) -> list[bytes]:
        """Return the published lines, without newlines."""
        return [
            published_line(one, Evidence(one.row_id, tuple(self.sources.get(one.row_id, (source(),))))).rstrip()
            for one in sorted(self.rows, key=lambda one: one.row_id)
        ]

    def packed(self) -> dict[str, bytes]:
        """Return the files of blocks by their names in latest.json."""
        ordered = sorted(self.rows, key=lambda one: one.row_id)
        pairs = ((one, line + b"\n") for one, line in zip(ordered, self.lines(), strict=True))
        whole = pack_rows(pairs, max_file=self.max_file)
        return {f"rows-{n}": file for n, file in enumerate(whole.rows)} | {"keys": whole.keys, "places": whole.places}

    def latest(self) -> dict[str, Any]:
        """Return latest.json as an object, signed."""
        latest: dict[str, Any] = {
            "version": self.version,
            "generated_at": self.generated_at.isoformat(),
            "expires": self.expires.isoformat(),
            "rows": len(self.rows),
            "files": [{"kind": name.partition("-")[0], **promise(name, body)} for name, body in self.packed().items()],
            "deltas": [
                {"from": start, "to": end, **promise(f"delta-{start}-{end}", pack_lines(lines))}
                for (start, end), lines in self.deltas.items()
            ],
            "campaigns": [promise("campaigns", self.campaigns)] if self.campaigns is not None else [],
            "key_id": key_id(self.key),
        }
        latest["signature"] = base64.b64encode(sign(self.key, signed_bytes(latest))).decode()
        self.tamper(latest)
        return latest

    def answer(self, request: Request) -> Response:
        """Answer one request, or be down."""
        if self.is_down:
            raise NetworkError("The server did not answer.", host="dir.example.org")
        path = urlsplit(request.url).path
        if path == "/v1/directory/latest.json":
            return reply(200, self.latest())
        deltas = {f"delta-{start}-{end}": pack_lines(lines) for (start, end), lines in self.deltas.items()}
        served = self.packed() | deltas | ({"campaigns": self.campaigns} if self.campaigns is not None else {})
        name = path.removeprefix("/v1/directory/files/").removesuffix(".jsonl.gz")
        if name in served:
            return Response(200, {}, served[name])
        return reply(404, {"error": "NotFound"})


def pack_lines(lines: Iterable[bytes]) -> bytes:
    """Pack the lines of a delta."""
    return gzip.compress(b"".join(line + b"\n" for line in lines), mtime=0)


def promise(name: str, body: bytes) -> dict[str, Any]:
    """Promise a file as latest.json does."""
    path = f"v1/directory/files/{name}.jsonl.gz"
    return {"path": path, "sha256": hashlib.sha256(body).hexdigest(), "bytes": len(body)}


# Bluesky.


@dataclass
class Pds:
    """The servers of Bluesky: identities, profile records (did -> record), one account's follow records (rkey -> did).

    `faults` (keys of FAULTS, "" for none) are used up one per write, `read_faults` one per read.
    """

    handles: dict[str, str] = field(default_factory=dict)
    records: dict[str, str] = field(default_factory=dict)
    profiles: dict[str, dict[str, Any]] = field(default_factory=dict)
    refused: frozenset[str] = frozenset()  # dids whose record the server finds invalid
    faults: list[str] = field(default_factory=list)
    read_faults: list[str] = field(default_factory=list)
    is_down: bool = False
    has_commits: bool = False  # whether it names its commits, as the reference server does
    own: dict[str, Any] = field(
        default_factory=lambda: {"createdAt": "2024-01-01T00:00:00Z"}
    )  # of the AppView's profile
    writes: int = 0
    retry_after: int = 30  # seconds, of a 429
    clock: Clock = field(default_factory=Clock)

    def answer(self, request: Request) -> Response:
        """Answer one request, or be down."""
        if self.is_down:
            return _lose(self)
        parts = urlsplit(request.url)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        if parts.netloc == "plc.directory":
            return self._document(parts.path[1:])
        method = parts.path.removeprefix("/xrpc/")
        if method == "com.atproto.sync.getLatestCommit" and not self.has_commits:
            return reply(501, {"error": "MethodNotImplemented"})
        if request.method == "POST":
            return self._faulty(self.faults, lambda: self._write(method, json.loads(request.body or b"")))
        return self._faulty(self.read_faults, lambda: READS[method](self, query))

    def followed(self) -> list[str]:
        """Return every did that a record follows, as often as it does, sorted."""
        return sorted(self.records.values())

    def _faulty(self, faults: list[str], answer: Callable[[], Response]) -> Response:
        fault = faults.pop(0) if faults else ""
        if fault in FAULTS:
            raise_or_answer = FAULTS[fault]
            if fault == "lost answer":
                answer()
            return raise_or_answer(self)
        return answer()

    def _write(self, method: str, body: Mapping[str, Any]) -> Response:
        self.writes += 1
        assert body["repo"] == ME
        if method == "com.atproto.repo.createRecord":
            return self._create(body["rkey"], body["record"])
        if method == "com.atproto.repo.deleteRecord":
            self.records.pop(body["rkey"], None)
            return reply(200, {"commit": COMMIT})
        assert method == "com.atproto.repo.applyWrites"
        if all(write["$type"] == "com.atproto.repo.applyWrites#delete" for write in body["writes"]):
            return self._delete([write["rkey"] for write in body["writes"]])
        creates = {write["rkey"]: write["value"]["subject"] for write in body["writes"]}
        assert 0 < len(body["writes"]) <= 200
        if body.get("swapCommit", self.commit()["cid"]) != self.commit()["cid"]:
            return reply(400, {"error": "InvalidSwap", "message": "Commit was at another revision"})
        if self.refused & set(creates.values()):
            return reply(400, {"error": "InvalidRequest", "message": "Invalid app.bsky.graph.follow record"})
        if self.records.keys() & creates.keys() or len(creates) < len(body["writes"]):
            return reply(500, {"error": "InternalServerError"})
        self.records.update(creates)
        commit = {"commit": self.commit()} if self.has_commits else {}
        return reply(200, {"results": [_created(rkey) for rkey in creates], **commit})

    def commit(self) -> dict[str, str]:
        """Return the last commit: the same records, the same commit."""
        cid = hashlib.sha256(json.dumps(self.records, sort_keys=True).encode()).hexdigest()
        return {"cid": f"bafyrei{cid[:52]}", "rev": COMMIT["rev"]}

    def _create(self, rkey: str, record: Mapping[str, str]) -> Response:
        assert record["$type"] == "app.bsky.graph.follow"
        if record["subject"] in self.refused:
            return reply(400, {"error": "InvalidRequest", "message": "Invalid app.bsky.graph.follow record"})
        self.records = {key: did for key, did in self.records.items() if did != record["subject"]}
        if rkey in self.records:
            return reply(500, {"error": "InternalServerError"})
        self.records[rkey] = record["subject"]
        return reply(200, _created(rkey))

    def _delete(self, rkeys: list[str]) -> Response:
        """Delete all or none."""
        if not self.records.keys() >= set(rkeys):
            return reply(400, {"error": "InvalidRequest", "message": "Could not find record"})
        self.records = {rkey: did for rkey, did in self.records.items() if rkey not in rkeys}
        return reply(200, {"commit": COMMIT, "results": [{} for _ in rkeys]})

    def _list(self, query: Mapping[str, str]) -> Response:
        """Answer newest first, and with a cursor even on the last page, as the reference server does."""
        before = query.get("cursor", "~")
        rkeys = [rkey for rkey in sorted(self.records, reverse=True) if rkey < before][: int(query["limit"])]
        records = [{"uri": f"at://{ME}/x/{rkey}", "value": {"subject": self.records[rkey]}} for rkey in rkeys]
        return reply(200, {"records": records} | ({"cursor": rkeys[-1]} if rkeys else {}))

    def _get(self, query: Mapping[str, str]) -> Response:
        if query["collection"] == "app.bsky.actor.profile" and (record := self.profiles.get(query["repo"])):
            return reply(200, {"uri": f"at://{query['repo']}/app.bsky.actor.profile/self", "value": record})
        if (rkey := query["rkey"]) in self.records:
            return reply(200, {"uri": f"at://{ME}/x/{rkey}", "value": {"subject": self.records[rkey]}})
        return reply(400, {"error": "RecordNotFound", "message": "Could not locate record"})

    def _status(self, query: Mapping[str, str]) -> Response:
        if query["did"] in self.handles.values():
            return reply(200, {"did": query["did"], "active": True})
        return reply(400, {"error": "RepoNotFound", "message": "Could not find repo"})

    def _own(self, query: Mapping[str, str]) -> Response:
        return reply(200, {"did": query["actor"], "handle": "me.example.org", **self.own})

    def _resolve(self, query: Mapping[str, str]) -> Response:
        if did := self.handles.get(query["handle"]):
            return reply(200, {"did": did})
        return reply(400, {"error": "InvalidRequest", "message": "Unable to resolve handle"})

    def _document(self, did: str) -> Response:
        claimed = next((handle for handle, owner in self.handles.items() if owner == did), None)
        return reply(200, did_document(did, claimed)) if claimed else reply(404, {"message": "DID not registered"})


READS: Mapping[str, Callable[[Pds, Mapping[str, str]], Response]] = {
    "com.atproto.repo.listRecords": Pds._list,
    "com.atproto.repo.getRecord": Pds._get,
    "com.atproto.identity.resolveHandle": Pds._resolve,
    "com.atproto.sync.getRepoStatus": Pds._status,
    "com.atproto.sync.getLatestCommit": lambda pds, query: reply(200, pds.commit()),
    "app.bsky.actor.getProfile": Pds._own,
}


COMMIT = {"cid": "bafyreib2rxk3rybk3aobmv5cjuql3bm2twh4jo5uxgf5kpqrsvlbdllwky", "rev": "3kaaaaaaaaaa2"}


def did_document(did: str, handle: str | None, pds: str = "https://pds.example.org") -> dict[str, Any]:
    """Make a DID document as plc.directory serves it."""
    return {
        "id": did,
        "alsoKnownAs": [f"at://{handle}"] if handle else [],
        "service": [{"id": "#atproto_pds", "type": "AtprotoPersonalDataServer", "serviceEndpoint": pds}],
    }


def _created(rkey: str) -> dict[str, str]:
    cid = "bafyreib2rxk3rybk3aobmv5cjuql3bm2twh4jo5uxgf5kpqrsvlbdllwky"
    return {"uri": f"at://{ME}/app.bsky.graph.follow/{rkey}", "cid": cid}


def _lose(pds: Pds) -> Response:
    raise NetworkError("The server did not answer.", host="pds.example.org")


def _die(pds: Pds) -> Response:
    pds.is_down = True
    return _lose(pds)


def _sign_out(pds: Pds) -> Response:
    raise ServerRefused("The sign-in has ended.", code="session_expired")


def _slow(pds: Pds) -> Response:
    return Response(429, {"retry-after": str(pds.retry_after)}, b'{"error":"RateLimitExceeded"}')


FAULTS: Mapping[str, Callable[[Pds], Response]] = {
    "lost request": _lose,
    "lost answer": _lose,
    "death": _die,
    "error": lambda pds: reply(502, {"error": "UpstreamFailure"}),
    "slow": _slow,
    "login page": lambda pds: Response(200, {"content-type": "text/html"}, b"<!doctype html><title>Wi-Fi</title>"),
    "empty object": lambda pds: reply(200, {}),
    "signed out": _sign_out,
    "expired": lambda pds: reply(400, {"error": "ExpiredToken", "message": "Token has expired"}),
}


def reply(status: int, body: Any, **headers: str) -> Response:
    """Answer with JSON."""
    return Response(status, headers, json.dumps(body).encode())


# People.


def person(rest_id: str, screen_name: str | None = None, **fields: Any) -> Person:
    """Make a person one follows, named in a tweet of last month unless `seen` says otherwise."""
    seen = fields.pop("seen", datetime(2026, 10, 20, 12, 0, tzinfo=UTC))
    name = Name(ScreenName(screen_name), None, seen, "mention") if screen_name else None
    flags = {"following": True, "followed_by": False, "blocked": False, "muted": False, "aliases": (), **fields}
    return Person(RestId(rest_id), name, **flags)


def graph_of(*people: Person, owner: str = "1") -> FollowGraph:
    """Make a graph of these people."""
    return FollowGraph(Owner(RestId(owner), None, None), {one.rest_id: one for one in people})


def chosen(network: Network, address: str, did: str | None = None, **fields: Any) -> MatchView:
    """Make a match of a person whose account the person has chosen."""
    account = AccountView(
        network=network,
        address=address,
        did=did,
        url=f"https://{address}",
        chosen=True,
        rejected=False,
        state="none",
        error=None,
        listed=True,
        hint=None,
    )
    given = {"screen_name": None, "display_name": None, "following": True, "followed_by": False, **fields}
    return MatchView(
        rest_id=given.pop("rest_id", did or address),
        row_id=did or address,
        grade="attested",
        preselected=True,
        leaving_on=None,
        new_since=None,
        accounts=[*given.pop("others", ()), account],
        evidence=[],
        **given,
    )


# The world.


class Killer:
    """Kills the browser at the nth await, before or after what was awaited has happened: nothing ever answers again."""

    def __init__(self, at: int | None = None, *, before: bool = True) -> None:
        self.left = at
        self.before = before
        self.is_dead = False
        self._is_buried = False

    async def around(self, act: Callable[[], Awaitable[Any]]) -> Any:
        """Do one awaited thing, unless this is where the kill comes."""
        await asyncio.sleep(0)
        if self.is_dead:
            return await self._nothing()
        if self.left is None or self.left > 0:
            self.left = None if self.left is None else self.left - 1
            return await act()
        self.is_dead = True
        if not self.before:
            await act()
        return await self._nothing()

    async def bury(self) -> None:
        """Clear away every task that waits for an answer."""
        self.is_dead = self._is_buried = True
        waiting = asyncio.all_tasks() - {asyncio.current_task()}
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)

    async def _nothing(self) -> None:
        if self._is_buried:
            raise asyncio.CancelledError
        await asyncio.get_running_loop().create_future()


class Disk(MemoryStorage):
    """A Storage that has no room for the writes that `fills_up` names."""

    def __init__(self) -> None:
        super().__init__()
        self.fills_up: Callable[[Sequence[Change]], bool] | None = None
        self.read_whole: list[str] = []  # the stores that were read with all their values

    async def get_all(self, store: str) -> Mapping[str, Any]:
        """Return a copy of `store`."""
        self.read_whole.append(store)
        return await super().get_all(store)

    async def write(self, changes: Sequence[Change]) -> None:
        """Write, if there is room."""
        if self.fills_up and self.fills_up(changes):
            raise StorageFull("no room")
        await super().write(changes)


class FragileStorage:
    """A Storage over another that outlives the crash."""

    def __init__(self, storage: MemoryStorage, killer: Killer) -> None:
        self._storage, self._killer = storage, killer

    async def get(self, store: str, key: str) -> Any:
        """Read."""
        return await self._killer.around(lambda: self._storage.get(store, key))

    async def get_all(self, store: str) -> Mapping[str, Any]:
        """Read all."""
        whole: Mapping[str, Any] = await self._killer.around(lambda: self._storage.get_all(store))
        return whole

    async def get_part(self, store: str, key: str, start: int, end: int) -> bytes:
        """Read a part."""
        part: bytes = await self._killer.around(lambda: self._storage.get_part(store, key, start, end))
        return part

    async def keys(self, store: str) -> Sequence[str]:
        """Read the keys."""
        keys: Sequence[str] = await self._killer.around(lambda: self._storage.keys(store))
        return keys

    async def write(self, changes: Sequence[Change]) -> None:
        """Write; what is not bytes must survive being JSON."""
        for change in changes:
            if not isinstance(getattr(change, "value", None), bytes):
                json.dumps(getattr(change, "value", None))
        await self._killer.around(lambda: self._storage.write(changes))


def make_environment(storage: Storage, fetch: Fetch, **changes: Any) -> Environment:
    """Return an environment with this machine's clock and the tests' directory; `changes` replace parts of it."""
    usual = Environment(
        storage=storage,
        fetch=fetch,
        verify=verify,
        now=lambda: datetime.now(UTC),
        random=lambda count: b"\x01" * count,
        yield_now=lambda: asyncio.sleep(0),
        sleep=asyncio.sleep,
        emit=lambda event: None,
        log=print,
        directories=[SOURCE],
        packaged=lambda: None,
    )
    return replace(usual, **changes)


@dataclass
class Browser:
    """A browser profile: what survives a crash (storage), what is outside (servers), and the engine of now."""

    directory: Directory = field(default_factory=Directory)
    pds: Pds = field(default_factory=Pds)
    storage: Disk = field(default_factory=Disk)
    clock: Clock = field(default_factory=Clock)
    web: dict[str, Callable[[Request], Response]] = field(default_factory=dict)  # other hosts, and how they answer
    own_servers: dict[str, Callable[[Request], Response]] = field(default_factory=dict)  # of own accounts on Mastodon
    requests: list[Request] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)
    reports: list[str] = field(default_factory=list)
    rules: Mapping[Network, FollowRules] = field(default_factory=lambda: QUICK_RULES)
    packaged: PackagedDirectory | None = None
    departures: Sequence[Departed] = ()
    pinned: Sequence[PinnedDirectory] = field(default_factory=lambda: (SOURCE,))
    consents: set[str] = field(default_factory=set)  # accounts that may post once

    def __post_init__(self) -> None:
        self.pds.clock = self.clock
        self._count = 0

    def start(self, killer: Killer | None = None) -> Engine:
        """Start the engine, as after the browser was started again."""
        killer = killer or Killer()

        async def fetch(request: Request) -> Response:
            async def answer() -> Response:
                self.requests.append(request)
                if request.url.startswith(BASE_URL):
                    return self.directory.answer(request)
                if own := self.own_servers.get(request.account or ""):
                    return own(request)
                return self.web.get(urlsplit(request.url).netloc, self.pds.answer)(request)

            response: Response = await killer.around(answer)
            return response

        async def give_back(account: AccountId) -> None:
            async def end() -> None:
                self.consents.discard(account)

            await killer.around(end)

        environment = make_environment(
            FragileStorage(self.storage, killer),
            fetch,
            now=self.clock,
            sleep=self.clock.sleep,
            emit=self.events.append,
            log=self.reports.append,
            packaged=lambda: self.packaged,
            departures=lambda: self.departures,
            directories=self.pinned,
            give_back=give_back,
        )
        self.engine = Engine(environment, self.rules)
        return self.engine

    async def ask(self, command: str, paths: Sequence[str] = (), **fields: Any) -> Any:
        """Send a command and give its result, or its error as {"error": ...}; a bug is a bug."""
        self._count += 1
        envelope = {"id": str(self._count), "type": command, **fields}
        answer = await self.engine.receive(envelope, paths)
        assert answer["id"] == envelope["id"]
        assert not self.reports, self.reports[0]
        return answer.get("result", answer)

    async def until_idle(self) -> dict[str, Any]:
        """Wait until following has come to an end; give the QueueView."""
        for _ in range(10_000):
            await asyncio.sleep(0)
            view = self.storage.stores["state"].get("queue")
            if view and not view["running"]:
                return dict(view)
        raise AssertionError("following never came to an end")
