"""The page of a person who wants one: of a proven claim only, gone after withdrawal; all names as one text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask.testing import FlaskClient
from passerelle_directory.publishing.names import NameCollector
from passerelle_directory.publishing.snapshot import publish, read_rows
from passerelle_directory.registrar.intake import take_in
from passerelle_directory.web.app import create_app
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from tests.backend.conftest import Directory
from tests.backend.joining import Joining, bearer, joining
from tests.backend.people import line
from tests.core.claim_servers import ADA, ADA_ACCT, ADA_DID, ADA_HANDLE, EVE_DID


@pytest.fixture
def desk(directory: Directory) -> Iterator[Joining]:
    with joining(directory.config) as one:
        yield one


def publish_all(desk: Joining, directory: Directory) -> FlaskClient:
    """Do what an operator's timer does: recheck, take in, snapshot; return a visitor of the directory."""
    desk.recheck()
    with Session(desk.engine) as session:
        take_in(session, desk.registrar.refusals_key, desk.clock())
        publish(session, directory.config.public, directory.key, desk.clock())
    return create_app(desk.config).test_client()


def page_of(client: FlaskClient, claim: dict[str, str], query: str = "") -> TestResponse:
    """Ask for a claim's page."""
    return client.get(f"/p/{claim['claim_id']}?lang=en{query}")


def test_a_proven_claim_has_a_page_with_links_that_follow(desk: Joining, directory: Directory) -> None:
    claim = desk.join(acct=ADA_ACCT, public_page="unlisted")
    answer = page_of(publish_all(desk, directory), claim)
    assert answer.status_code == 200
    user, host = ADA_ACCT.split("@")
    for href in (f"https://bsky.app/profile/{ADA_HANDLE}", f"https://{host}/@{user}"):
        assert f'href="{href}"' in answer.text
    assert f"Where @{ADA} is now" in answer.text
    assert f'href="{desk.config.registrar_url}/c/{claim["claim_id"]}?lang=en"' in answer.text


@pytest.mark.parametrize(("wish", "is_kept_out"), [("unlisted", True), ("searchable", False)])
def test_search_engines_are_kept_out_unless_wished(
    desk: Joining, directory: Directory, wish: str, is_kept_out: bool
) -> None:
    claim = desk.join(public_page=wish)
    answer = page_of(publish_all(desk, directory), claim)
    assert ("noindex" in answer.headers.get("X-Robots-Tag", "")) is is_kept_out
    assert ('name="robots"' in answer.text) is is_kept_out


def test_no_page_without_the_wish_and_none_before_all_is_proven(desk: Joining, directory: Directory) -> None:
    unwished = desk.join()
    unproven = desk.make(rest_id="777", screen_name="eve", did=EVE_DID, public_page="unlisted")
    desk.prove_target(unproven)
    assert desk.check(unproven)["grade"] == "claimed"
    client = publish_all(desk, directory)
    assert [page_of(client, one).status_code for one in (unwished, unproven)] == [404, 404]


def test_the_page_is_gone_after_withdrawal(desk: Joining, directory: Directory) -> None:
    claim = desk.join(public_page="unlisted")
    assert page_of(publish_all(desk, directory), claim).status_code == 200
    desk.withdraw(claim)
    desk.clock.move(hours=1)
    assert page_of(publish_all(desk, directory), claim).status_code == 404
    assert list((directory.config.pages / "people").iterdir()) == []


def test_the_page_can_be_taken_away_and_the_claim_stays(desk: Joining, directory: Directory) -> None:
    claim = desk.join(public_page="unlisted")
    assert desk.check(claim, public_page="none")["public_page"] is None
    client = publish_all(desk, directory)
    assert page_of(client, claim).status_code == 404
    assert [row.grade for row, _ in read_rows(Session(desk.engine))] == ["proven"]
    assert desk.check(claim, public_page="unlisted")["public_page"] == "unlisted"


def test_the_page_is_gone_while_another_proven_claim_disputes_it(desk: Joining, directory: Directory) -> None:
    claim = desk.join(public_page="unlisted")
    publish_all(desk, directory)
    desk.clock.move(days=1)
    desk.join("1936480450125496999", did=EVE_DID)
    assert page_of(publish_all(desk, directory), claim).status_code == 404


