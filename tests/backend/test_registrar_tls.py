"""The registrar with its own fetcher: every proof is read over TLS, from servers under their real names."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import urlsplit

import pytest
import trustme
from passerelle.transport import Request
from passerelle_directory.registrar.app import create_registrar
from passerelle_directory.registrar.fetcher import Fetcher

from tests.backend.conftest import Directory
from tests.backend.joining import Joining, joining
from tests.backend.tls_server import TlsServer, whole
from tests.core.claim_servers import ADA_ACCT

HOSTS = (
    "cdn.syndication.twimg.com",
    "publish.x.com",
    "plc.directory",
    "public.api.bsky.app",
    "pds.example.org",
    "quai.example.org",
)


@pytest.fixture
def desk(directory: Directory) -> Iterator[Joining]:
    """A registrar whose fetcher finds all hosts at one server on 127.0.0.1."""
    authority = trustme.CA()
    trust = ssl.create_default_context()
    authority.configure_trust(trust)
    with joining(directory.config) as one:

        def answer(tls: ssl.SSLSocket, _path: str) -> None:
            found = asyncio.run(one.servers.fetch(Request("GET", server.urls[-1])))
            tls.sendall(
                whole(found.body, status=f"{found.status} Answer", media_type="application/json; charset=utf-8")
            )

        server = TlsServer(authority, answer, *HOSTS)
        local = {"127.0.0.1"}
        fetcher = Fetcher(lambda _host, _port: [("127.0.0.1", server.port)], local.__contains__, trust)
        one.registrar = replace(one.registrar, fetch=fetcher)
        one.client = create_registrar(one.registrar).test_client()
        yield one
        server.close()


def test_a_claim_on_two_networks_is_proven_over_tls(desk: Joining) -> None:
    desk.join(acct=ADA_ACCT)
    row, _ = desk.publish()[0]
    assert (row.grade, str(row.acct)) == ("proven", ADA_ACCT)
    asked = {urlsplit(url).netloc for url in desk.servers.asked}
    assert asked == set(HOSTS) - {"publish.x.com"}


def test_the_name_is_asked_from_oembed_where_post_data_cannot_be_had(desk: Joining) -> None:
    made = desk.make()
    desk.prove_target(made)
    url = desk.post(made)
    post = desk.servers.posts.popitem()[1]
    desk.servers.posts[post["id_str"]] = {"unexpected": True}
    desk.servers.oembed[post["id_str"]] = {"author_url": "https://x.com/ada_l", "html": f"<p>{made['code']}</p>"}
    assert desk.check(made, post=url)["grade"] == "claimed"
    row, _ = desk.publish()[0]
    assert (row.rest_id, row.screen_name, row.grade) == (None, "ada_l", "claimed")
