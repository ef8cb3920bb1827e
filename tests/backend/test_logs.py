"""The log of a whole life of a claim, of errors and of a harvest names no person, no account and no visitor."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient
from passerelle.transport import Request, Response
from passerelle_directory.config import Config
from passerelle_directory.database import open_database, upgrade_database
from passerelle_directory.harvest.records.command import harvest
from passerelle_directory.logs import set_up_log
from passerelle_directory.registrar.app import create_registrar, make_registrar
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from tests.backend.conftest import Directory
from tests.backend.joining import Joining, joining
from tests.backend.test_harvest_records import CLAIMS, RELAY, write_own
from tests.core.claim_servers import ADA, ADA_ACCT, ADA_DID, ADA_HANDLE, ADA_ID, EVE_DID, POST

VISITOR = "203.0.113.77"
BROWSER = "Mozilla/5.0 Curious"
ORIGIN = "https://curious.example.net"


@pytest.fixture(autouse=True)
def logs() -> Iterator[None]:
    """The log as the commands set it up, and pytest's own handlers afterwards."""
    root = logging.getLogger()
    before = root.handlers[:], root.level
    set_up_log()
    yield
    logging.captureWarnings(False)
    root.handlers[:], root.level = before


@pytest.fixture
def desk(config: Config) -> Iterator[Joining]:
    upgrade_database(config)
    with joining(config) as one:
        one.client.environ_base |= {"REMOTE_ADDR": VISITOR, "HTTP_USER_AGENT": BROWSER, "HTTP_ORIGIN": ORIGIN}
        yield one


def expect_nameless(log: str, *more: str) -> list[dict[str, Any]]:
    """Check that a log is JSON Lines without any of the names; return its events."""
    named = (ADA, ADA_ID, ADA_DID, EVE_DID, ADA_HANDLE, ADA_ACCT, POST, VISITOR, "127.0.0.1", BROWSER, ORIGIN, *more)
    assert [name for name in named if str(name).lower() in log.lower()] == []
    return [json.loads(line) for line in log.splitlines()]


def test_joining_checking_and_withdrawing_leave_no_name_in_the_log(
    desk: Joining, capsys: pytest.CaptureFixture[str]
) -> None:
    made = desk.join(acct=ADA_ACCT)
    desk.client.get(f"/c/{made['claim_id']}?who={ADA}")
    desk.client.get(f"/{ADA}/{ADA_DID}")
    desk.client.open("/", method=ADA.upper())
    desk.client.post("/v1/claims", json={"rest_id": ADA_ID, "did": ADA_HANDLE})
    desk.recheck()
    desk.withdraw(made)
    events = expect_nameless(capsys.readouterr().err, made["claim_id"], made["secret"], made["code"], made["nonce"])
    routes = {(event["method"], event["route"], event["status"]) for event in events}
    assert ("POST", "/v1/claims", 201) in routes
    assert ("DELETE", "/v1/claims/<claim_id>", 204) in routes
    assert ("GET", "other", 404) in routes


def test_an_unexpected_error_is_logged_with_its_place_and_without_its_message(
    config: Config, capsys: pytest.CaptureFixture[str]
) -> None:
    async def broken(_request: Request) -> Response:
        raise RuntimeError(f"what {ADA} at {ADA_DID} never should cause") from ValueError(ADA_ACCT)

    upgrade_database(config)
    app = create_registrar(make_registrar(config, broken))
    client = app.test_client()
    body = {"rest_id": ADA_ID, "screen_name": ADA, "did": ADA_DID}
    made = client.post("/v1/claims", json=body).get_json()
    secret = {"Authorization": f"Bearer {made['secret']}"}
    assert client.post(f"/v1/claims/{made['claim_id']}/check", json={}, headers=secret).status_code == 500
    events = expect_nameless(capsys.readouterr().err, made["claim_id"], made["secret"])
    (failed,) = (event for event in events if event["event"] == "library")
    assert failed["exceptions"] == ["builtins.RuntimeError", "builtins.ValueError"]
    assert any("test_logs.py" in frame and frame.endswith(" broken") for frame in failed["frames"])


def test_an_error_of_the_database_names_no_values(config: Config) -> None:
    upgrade_database(config)
    engine = open_database(config)
    insert = text("INSERT INTO accounts (row_id, rest_id) VALUES (:row_id, :rest_id)")
    rows = [{"row_id": row_id, "rest_id": ADA_ID} for row_id in "ab"]
    with engine.begin() as connection, pytest.raises(IntegrityError) as caught:
        connection.execute(insert, rows)
    engine.dispose()
    assert ADA_ID not in str(caught.value)


def test_a_harvest_leaves_no_name_in_the_log(desk: Joining, capsys: pytest.CaptureFixture[str]) -> None:
    write_own(desk)
    assert harvest(desk.registrar, RELAY, CLAIMS, desk.servers.fetch, desk.clock()) == 0
    expect_nameless(capsys.readouterr().err)


def test_the_messages_of_libraries_are_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    logging.getLogger("waitress").error("Exception while serving /c/%s", ADA)
    (event,) = expect_nameless(capsys.readouterr().err)
    assert (event["event"], event["level"], event["logger"]) == ("library", "error", "waitress")


def test_pages_and_files_leave_no_visitor_in_the_log(
    directory: Directory, client: FlaskClient, capsys: pytest.CaptureFixture[str]
) -> None:
    directory.publish()
    client.environ_base |= {"REMOTE_ADDR": VISITOR, "HTTP_USER_AGENT": BROWSER, "HTTP_ORIGIN": ORIGIN}
    capsys.readouterr()
    for path in ("/", f"/departures?search={ADA}", "/v1/directory/latest.json", f"/{ADA}"):
        client.get(path)
    events = expect_nameless(capsys.readouterr().err)
    assert [event["status"] for event in events] == [200, 200, 200, 404]
