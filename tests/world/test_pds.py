"""The real PDS as tests set it up: shorter lives of tokens, and an authorization server under another host name."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta

import httpx
import pytest

from tests.world.account_page import AccountPage
from tests.world.pds import PASSWORD, Account, Pds, Plc

ISSUER = "https://login.passerelle.eu"
SHORT = timedelta(seconds=1)


@pytest.fixture(scope="module")
def pds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pds]:
    with Plc() as plc, Pds(plc, tmp_path_factory.mktemp("pds"), issuer=ISSUER) as running:
        yield running


def get_session(pds: Pds, token: str) -> httpx.Response:
    address = f"http://127.0.0.1:{pds.port}/xrpc/com.atproto.server.getSession"
    return httpx.get(address, headers={"authorization": f"Bearer {token}"}, trust_env=False)


def sign_in(pds: Pds, account: Account) -> str:
    address = f"http://127.0.0.1:{pds.port}/xrpc/com.atproto.server.createSession"
    secrets = {"identifier": account.did, "password": PASSWORD}
    return str(httpx.post(address, json=secrets, trust_env=False).json()["accessJwt"])


def test_a_token_lives_as_long_as_a_test_wants_and_answers_400_afterwards(pds: Pds) -> None:
    account = pds.create_account("short-lived")
    usual = sign_in(pds, account)
    pds.set_lifetimes(access=SHORT)
    short = sign_in(pds, account)
    time.sleep(2 * SHORT.total_seconds())
    pds.set_lifetimes()

    ended = get_session(pds, short)
    assert (ended.status_code, ended.json()["error"]) == (400, "ExpiredToken")
    assert get_session(pds, usual).status_code == 200


def test_the_authorization_server_names_the_host_it_was_set_up_with(pds: Pds) -> None:
    address = f"http://127.0.0.1:{pds.port}/.well-known/oauth-authorization-server"
    metadata = httpx.get(address, trust_env=False).json()
    assert metadata["issuer"] == ISSUER
    assert metadata["token_endpoint"] == f"{ISSUER}/oauth/token"


def test_the_account_page_signs_in_and_lists_the_apps_of_the_account(pds: Pds) -> None:
    account = pds.create_account("on-its-page")
    with AccountPage(pds, account, ISSUER.removeprefix("https://")) as page:
        assert page.list_apps() == []
