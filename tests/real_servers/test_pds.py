"""The PDS that tests rely on: it runs, keeps its data across a crash, and can have a wrong clock."""

from __future__ import annotations

import base64
import json
import time
from datetime import timedelta
from pathlib import Path

import httpx
import psutil

from tests.world.pds import Pds, Plc

NEAR = 60.0  # seconds


def test_servers_listen_on_loopback_only(plc: Plc, pds: Pds) -> None:
    for server in (plc.child, pds.child):
        processes = psutil.Process(server.pid).children(recursive=True)
        sockets = [socket for process in processes for socket in process.net_connections()]
        assert {s.laddr.ip for s in sockets if s.status == psutil.CONN_LISTEN} == {"127.0.0.1"}


def test_did_document_points_to_the_public_name(plc: Plc, pds: Pds) -> None:
    ada = pds.create_account("document")

    document = httpx.get(f"http://127.0.0.1:{plc.port}/{ada.did}", trust_env=False).json()

    assert document["alsoKnownAs"] == ["at://document.pds.passerelle.eu"]
    assert [s["serviceEndpoint"] for s in document["service"]] == ["https://pds.passerelle.eu"]


def test_follows_survive_a_crash(pds: Pds) -> None:
    ada, grace = pds.create_account("crash-ada"), pds.create_account("crash-grace")
    written = pds.follow(ada, grace.did)

    pds.kill()
    pds.start()

    assert [(f.uri, f.subject) for f in pds.list_follows(ada.did)] == [(written, grace.did)]


def test_revision_changes_with_each_write_only(pds: Pds) -> None:
    ada, grace = pds.create_account("rev-ada"), pds.create_account("rev-grace")
    before = pds.revision(ada.did)

    assert pds.revision(ada.did) == before
    pds.follow(ada, grace.did)
    assert pds.revision(ada.did) != before


def test_a_stopped_server_leaves_no_process(plc: Plc, tmp_path: Path) -> None:
    with Pds(plc, tmp_path) as pds:
        guard = psutil.Process(pds.child.pid)
        processes = [guard, *guard.children(recursive=True)]

    assert not any(process.is_running() for process in processes)


def test_a_pds_whose_clock_is_off_issues_tokens_of_its_own_time(plc: Plc, tmp_path: Path) -> None:
    year = timedelta(days=365)
    with Pds(plc, tmp_path, clock=year) as pds:
        account = pds.create_account("ahead")
        secrets = {"identifier": account.handle, "password": account.password}
        address = f"http://127.0.0.1:{pds.port}/xrpc/com.atproto.server.createSession"
        token = httpx.post(address, json=secrets, trust_env=False).json()["accessJwt"]
    payload = token.split(".")[1]
    issued = json.loads(base64.urlsafe_b64decode(payload + "=="))["iat"]
    assert abs(issued - time.time() - year.total_seconds()) < NEAR
