"""How long the engine takes to answer its first command, against a bare loadPyodide in the same browser."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.bench.engine import EnginePage
from tests.bench.report import Figure
from tests.bench.runtimes import BENCH, ask, baseline_address
from tests.bench.tools import WHEELS, Tools
from tests.world import sites
from tests.world.firefox import EXTENSION_ID, ConnectProxy, Firefox
from tests.world.world import World, static

REPEATS = 7
MOST_RATIO = {"Chromium": 0.35, "Firefox": 0.5}
# Starts a worker as lib/background/engine-host.ts does, without the background, and sends it one command.
_ENGINE = """(async () => {
  const channel = new BroadcastChannel("passerelle-engine");
  const started = performance.now();
  const worker = new Worker("/engine.js", { type: "module" });
  await new Promise((listens, fails) => { worker.onmessage = listens; worker.onerror = fails; });
  const id = crypto.randomUUID();
  const answered = new Promise((done) => {
    channel.onmessage = ({ data }) => data.reply?.id === id && done(data.reply);
  });
  channel.postMessage({ request: { id, type: "engine.start" }, files: [] });
  const { error } = await answered;
  const milliseconds = performance.now() - started;
  worker.terminate();
  channel.close();
  if (error) throw new Error(JSON.stringify(error));
  return milliseconds;
})()"""
_BARE = 'ask("/bare.js", {}).then(({ milliseconds }) => milliseconds)'


def measure(tools: Tools) -> Iterator[Figure]:
    """Start both in turns, in either browser; every start is a cold one, in a fresh worker."""
    yield _figure("Chromium", *_in_chromium(tools))
    yield _figure("Firefox", *_in_firefox(tools))


def _figure(browser: str, ours: list[float], bare: list[float]) -> Figure:
    name = f"{browser}: the engine answers"
    return Figure("start", name, "s", ours, "bare loadPyodide", bare, most_ratio=MOST_RATIO[browser])


def _in_chromium(tools: Tools) -> tuple[list[float], list[float]]:
    ours: list[float] = []
    bare: list[float] = []
    with tools.browser() as session, tools.baseline(session.browser.context.new_page()) as baseline:
        page = EnginePage(session.browser)
        for _ in range(REPEATS):
            ours.append(page.call("engine.start")["milliseconds"] / 1000)
            page.stop_engine()
            bare.append(ask(baseline, "bare.js")["milliseconds"] / 1000)
    return ours, bare


def _in_firefox(tools: Tools) -> tuple[list[float], list[float]]:
    ours: list[float] = []
    bare: list[float] = []
    extension = tools.extension.with_name("firefox")
    profile = Path(tempfile.mkdtemp(dir=tools.folder))
    quiet = min((extension / "licences").iterdir()).name  # a page without scripts: popup and tab would wake the engine
    with (
        World({sites.X: static(BENCH / "timeline")}) as world,
        ConnectProxy(world) as proxy,
        Firefox(profile, proxy_port=proxy.port, extension_id=EXTENSION_ID) as browser,
        baseline_address(WHEELS) as address,
    ):
        browser.install(extension)
        page, baseline = browser.open(browser.url(f"licences/{quiet}")), browser.open(address)
        for _ in range(REPEATS):
            ours.append(browser.evaluate(page, _ENGINE) / 1000)
            bare.append(browser.evaluate(baseline, _BARE) / 1000)
    return ours, bare
