"""A PDS whose authorization server has a host name of its own, as every account of bsky.social has it.

One real PDS answers under both names, each name only for its own part: a request to the wrong one fails.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from http import HTTPStatus

from tests.world.exchange import Answer, Ask, Site, page
from tests.world.pds import HOSTNAME

ISSUER = "login.passerelle.eu"
RESOURCE = "/.well-known/oauth-protected-resource"  # RFC 9728
METADATA = "/.well-known/oauth-authorization-server"  # RFC 8414
# What an authorization server answers: its endpoints, its pages, and what these load.
ISSUERS_OWN = ("/oauth/", METADATA, "/@atproto/", "/account")


def make_split(bluesky: Site) -> Mapping[str, Site]:
    """Return the sites of both names of one PDS, which was started with `issuer` set to ISSUER."""
    return {HOSTNAME: _resource_server(bluesky), ISSUER: _authorization_server(bluesky)}


def _resource_server(bluesky: Site) -> Site:
    def site(ask: Ask) -> Answer:
        if ask.path.startswith(ISSUERS_OWN):
            return _elsewhere()
        if ask.path == RESOURCE:
            return _with(bluesky, ask, authorization_servers=[f"https://{ISSUER}"])
        return bluesky(ask)

    return site


def _authorization_server(bluesky: Site) -> Site:
    def site(ask: Ask) -> Answer:
        if ask.path == METADATA:
            return _with(bluesky, ask, protected_resources=[f"https://{HOSTNAME}"])
        return bluesky(ask) if ask.path.startswith(ISSUERS_OWN) else _elsewhere()

    return site


def _with(bluesky: Site, ask: Ask, **fields: Sequence[str]) -> Answer:
    """Return the PDS's metadata with other fields: it takes itself for its authorization server."""
    uncompressed = tuple((name, value) for name, value in ask.headers if name != "accept-encoding")
    answer = bluesky(replace(ask, headers=uncompressed))
    return replace(answer, body=json.dumps({**json.loads(answer.body), **fields}).encode())


def _elsewhere() -> Answer:
    return page(HTTPStatus.NOT_FOUND, b"not here", "text/plain")
