"""Chromium: Debian's Chromium with the built extension, in a world where every name leads to our own front.

Three things a browser does not offer to a script, and how they are done here:

* The action popup is opened for real (`chrome.action.openPopup` in the background). Playwright gives no page for it, so
  it is reached through a second connection over the debugging port, where it is an ordinary page.
* A file is dropped with trusted events: `Input.dispatchDragEvent` of the DevTools protocol.
* The question whether the extension may see x.com is a native window that no protocol can press.
  `developerPrivate.addHostPermission`, the call behind the switch on chrome://extensions, notes the consent beforehand;
  the extension's own `permissions.request` then still needs its click, and is answered without the window.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Self

import psutil
from playwright.sync_api import BrowserContext, CDPSession, Error, Page, Playwright, ViewportSize, Worker, expect

from tests.world.world import World

BINARIES = ("chromium", "chromium-browser", "google-chrome")
# Chromium's own requests at its start, whatever the flags; not the extension's.
BROWSERS_OWN = ("accounts.google.com", "update.googleapis.com", "*.gvt1.com", "*.google.com", "*.googleapis.com")
QUIET = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
    "--screen-info={1600x1200}",  # a popup is as high as the screen allows; the default of 800 x 600 cuts it to 510
)
WINDOW: ViewportSize = {"width": 1280, "height": 900}
POPUP_SECONDS = 20.0
WELCOME_SECONDS = 10.0


def find_binary() -> str:
    """Return the path of an installed Chromium."""
    found = next(filter(None, map(shutil.which, BINARIES)), None)
    assert found, "Chromium is missing: `make setup` installs it"
    return found


def closed_world(world: World) -> list[str]:
    """Return the arguments that lead every name to the front, and the browser's own requests nowhere."""
    nowhere = [f"MAP {host} ~NOTFOUND" for host in BROWSERS_OWN]
    rules = [*nowhere, f"MAP * 127.0.0.1:{world.port}", "EXCLUDE 127.0.0.1", "EXCLUDE localhost"]
    return [f"--host-resolver-rules={', '.join(rules)}", *_trusted(world)]


def open_world(world: World, hosts: Sequence[str]) -> list[str]:
    """Return the arguments that lead only `hosts` to the front and leave the others as they are."""
    rules = [f"MAP {host} 127.0.0.1:{world.port}" for host in hosts]
    return [f"--host-resolver-rules={', '.join(rules)}", *_trusted(world)]


def _trusted(world: World) -> list[str]:
    return [f"--ignore-certificate-errors-spki-list={world.spki}"]


