"""Child: a server that a test starts, waits for and stops by its own pid; its output is for error messages."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Self

START_SECONDS = 30.0  # a PDS is up in 1.1 s on an idle machine; tests share two cores
STOP_SECONDS = 8.0
# A shell that runs the server and ends the group once our end of the pipe closes: however this process may die,
# no server is left over. The shell's own output is closed, so that a closed pipe means that the server has ended.
GUARD = 'trap : TERM; "$@" & exec >/dev/null 2>&1; cat; kill -TERM 0; wait'


class NotStarted(Exception):
    """A child ended or stayed silent before it was ready; carries what it printed."""


class Child:
    """A running process in its own group. `ready` is the first line of its output that `is_ready` accepts."""

    def __init__(
        self,
        command: Sequence[str | Path],
        is_ready: Callable[[str], bool],
        *,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
    ) -> None:
        self.lines: list[str] = []
        self.ready = ""
        self._is_ready = is_ready
        self._settled = threading.Event()
        self.process = subprocess.Popen(
            ["/bin/sh", "-c", GUARD, "guard", *map(str, command)],
            env={**os.environ, **(env or {})},
            cwd=cwd,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self._wait()

    @property
    def pid(self) -> int:
        """The guard's process id, which is also the group's."""
        return self.process.pid

    def _read(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self.lines.append(line)
            if not self.ready and self._is_ready(line):
                self.ready = line
                self._settled.set()
        self._settled.set()

    def _wait(self) -> None:
        if self._settled.wait(START_SECONDS) and self.ready:
            return
        self.kill()
        raise NotStarted(f"{self.process.args!r} did not start:\n{''.join(self.lines[-40:])}")

    def stop(self) -> None:
        """Send the server SIGTERM, then SIGKILL if it does not end."""
        if self.process.stdin:
            self.process.stdin.close()
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
        self._let_go()

    def kill(self) -> None:
        """End the whole group at once, as a crash would."""
        if self.process.poll() is None:
            os.killpg(self.pid, signal.SIGKILL)
            self.process.wait()
        self._let_go()

    def _let_go(self) -> None:
        self._reader.join(STOP_SECONDS)
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe:
                pipe.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
