"""Claims by the profile field of mastodon-mock, an independent Mastodon API: proof, removal, withdrawal, objection."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import urlsplit

import httpx
import pytest
from passerelle.transport import Request, Response
from passerelle_directory.config import Config
from passerelle_directory.database import upgrade_database
from passerelle_directory.registrar.app import create_registrar

from tests.backend.conftest import Directory
from tests.backend.joining import Joining, joining
from tests.backend.people import line
from tests.core.claim_servers import ADA_ID
from tests.world.mastodon_mock import MastodonMock

HOST = "mastodon.example.org"
USERNAME = "ada"
ACCT = f"{USERNAME}@{HOST}"


class Server:
    """mastodon-mock under its name: read by the registrar, and its one account's settings."""

    def __init__(self, mock: MastodonMock) -> None:
        self._client = httpx.Client(
            base_url=f"http://127.0.0.1:{mock.port}",
            headers={"host": HOST, "x-forwarded-proto": "https"},
            trust_env=False,
            timeout=30,
        )

    def read(self, request: Request) -> Response:
        """Answer a request of the registrar."""
        parts = urlsplit(request.url)
        found = self._client.get(f"{parts.path}?{parts.query}", headers=dict(request.headers))
        return Response(found.status_code, dict(found.headers), found.content, request.url)

    def set_field(self, value: str) -> None:
        """Set the account's one profile field, as its owner does."""
        field = {"fields_attributes[0][name]": "X", "fields_attributes[0][value]": value}
        own = {"authorization": f"Bearer token-of-{USERNAME}"}
        answer = self._client.patch("/api/v1/accounts/update_credentials", data=field, headers=own)
        assert answer.status_code == 200, answer.text

    def close(self) -> None:
        """Close the connections."""
        self._client.close()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A running mastodon-mock."""
    with MastodonMock(tmp_path_factory.mktemp("mastodon"), HOST, USERNAME, []) as mock:
        one = Server(mock)
        yield one
        one.close()


@pytest.fixture
def desk(config: Config, server: Server) -> Iterator[Joining]:
    """A registrar that reads mastodon-mock, and stand-ins for all other servers."""
    upgrade_database(config)
    server.set_field("")
    with joining(config) as one:

        async def fetch(request: Request) -> Response:
            if urlsplit(request.url).netloc == HOST:
                return server.read(request)
            return await one.servers.fetch(request)

        one.registrar = replace(one.registrar, fetch=fetch)
        one.client = create_registrar(one.registrar).test_client()
        yield one


def test_a_field_proves_the_account_and_its_removal_takes_the_row_away(desk: Joining, server: Server) -> None:
    made = desk.make(did=None, acct=ACCT)
    post = desk.post(made)
    assert desk.check(made, post=post)["grade"] is None
    server.set_field(made["page"])
    assert desk.check(made)["grade"] == "proven"
    ((row, _),) = desk.publish()
    assert (row.rest_id, str(row.acct), row.grade) == (ADA_ID, ACCT, "proven")
    server.set_field("https://ada.example.org")
    desk.clock.move(days=8)
    assert desk.publish() == []


def test_the_page_of_another_claim_proves_nothing(desk: Joining, server: Server) -> None:
    made, other = desk.make(did=None, acct=ACCT), desk.make(did=None, acct=ACCT)
    server.set_field(other["page"])
    assert desk.check(made, post=desk.post(made))["grade"] is None


def test_an_account_that_is_not_there_proves_nothing(desk: Joining) -> None:
    made = desk.make(did=None, acct=f"eve@{HOST}")
    found = desk.check(made, post=desk.post(made))
    assert [one["reason"] for one in found["proofs"] if one["kind"] == "mastodon_field"] == ["account_gone"]


def test_withdrawal_removes_the_row_and_what_others_state_about_the_account(
    desk: Joining, server: Server, directory: Directory
) -> None:
    made = desk.make(did=None, acct=ACCT)
    server.set_field(made["page"])
    desk.check(made, post=desk.post(made))
    assert len(desk.publish()) == 1
    desk.withdraw(made)
    directory.add(line(rest_id=ADA_ID, acct=ACCT))
    assert desk.publish() == []


def test_an_objection_by_the_field_alone(desk: Joining, server: Server, directory: Directory) -> None:
    directory.add(line("museum", rest_id="999", acct=ACCT))
    assert len(desk.rows()) == 1
    objection = desk.object(acct=ACCT)
    server.set_field(objection["page"])
    assert desk.check(objection) is None
    assert desk.rows() == []
