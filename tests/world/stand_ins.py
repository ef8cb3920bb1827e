"""Stand-ins for `make run` on a real archive: in the closed world every handle resolves, to an invented did if need be.

A PDS takes a follow of any well-formed did, so a real archive's matches can be followed on the local PDS without a
request to the real network. The identity documents are as plc.directory writes them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from urllib.parse import parse_qs, unquote, urlsplit

from tests.world.residents import invented_did
from tests.world.sites import APPVIEW, PDS, PLC, RESOLVE
from tests.world.world import Answer, Ask, Site, page

ANY_ORIGIN = ("Access-Control-Allow-Origin", "*")


def with_stand_ins(sites: Mapping[str, Site]) -> dict[str, Site]:
    """Answer by stand-ins for handles and dids that the real servers of `sites` do not know."""
    handles: dict[str, str] = {}

    def resolve(ask: Ask) -> Answer:
        answer = sites[APPVIEW](ask)
        url = urlsplit(ask.path)
        if answer.status < 400 or url.path != RESOLVE:
            return answer
        handle = parse_qs(url.query).get("handle", [""])[0]
        did = invented_did(handle)
        handles[did] = handle
        return _json({"did": did})

    def document(ask: Ask) -> Answer:
        did = unquote(urlsplit(ask.path).path.lstrip("/"))
        if did not in handles:
            return sites[PLC](ask)
        service = {"id": "#atproto_pds", "type": "AtprotoPersonalDataServer", "serviceEndpoint": f"https://{PDS}"}
        return _json({"id": did, "alsoKnownAs": [f"at://{handles[did]}"], "service": [service]})

    return {**sites, APPVIEW: resolve, PLC: document}


def _json(body: object) -> Answer:
    return page(200, json.dumps(body).encode(), "application/json", ANY_ORIGIN)
