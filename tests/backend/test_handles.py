"""Handles are resolved by the DNS and their own host, as the protocol says; `atproto`'s resolver is the oracle."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import dns.resolver
import httpx
import pytest
from atproto_identity.handle.resolver import HandleResolver  # type: ignore[import-untyped]
from passerelle.errors import NetworkError, ServerRefused
from passerelle.identifiers import Did, Handle
from passerelle.networks import bluesky
from passerelle.networks.bluesky.identity import read_resolved_handle, resolve_handle_request
from passerelle.transport import Request, Response
from passerelle_directory.config import Config
from passerelle_directory.database import upgrade_database
from passerelle_directory.registrar.app import make_registrar
from passerelle_directory.registrar.fetcher import NoAnswer, look_up_txt
from passerelle_directory.registrar.handles import ResolvingFetch

from tests.backend.dns_server import FAILING, SILENT, resolver_of
from tests.core.claim_servers import Servers

DID, OTHER = "did:plc:ada22222222222222222222222", "did:plc:eve22222222222222222222222"
SERVICE = "public.api.bsky.app"
SECONDS = 0.6

ZONE = {
    "_atproto.txt.example.org": [f"did={DID}"],
    "_atproto.split.example.org": [f"did={DID[:9]}|{DID[9:]}"],
    "_atproto.among.example.org": ["v=spf1 -all", f"did={DID}"],
    "_atproto.twice.example.org": [f"did={DID}", f"did={DID} "],
    "_atproto.two.example.org": [f"did={DID}", f"did={OTHER}"],
    "_atproto.both.example.org": [f"did={DID}"],
    "_atproto.bad.example.org": ["did=nothing"],
    "_atproto.empty.example.org": [],
    "_atproto.silent.example.org": SILENT,
    "_atproto.failing.example.org": FAILING,
    "_atproto.failing-file.example.org": FAILING,
}
FILES = {
    "file.example.org": (200, DID),
    "lines.example.org": (200, f"  {DID}\r\n"),
    "both.example.org": (200, OTHER),
    "two.example.org": (200, OTHER),
    "page.example.org": (200, "<!doctype html><p>Not found</p>"),
    "gone.example.org": (404, DID),
    "bad.example.org": (200, DID),
    "empty.example.org": (200, DID),
    "failing-file.example.org": (200, DID),
}
# handle -> the did, or None where there is none
RESOLVED = {
    "txt.example.org": DID,
    "split.example.org": DID,
    "among.example.org": DID,
    "file.example.org": DID,
    "lines.example.org": DID,
    "both.example.org": DID,  # the DNS comes before the file
    "two.example.org": None,  # several dids name none, whatever the file says
    "page.example.org": None,
    "gone.example.org": None,
    "bad.example.org": DID,
    "empty.example.org": DID,
    "failing-file.example.org": DID,
    "unknown.example.org": None,
}
# The oracle takes the first of two dids, reads a record's strings one by one, and any text after `did=`.
NOT_THE_ORACLES = {"two.example.org", "split.example.org", "bad.example.org"}


@pytest.fixture(scope="module")
def resolver() -> Iterator[dns.resolver.Resolver]:
    """A resolver of ZONE."""
    with resolver_of(ZONE) as one:
        yield one


class Web:
    """The hosts of handles, and Bluesky's service, which knows two handles whose host does not answer."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.service = Servers(handles={"silent.example.org": DID})

    async def fetch(self, request: Request) -> Response:
        """Answer a request."""
        host = request.url.split("/")[2]
        self.asked.append(host)
        if host == SERVICE:
            return await self.service.fetch(request)
        if host in ("silent.example.org", "failing.example.org"):
            raise NetworkError("No answer.", host=host)
        status, text = FILES.get(host, (404, ""))
        return Response(status, {"content-type": "text/plain"}, text.encode(), request.url)


def resolve(resolver: dns.resolver.Resolver, handle: str, web: Web | None = None) -> str | None:
    """Resolve a handle as the core does, through the registrar's fetch."""
    fetch = ResolvingFetch((web or Web()).fetch, lambda name, _: look_up_txt(name, SECONDS, resolver))
    response = asyncio.run(fetch(resolve_handle_request(Handle(handle))))
    return None if response.status == 400 else read_resolved_handle(response)


