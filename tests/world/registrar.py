"""RegistrarServer: the registrar of a directory, in a process of its own, and what its operator runs beside it."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import timedelta
from typing import Self

from tests.world.directory import DirectoryServer, await_port, free_port
from tests.world.exchange import Ask
from tests.world.processes import Child
from tests.world.world import Answer, World, proxy, unreachable

COMMAND = (sys.executable, "-m", "tests.world.registrar_command")
UNLIMITED = "1000000 per second"


class RegistrarServer:
    """The registrar of a directory; its fetcher finds every host of the closed world.

    That world is given to `start`, since either needs the other's address.
    """

    def __init__(self, directory: DirectoryServer) -> None:
        self._directory = directory
        self._child: Child | None = None
        self._port = 0
        self._front: tuple[str, ...] = ()

    def site(self, ask: Ask) -> Answer:
        """Answer a request to the front; none is answered while the registrar is stopped."""
        return (proxy(lambda: self._port) if self._child else unreachable(proxy(lambda: 0)))(ask)

    def start(self, world: World) -> None:
        """Start the process, which reads proofs in `world`."""
        authority = self._directory.folder / "front.pem"
        world.write_authority(authority)
        self._front = ("--front", str(world.port), "--authority", str(authority))
        self._port = free_port()
        command = [*COMMAND, "serve", "--port", str(self._port), *self._front]
        self._child = Child(command, lambda line: line.startswith("The registrar answers"), env=self._env)
        await_port(self._port)

    def stop(self) -> None:
        """End the process; requests to its host then have no answer."""
        if self._child:
            self._child.stop()
            self._child = None

    def publish(self, ahead: timedelta = timedelta()) -> None:
        """Read again what is due, and publish the next version; `ahead`: as if so much time had passed."""
        seconds = str(ahead.total_seconds())
        self._run("recheck", "--ahead", seconds, *self._front)
        self._run("snapshot", "--ahead", seconds)

    @property
    def _env(self) -> dict[str, str]:
        return {**self._directory.env, "PASSERELLE_CLAIM_LIMIT": UNLIMITED, "PASSERELLE_LIMIT": UNLIMITED}

    def _run(self, *arguments: str) -> None:
        done = subprocess.run(
            [*COMMAND, *arguments], env={**os.environ, **self._env}, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{' '.join(arguments)}:\n{done.stdout}{done.stderr}"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
