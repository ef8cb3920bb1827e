"""Which server on loopback answers under which real name: the whole internet as the extension knows it."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path

from tests.world import compose, fake_x, pictures
from tests.world.appview import PdsAccounts, appview
from tests.world.bridge import BRIDGE, bridge
from tests.world.directory import DirectoryServer
from tests.world.fediverse import fediverse
from tests.world.mastodon import Mastodon
from tests.world.mastodons import WITHOUT_API
from tests.world.pds import BEHIND, HANDLES, HOSTNAME, Pds, Plc
from tests.world.residents import INHABITANTS
from tests.world.world import Ask, Site, page, proxy, unreachable

ROOT = Path(__file__).parents[2]
DIRECTORY = "dir.passerelle.eu"
OTHER_DIRECTORY = "annuaire.example.org"  # one that a person may add; nothing answers there by itself
PDS = HOSTNAME
PLC = "plc.directory"
APPVIEW = "public.api.bsky.app"
BLUESKY_APP = "bsky.app"  # where a person without an account makes one, and writes posts
X = "x.com"
PICTURES = "pbs.twimg.com"  # of people on X
# Where a sign-in returns in Chromium, which may begin to load that address before it hands it to the extension.
RETURN = f"{tomllib.loads((ROOT / 'build' / 'identity.toml').read_text())['chromium']['id']}.chromiumapp.org"
# The permissions that the extension asks for when badges are switched on: extension/lib/x/switch.ts
X_PATTERNS = tuple(f"https://{host}/*" for host in ("x.com", "mobile.x.com", "twitter.com", "mobile.twitter.com"))
SIGN_UP = b"<!doctype html><html lang=en><title>Bluesky</title><h1>Create an account</h1></html>"
RESOLVE = "/xrpc/com.atproto.identity.resolveHandle"


def is_batch(ask: Ask) -> bool:
    """Tell whether this asks a PDS to write a batch of records."""
    return ask.method == "POST" and ask.path == "/xrpc/com.atproto.repo.applyWrites"


def make_sites(
    plc: Plc, pds: Pds, directory: DirectoryServer, mastodons: Mapping[str, Mastodon], x: Site = fake_x.site
) -> Mapping[str, Site]:
    """Return the site of every host name of the closed world."""
    bluesky = proxy(lambda: pds.port)
    return {
        X: compose.writing(compose.ON_X, x),
        BLUESKY_APP: compose.writing(compose.BLUESKY, lambda _: page(200, SIGN_UP, "text/html; charset=utf-8")),
        "twitter.com": fake_x.old_name,
        PICTURES: pictures.site,
        PLC: proxy(lambda: plc.port),
        APPVIEW: appview(PdsAccounts(bluesky, PDS, HANDLES)),
        BEHIND: appview(PdsAccounts(bluesky, PDS, HANDLES)),
        PDS: bluesky,
        BRIDGE: bridge({}),
        DIRECTORY: proxy(lambda: directory.port),
        OTHER_DIRECTORY: unreachable(proxy(lambda: directory.port)),
        RETURN: unreachable(proxy(lambda: directory.port)),
        **{host: fediverse(host, people) for host, people in INHABITANTS.items()},
        **{host: compose.writing(compose.MASTODON, server.site) for host, server in mastodons.items()},
        **WITHOUT_API,
    }
