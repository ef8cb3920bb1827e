"""Bluesky identities: requests and answers as a real PDS, the AppView and plc.directory send them."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from passerelle.errors import NetworkError, ServerRefused
from passerelle.identifiers import Did, Handle
from passerelle.networks import bluesky
from passerelle.transport import Request, Response

from tests.core.fakes import ME, Pds, did_document, reply

ADA = Did("did:plc:ada22222222222222222222222")
HANDLE = Handle("ada.example.org")


def find(handle: str, pds: Pds) -> bluesky.Identity:
    async def fetch(request: Request) -> Response:
        return pds.answer(request)

    return asyncio.run(bluesky.find_identity(Handle(handle), fetch))


def find_did(did: Did, pds: Pds) -> bluesky.Identity:
    async def fetch(request: Request) -> Response:
        return pds.answer(request)

    return asyncio.run(bluesky.find_identity_of_did(did, fetch))


def code_of(document: Any, did: Did = ADA) -> str:
    with pytest.raises(ServerRefused) as caught:
        bluesky.read_did_document(reply(200, document), did)
    return caught.value.code


def test_a_handle_resolves_to_its_did_and_server() -> None:
    assert find(HANDLE, Pds({HANDLE: ADA})) == bluesky.Identity(ADA, HANDLE, "https://pds.example.org")


def test_a_handle_that_its_did_does_not_claim_is_not_found() -> None:
    with pytest.raises(ServerRefused) as caught:
        find("impostor.example.org", Pds({HANDLE: ADA, "impostor.example.org": ADA}))
    assert caught.value.code == "account_not_found"


def test_a_did_keeps_only_a_handle_that_resolves_to_it() -> None:
    assert find_did(ADA, Pds({HANDLE: ADA})).handle == HANDLE
    pds = Pds({HANDLE: ADA})
    document = pds._document(ADA)  # claims HANDLE
    pds.handles[HANDLE] = ME
    pds._document = lambda did: document  # type: ignore[method-assign]
    assert find_did(ADA, pds) == bluesky.Identity(ADA, None, "https://pds.example.org")


def test_account_not_found_differs_from_server_unreachable() -> None:
    with pytest.raises(ServerRefused) as caught:
        find("nobody.example.org", Pds())
    assert caught.value.code == "account_not_found"
    with pytest.raises(NetworkError):
        find(HANDLE, Pds({HANDLE: ADA}, read_faults=["lost request"]))
    with pytest.raises(ServerRefused) as caught:
        find(HANDLE, Pds({HANDLE: ADA}, read_faults=["error"]))
    assert caught.value.code == "server_error"


def test_public_requests_carry_nothing_about_the_asker() -> None:
    for request in (bluesky.resolve_handle_request(HANDLE), bluesky.did_document_request(ADA)):
        assert request.account is None
        assert not request.headers
    assert bluesky.did_document_request(ADA).url == f"https://plc.directory/{ADA}"


def test_a_did_web_document_is_fetched_from_its_own_host() -> None:
    url = bluesky.did_document_request(Did("did:web:ada.example.org")).url
    assert url == "https://ada.example.org/.well-known/did.json"


@pytest.mark.parametrize(
    "did",
    [
        "did:web:localhost",
        "did:web:127.0.0.1",
        "did:web:nas.lan",
        "did:web:Ada.example.org",
        "did:web:a.example.org%3A8080",
        "did:web:a.example.org:path",
        "did:key:zabc",
    ],
)
def test_other_dids_are_not_requested(did: str) -> None:
    with pytest.raises(ServerRefused):
        bluesky.did_document_request(Did(did))


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://pds.example.org",
        "https://user@pds.example.org",
        "https://pds.example.org/path",
        "https://pds.example.org?x",
        "ftp://x.org",
        "https://",
        "//pds.example.org",
        5,
        None,
        "https://[::1",
        "https://127.0.0.1:8443",
        "https://192.168.1.1",
        "https://[::1]",
        "https://2130706433",
        "https://localhost",
        "https://pds",
        "https://pds.lan",
        "https://pds.example.org:99999",
    ],
)
def test_a_server_must_be_an_https_origin_on_a_public_host(endpoint: Any) -> None:
    assert code_of(did_document(ADA, HANDLE, endpoint)) == "account_not_found"


def test_a_server_may_have_a_port() -> None:
    document = did_document(ADA, HANDLE, "https://PDS.example.org:8443/")
    assert bluesky.read_did_document(reply(200, document), ADA).pds == "https://pds.example.org:8443"


def test_a_document_with_another_id_is_refused() -> None:
    assert code_of(did_document(ME, HANDLE)) == "account_not_found"


@given(
    st.recursive(
        st.none() | st.booleans() | st.text() | st.integers(),
        lambda x: (
            st.lists(x) | st.dictionaries(st.sampled_from(["id", "alsoKnownAs", "service", "serviceEndpoint", "x"]), x)
        ),
    )
)
def test_every_malformed_document_raises_server_refused(document: Any) -> None:
    with pytest.raises(ServerRefused):
        bluesky.read_did_document(reply(200, document), ADA)
