"""WebFinger redirected into the person's own network: Check shows a server's fault, and nothing of the answer."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.conftest import Packages
from tests.data.archives import make_archive
from tests.data.people import NILS, OWNER
from tests.e2e.steps import APP, await_matches, hand_over, switch_badges
from tests.e2e.tabs import firefox
from tests.world.chromium import Chromium, await_hidden
from tests.world.fediverse import ANY_ORIGIN
from tests.world.pds import Account
from tests.world.sites import X_PATTERNS, X
from tests.world.world import Answer, Ask, Fault, Site, World, page

pytestmark = pytest.mark.e2e

SERVER = "quai.example.org"
INSIDE = "nas.lan"
ACTOR = f"https://{SERVER}/users/nils"
SELF = {"rel": "self", "type": "application/activity+json", "href": ACTOR}
JRD = json.dumps({"subject": f"acct:nils@{SERVER}", "links": [SELF]}).encode()


def redirected(location: str) -> Fault:
    """WebFinger sends the request on to another place; the rest of the server is as before."""

    def fault(site: Site) -> Site:
        def moved(ask: Ask) -> Answer:
            if ask.path.startswith("/.well-known/webfinger"):
                return page(302, b"", "text/plain", ("Location", location), ANY_ORIGIN)
            return site(ask)

        return moved

    return fault


class Router(BaseHTTPRequestHandler):
    """A device on the person's own network that lets every page read its answers."""

    def do_GET(self) -> None:
        self.server.asked.append(self.path)  # type: ignore[attr-defined]
        self.send_response(200)
        self.send_header("Content-Type", "application/jrd+json")
        self.send_header(*ANY_ORIGIN)
        self.end_headers()
        self.wfile.write(JRD)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
        pass


@contextmanager
def router() -> Iterator[str]:
    """Serve a Router on loopback; yield its URL."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Router) as server:
        server.asked = []  # type: ignore[attr-defined]
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


@contextmanager
def nas(world: World) -> Iterator[str]:
    """Let the front answer as a host of the local network, over TLS; yield its URL."""
    world.sites[INSIDE] = lambda ask: page(200, JRD, "application/jrd+json", ANY_ORIGIN)
    yield f"https://{INSIDE}/"
    del world.sites[INSIDE]


@pytest.fixture
def x(chromium: Chromium, accounts: Mapping[str, Account], tmp_path: Path) -> Page:
    """A page of X with Nils's badge open, whose profile names an account on SERVER."""
    tab = chromium.open_page(APP)
    hand_over(tab, make_archive(tmp_path / "x.zip", following=[NILS], followers=[], tweets=[]))
    await_matches(tab, 1)
    chromium.allow_sites(*X_PATTERNS)
    switch_badges(tab)
    list_page = chromium.context.new_page()
    list_page.goto(f"https://{X}/{OWNER.screen_name}/following")
    list_page.locator(f'[data-passerelle-badge="{NILS.screen_name}"]').click()
    return list_page


@pytest.mark.parametrize("inside", [nas, lambda world: router()], ids=["https in the LAN", "http on loopback"])
def test_an_answer_from_inside_the_network_is_not_shown(
    x: Page, world: World, inside: Callable[[World], AbstractContextManager[str]]
) -> None:
    world.forget()
    with inside(world) as location, world.fault(SERVER, redirected(location)):
        await_hidden(x, ".press.check").click()
        await_hidden(x, ".card .error")
    assert not [ask for ask in world.asked if ask.path.startswith("/users/")]  # the answer's actor was not fetched


@pytest.mark.firefox
def test_an_answer_from_loopback_is_not_shown_in_firefox(
    packages: Packages, world: World, sample: Path, accounts: Mapping[str, Account], tmp_path: Path
) -> None:
    with firefox(packages, world, tmp_path, sample) as browser:
        x = browser.show(f"{OWNER.screen_name}/following")
        x.await_true(f"document.querySelector('[data-passerelle-badge={NILS.screen_name}]') !== null")
        world.forget()
        with router() as location, world.fault(SERVER, redirected(location)):
            x.click(f"[data-passerelle-badge={NILS.screen_name}]")
            x.press(".press.check")
            x.await_hidden(".card .error")
        assert not [ask for ask in world.asked if ask.path.startswith("/users/")]
