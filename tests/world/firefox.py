"""Firefox: Firefox ESR with the built extension, driven over WebDriver BiDi, and the proxy that leads it to the world.

Prompts for optional permissions are switched off by preference; the extension's `permissions.request` still needs its
click. https://w3c.github.io/webdriver-bidi/
"""

from __future__ import annotations

import itertools
import json
import queue
import shutil
import socket
import threading
import time
import tomllib
from collections.abc import Callable, Collection
from contextlib import suppress
from pathlib import Path
from typing import Any, Self

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from tests.world.processes import Child
from tests.world.world import World

ROOT = Path(__file__).parents[2]
EXTENSION_ID = tomllib.loads((ROOT / "build" / "identity.toml").read_text())["firefox"]["id"]
BINARIES = ("firefox-esr", "firefox")
LISTENING = "WebDriver BiDi listening on "
UUID = "0f0c2c3e-6a53-4c0f-8a2b-5d5f6a1b7c11"  # a fixed moz-extension:// host, so that tests know the pages' addresses
COMMAND_SECONDS = 30.0
POLL_SECONDS = 0.1
WELCOME_SECONDS = 10.0
NOWHERE = "http://127.0.0.1:9/"
PREFERENCES: dict[str, Any] = {
    "app.normandy.enabled": False,
    "app.update.enabled": False,
    "browser.aboutwelcome.enabled": False,
    "browser.safebrowsing.malware.enabled": False,
    "browser.safebrowsing.phishing.enabled": False,
    "browser.safebrowsing.update.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "browser.startup.page": 0,
    "datareporting.policy.dataSubmissionEnabled": False,
    "extensions.getAddons.cache.enabled": False,
    "extensions.update.enabled": False,
    "extensions.webextOptionalPermissionPrompts": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "network.stricttransportsecurity.preloadlist": False,
    "services.settings.server": NOWHERE,
    "toolkit.telemetry.enabled": False,
}


class BidiError(Exception):
    """The browser refused a command or the script in the page failed."""


class LeavingPage(BidiError):
    """The tab was between two pages."""


# What Firefox 153 answers to a script that reaches a tab whose page is just being replaced.
LEAVING = "right-hand side of 'in' should be an object, got null"


