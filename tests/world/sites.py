"""Which server on loopback answers under which real name: the whole internet as the extension knows it."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qs, urlsplit

from tests.world import fake_x
from tests.world.directory import DirectoryServer
from tests.world.fediverse import fediverse
from tests.world.pds import HANDLES, HOSTNAME, Pds, Plc
from tests.world.residents import INHABITANTS
from tests.world.world import Answer, Ask, Site, page, proxy

DIRECTORY = "dir.passerelle.eu"
PDS = HOSTNAME
PLC = "plc.directory"
APPVIEW = "public.api.bsky.app"
X = "x.com"
# What the extension asks for when badges are switched on: extension/lib/x/switch.ts
X_PATTERNS = tuple(f"https://{host}/*" for host in ("x.com", "mobile.x.com", "twitter.com", "mobile.twitter.com"))
RESOLVE = "/xrpc/com.atproto.identity.resolveHandle"


def is_batch(ask: Ask) -> bool:
    """Say whether this asks a PDS to write a batch of records."""
    return ask.method == "POST" and ask.path == "/xrpc/com.atproto.repo.applyWrites"


def appview(pds: Site) -> Site:
    """Answer as public.api.bsky.app does, for the one question it is asked: whose did a handle is."""

    def site(ask: Ask) -> Answer:
        url = urlsplit(ask.path)
        handle = parse_qs(url.query).get("handle", [""])[0]
        if url.path == RESOLVE and handle.endswith(HANDLES):
            return pds(ask)
        # The PDS would look for any other handle in the real DNS.
        error = b'{"error":"InvalidRequest","message":"Unable to resolve handle"}'
        return page(400, error, "application/json", ("Access-Control-Allow-Origin", "*"))

    return site


def make_sites(plc: Plc, pds: Pds, directory: DirectoryServer) -> Mapping[str, Site]:
    """Give every name of the closed world and who answers there."""
    bluesky = proxy(lambda: pds.port)
    return {
        X: fake_x.site,
        "twitter.com": fake_x.old_name,
        PLC: proxy(lambda: plc.port),
        APPVIEW: appview(bluesky),
        PDS: bluesky,
        DIRECTORY: proxy(lambda: directory.port),
        **{host: fediverse(host, people) for host, people in INHABITANTS.items()},
    }