class Chromium:
    """One running browser with the extension in `extension`, a profile in `profile`, and `network` arguments.

    The tab that the extension opens when it is installed is closed, unless `keeps_welcome`: tests open their own.
    """

    def __init__(
        self,
        playwright: Playwright,
        extension: Path,
        profile: Path,
        network: Sequence[str],
        *,
        headless: bool = True,
        keeps_welcome: bool = False,
    ) -> None:
        self._playwright = playwright
        self._profile = profile
        is_installed = profile.exists()
        root = ["--no-sandbox"] if os.geteuid() == 0 else []
        self.context: BrowserContext = playwright.chromium.launch_persistent_context(
            profile,
            executable_path=find_binary(),
            headless=headless,
            viewport=WINDOW if headless else None,
            no_viewport=not headless,  # a person's window may be of any size
            downloads_path=profile.parent / f"{profile.name}-downloads",
            args=[
                *QUIET,
                *root,
                *network,
                f"--disable-extensions-except={extension}",
                f"--load-extension={extension}",
                "--remote-debugging-port=0",
            ],
        )
        self._is_closed = False
        self.context.on("close", self._note_close)
        self.id = self.background.url.split("/")[2]
        self._process = _find_process(profile)
        if not (is_installed or keeps_welcome):
            with suppress(Error):
                self.welcome().close()

    def welcome(self) -> Page:
        """Return the tab that the extension opens when it is installed, awaited."""
        address = self.url("app.html")
        for page in self.context.pages:
            if page.url.startswith(address):
                return page
        opened: Page = self.context.wait_for_event(
            "page", predicate=lambda page: page.url.startswith(address), timeout=WELCOME_SECONDS * 1000
        )
        return opened

    @property
    def background(self) -> Worker:
        """The extension's service worker, awaited where it sleeps."""
        running = self.context.service_workers
        return running[0] if running else self.context.wait_for_event("serviceworker")

    def url(self, page: str) -> str:
        """Return the address of one of the extension's own pages, such as `app.html`."""
        return f"chrome-extension://{self.id}/{page}"

    def open_page(self, page: str) -> Page:
        """Open one of the extension's own pages in a tab."""
        tab = self.context.new_page()
        tab.goto(self.url(page))
        return tab

    def open_popup(self) -> Popup:
        """Open the real action popup."""
        return Popup(self)

    def allow_sites(self, *patterns: str) -> None:
        """Record the person's consent to these sites, so that the extension's request is granted."""
        for pattern in patterns:
            self._on_extensions(f"(id) => chrome.developerPrivate.addHostPermission(id, {json.dumps(pattern)})")

    def reload(self) -> None:
        """End the extension and start it anew from its folder, as an update does; its own pages are closed."""
        self._on_extensions("(id) => chrome.developerPrivate.reload(id, { failQuietly: true })")

    def collect_errors(self) -> None:
        """Collect errors in the extension from now on: background, pages and content scripts."""
        self._on_extensions(
            """async (id) => {
                await chrome.developerPrivate.updateProfileConfiguration({ inDeveloperMode: true });
                await chrome.developerPrivate.updateExtensionConfiguration({ extensionId: id, errorCollection: true });
            }"""
        )

    def errors(self) -> list[str]:
        """Return the errors since `collect_errors`: uncaught ones, rejected promises and `console.error`."""
        found = self._on_extensions("(id) => chrome.developerPrivate.getExtensionInfo(id)")["runtimeErrors"]
        return [error["message"] for error in found if error["severity"] == "ERROR"]

    def _on_extensions(self, function: str) -> Any:
        """Call a function with our id where Chromium manages extensions."""
        settings = self.context.new_page()
        settings.goto("chrome://extensions")
        given = settings.evaluate(function, self.id)
        settings.close()
        return given

    def connect(self) -> Any:
        """Return a second connection, over the debugging port, that sees the popup."""
        port = (self._profile / "DevToolsActivePort").read_text().split()[0]
        return self._playwright.chromium.connect_over_cdp(f"http://127.0.0.1:{port}")

    def kill(self) -> None:
        """End the browser's whole process group at once, as a crash or a power cut would; from any thread."""
        group = os.getpgid(self._process.pid) if self._process.is_running() else 0
        assert group != os.getpgrp(), "the browser shares the group of the tests"
        if group:
            os.killpg(group, signal.SIGKILL)

    def await_death(self) -> None:
        """Wait until a killed browser is gone."""
        if not self._is_closed:
            self.context.wait_for_event("close")
        self._process.wait()

    def _note_close(self, _: BrowserContext) -> None:
        self._is_closed = True

    def close(self) -> None:
        """End the browser."""
        self.context.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _find_process(profile: Path) -> psutil.Process:
    """Return the browser's own process, which alone of its processes has no type."""
    for process in psutil.process_iter(["cmdline"]):
        command = process.info["cmdline"] or []
        if f"--user-data-dir={profile}" in command and not any(part.startswith("--type=") for part in command):
            return process
    raise LookupError(f"No browser runs with the profile {profile}")


