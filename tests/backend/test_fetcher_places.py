"""Addresses that strangers name in what the registrar reads: none leads it to an address inside a network."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
from passerelle.claims.grades import judge
from passerelle.claims.models import Claim
from passerelle.proofs import Reading, Sources, read_proofs
from passerelle.transport import Request, Response
from passerelle_directory.registrar.fetcher import Fetcher
from pydantic import ValidationError

from tests.core.claim_servers import ADA_ACCT, ADA_DID, NOW, PAGE, RANDOM, Servers, honest, make_claim

HOSTS = ("pds.example.org", "plc.directory", "public.api.bsky.app", "quai.example.org")
# Numbers in several writings, names of local networks, and a public name whose address is private.
INSIDE = ("127.0.0.1", "[::1]", "2130706433", "0x7f.1", "localhost", "metadata.google.internal", "inside.example.org")
Lead = Callable[[Servers, str], None]


def lead_server(servers: Servers, host: str) -> None:
    servers.documents[ADA_DID]["service"][0]["serviceEndpoint"] = f"https://{host}"


def lead_actor(servers: Servers, host: str) -> None:
    servers.fingers[ADA_ACCT] = (ADA_ACCT, f"https://{host}/users/ada")


@pytest.fixture
def connections(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Every address to which a connection is tried."""
    tried: list[Any] = []

    def refuse(address: tuple[str, int], timeout: float) -> socket.socket:
        tried.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "create_connection", refuse)
    return tried


def read(servers: Servers, claim: Claim, **sources: Any) -> Reading:
    """Read a claim's proofs; hosts that are not HOSTS are asked by the real fetcher, for which all are private."""
    fetcher = Fetcher(resolve=lambda _host, port: [("10.0.0.1", port)])

    async def fetch(request: Request) -> Response:
        is_known = urlsplit(request.url).netloc in HOSTS
        return await (servers.fetch(request) if is_known else fetcher(request))

    places = Sources(page=PAGE + claim.claim_id, **sources)
    return asyncio.run(read_proofs(claim, places, NOW, RANDOM, fetch))


@pytest.mark.parametrize("host", INSIDE)
@pytest.mark.parametrize(
    ("lead", "changes"),
    [(lead_server, {}), (lead_actor, {"did": None, "acct": ADA_ACCT})],
    ids=["Bluesky server", "actor"],
)
def test_a_server_that_leads_inside_a_network_proves_nothing(
    lead: Lead, changes: dict[str, Any], host: str, connections: list[Any]
) -> None:
    servers, claim = honest(make_claim(**changes))
    assert judge(claim, read(servers, claim).proofs).grade == "claimed"
    lead(servers, host)
    reading = read(servers, claim)
    assert judge(claim, reading.proofs).grade is None
    assert [one.state in ("unknown", "gone") and one.reason is not None for one in reading.proofs] == [True]
    assert connections == []


@pytest.mark.parametrize("host", INSIDE)
def test_a_canonical_address_inside_a_network_is_not_asked(host: str, connections: list[Any]) -> None:
    """WebFinger's `subject` names it; where it is no address, the account counts under the address that was asked."""
    servers, claim = honest(make_claim(did=None, acct=ADA_ACCT))
    servers.fingers[ADA_ACCT] = (f"ada@{host}", "https://quai.example.org/users/ada")
    reading = read(servers, claim)
    assert judge(claim, reading.proofs).acct in (None, claim.acct)
    assert not [one.url for one in reading.proofs if host in one.url]
    assert connections == []


@pytest.mark.parametrize("host", INSIDE)
@pytest.mark.parametrize("account", ["did:web:{}", "ada@{}"])
def test_a_claim_to_an_account_inside_a_network_is_refused_or_proves_nothing(
    account: str, host: str, connections: list[Any]
) -> None:
    name = account.format(host)
    try:
        claim = make_claim(did=None, acct=name) if "@" in name else make_claim(did=name)
    except ValidationError:
        return  # refused by POST /v1/claims
    reading = read(Servers(), claim, has_domain=True, registrable=lambda one: one)
    assert judge(claim, reading.proofs).grade is None
    assert connections == []