@pytest.mark.parametrize(("handle", "did"), RESOLVED.items())
def test_a_handle_leads_to_its_did_without_bluesky_being_asked(
    resolver: dns.resolver.Resolver, handle: str, did: str | None
) -> None:
    web = Web()
    assert resolve(resolver, handle, web) == did
    assert SERVICE not in web.asked


def oracle(resolver: dns.resolver.Resolver) -> HandleResolver:
    """Return atproto's resolver on the same DNS and hosts."""

    def answer(request: httpx.Request) -> httpx.Response:
        status, text = FILES.get(request.url.host, (404, ""))
        return httpx.Response(status, text=text)

    one = HandleResolver(timeout=SECONDS)
    one._http_client.close()
    one._dns_resolver = resolver
    one._http_client = httpx.Client(transport=httpx.MockTransport(answer))
    return one


@pytest.mark.parametrize("handle", sorted(set(RESOLVED) - NOT_THE_ORACLES))
def test_the_resolver_of_atproto_agrees(resolver: dns.resolver.Resolver, handle: str) -> None:
    one = oracle(resolver)
    try:
        assert resolve(resolver, handle) == one.resolve(handle)
    finally:
        one._http_client.close()


@pytest.mark.parametrize(("handle", "did"), [("silent.example.org", DID), ("failing.example.org", None)])
def test_where_neither_dns_nor_host_answers_bluesky_is_asked(
    resolver: dns.resolver.Resolver, handle: str, did: str | None
) -> None:
    web = Web()
    assert resolve(resolver, handle, web) == did
    assert web.asked[-1] == SERVICE


def test_a_file_of_another_type_is_no_statement(resolver: dns.resolver.Resolver) -> None:
    """The fetcher refuses the answer; then Bluesky's service decides."""
    web = Web()

    async def refuse(request: Request) -> Response:
        if SERVICE in request.url:
            return await web.fetch(request)
        raise ServerRefused("The answer is of another type.", code="server_error")

    fetch = ResolvingFetch(refuse, lambda name, _: look_up_txt(name, SECONDS, resolver))
    response = asyncio.run(fetch(resolve_handle_request(Handle("silent.example.org"))))
    assert read_resolved_handle(response) == DID


@pytest.mark.parametrize(
    ("records", "handle"), [([f"did={DID}"], "ada.example.org"), ([f"did={OTHER}"], None), ([], None)]
)
def test_a_handle_counts_both_ways_only(records: list[str], handle: str | None) -> None:
    servers = Servers()
    servers.add_bluesky(DID, "ada.example.org")
    fetch = ResolvingFetch(servers.fetch, lambda _name, _seconds: records)
    identity = asyncio.run(bluesky.find_identity_of_did(Did(DID), fetch))
    assert (identity.did, identity.handle) == (DID, handle)


def test_other_requests_are_handed_on() -> None:
    servers = Servers()
    servers.add_bluesky(DID, "ada.example.org")
    fetch = ResolvingFetch(servers.fetch, lambda *_: [])
    for url in (
        f"https://plc.directory/{DID}",
        "https://pds.example.org/xrpc/com.atproto.identity.resolveHandle?handle=ada.example.org",
    ):
        assert asyncio.run(fetch(Request("GET", url))).status == 200
    assert len(servers.asked) == 2


def test_a_silent_dns_ends_in_time_in_a_typed_error(resolver: dns.resolver.Resolver) -> None:
    for name in ("_atproto.silent.example.org", "_atproto.failing.example.org"):
        with pytest.raises(NoAnswer):
            look_up_txt(name, SECONDS, resolver)
    with pytest.raises(NoAnswer):
        look_up_txt(f"_atproto.{'a' * 64}.example.org", SECONDS, resolver)


def test_the_registrar_resolves_handles_itself(config: Config) -> None:
    upgrade_database(config)
    registrar = make_registrar(config)
    registrar.sessions.kw["bind"].dispose()
    assert isinstance(registrar.fetch, ResolvingFetch)