class Popup:
    """The real action popup as a Playwright page; leaving the block closes it, as a click beside it would."""

    def __init__(self, browser: Chromium) -> None:
        # A popup belongs to a window in front.
        front = browser.context.pages[-1] if browser.context.pages else browser.context.new_page()
        front.bring_to_front()
        browser.background.evaluate("chrome.action.openPopup()")
        self._connection = browser.connect()
        self.page: Page = self._find(front, browser.url("popup.html"))

    def _find(self, front: Page, address: str) -> Page:
        for _ in range(int(POPUP_SECONDS * 10)):
            for context in self._connection.contexts:
                for page in context.pages:
                    if page.url.startswith(address):
                        return page  # type: ignore[no-any-return]
            front.wait_for_timeout(100)
        raise AssertionError("The popup did not open")

    def close(self) -> None:
        """Close the popup, if it has not closed itself, and the connection."""
        if not self.page.is_closed():
            self.page.close()
        self._connection.close()

    def __enter__(self) -> Page:
        return self.page

    def __exit__(self, *_: object) -> None:
        self.close()


def drop(page: Page, test_id: str, *files: Path) -> None:
    """Drop files on an element with trusted events, as a hand with a mouse does."""
    target = page.get_by_test_id(test_id)
    expect(target).to_be_visible()
    box = target.bounding_box()
    assert box
    protocol: CDPSession = page.context.new_cdp_session(page)
    data = {"items": [], "files": [str(file) for file in files], "dragOperationsMask": 1}
    at = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2, "data": data}
    for kind in ("dragEnter", "dragOver", "drop"):
        protocol.send("Input.dispatchDragEvent", {"type": kind, **at})
    protocol.detach()


class Hidden:
    """One element inside a closed shadow root, which pages and Playwright cannot see but the debugging protocol can."""

    def __init__(self, page: Page, protocol: CDPSession, node: int) -> None:
        self._page = page
        self._protocol = protocol
        self._object = protocol.send("DOM.resolveNode", {"nodeId": node})["object"]["objectId"]

    def evaluate(self, function: str) -> Any:
        """Call a JavaScript `function () { ... this ... }` on the element; JSON is what comes back."""
        call = {"objectId": self._object, "functionDeclaration": function, "returnByValue": True}
        return self._protocol.send("Runtime.callFunctionOn", call)["result"].get("value")

    @property
    def text(self) -> str:
        """What the element shows."""
        return str(self.evaluate("function () { return this.innerText }"))

    def click(self) -> None:
        """Click it with the mouse: trusted events."""
        self.evaluate("function () { this.scrollIntoView({ block: 'center', behavior: 'instant' }) }")
        x, y = self.evaluate(
            "function () { const b = this.getBoundingClientRect(); return [b.x + b.width / 2, b.y + b.height / 2] }"
        )
        self._page.mouse.click(x, y)


def find_hidden(page: Page, css: str) -> list[Hidden]:
    """Return every element of `css` in the page's shadow roots, closed ones too, in the order of the document."""
    protocol = page.context.new_cdp_session(page)
    root = protocol.send("DOM.getDocument", {"depth": -1, "pierce": True})["root"]
    found = []
    for shadow in _shadow_roots(root):
        with suppress(Error):  # it is gone meanwhile
            answer = protocol.send("DOM.querySelectorAll", {"nodeId": shadow, "selector": css})
            found += [Hidden(page, protocol, node) for node in answer["nodeIds"]]
    return found


def await_hidden(page: Page, css: str, text: str = "", seconds: float = 10.0) -> Hidden:
    """Return the first hidden element of `css` that shows `text`, awaited. Raises TimeoutError."""
    for _ in range(int(seconds * 10)):
        for element in find_hidden(page, css):
            if text in element.text:
                return element
        page.wait_for_timeout(100)
    raise TimeoutError(f"No {css} with {text!r}; there are {[element.text for element in find_hidden(page, css)]}")


def _shadow_roots(node: Mapping[str, Any]) -> Iterator[int]:
    for shadow in node.get("shadowRoots", ()):
        if shadow.get("shadowRootType") != "user-agent":
            yield shadow["nodeId"]
    for inner in (*node.get("shadowRoots", ()), *node.get("children", ())):
        yield from _shadow_roots(inner)
