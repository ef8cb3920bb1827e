"""Limits of the registrar: shared by its processes through a real Redis, counted for each visitor."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from flask.testing import FlaskClient
from passerelle_directory.cli import main
from passerelle_directory.config import Config
from passerelle_directory.database import upgrade_database
from passerelle_directory.registrar.app import create_registrar
from passerelle_directory.web.limits import name_visitor

from tests.backend import redis_server
from tests.backend.joining import UNLIMITED, Joining, joining
from tests.backend.test_cli import START_UP, data, free_port, get_when_up
from tests.core.claim_servers import ADA, ADA_DID, ADA_ID

__all__ = ["data"]

BODY = {"rest_id": ADA_ID, "screen_name": ADA, "did": ADA_DID}
LIMIT = 7
HOUR = 3600
PROCESSES = 2
PREFLIGHT = {
    "Origin": "chrome-extension://abcdefghijklmnop",
    "Access-Control-Request-Method": "DELETE",
    "Access-Control-Request-Headers": "authorization,content-type",
}


@pytest.fixture
def desk(config: Config) -> Iterator[Joining]:
    """A registrar in this process."""
    upgrade_database(config)
    with joining(config) as one:
        yield one


def limited(desk: Joining, claim_limit: str, limit: str = UNLIMITED) -> FlaskClient:
    """Return a visitor of the registrar with these limits."""
    config = replace(desk.config, limit=limit, claim_limit=claim_limit)
    return create_registrar(replace(desk.registrar, config=config)).test_client()


@contextmanager
def registrar_process(limit_storage: str) -> Iterator[str]:
    """Run the command `registrar` inside the block; yield its address."""
    port = free_port()
    server = subprocess.Popen(
        [sys.executable, "-m", "passerelle_directory.cli", "registrar", "--port", str(port)],
        env=os.environ
        | {"PASSERELLE_LIMIT_STORAGE": limit_storage, "PASSERELLE_CLAIM_LIMIT": f"{LIMIT} per {HOUR} seconds"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        address = f"http://127.0.0.1:{port}"
        get_when_up(f"{address}/openapi.json")
        yield address
    finally:
        server.terminate()
        server.wait(timeout=START_UP)


def claim(address: str) -> httpx.Response:
    """Make a claim."""
    return httpx.post(f"{address}/v1/claims", json=BODY, trust_env=False, timeout=START_UP)


def test_two_processes_share_one_limit_and_answer_without_redis(data: Path, tmp_path: Path) -> None:
    assert main(["db", "upgrade"]) == 0
    with ExitStack() as stack:
        url, redis = stack.enter_context(redis_server.running_redis(tmp_path))
        servers = [stack.enter_context(registrar_process(url)) for _ in range(PROCESSES)]
        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(claim, servers * (2 * LIMIT)))
        assert Counter(one.status_code for one in answers) == {201: LIMIT, 429: 3 * LIMIT}
        refused = next(one for one in answers if one.status_code == 429)
        assert 0 < int(refused.headers["Retry-After"]) <= HOUR
        redis.terminate()
        redis.wait(timeout=START_UP)
        assert [claim(one).status_code for one in servers] == [201] * PROCESSES


def test_a_preflight_is_answered_whatever_the_limits(desk: Joining) -> None:
    visitor = limited(desk, limit="1 per hour", claim_limit="1 per hour")
    for _ in range(3):
        answer = visitor.options("/v1/claims/0011223344556677", headers=PREFLIGHT)
        assert answer.status_code == 200
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert "DELETE" in answer.headers["Access-Control-Allow-Methods"]
        assert {"authorization", "content-type"} <= set(
            answer.headers["Access-Control-Allow-Headers"].replace(",", "").split()
        )
        assert "Access-Control-Allow-Credentials" not in answer.headers


def test_an_extension_can_read_that_it_has_to_wait_and_how_long(desk: Joining) -> None:
    visitor = limited(desk, claim_limit="1 per minute")
    assert visitor.post("/v1/claims", json=BODY).status_code == 201
    answer = visitor.post("/v1/claims", json=BODY)
    assert (answer.status_code, answer.get_json()["code"]) == (429, "too_many_requests")
    assert 0 < int(answer.headers["Retry-After"]) <= 60
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Access-Control-Expose-Headers"] == "Retry-After"


def test_requests_that_are_refused_for_their_shape_count_too(desk: Joining) -> None:
    visitor = limited(desk, UNLIMITED, limit="3 per minute")
    assert [visitor.post("/v1/claims", json={}).status_code for _ in range(4)] == [422, 422, 422, 429]


@pytest.mark.parametrize(
    ("address", "visitor"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:db8:0:1::1", "2001:db8:0:1::/64"),
        ("2001:db8:0:1:ffff::2", "2001:db8:0:1::/64"),
        ("2001:db8:0:2::1", "2001:db8:0:2::/64"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("", ""),
    ],
)
def test_one_network_of_ipv6_is_one_visitor(address: str, visitor: str) -> None:
    assert name_visitor(address) == visitor


def test_other_addresses_of_one_ipv6_network_share_its_limit(desk: Joining) -> None:
    visitor = limited(desk, claim_limit="2 per hour")
    addresses = ["2001:db8::1", "2001:db8::2", "2001:db8::3", "2001:db8:0:9::1"]
    answers = [visitor.post("/v1/claims", json=BODY, environ_base={"REMOTE_ADDR": one}) for one in addresses]
    assert [one.status_code for one in answers] == [201, 201, 429, 201]
