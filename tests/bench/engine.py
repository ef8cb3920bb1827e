"""Speak to the extension's engine from one of its own pages, as its popup does, and take the time."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from playwright.sync_api import ElementHandle, Page

from tests.bench.runtimes import SECONDS
from tests.world.chromium import Chromium

# From the command to its reply, and to each event on the way: docs/architecture.md, "Two channels".
_CALL = """async ([type, fields, input]) => {
  const channel = new BroadcastChannel("passerelle-engine");
  const id = crypto.randomUUID();
  const started = performance.now();
  const events = [];
  const answered = new Promise((resolve) => {
    channel.onmessage = ({ data }) => {
      if (data.event) events.push({ ...data.event, milliseconds: performance.now() - started });
      if (data.reply?.id === id) resolve(data.reply);
    };
  });
  const awake = await chrome.runtime.sendMessage({ type: "engine.wake" });
  if (!awake?.listening) throw new Error(JSON.stringify(awake));
  channel.postMessage({ request: { ...fields, id, type }, files: input ? [...input.files] : [] });
  const reply = await answered;
  channel.close();
  if (reply.error) throw new Error(JSON.stringify(reply.error));
  return { result: reply.result, events, milliseconds: performance.now() - started };
}"""
_INPUT = "() => document.body.appendChild(Object.assign(document.createElement('input'), { type: 'file' }))"
_STOP = "chrome.offscreen.closeDocument()"


class EnginePage:
    """A page of the extension from which commands are sent; the engine is not running yet."""

    def __init__(self, browser: Chromium) -> None:
        self._browser = browser
        self._page: Page = browser.open_page("app.html")
        self._page.set_default_timeout(SECONDS * 1000)

    def call(self, command: str, files: Sequence[Path] = (), **fields: Any) -> Any:
        """Send a command, wake the engine for it, and give `{result, events, milliseconds}`. Playwright's Error."""
        return self._page.evaluate(_CALL, [command, fields, self._choose(files)])

    def _choose(self, files: Sequence[Path]) -> ElementHandle | None:
        if not files:
            return None
        field = self._page.evaluate_handle(_INPUT).as_element()
        assert field
        field.set_input_files(files)
        return field

    def stop_engine(self) -> None:
        """End the engine, as its host does when it is idle, so that the next command is a cold start."""
        self._browser.background.evaluate(_STOP)
