"""Stand-ins answer for what the real servers do not know, and for nothing else."""

from __future__ import annotations

import json

from tests.world.sites import APPVIEW, PLC, RESOLVE
from tests.world.stand_ins import with_stand_ins
from tests.world.world import Answer, Ask, page

KNOWN = "ada.pds.passerelle.eu"


def real_appview(ask: Ask) -> Answer:
    if KNOWN in ask.path:
        return page(200, b'{"did":"did:plc:real"}', "application/json")
    return page(400, b'{"error":"InvalidRequest"}', "application/json")


def real_plc(ask: Ask) -> Answer:
    return page(404, b'{"message":"DID not registered"}', "application/json")


SITES = with_stand_ins({APPVIEW: real_appview, PLC: real_plc})


def get(host: str, path: str) -> Answer:
    return SITES[host](Ask(host, "GET", path, (), b""))


def test_a_known_handle_is_left_to_the_real_server() -> None:
    assert json.loads(get(APPVIEW, f"{RESOLVE}?handle={KNOWN}").body) == {"did": "did:plc:real"}


def test_an_unknown_handle_resolves_to_an_identity_that_claims_it() -> None:
    did = json.loads(get(APPVIEW, f"{RESOLVE}?handle=museum.example.org").body)["did"]

    document = json.loads(get(PLC, f"/{did}").body)

    assert document["id"] == did
    assert document["alsoKnownAs"] == ["at://museum.example.org"]
    assert document["service"][0]["serviceEndpoint"] == "https://pds.passerelle.eu"


def test_an_unknown_did_is_left_to_the_real_server() -> None:
    assert get(PLC, "/did:plc:nobody").status == 404
