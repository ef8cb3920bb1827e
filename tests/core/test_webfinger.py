"""WebFinger: answers, delegation by host-meta or redirect, catch-all servers."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from passerelle.errors import NetworkError, ServerRefused
from passerelle.hints.check import Target, check_account
from passerelle.identifiers import parse_acct
from passerelle.networks.fediverse.webfinger import (
    WebFinger,
    find_account,
    read_host_meta,
    read_webfinger,
    webfinger_request,
)
from passerelle.networks.profile import bounded
from passerelle.transport import Request, Response

from tests.core.fakes import reply

ADA = parse_acct("ada@quai.example.org")
ACTOR = "https://social.quai.example.org/users/ada"
SELF = {"rel": "self", "type": "application/activity+json", "href": ACTOR}
JRD = {"subject": "acct:Ada@quai.example.org", "links": [SELF]}
DELEGATE = "social.quai.example.org"
TEMPLATE = f"https://{DELEGATE}/.well-known/webfinger?resource={{uri}}"
XRD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<XRD xmlns="http://docs.oasis-open.org/ns/xri/xrd-1.0">\n'
    f'  <Link rel="lrdd" template="{TEMPLATE}"/>\n</XRD>\n'
)

JSON_META = {"links": [{"rel": "lrdd", "template": TEMPLATE}]}

Site = Callable[[Request], Response]


def unreachable(request: Request) -> Response:
    raise NetworkError("no answer", host="quai.example.org")


def missing(request: Request) -> Response:
    return reply(404, {})


def start_page(request: Request) -> Response:
    return Response(200, {"content-type": "text/html"}, b"<!doctype html><title>Quai</title>")


def broken(request: Request) -> Response:
    return reply(503, {})


def knows_ada(request: Request) -> Response:
    resource = parse_qs(urlsplit(request.url).query)["resource"][0]
    return reply(200, JRD) if resource.lower() == "acct:ada@quai.example.org" else reply(404, {})


def accepts_everything(request: Request) -> Response:
    return reply(200, JRD)


def xrd(text: str = XRD) -> Site:
    return lambda request: Response(200, {"content-type": "application/xrd+xml"}, text.encode())


def find(sites: Mapping[str, Site]) -> tuple[WebFinger, list[str]]:
    """Find Ada where these answer, by host and path; return the answer and the requested hosts and paths."""
    asked: list[str] = []

    async def fetch(request: Request) -> Response:
        parts = urlsplit(request.url)
        asked.append(parts.netloc + parts.path)
        assert request.may_redirect
        return sites.get(asked[-1], missing)(request)

    return asyncio.run(find_account(ADA, "0000", fetch)), asked


def code_of(sites: Mapping[str, Site]) -> str:
    with pytest.raises((ServerRefused, NetworkError)) as caught:
        find(sites)
    return str(caught.value.code)


OWN = "quai.example.org/.well-known/webfinger"
META = "quai.example.org/.well-known/host-meta"
DELEGATED = f"{DELEGATE}/.well-known/webfinger"


def test_the_answer_names_the_actor_and_the_servers_spelling() -> None:
    assert read_webfinger(reply(200, JRD), ADA) == WebFinger(parse_acct("Ada@quai.example.org"), ACTOR)
    ld = {**SELF, "type": 'application/ld+json; profile="https://www.w3.org/ns/activitystreams"'}
    assert read_webfinger(reply(200, {"links": [{}, 3, ld]}), ADA) == WebFinger(ADA, ACTOR)


@pytest.mark.parametrize("status", [404, 410])
def test_404_and_410_mean_account_not_found(status: int) -> None:
    with pytest.raises(ServerRefused) as raised:
        read_webfinger(reply(status, {}), ADA)
    assert raised.value.code == "account_not_found"


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (400, "server_refused"),
        (401, "server_refused"),
        (403, "server_refused"),
        (429, "rate_limited"),
        (503, "server_error"),
    ],
)
def test_other_statuses_do_not_mean_account_not_found(status: int, code: str) -> None:
    with pytest.raises(ServerRefused) as raised:
        read_webfinger(reply(status, JRD), ADA)
    assert raised.value.code == code
    assert raised.value.params["host"] == "quai.example.org"


def test_a_domain_that_answers_is_not_asked_for_host_meta() -> None:
    found, asked = find({OWN: knows_ada})
    assert found.actor == ACTOR
    assert asked == [OWN, OWN]  # the account, then the random name


@pytest.mark.parametrize("own", [missing, unreachable, start_page], ids=["404", "no answer", "web page"])
@pytest.mark.parametrize(
    "meta",
    [
        xrd(),
        xrd(XRD.replace("Link", "ns:Link").replace('"', "'")),
        lambda _: reply(200, JSON_META),
    ],
    ids=["XRD", "XRD with prefix", "JSON"],
)
def test_a_domain_may_delegate_by_host_meta_only(own: Site, meta: Site) -> None:
    found, asked = find({OWN: own, META: meta, DELEGATED: knows_ada})
    assert found == WebFinger(parse_acct("Ada@quai.example.org"), ACTOR)
    assert asked == [OWN, META, DELEGATED, DELEGATED]


def test_a_delegate_that_accepts_every_name_is_a_catch_all() -> None:
    assert code_of({OWN: missing, META: xrd(), DELEGATED: accepts_everything}) == "knows_everybody"
    assert code_of({OWN: accepts_everything}) == "knows_everybody"


def test_without_a_usable_template_the_first_answer_stands() -> None:
    itself = f"https://{OWN}?resource={{uri}}"
    for meta in (missing, unreachable, xrd("<html>"), xrd(XRD.replace(TEMPLATE, itself))):
        assert code_of({OWN: missing, META: meta}) == "account_not_found"
        assert code_of({OWN: unreachable, META: meta}) == "server_unreachable"
        assert code_of({OWN: start_page, META: meta}) == "server_error"


def test_a_server_with_a_problem_is_not_asked_for_host_meta() -> None:
    assert code_of({OWN: broken, META: xrd(), DELEGATED: knows_ada}) == "server_error"


def test_an_account_unknown_to_the_delegate_is_not_found() -> None:
    assert code_of({META: xrd(), DELEGATED: missing}) == "account_not_found"
    assert code_of({META: xrd(), DELEGATED: unreachable}) == "server_unreachable"


@pytest.mark.parametrize(
    "template",
    [
        "http://social.example.org/?r={uri}",
        "https://127.0.0.1/?r={uri}",
        "https://router.lan/?r={uri}",
        "https://social.example.org/?r=uri",
        "https://{uri}/",
        "",
    ],
)
def test_a_template_must_be_https_on_a_public_host(template: str) -> None:
    assert read_host_meta(Response(200, {}, XRD.replace(TEMPLATE, template).encode())) is None


def test_other_relations_of_host_meta_are_ignored() -> None:
    assert read_host_meta(Response(200, {}, XRD.replace("lrdd", "hub").encode())) is None
    assert read_host_meta(Response(404, {}, XRD.encode())) is None


@given(st.binary() | st.text().map(lambda text: f"<Link rel='lrdd' template='{text}'>".encode()))
def test_any_host_meta_is_read_without_an_error(body: bytes) -> None:
    template = read_host_meta(Response(200, {}, body))
    assert template is None or webfinger_request(ADA, template).url.startswith("https://")


def test_the_acct_is_escaped_in_the_url() -> None:
    assert webfinger_request(ADA).url == f"https://{OWN}?resource=acct%3Aada%40quai.example.org"


@pytest.mark.parametrize(
    "url", ["https://127.0.0.1/x", "https://[::1]/x", "https://router.local/", "http://a.example.org/"]
)
def test_an_answer_from_a_host_inside_a_network_is_not_read(url: str) -> None:
    async def fetch(request: Request) -> Response:
        return Response(200, {}, json.dumps(JRD).encode(), url)

    with pytest.raises(ServerRefused) as raised:
        asyncio.run(check_account(Target("fediverse", str(ADA), None, frozenset()), b"\0" * 8, fetch))
    assert (raised.value.code, raised.value.params["host"]) == ("server_error", "quai.example.org")


def test_an_answer_from_another_public_host_is_read() -> None:
    async def fetch(request: Request) -> Response:
        answer: Any = knows_ada(request)
        return Response(answer.status, answer.headers, answer.body, f"https://{DELEGATED}")

    assert asyncio.run(find_account(ADA, "0000", bounded(fetch))).actor == ACTOR
