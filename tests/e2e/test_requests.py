"""Requests of the extension's own pages and workers: https only, also after a redirect; storage that stays."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.conftest import Packages
from tests.e2e.steps import APP
from tests.e2e.tabs import ChromiumTab, FirefoxTab, Tab, at
from tests.world.chromium import Chromium, closed_world
from tests.world.firefox import EXTENSION_ID, ConnectProxy, Firefox
from tests.world.residents import INHABITANTS
from tests.world.world import Answer, Ask, Fault, Site, World, page

pytestmark = [pytest.mark.e2e, pytest.mark.usefixtures("playwright")]

FEDIVERSE = next(iter(INHABITANTS))
ANY_ORIGIN = ("Access-Control-Allow-Origin", "*")
# A command to the engine's worker, for one account on `host` of the people found; resolves to the reply.
CHECK = """(async (host) => {
  const database = await new Promise((done) => {
    const opening = indexedDB.open("passerelle");
    opening.onsuccess = () => done(opening.result);
  });
  const matches = await new Promise((done) => {
    const reading = database.transaction("matches").objectStore("matches").getAll();
    reading.onsuccess = () => done(reading.result);
  });
  database.close();
  const at = (account) => account.network === "fediverse" && account.address.endsWith("@" + host);
  const match = matches.find(({ accounts }) => accounts.some(at));
  const { network, address } = match.accounts.find(at);
  const { rest_id, screen_name, row_id } = match;
  const id = crypto.randomUUID();
  const request = { id, type: "account.look", rest_id, screen_name: screen_name ?? "", row_id, network, address };
  return new Promise((done) => {
    const channel = new BroadcastChannel("passerelle-engine");
    channel.onmessage = ({ data }) => { if (data.reply?.id === id) done(data.reply); };
    chrome.runtime.sendMessage({ type: "engine.wake" }).then(() => channel.postMessage({ request, files: [] }));
  });
})"""


class Local:
    """An http server on loopback, as a router or a development server is; `paths` lists what was asked of it."""

    def __init__(self) -> None:
        self.paths: list[str] = []
        paths = self.paths

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:  # the name is http.server's
                paths.append(self.path)
                self.send_response(200)
                self.send_header(*ANY_ORIGIN)
                self.end_headers()
                self.wfile.write(b"{}")

            def log_request(self, *_: object) -> None:
                """Write nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"


@pytest.fixture(scope="module", params=[pytest.param("chromium"), pytest.param("firefox", marks=pytest.mark.firefox)])
def app(
    request: pytest.FixtureRequest,
    packages: Packages,
    everywhere: World,
    sample: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Tab]:
    """Each browser in turn with the sample archive read. (A request that is refused is written to its console.)"""
    folder = tmp_path_factory.mktemp(request.param)
    if request.param == "firefox":
        with (
            ConnectProxy(everywhere) as proxy,
            Firefox(folder, proxy_port=proxy.port, extension_id=EXTENSION_ID) as browser,
        ):
            browser.install(packages.firefox)
            yield with_archive(FirefoxTab(browser, browser.open(browser.url(APP))), sample)
    else:
        playwright = request.getfixturevalue("playwright")
        with Chromium(playwright, packages.chromium, folder / "profile", closed_world(everywhere)) as chromium:
            yield with_archive(ChromiumTab(chromium.open_page(APP)), sample)


def with_archive(app: Tab, archive: Path) -> Tab:
    app.choose(at("file-input"), archive)
    app.await_true(f"document.querySelector('{at('found')}') !== null")
    return app


@pytest.fixture
def local() -> Iterator[Local]:
    running = Local()
    threading.Thread(target=running.server.serve_forever, daemon=True).start()
    yield running
    running.server.shutdown()
    running.server.server_close()


def redirect_to(url: str) -> Fault:
    """Answer every request with a redirect to `url`."""

    def fault(_: Site) -> Site:
        def moved(ask: Ask) -> Answer:
            return page(302, b"", "text/plain", ("Location", url + ask.path), ANY_ORIGIN)

        return moved

    return fault


@pytest.mark.parametrize("through", ["redirect", "directly"])
def test_no_request_of_a_page_reaches_an_http_server(app: Tab, world: World, local: Local, through: str) -> None:
    with world.fault(FEDIVERSE, redirect_to(local.url)):
        url = f"https://{FEDIVERSE}/page" if through == "redirect" else f"{local.url}/page"
        answer = app.evaluate(f"fetch({json.dumps(url)}).then(() => 'answered', () => 'refused')")

    assert answer == "refused"
    assert local.paths == []


def test_no_request_of_the_engines_worker_reaches_an_http_server(app: Tab, world: World, local: Local) -> None:
    with world.fault(FEDIVERSE, redirect_to(local.url)):
        reply = app.evaluate(f"{CHECK}({json.dumps(FEDIVERSE)})")

    assert reply["error"]["code"] == "server_unreachable"
    assert FEDIVERSE in {ask.host for ask in world.asked}  # the worker did ask, and was redirected
    assert local.paths == []


def test_the_browser_does_not_evict_what_is_stored(app: Tab) -> None:
    is_firefox = app.evaluate("location.protocol") == "moz-extension:"
    exempt = "chrome.permissions.contains({ permissions: ['unlimitedStorage'] })"  # from eviction, in Chromium
    assert app.evaluate("navigator.storage.persisted()" if is_firefox else exempt) is True
