"""DevTools: a client of Chromium's debugging protocol, for what Playwright does not reach: workers and their memory.

https://chromedevtools.github.io/devtools-protocol/
"""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

import psutil
from websockets.sync.client import connect

ANSWER_SECONDS = 60.0


class DevToolsError(Exception):
    """The browser refused a command, or the script threw."""


class DevTools:
    """One connection to the browser with this profile (started with --remote-debugging-port=0)."""

    def __init__(self, profile: Path) -> None:
        port, path = (profile / "DevToolsActivePort").read_text().split()
        self._socket = connect(f"ws://127.0.0.1:{port}{path}", max_size=None, proxy=None).__enter__()
        self._ids = itertools.count(1)
        self._sessions: dict[str, dict[str, Any]] = {}
        self._answers: dict[int, dict[str, Any]] = {}
        self._follow(None)

    def _follow(self, session: str | None) -> None:
        """Attach to everything this session starts, workers of workers included."""
        self.command("Target.setAutoAttach", session, autoAttach=True, waitForDebuggerOnStart=False, flatten=True)

    def command(self, method: str, session: str | None = None, **params: Any) -> Any:
        """Send one command and give its result. Raises DevToolsError."""
        number = next(self._ids)
        message = {"id": number, "method": method, "params": params}
        self._socket.send(json.dumps(message | ({"sessionId": session} if session else {})))
        while number not in self._answers:
            self._receive()
        answer = self._answers.pop(number)
        if "error" in answer:
            raise DevToolsError(f"{method}: {answer['error']['message']}")
        return answer.get("result", {})

    def _receive(self) -> None:
        """Handle one message. Events lead to commands of their own, so an answer may come while another is awaited."""
        message = json.loads(self._socket.recv(timeout=ANSWER_SECONDS))
        if "id" in message:
            self._answers[message["id"]] = message
        else:
            self._note(message)

    def _note(self, event: dict[str, Any]) -> None:
        params = event.get("params", {})
        if event.get("method") == "Target.attachedToTarget":
            self._sessions[params["sessionId"]] = params["targetInfo"]
            self._follow(params["sessionId"])
        elif event.get("method") == "Target.detachedFromTarget":
            self._sessions.pop(params["sessionId"], None)

    def find(self, accept: Callable[[str, str], bool], seconds: float = 20.0) -> str:
        """Return the session of the first target whose (type, url) is accepted, awaited. Raises TimeoutError."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for session, target in list(self._sessions.items()):
                if accept(target["type"], target["url"]):
                    return session
            self.command("Target.getTargets")  # lets waiting events in
            time.sleep(0.05)
        raise TimeoutError(f"No such target among {[(t['type'], t['url']) for t in self._sessions.values()]}")

    def evaluate(self, session: str, expression: str) -> Any:
        """Evaluate JavaScript in a target; JSON is what comes back. Raises DevToolsError."""
        answer = self.command("Runtime.evaluate", session, expression=expression, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in answer:
            raise DevToolsError(json.dumps(answer["exceptionDetails"])[:500])
        return answer["result"].get("value")

    def close(self) -> None:
        """Disconnect from the browser."""
        self._socket.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def peak_memory(profile: Path) -> dict[int, int]:
    """Return the highest resident memory so far, in bytes, of every renderer of the browser with this profile."""
    return {
        process.pid: _high_water(process.pid)
        for process in psutil.process_iter(["cmdline"])
        if _is_renderer(process.info["cmdline"] or [], profile)
    }


def reset_peak_memory(profile: Path) -> None:
    """Reset the peak resident memory of every renderer: 5 in clear_refs, see proc(5)."""
    for pid in peak_memory(profile):
        Path(f"/proc/{pid}/clear_refs").write_text("5")


def _is_renderer(command: list[str], profile: Path) -> bool:
    return "--type=renderer" in command and any(str(profile) in part for part in command)


def _high_water(pid: int) -> int:
    """Read VmHWM, in kB, from https://man7.org/linux/man-pages/man5/proc_pid_status.5.html"""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    return 0
