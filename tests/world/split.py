"""A PDS whose authorization server has a host name of its own, as every account of bsky.social has it.

One real PDS answers under both names, each name only for its own part: a request to the wrong one fails.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from http import HTTPStatus

from tests.world.exchange import Answer, Ask, Site, page
from tests.world.pds import HOSTNAME

ISSUER = "login.passerelle.eu"
RESOURCE = "/.well-known/oauth-protected-resource"
# What an authorization server answers: its endpoints, its pages, and what these load.
ISSUERS_OWN = ("/oauth/", "/.well-known/oauth-authorization-server", "/@atproto/", "/account")


def make_split(bluesky: Site) -> Mapping[str, Site]:
    """Return the sites of both names of one PDS, which was started with `issuer` set to ISSUER."""
    return {HOSTNAME: _resource_server(bluesky), ISSUER: _authorization_server(bluesky)}


def _resource_server(bluesky: Site) -> Site:
    def site(ask: Ask) -> Answer:
        if ask.path.startswith(ISSUERS_OWN):
            return _elsewhere()
        if ask.path == RESOURCE:
            return _name_issuer(bluesky(ask))
        return bluesky(ask)

    return site


def _authorization_server(bluesky: Site) -> Site:
    def site(ask: Ask) -> Answer:
        return bluesky(ask) if ask.path.startswith(ISSUERS_OWN) else _elsewhere()

    return site


def _name_issuer(answer: Answer) -> Answer:
    """Return the metadata of the PDS with the other name in it: RFC 9728, section 3.2."""
    metadata = {**json.loads(answer.body), "authorization_servers": [f"https://{ISSUER}"]}
    return Answer(answer.status, answer.headers, json.dumps(metadata).encode())


def _elsewhere() -> Answer:
    return page(HTTPStatus.NOT_FOUND, b"not here", "text/plain")
