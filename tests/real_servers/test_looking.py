"""Looking at accounts, against a real Bluesky PDS and against the closed world's fediverse."""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from passerelle.errors import NetworkError, PasserelleError
from passerelle.hints import check as checks
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
    """The network as the extension sees it: real names, which lead to the servers on loopback."""
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
    """The network where only these sites are; the others do not answer."""

    async def fetch(request: Request) -> Response:
        url = urlsplit(request.url)
        site = {host.replace("_", "."): site for host, site in sites.items()}.get(url.netloc)
        if site is None:
            raise NetworkError("Nobody is there.", host=url.netloc)
        headers = tuple(request.headers.items())
        answer = site(Ask(url.netloc, request.method, f"{url.path}?{url.query}".rstrip("?"), headers, b""))
        return Response(answer.status, {name.lower(): value for name, value in answer.headers}, answer.body)

    return fetch


def look(address: str, fetch: Fetch, network: Any = "bluesky", did: str | None = None) -> LookView:
    target = Target(network, address, Did(did) if did else None, ADA)
    profile: Profile = asyncio.run(checks.check_account(target, b"12345678", fetch))
    return checks.make_look_view(profile, target.names)


def refusal(address: str, fetch: Fetch, network: Any = "bluesky", did: str | None = None) -> str:
    with pytest.raises(PasserelleError) as raised:
        look(address, fetch, network, did)
    return raised.value.code


def settled(pds: Pds, name: str, picture: bytes = b"", **record: Any) -> Account:
    account = pds.create_account(name)
    pds.write_profile(account, record, picture)
    return account


def test_a_profile_is_read_from_its_own_server_with_its_picture(pds: Pds, bluesky: Fetch) -> None:
    text = "Poet.\nBefore: https://twitter.com/Ada_Before"
    ada = settled(pds, "ada", DOT, displayName="Ada \u202eevil", description=text)
    view = look(ada.handle, bluesky)
    assert (view.address, view.did, view.display_name, view.description) == (ada.handle, ada.did, "Ada evil", text)
    assert view.picture
    assert view.picture.startswith("data:image/png;base64,iVBORw0KGgo")
    assert view.links_back
    assert not view.hidden


def test_a_profile_without_a_link_back_is_found_and_no_more(pds: Pds, bluesky: Fetch) -> None:
    namesake = settled(pds, "namesake", displayName="Ada Nouvelle", description="@ada_nouvelle on x.com")
    assert not look(namesake.handle, bluesky).links_back


def test_nobody_has_to_have_a_profile(pds: Pds, bluesky: Fetch) -> None:
    bare = pds.create_account("bare")
    view = look(bare.handle, bluesky)
    assert (view.did, view.display_name, view.description, view.picture) == (bare.did, None, None, None)


def test_who_asks_not_to_be_shown_is_not_shown_but_may_link_back(pds: Pds, bluesky: Fetch) -> None:
    shy = settled(pds, "shy", DOT, displayName="Ada", description="x.com/ada_nouvelle", **LABELS)
    view = look(shy.handle, bluesky)
    assert (view.hidden, view.display_name, view.description, view.picture) == (True, None, None, None)
    assert view.links_back


def test_a_did_leads_to_the_handle_that_leads_back(pds: Pds, bluesky: Fetch) -> None:
    ada = settled(pds, "by-did", displayName="Ada")
    for view in (look(ada.did, bluesky), look("old-handle.example.org", bluesky, did=ada.did)):
        assert (view.address, view.did, view.display_name) == (ada.handle, ada.did, "Ada")


def test_nobody_is_behind_an_unknown_handle_or_did(pds: Pds, bluesky: Fetch) -> None:
    assert refusal(f"nobody-at-all.{HOSTNAME}", bluesky) == "account_not_found"
    assert refusal("did:plc:222222222222222222222222", bluesky) == "account_not_found"


def test_a_deactivated_account_is_gone(pds: Pds, bluesky: Fetch) -> None:
    gone = settled(pds, "gone", displayName="Gone")
    pds.deactivate(gone)
    assert refusal(gone.did, bluesky) == "account_not_found"


def test_a_fediverse_account_is_read_from_its_own_server() -> None:
    inhabitant = Inhabitant("Ada", "Ada <Nouvelle>", "Poet & sailor", "https://x.com/Ada_Nouvelle")
    view = look(f"ada@{QUAI}", of_sites(quai_example_org=fediverse(QUAI, [inhabitant])), "fediverse")
    assert (view.address, view.did, view.url) == (f"Ada@{QUAI}", None, f"https://{QUAI}/@Ada")
    assert (view.display_name, view.description) == ("Ada <Nouvelle>", "Poet & sailor")
    assert view.picture
    assert view.links_back


def test_a_server_that_shows_actors_only_to_servers_still_says_who_is_there() -> None:
    site = fediverse(QUAI, [Inhabitant("ada", "Ada", "x.com/ada_nouvelle")], is_secure=True)
    view = look(f"ada@{QUAI}", of_sites(quai_example_org=site), "fediverse")
    assert (view.display_name, view.picture, view.links_back) == (None, None, False)


def test_nobody_is_behind_an_unknown_acct_and_silence_is_something_else() -> None:
    fetch = of_sites(quai_example_org=fediverse(QUAI, []))
    assert refusal(f"ada@{QUAI}", fetch, "fediverse") == "account_not_found"
    assert refusal("ada@agora.example.org", fetch, "fediverse") == "server_unreachable"
