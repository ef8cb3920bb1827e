"""Profiles read from a real Bluesky PDS and from the closed world's fediverse server."""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from passerelle.errors import NetworkError, PasserelleError
from passerelle.hints import check as checking
from passerelle.hints.check import Target
from passerelle.hints.records import LookView
from passerelle.identifiers import Did, ScreenName
from passerelle.networks.profile import Profile
from passerelle.transport import Fetch, Request, Response

from tests.world.fediverse import DOT, Inhabitant, fediverse
from tests.world.pds import HOSTNAME, Account, Pds, Plc
from tests.world.world import Ask, Site

ADA = frozenset({ScreenName("ada_nouvelle"), ScreenName("ada_before")})
LABELS = {
    "labels": {"$type": "com.atproto.label.defs#selfLabels", "values": [{"val": "!no-unauthenticated"}]},
}
QUAI = "quai.example.org"


@pytest.fixture
def bluesky(plc: Plc, pds: Pds) -> Fetch:
    """Fetch from the real names, served by the servers on loopback."""
    return on_loopback({"plc.directory": plc.port, "public.api.bsky.app": pds.port, HOSTNAME: pds.port})


def on_loopback(ports: dict[str, int]) -> Fetch:
    async def fetch(request: Request) -> Response:
        assert request.account is None
        assert not any(name.lower() in ("authorization", "cookie") for name in request.headers)
        url = urlsplit(request.url)
        address = f"http://127.0.0.1:{ports[url.netloc]}{url.path}?{url.query}"
        async with httpx.AsyncClient(trust_env=False, timeout=request.timeout) as client:
            answer = await client.request(request.method, address, headers=dict(request.headers))
        return Response(answer.status_code, dict(answer.headers), answer.content)

    return fetch


def of_sites(**sites: Site) -> Fetch:
    """Fetch from these sites only; other hosts do not answer."""

    async def fetch(request: Request) -> Response:
        url = urlsplit(request.url)
        site = {host.replace("_", "."): site for host, site in sites.items()}.get(url.netloc)
        if site is None:
            raise NetworkError("No answer.", host=url.netloc)
        headers = tuple(request.headers.items())
        answer = site(Ask(url.netloc, request.method, f"{url.path}?{url.query}".rstrip("?"), headers, b""))
        return Response(answer.status, {name.lower(): value for name, value in answer.headers}, answer.body)

    return fetch


def read_card(address: str, fetch: Fetch, network: Any = "bluesky", did: str | None = None) -> LookView:
    target = Target(network, address, Did(did) if did else None, ADA)
    profile: Profile = asyncio.run(checking.check_account(target, b"12345678", fetch))
    return checking.make_look_view(profile, target.names)


def refusal(address: str, fetch: Fetch, network: Any = "bluesky", did: str | None = None) -> str:
    with pytest.raises(PasserelleError) as raised:
        read_card(address, fetch, network, did)
    return raised.value.code


def create_account(pds: Pds, name: str, picture: bytes = b"", **record: Any) -> Account:
    account = pds.create_account(name)
    pds.write_profile(account, record, picture)
    return account


def test_a_profile_is_read_from_its_own_server_with_its_picture(pds: Pds, bluesky: Fetch) -> None:
    text = "Poet.\nBefore: https://twitter.com/Ada_Before"
    ada = create_account(pds, "ada", DOT, displayName="Ada \u202eevil", description=text)
    view = read_card(ada.handle, bluesky)
    assert (view.address, view.did, view.display_name, view.description) == (ada.handle, ada.did, "Ada evil", text)
    assert view.picture
    assert view.picture.startswith("data:image/png;base64,iVBORw0KGgo")
    assert view.links_back
    assert not view.hidden


def test_a_profile_without_a_link_back_is_found_but_not_linked(pds: Pds, bluesky: Fetch) -> None:
    namesake = create_account(pds, "namesake", displayName="Ada Nouvelle", description="@ada_nouvelle on x.com")
    assert not read_card(namesake.handle, bluesky).links_back


def test_an_account_without_a_profile_record_is_found(pds: Pds, bluesky: Fetch) -> None:
    bare = pds.create_account("bare")
    view = read_card(bare.handle, bluesky)
    assert (view.did, view.display_name, view.description, view.picture) == (bare.did, None, None, None)


def test_an_account_hidden_from_visitors_is_not_shown_but_may_link_back(pds: Pds, bluesky: Fetch) -> None:
    shy = create_account(pds, "shy", DOT, displayName="Ada", description="x.com/ada_nouvelle", **LABELS)
    view = read_card(shy.handle, bluesky)
    assert (view.hidden, view.display_name, view.description, view.picture) == (True, None, None, None)
    assert view.links_back


def test_a_did_has_the_handle_that_resolves_to_it(pds: Pds, bluesky: Fetch) -> None:
    ada = create_account(pds, "by-did", displayName="Ada")
    for view in (read_card(ada.did, bluesky), read_card("old-handle.example.org", bluesky, did=ada.did)):
        assert (view.address, view.did, view.display_name) == (ada.handle, ada.did, "Ada")


def test_an_unknown_handle_or_did_is_not_found(pds: Pds, bluesky: Fetch) -> None:
    assert refusal(f"nobody-at-all.{HOSTNAME}", bluesky) == "account_not_found"
    assert refusal("did:plc:222222222222222222222222", bluesky) == "account_not_found"


def test_a_deactivated_account_is_not_found(pds: Pds, bluesky: Fetch) -> None:
    gone = create_account(pds, "gone", displayName="Gone")
    pds.deactivate(gone)
    assert refusal(gone.did, bluesky) == "account_not_found"


def test_a_fediverse_account_is_read_from_its_own_server() -> None:
    inhabitant = Inhabitant("Ada", "Ada <Nouvelle>", "Poet & sailor", "https://x.com/Ada_Nouvelle")
    view = read_card(f"ada@{QUAI}", of_sites(quai_example_org=fediverse(QUAI, [inhabitant])), "fediverse")
    assert (view.address, view.did, view.url) == (f"Ada@{QUAI}", None, f"https://{QUAI}/@Ada")
    assert (view.display_name, view.description) == ("Ada <Nouvelle>", "Poet & sailor")
    assert view.picture
    assert view.links_back


def test_a_server_that_hides_actors_still_confirms_the_account() -> None:
    site = fediverse(QUAI, [Inhabitant("ada", "Ada", "x.com/ada_nouvelle")], is_secure=True)
    view = read_card(f"ada@{QUAI}", of_sites(quai_example_org=site), "fediverse")
    assert (view.display_name, view.picture, view.links_back) == (None, None, False)


def test_an_unknown_acct_is_not_found_and_a_silent_server_is_unreachable() -> None:
    fetch = of_sites(quai_example_org=fediverse(QUAI, []))
    assert refusal(f"ada@{QUAI}", fetch, "fediverse") == "account_not_found"
    assert refusal("ada@agora.example.org", fetch, "fediverse") == "server_unreachable"
