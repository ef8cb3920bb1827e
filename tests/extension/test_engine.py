"""The engine in real browsers: whatever happens to its worker or to a file, every request gets one typed answer."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Playwright

from tests.conftest import Packages
from tests.data.archives import make_archive
from tests.data.people import PEOPLE
from tests.world.chromium import Chromium
from tests.world.devtools import DevTools

pytestmark = pytest.mark.e2e

WORKER = "/engine.js"
NO_NETWORK = ["--host-resolver-rules=MAP * ~NOTFOUND"]

# One request by hand (the client has tests of its own): gives its reply, or the `engine.died` that came first.
ASK = """async (type, fields = {}, files = [], sent = () => undefined) => {
  const runtime = (globalThis.browser ?? chrome).runtime;
  const awake = await runtime.sendMessage({ type: "engine.wake" });
  if (!awake.listening) return awake;
  const channel = new BroadcastChannel("passerelle-engine");
  const id = crypto.randomUUID();
  return new Promise((resolve) => {
    channel.onmessage = ({ data }) => {
      if (data.reply?.id === id) resolve({ ...data.reply, worker: awake.worker });
      if (data.event?.type === "engine.died") resolve(data.event);
    };
    channel.postMessage({ request: { ...fields, id, type }, files: [...files] });
    sent();
  });
}"""


@pytest.fixture
def profile(tmp_path: Path) -> Path:
    return tmp_path / "profile"


@pytest.fixture
def page(playwright: Playwright, packages: Packages, profile: Path) -> Iterator[Page]:
    with Chromium(playwright, packages.chromium, profile, NO_NETWORK) as browser:
        page = browser.open_page("app.html")
        page.evaluate(f"() => {{ globalThis.ask = {ASK}; }}")
        yield page


def ask(page: Page, command: str, **fields: Any) -> Any:
    return page.evaluate("([command, fields]) => ask(command, fields)", [command, fields])


def choose(page: Page, *files: Path) -> None:
    """Put `files`, or one folder, into a new file input of the page."""
    page.evaluate(
        """(folder) => {
          const input = document.createElement("input");
          Object.assign(input, { type: "file", id: "chosen", multiple: true, webkitdirectory: folder });
          document.body.append(input);
        }""",
        files[0].is_dir(),
    )
    page.set_input_files("#chosen", files[0] if files[0].is_dir() else list(files))
    page.evaluate("() => [...document.querySelector('#chosen').files].map((file) => file.size)")  # taken note of now


OPEN_CHOSEN = """(async () => {
  const files = [...document.querySelector("#chosen").files];
  return ask("archive.open", { names: files.map((file) => file.webkitRelativePath || file.name) }, files);
})()"""


def test_the_engine_starts_with_every_host_unreachable(page: Page) -> None:
    assert ask(page, "engine.start")["result"]["python"].startswith("3.14")


def test_a_journey_needs_no_module_that_the_library_lacks(page: Page, profile: Path, tmp_path: Path) -> None:
    ask(page, "engine.start")
    with DevTools(profile) as devtools:
        worker = devtools.find(lambda kind, url: kind == "worker" and url.endswith(WORKER))
        devtools.evaluate(worker, "globalThis.warned = []; console.warn = (...all) => warned.push(all.join(' '));")
        devtools.evaluate(worker, "console.warn('this is seen')")
        choose(page, make_archive(tmp_path / "twitter-2026"))
        assert "result" in page.evaluate(OPEN_CHOSEN)
        seen = {"rest_id": "1", "screen_name": "ada", "display_name": "Ada", "seen": "2026-01-01T00:00:00Z"}
        assert "result" in ask(page, "hint.find", people=[{**seen, "bio": "@ada@mastodon.example"}])
        assert "result" in ask(page, "match.find")
        assert "result" in ask(page, "export.make", format="csv")
        assert devtools.evaluate(worker, "warned") == ["this is seen"]


def test_an_unknown_command_is_refused(page: Page) -> None:
    assert ask(page, "nonsense.do")["error"]["code"] == "unknown_command"


def test_a_message_that_is_no_message_harms_nobody(page: Page) -> None:
    worker = ask(page, "engine.start")["worker"]
    page.evaluate("""() => {
      const channel = new BroadcastChannel("passerelle-engine");
      const nonsense = [null, 7, {}, { request: null }, { request: { id: 1, type: 2 } }];
      nonsense.forEach((message) => channel.postMessage(message));
    }""")
    assert ask(page, "engine.start")["worker"] == worker


def test_a_request_that_comes_twice_is_answered_once(page: Page) -> None:
    ask(page, "engine.start")
    replies = page.evaluate("""async () => {
      const channel = new BroadcastChannel("passerelle-engine");
      const replies = [];
      channel.onmessage = ({ data }) => { if (data.reply?.id === "twice") replies.push(data.reply); };
      for (const _ of [1, 2]) channel.postMessage({ request: { id: "twice", type: "engine.start" }, files: [] });
      await ask("engine.start"); // answered after both
      return replies.length;
    }""")
    assert replies == 1


def test_a_folder_is_read_with_the_names_of_its_files(page: Page, tmp_path: Path) -> None:
    choose(page, make_archive(tmp_path / "twitter-2026"))
    assert page.evaluate(OPEN_CHOSEN)["result"]["archive"]["following"] == len(PEOPLE)


def test_a_file_that_is_gone_is_named_and_the_engine_goes_on(page: Page, tmp_path: Path) -> None:
    archive = make_archive(tmp_path / "twitter.zip")
    choose(page, archive)
    archive.unlink()
    error = page.evaluate(OPEN_CHOSEN)["error"]
    assert (error["code"], error["params"]) == ("file_unreadable", {"file": "twitter.zip"})
    assert "result" in ask(page, "engine.start")


def test_a_worker_that_dies_fails_the_open_request_and_the_next_one_gets_a_new_worker(
    page: Page, profile: Path
) -> None:
    first = ask(page, "engine.start")
    with DevTools(profile) as devtools:
        worker = devtools.find(lambda kind, url: kind == "worker" and url.endswith(WORKER))
        devtools.evaluate(worker, "BroadcastChannel.prototype.postMessage = () => undefined")  # too busy to answer
        page.evaluate("new Promise((sent) => { globalThis.waiting = ask('engine.start', {}, [], sent); })")
        devtools.evaluate(worker, "setTimeout(() => { throw new Error('out of memory') })")
    died = page.evaluate("waiting")
    assert died["error"]["code"] == "engine_died"
    again = ask(page, "engine.start")
    assert again["result"] == first["result"]
    assert again["worker"] != first["worker"]
