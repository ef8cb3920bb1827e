"""The registrar's HTTP side: problem details, secrets, limits, the claim page, and that the directory stays thin."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from passerelle.claims.codes import make_code
from passerelle_directory.models import StoredClaim
from passerelle_directory.registrar.app import create_registrar
from passerelle_directory.registrar.store import hash_secret
from passerelle_directory.web.languages import LANGUAGES

from tests.backend.conftest import Directory
from tests.backend.joining import Joining, bearer, joining
from tests.core.claim_servers import ADA, ADA_ACCT, ADA_DID, ADA_ID


@pytest.fixture
def desk(directory: Directory) -> Iterator[Joining]:
    with joining(directory.config) as one:
        yield one


def problem(answer: Any) -> tuple[int, str]:
    """Return status and code of a problem answer."""
    assert answer.mimetype == "application/problem+json"
    document = answer.get_json()
    assert set(document) == {"type", "title", "status", "detail", "code"}
    assert document["status"] == answer.status_code
    return answer.status_code, document["code"]


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        {"rest_id": ADA_ID, "screen_name": ADA},
        {"rest_id": 123, "screen_name": ADA, "did": ADA_DID},
        {"rest_id": "0", "screen_name": ADA, "did": ADA_DID},
        {"rest_id": "99999999999999999999", "screen_name": ADA, "did": ADA_DID},
        {"rest_id": ADA_ID, "screen_name": "аda", "did": ADA_DID},
        {"rest_id": ADA_ID, "screen_name": ADA, "did": "did:plc:"},
        {"rest_id": ADA_ID, "screen_name": ADA, "acct": "ada"},
        {"rest_id": ADA_ID, "screen_name": ADA, "acct": "ada@127.0.0.1"},
        {"rest_id": ADA_ID, "screen_name": ADA, "did": ADA_DID, "grade": "proven"},
        {"rest_id": ADA_ID, "screen_name": ADA, "did": ADA_DID, "kind": "king"},
        {"rest_id": ADA_ID, "screen_name": ADA, "did": ADA_DID, "leaving_on": "soon"},
    ],
)
def test_what_is_no_claim_is_refused_with_the_place(desk: Joining, body: Any) -> None:
    assert problem(desk.client.post("/v1/claims", json=body)) == (422, "invalid_request")


@pytest.mark.parametrize("body", [b"{", b"\xff", b'"', b"[" * 10_000, b"{" + b" " * 20_000], ids=range(5))
def test_a_body_that_is_no_json_is_refused(desk: Joining, body: bytes) -> None:
    answer = desk.client.post("/v1/claims", data=body, content_type="application/json")
    assert problem(answer)[0] in (400, 413, 422)


def test_each_route_with_a_body_describes_its_answer_to_one_that_is_too_long(desk: Joining) -> None:
    paths = desk.client.get("/openapi.json").get_json()["paths"]
    with_body = [path for path, methods in paths.items() if "requestBody" in methods.get("post", {})]
    assert len(with_body) == 3
    assert all("413" in paths[path]["post"]["responses"] for path in with_body)
    answer = desk.client.post("/v1/claims", json={"rest_id": ADA_ID, "screen_name": ADA, "did": "d" * 20_000})
    assert problem(answer) == (413, "request_entity_too_large")


def test_a_new_claim_has_a_code_that_anyone_can_recompute(desk: Joining) -> None:
    made = desk.make(acct=ADA_ACCT)
    claim = desk.claim(made)
    assert (
        make_code(claim.rest_id, claim.screen_name, claim.did, claim.acct, bytes.fromhex(made["nonce"])) == made["code"]
    )
    assert made["page"].endswith(f"/c/{made['claim_id']}")
    assert len(made["secret"]) == 43


def test_only_the_hash_of_a_secret_is_stored_and_it_is_shown_once(desk: Joining) -> None:
    made = desk.make()
    with desk.registrar.sessions() as session:
        assert session.query(StoredClaim).one().secret_hash == hash_secret(made["secret"])
    assert "secret" not in desk.state(made)


@pytest.mark.parametrize("method", ["post", "delete"])
def test_a_claim_is_changed_only_with_its_own_secret(desk: Joining, method: str) -> None:
    made, other = desk.make(), desk.make()
    path = f"/v1/claims/{made['claim_id']}" + ("/check" if method == "post" else "")
    body: dict[str, Any] = {"json": {}} if method == "post" else {}
    request = getattr(desk.client, method)
    assert problem(request(path, **body)) == (401, "secret_missing")
    assert problem(request(path, headers={"Authorization": "Basic YTpi"}, **body)) == (401, "secret_missing")
    assert problem(request(path, headers=bearer(other), **body)) == (403, "secret_wrong")
    assert problem(request(f"/v1/claims/{'0' * 16}" + path[27:], headers=bearer(made), **body)) == (
        404,
        "unknown_claim",
    )
    assert desk.state(made)["checked_at"] is None


@pytest.mark.parametrize("post", ["https://evil.example/ada/status/20", "20", "javascript:alert(1)"])
def test_the_address_of_no_post_is_refused(desk: Joining, post: str) -> None:
    made = desk.make()
    answer = desk.client.post(f"/v1/claims/{made['claim_id']}/check", json={"post": post}, headers=bearer(made))
    assert problem(answer) == (422, "invalid_request")


@pytest.mark.parametrize("path", ["/v1/claims/xyz", "/v1/nothing", "/c/0000000000000000", "/wp-login.php"])
def test_what_is_not_there_is_a_problem(desk: Joining, path: str) -> None:
    assert problem(desk.client.get(path))[0] in (404, 422)


def test_the_claim_page_is_unlisted_and_links_back(desk: Joining) -> None:
    made = desk.join(acct=ADA_ACCT)
    answer = desk.client.get(f"/c/{made['claim_id']}")
    html = answer.get_data(as_text=True)
    assert answer.headers["X-Robots-Tag"].startswith("noindex")
    assert '<meta name="robots" content="noindex, nofollow">' in html
    for link in (f"https://bsky.app/profile/{ADA_DID}", "https://quai.example.org/@ada", f"https://x.com/{ADA}"):
        assert f'rel="me noopener noreferrer" href="{link}"' in html
    assert made["secret"] not in html
    assert "script" not in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("grade", ["open", "claimed", "proven"])
def test_the_claim_page_speaks_every_language(desk: Joining, language: str, grade: str) -> None:
    made = desk.join() if grade == "proven" else desk.make()
    if grade == "claimed":
        desk.prove_target(made)
        desk.check(made)
    html = desk.client.get(f"/c/{made['claim_id']}?lang={language}").get_data(as_text=True)
    assert f'lang="{language}"' in html


def test_the_api_is_described_and_the_description_is_a_page(desk: Joining) -> None:
    document = desk.client.get("/openapi.json").get_json()
    assert document["openapi"].startswith("3.1")
    assert {"/v1/claims", "/v1/claims/{claim_id}", "/v1/claims/{claim_id}/check", "/v1/objections"} == set(
        document["paths"]
    )
    html = desk.client.get("/docs").get_data(as_text=True)
    assert all(path in html for path in document["paths"])


def test_limits_count_what_writes(desk: Joining) -> None:
    limited = replace(desk.registrar, config=replace(desk.config, claim_limit="3 per hour"))
    client = create_registrar(limited).test_client()
    body = {"rest_id": ADA_ID, "screen_name": ADA, "did": ADA_DID}
    statuses = [client.post("/v1/claims", json=body).status_code for _ in range(4)]
    assert statuses == [201, 201, 201, 429]
    assert problem(client.post("/v1/claims", json=body)) == (429, "too_many_requests")


def test_pages_of_other_origins_may_use_the_api_and_no_cookie_is_set(desk: Joining) -> None:
    answer = desk.client.options("/v1/claims", headers={"Origin": "moz-extension://a"})
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "authorization" in answer.headers["Access-Control-Allow-Headers"]
    assert "Access-Control-Allow-Credentials" not in answer.headers
    assert "Set-Cookie" not in answer.headers


def test_the_directory_answers_reading_requests_only(app: Flask) -> None:
    methods = {method for rule in app.url_map.iter_rules() for method in rule.methods or ()}
    assert methods == {"GET", "HEAD", "OPTIONS"}


def html_of(desk: Joining, path: str, status: int = 200) -> str:
    """Return a page as a browser gets it."""
    answer = desk.client.get(path, headers={"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"})
    assert (answer.status_code, answer.mimetype) == (status, "text/html")
    assert "script" not in answer.headers["Content-Security-Policy"]
    html = answer.get_data(as_text=True)
    assert '<meta name="robots" content="noindex, nofollow">' in html
    return html


def test_the_page_of_a_claim_says_which_accounts_are_proven(desk: Joining) -> None:
    made = desk.make(acct=ADA_ACCT)
    desk.servers.write_record(desk.claim(made))
    desk.check(made, post=desk.post(made))
    html = html_of(desk, f"/c/{made['claim_id']}")
    assert "Some of these accounts are proven" in html
    assert (html.count(">proven<"), html.count(">not proven yet<")) == (2, 1)
    desk.prove_target(made)
    desk.check(made)
    assert "All of it is proven" in html_of(desk, f"/c/{made['claim_id']}")


def test_the_page_of_an_objection_names_no_account(desk: Joining) -> None:
    made = desk.object(did=ADA_DID, acct=ADA_ACCT)
    html = html_of(desk, f"/c/{made['claim_id']}")
    assert not any(name in html for name in (ADA_DID, ADA_ACCT, made["code"]))


@pytest.mark.parametrize("path", ["/", "/docs", "/c/0011223344556677", "/nowhere"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_speaks_every_language(desk: Joining, path: str, language: str) -> None:
    html = html_of(desk, f"{path}?lang={language}", 200 if path in ("/", "/docs") else 404)
    assert f'<html lang="{language}"' in html


def test_a_program_gets_a_problem_where_a_person_gets_a_page(desk: Joining) -> None:
    assert problem(desk.client.get("/nowhere", headers={"Accept": "application/json"})) == (404, "not_found")
    assert problem(desk.client.get("/v1/nowhere", headers={"Accept": "text/html"})) == (404, "not_found")


def test_the_contact_stands_on_the_pages_where_there_is_one(desk: Joining) -> None:
    assert "write to us" not in html_of(desk, "/")
    config = replace(desk.config, contact="mail@dir.example.org")
    client = create_registrar(replace(desk.registrar, config=config)).test_client()
    assert "Or write to us: mail@dir.example.org" in client.get("/").get_data(as_text=True)