def test_a_visitor_gets_a_link_to_their_own_server_and_is_never_redirected(desk: Joining, directory: Directory) -> None:
    claim = desk.join(acct=ADA_ACCT, public_page="unlisted")
    client = publish_all(desk, directory)
    answer = page_of(client, claim, "&server=%40me%40Social.example.org")
    assert answer.status_code == 200
    uri = ADA_ACCT.replace("@", "%40")
    assert f'href="https://social.example.org/authorize_interaction?uri={uri}"' in answer.text
    for wrong in ("javascript:alert(1)", "127.0.0.1", "localhost", "a.example.org:8080", '"><script>'):
        refused = client.get(f"/p/{claim['claim_id']}", query_string={"lang": "en", "server": wrong})
        assert "This is not the name of a server." in refused.text, wrong
        assert "authorize_interaction" not in refused.text
        assert "<script" not in refused.text


@pytest.mark.parametrize("claim_id", ["0" * 16, "..%2fcounts", "%2e%2e", "A" * 16, "x"])
def test_what_is_no_claim_has_no_page(desk: Joining, directory: Directory, claim_id: str) -> None:
    assert publish_all(desk, directory).get(f"/p/{claim_id}").status_code == 404


def test_the_registrar_stores_the_wish_and_its_page_of_the_claim_links_to_the_page(
    desk: Joining, directory: Directory
) -> None:
    claim = desk.join(public_page="unlisted")
    address = f"{desk.config.url}/p/{claim['claim_id']}"
    assert desk.state(claim)["public_page"] == "unlisted"
    assert address not in desk.client.get(f"/c/{claim['claim_id']}").text
    publish_all(desk, directory)
    assert address in desk.client.get(f"/c/{claim['claim_id']}").text


def test_a_wish_that_is_none_of_the_two_is_refused(desk: Joining) -> None:
    body = {"rest_id": "1234567890", "screen_name": ADA, "did": ADA_DID, "public_page": "famous"}
    assert desk.client.post("/v1/claims", json=body).status_code == 422
    claim = desk.make()
    answer = desk.client.post(
        f"/v1/claims/{claim['claim_id']}/check", json={"public_page": "famous"}, headers=bearer(claim)
    )
    assert answer.status_code == 422


def test_all_names_are_one_text_that_is_the_same_for_everyone(directory: Directory, client: FlaskClient) -> None:
    directory.add(
        line("Zoe", rest_id="12", handle="zoe.example.com"),
        line("ada", acct="ada@social.example.org"),
    )
    directory.publish()
    answer = client.get("/listed/names.txt?name=ada")
    assert answer.mimetype == "text/plain"
    assert answer.text.splitlines() == [
        "@ada -> @ada@social.example.org (imported)",
        "@Zoe 12 -> zoe.example.com (imported)",
    ]
    assert "noindex" in answer.headers["X-Robots-Tag"]
    assert answer.data == client.get("/listed/names.txt").data
    assert "/listed/names.txt" in client.get("/listed").text


def test_where_the_names_are_too_many_for_a_text_the_page_names_the_files_only(
    directory: Directory, client: FlaskClient
) -> None:
    directory.add(line("ada", handle="ada.example.com"), line("zoe", handle="zoe.example.com"))
    directory.publish()
    names = NameCollector(most=1)
    with directory.session() as session:
        assert len(list(names.pass_on(read_rows(session)))) == 2
    names.write(directory.config.pages)
    assert client.get("/listed/names.txt").status_code == 404
    assert "/listed/names.txt" not in client.get("/listed").text
    assert ".jsonl.gz" in client.get("/listed").text


def test_money_operator_and_independence_are_said(directory: Directory) -> None:
    config = replace(directory.config, funding="Paid by donations.", operator="Verein Beispiel")
    told, untold = (create_app(one).test_client().get("/about?lang=en").text for one in (config, directory.config))
    assert "not linked with HelloQuitteX or the CNRS" in told
    assert "Paid by donations." in told
    assert "Verein Beispiel" in told
    assert "has not yet said who pays for it" in untold
