"""The routes: caching, HEAD and conditional requests, headers, limits and logs."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from typing import Any

import pytest
from flask.testing import FlaskClient
from passerelle_directory.web.app import create_app
from structlog.testing import capture_logs
from werkzeug.test import TestResponse

from tests.backend.conftest import Directory
from tests.backend.people import departure, line

LATEST = "/v1/directory/latest.json"


def body_of(answer: TestResponse) -> dict[str, Any]:
    """Return a JSON object answered."""
    body = answer.json
    assert isinstance(body, dict)
    return body


@pytest.fixture
def published(directory: Directory) -> dict[str, object]:
    """Publish a directory with one row; return the content of latest.json."""
    directory.add(line(handle="museum.example.com"), departure(handle="museum.example.com"))
    return directory.publish()


def path_of_rows(published: dict[str, Any]) -> str:
    """Return the address of the file of rows."""
    return f"/{published['files'][0]['path']}"


def test_latest_is_the_file_and_may_be_kept_for_minutes(client: FlaskClient, published: dict[str, object]) -> None:
    answer = client.get(LATEST)
    assert (answer.status_code, answer.json, answer.mimetype) == (200, published, "application/json")
    assert answer.headers["Cache-Control"] == "public, max-age=300"


def test_a_request_with_the_current_etag_gets_304(client: FlaskClient, published: dict[str, object]) -> None:
    etag = client.get(LATEST).headers["ETag"]
    answer = client.get(LATEST, headers={"If-None-Match": etag})
    assert (answer.status_code, answer.data) == (304, b"")


def test_before_the_first_snapshot_latest_asks_to_come_back(client: FlaskClient) -> None:
    answer = client.get(LATEST)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "300")
    assert answer.json == {"code": "service_unavailable", "message": "This directory has published nothing yet."}


def test_files_are_the_promised_bytes_and_never_change(client: FlaskClient, published: dict[str, object]) -> None:
    path = path_of_rows(published)
    answer = client.get(path, buffered=True)
    assert hashlib.sha256(answer.data).hexdigest() in path
    assert (answer.mimetype, answer.headers.get("Content-Encoding")) == ("application/gzip", None)
    kept = answer.headers["Cache-Control"]
    assert all(word in kept for word in ("public", "immutable", "max-age=1296000"))
    again = client.get(path, headers={"If-None-Match": answer.headers["ETag"]}, buffered=True)
    assert again.status_code == 304


def test_a_part_of_a_file_can_be_asked_for(client: FlaskClient, published: dict[str, object]) -> None:
    answer = client.get(path_of_rows(published), headers={"Range": "bytes=0-1"}, buffered=True)
    assert (answer.status_code, answer.data) == (206, b"\x1f\x8b")


@pytest.mark.parametrize("path", [LATEST, "/v1/departures.json", "/", "/departures"])
def test_head_says_the_same_without_the_body(client: FlaskClient, published: dict[str, object], path: str) -> None:
    get, head = client.get(path), client.head(path)
    assert (head.status_code, head.data) == (200, b"")
    assert {name: head.headers.get(name) for name in ("ETag", "Content-Length", "Content-Type")} == {
        name: get.headers.get(name) for name in ("ETag", "Content-Length", "Content-Type")
    }


@pytest.mark.parametrize(
    "name", ["x", "../latest.json", "%2e%2e/latest.json", "0" * 64 + ".jsonl", "A" * 64 + ".jsonl.gz"]
)
def test_no_other_file_can_be_reached(client: FlaskClient, published: dict[str, object], name: str) -> None:
    answer = client.get(f"/v1/directory/files/{name}")
    assert answer.status_code in (404, 422)
    assert b"signature" not in answer.data


def test_a_half_made_file_is_not_served(
    directory: Directory, client: FlaskClient, published: dict[str, object]
) -> None:
    (directory.config.public / "files" / ".making-x").write_bytes(b"half")
    assert client.get("/v1/directory/files/.making-x").status_code == 422


def test_a_file_that_is_gone_is_not_found(client: FlaskClient, published: dict[str, object]) -> None:
    answer = client.get(f"/v1/directory/files/{'0' * 64}.jsonl.gz")
    assert answer.status_code == 404
    assert body_of(answer)["code"] == "not_found"


def test_departures_name_their_sources(client: FlaskClient, published: dict[str, object]) -> None:
    (entry,) = body_of(client.get("/v1/departures.json"))["departures"]
    assert len(entry.pop("row_id")) == 16
    assert len(entry.pop("id")) == 36
    assert entry == {
        "did": None,
        "updated": "2026-11-20T12:00:00Z",
        "organisation": "Stadtmuseum Beispielstadt",
        "kind": "other",
        "country": "DE",
        "date": "2025-01-20",
        "by": None,
        "how": "left",
        "office": None,
        "rest_id": None,
        "screen_name": "museum",
        "handle": "museum.example.com",
        "acct": None,
        "sources": [{"name": "lists/one", "url": None, "date": None}],
    }


def every_answer(client: FlaskClient) -> list[TestResponse]:
    """Return an answer of each kind."""
    paths = ("/", "/departures", LATEST, "/v1/departures.json", "/openapi.json", "/nowhere", "/v1/nowhere")
    return [client.get(path) for path in paths]


def test_every_answer_forbids_what_pages_do_not_need(client: FlaskClient, published: dict[str, object]) -> None:
    for answer in every_answer(client):
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "script" not in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "no-referrer"


def test_no_answer_sets_a_cookie(client: FlaskClient, published: dict[str, object]) -> None:
    assert not [answer for answer in every_answer(client) if "Set-Cookie" in answer.headers]


def test_public_files_may_be_read_by_any_page_and_pages_may_not(
    client: FlaskClient, published: dict[str, object]
) -> None:
    assert client.get(LATEST).headers["Access-Control-Allow-Origin"] == "*"
    assert client.get(path_of_rows(published), buffered=True).headers["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Origin" not in client.get("/").headers


def test_the_log_has_no_address_origin_or_browser(client: FlaskClient, published: dict[str, object]) -> None:
    headers = {"Origin": "moz-extension://1b2c", "User-Agent": "Somebody/1", "X-Forwarded-For": "203.0.113.9"}
    with capture_logs() as events:
        client.get(f"{LATEST}?secret=1", headers=headers, environ_base={"REMOTE_ADDR": "203.0.113.7"})
    written = str(events)
    assert LATEST in written
    assert not [word for word in ("1b2c", "Somebody", "203.0.113", "secret") if word in written]


def test_too_many_requests_get_429(directory: Directory) -> None:
    app = create_app(replace(directory.config, limit="3 per minute"))
    client = app.test_client()
    statuses = [client.get("/v1/departures.json").status_code for _ in range(4)]
    assert statuses == [200, 200, 200, 429]
    assert body_of(client.get("/v1/departures.json"))["code"] == "too_many_requests"


def test_unknown_methods_and_paths_get_a_sentence(client: FlaskClient) -> None:
    assert client.post(LATEST).status_code == 405
    assert client.post(LATEST).headers["Allow"]
    assert body_of(client.get("/v1/nowhere"))["code"] == "not_found"


def test_the_description_names_every_address(client: FlaskClient) -> None:
    described = json.loads(client.get("/openapi.json").data)
    assert set(described["paths"]) == {
        "/v1/directory/latest.json",
        "/v1/directory/files/{name}",
        "/v1/departures.json",
        "/v1/groups.json",
    }
    assert described["openapi"].startswith("3.1")
