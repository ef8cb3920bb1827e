"""RealNetwork: PLC, PDS and the real AppView (`@atproto/dev-env`) over a PostgreSQL of its own; for make soak only."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
from pathlib import Path
from typing import Self

from tests.world.processes import Child

HERE = Path(__file__).parent
BINARIES = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
# PostgreSQL refuses root; Debian's package brings this account.
DATABASE_USER = "postgres"


def is_installed() -> bool:
    """Tell whether PostgreSQL and the npm package are there (`make soak` installs both where it may)."""
    return bool(BINARIES) and (HERE / "node_modules" / "@atproto" / "dev-env").is_dir()


class Postgres:
    """An empty database server in `folder`, on loopback, without durability."""

    def __init__(self, folder: Path) -> None:
        self._data = folder / "data"
        folder.mkdir(exist_ok=True)
        if os.geteuid() == 0:
            shutil.chown(folder, DATABASE_USER)
        self.port = _free_port()
        self._run("initdb", "-U", "tests", "-A", "trust", "--no-sync")
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} -c fsync=off"
        self._run("pg_ctl", "-w", "-l", str(folder / "log"), "-o", options, "start")

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(BINARIES[-1] / program), "-D", str(self._data), *arguments]
        user = DATABASE_USER if os.geteuid() == 0 else None
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, user=user, cwd="/")

    def stop(self) -> None:
        """Stop the server."""
        self._run("pg_ctl", "-m", "immediate", "stop")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


class RealNetwork:
    """A network on the database `postgres`; `pds` and `appview` are ports."""

    def __init__(self, postgres: Postgres) -> None:
        node = shutil.which("node")
        assert node
        env = {
            "DB_POSTGRES_URL": f"postgresql://tests@127.0.0.1:{postgres.port}/postgres",
            "DB_POSTGRES_SCHEMA": "tests",
            "LOG_ENABLED": "false",
        }
        self._child = Child([node, HERE / "network.cjs"], lambda line: line.startswith('{"ready":true'), env=env)
        ports = json.loads(self._child.ready)
        self.pds, self.appview = int(ports["pds"]), int(ports["appview"])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._child.stop()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])