class ConnectProxy:
    """A CONNECT proxy on loopback: hosts of the world lead to its front, all others nowhere (`refused` lists them)."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.refused: list[str] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._open: set[socket.socket] = set()
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with suppress(OSError):  # the listener was closed
            while True:
                client, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        self._open.add(client)
        with client, suppress(OSError):
            host = _read_connect(client)
            if host not in self._world.sites:
                self.refused.append(host)
                client.sendall(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                return
            with socket.create_connection(("127.0.0.1", self._world.port)) as front:
                client.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
                back = threading.Thread(target=_pump, args=(front, client), daemon=True)
                back.start()
                _pump(client, front)
                back.join()
        self._open.discard(client)

    def stop(self) -> None:
        """Close every connection."""
        self._listener.close()
        for client in list(self._open):
            with suppress(OSError):
                client.shutdown(socket.SHUT_RDWR)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def _read_connect(client: socket.socket) -> str:
    """Read a CONNECT request and give its host, or an empty text."""
    head = b""
    while b"\r\n\r\n" not in head:
        more = client.recv(4096)
        if not more:
            return ""
        head += more
    verb, _, rest = head.partition(b" ")
    target = rest.partition(b" ")[0].decode("ascii", "replace")
    return target.rpartition(":")[0] if verb == b"CONNECT" else ""


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)
    with suppress(OSError):
        sink.shutdown(socket.SHUT_WR)


class Firefox:
    """One running browser. A tab is named by its browsing context, a text."""

    def __init__(self, profile: Path, *, proxy_port: int, extension_id: str, headless: bool = True) -> None:
        binary = next(filter(None, map(shutil.which, BINARIES)), None)
        assert binary, "Firefox is missing: `make setup` installs it"
        preferences = {**PREFERENCES, "extensions.webextensions.uuids": json.dumps({extension_id: UUID})}
        lines = (f"user_pref({json.dumps(name)}, {json.dumps(value)});" for name, value in preferences.items())
        (profile / "user.js").write_text("\n".join(lines))
        self._child = Child(
            [
                binary,
                *(["--headless"] if headless else []),
                *("--no-remote", "--profile", profile, "--remote-debugging-port", "0"),
                "--remote-allow-system-access",  # moz-extension: pages and the real popup
            ],
            lambda line: LISTENING in line,
            env={"HOME": str(profile), "MOZ_CRASHREPORTER_DISABLE": "1"},
        )
        self._socket = connect(self._child.ready.split()[-1] + "/session", max_size=None, proxy=None).__enter__()
        self._ids = itertools.count(1)
        self._is_installed = False
        self._waiting: dict[int, queue.Queue[dict[str, Any]]] = {}
        threading.Thread(target=self._listen, daemon=True).start()
        address = f"127.0.0.1:{proxy_port}"
        proxy = {"proxyType": "manual", "sslProxy": address, "httpProxy": address}
        self.command("session.new", capabilities={"alwaysMatch": {"acceptInsecureCerts": True, "proxy": proxy}})

    def _listen(self) -> None:
        with suppress(ConnectionClosed):
            for raw in self._socket:
                message = json.loads(raw)
                if message.get("id") in self._waiting:
                    self._waiting.pop(message["id"]).put(message)

    def command(self, method: str, **params: Any) -> Any:
        """Send one BiDi command and give its result. Raises BidiError."""
        number = next(self._ids)
        answer: queue.Queue[dict[str, Any]] = queue.Queue()
        self._waiting[number] = answer
        self._socket.send(json.dumps({"id": number, "method": method, "params": params}))
        message = answer.get(timeout=COMMAND_SECONDS)
        if message["type"] == "error":
            kind = LeavingPage if LEAVING in message["message"] else BidiError
            raise kind(f"{method}: {message['error']}: {message['message']}")
        return message["result"]

    def install(self, extension: Path) -> None:
        """Install the extension (a folder) for this session, or update it; close the tab that it opens at install."""
        before = self.tabs()
        self.command("webExtension.install", extensionData={"type": "path", "path": str(extension)})
        if not self._is_installed:
            with suppress(TimeoutError):
                self.close_tab(self.await_new_tab(before, WELCOME_SECONDS))
        self._is_installed = True

    def url(self, page: str) -> str:
        """Return the address of one of the extension's own pages."""
        return f"moz-extension://{UUID}/{page}"

    def open(self, url: str) -> str:
        """Open a tab at `url` and give it."""
        tab: str = self.command("browsingContext.create", type="tab")["context"]
        self.command("browsingContext.navigate", context=tab, url=url, wait="complete")
        return tab

    def evaluate(self, tab: str, expression: str) -> Any:
        """Evaluate a JavaScript expression in `tab`; JSON is what comes back. Raises BidiError."""
        result = self.command(
            "script.evaluate",
            expression=f"(async () => JSON.stringify(await ({expression})))()",
            target={"context": tab},
            awaitPromise=True,
        )
        if result["type"] == "exception":
            raise BidiError(result["exceptionDetails"]["text"])
        text = result["result"].get("value")
        return None if text is None else json.loads(text)

    def until(self, tab: str, expression: str, seconds: float = 20.0) -> Any:
        """Evaluate `expression` until it is true, and give it. Raises TimeoutError with what the page shows."""

        def look() -> Any:
            try:
                return self.evaluate(tab, expression)
            except LeavingPage:
                return None

        return self._until(look, tab, expression, seconds)

    def _until(self, probe: Callable[[], Any], tab: str, what: str, seconds: float) -> Any:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if value := probe():
                return value
            time.sleep(POLL_SECONDS)
        raise TimeoutError(f"{what}\nThe page shows:\n{self.evaluate(tab, 'document.body.innerText')}")

    def find(self, tab: str, css: str) -> Any:
        """Return a reference to the first element of `css`, awaited."""
        locator = {"type": "css", "value": css}
        nodes = self._until(
            lambda: self.command("browsingContext.locateNodes", context=tab, locator=locator)["nodes"], tab, css, 20.0
        )
        return {"sharedId": nodes[0]["sharedId"]}

    def set_files(self, tab: str, css: str, *files: Path) -> None:
        """Choose files in a file input."""
        names = [str(file) for file in files]
        self.command("input.setFiles", context=tab, element=self.find(tab, css), files=names)

    def fill(self, tab: str, css: str, text: str) -> None:
        """Put text into a field, as its page notices it."""
        self.find(tab, css)
        put = "(field, text) => { field.value = text; field.dispatchEvent(new InputEvent('input', { bubbles: true })) }"
        self.evaluate(tab, f"({put})(document.querySelector({json.dumps(css)}), {json.dumps(text)})")

    def close_tab(self, tab: str) -> None:
        """Close a tab."""
        self.command("browsingContext.close", context=tab)

    def click(self, tab: str, css: str) -> None:
        """Click an element with the mouse, once it is enabled: a trusted event."""
        element = f"document.querySelector({json.dumps(css)})"
        self.until(tab, f"{element} && !{element}.disabled")
        self.evaluate(tab, f"{element}.scrollIntoView({{ block: 'center' }})")
        self.press(tab, {"type": "element", "element": self.find(tab, css)})

    def press(self, tab: str, origin: Any, x: int = 0, y: int = 0) -> None:
        """Press the mouse at a point, in CSS pixels from `origin`: "viewport", or an element's middle."""
        down_and_up = [{"type": "pointerDown", "button": 0}, {"type": "pointerUp", "button": 0}]
        self._point([{"type": "pointerMove", "x": x, "y": y, "origin": origin}, *down_and_up], tab)

    def point_at(self, tab: str, css: str) -> None:
        """Move the mouse to the middle of an element in sight."""
        origin = {"type": "element", "element": self.find(tab, css)}
        self._point([{"type": "pointerMove", "x": 0, "y": 0, "origin": origin}], tab)

    def _point(self, actions: list[dict[str, Any]], tab: str) -> None:
        self.command(
            "input.performActions", context=tab, actions=[{"type": "pointer", "id": "mouse", "actions": actions}]
        )

    def press_key(self, tab: str, key: str) -> None:
        """Press a key and let it go."""
        actions = [{"type": "keyDown", "value": key}, {"type": "keyUp", "value": key}]
        self.command(
            "input.performActions", context=tab, actions=[{"type": "key", "id": "keyboard", "actions": actions}]
        )

    def type_keys(self, tab: str, css: str, text: str) -> None:
        """Type text into a field key by key, for pages that ignore a value set by script."""
        self.find(tab, css)
        self.evaluate(tab, f"document.querySelector({json.dumps(css)}).focus()")
        keys = [{"type": kind, "value": key} for key in text for kind in ("keyDown", "keyUp")]
        self.command("input.performActions", context=tab, actions=[{"type": "key", "id": "keyboard", "actions": keys}])

    def tabs(self) -> dict[str, str]:
        """Return every open tab and popup window with its address."""
        return {tab["context"]: tab["url"] for tab in self.command("browsingContext.getTree")["contexts"]}

    def await_new_tab(self, before: Collection[str], seconds: float = 30.0) -> str:
        """Return the first tab or popup window that was not open `before`. Raises TimeoutError."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if new := self.tabs().keys() - set(before):
                return new.pop()
            time.sleep(POLL_SECONDS)
        raise TimeoutError("No window opened")

    def find_hidden(self, tab: str, hosts: str, css: str) -> list[Any]:
        """Return references to every element of `css` in the shadow roots of `hosts`, closed ones too."""
        answer = self.command(
            "script.callFunction",
            functionDeclaration="(hosts) => [...document.querySelectorAll(hosts)]",
            arguments=[{"type": "string", "value": hosts}],
            target={"context": tab},
            awaitPromise=False,
            serializationOptions={"includeShadowTree": "all", "maxDomDepth": 1},
        )
        roots = (host["value"]["shadowRoot"] for host in answer["result"]["value"])
        starts = [{"sharedId": root["sharedId"]} for root in roots if root]
        if not starts:
            return []
        locator = {"type": "css", "value": css}
        found = self.command("browsingContext.locateNodes", context=tab, locator=locator, startNodes=starts)
        return [{"sharedId": node["sharedId"]} for node in found["nodes"]]

    def call(self, tab: str, function: str, element: Any) -> Any:
        """Call a JavaScript `function () { ... this ... }` on a referenced element; JSON is what comes back."""
        answer = self.command(
            "script.callFunction",
            functionDeclaration=f"function () {{ return JSON.stringify(({function}).call(this)) }}",
            this=element,
            target={"context": tab},
            awaitPromise=False,
        )
        if answer["type"] == "exception":
            raise BidiError(answer["exceptionDetails"]["text"])
        text = answer["result"].get("value")
        return None if text is None else json.loads(text)

    def kill(self) -> None:
        """End all of the browser's processes at once, as a crash or a power cut would; from any thread."""
        self._child.kill()

    def await_death(self) -> None:
        """Wait until a killed browser is gone."""
        self._child.process.wait()

    def close(self) -> None:
        """End the browser."""
        with suppress(BidiError, ConnectionClosed, queue.Empty):
            self.command("browser.close")
        self._socket.close()
        self._child.stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
