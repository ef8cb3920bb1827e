"""DirectoryServer: the real directory server, started the way an operator does, with keys that all tests share."""

from __future__ import annotations

import base64
import fcntl
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Self

import rfc8785
from passerelle_directory.publishing.keys import CURRENT, NEXT, load_key, make_keys, public_text

from tests.world.processes import START_SECONDS, Child

PROGRAM = Path(sys.executable).with_name("passerelle-directory")
CACHE = Path(__file__).parents[2] / ".cache" / "tests"
# Made once: the extension has them built in, and building it anew for every run would take longer than the tests.
KEYS = CACHE / "keys"
URL = "https://dir.passerelle.eu"
REGISTRAR = "join.passerelle.eu"


def make_shared_keys() -> None:
    """Make KEYS unless they are there; processes that ask at the same time wait for each other."""
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / "keys.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # given back when the file is closed
        make_keys(KEYS)


def write_trust(path: Path) -> Path:
    """Write the `directories.json` that makes an extension trust the tests' keys, and give its path."""
    make_shared_keys()
    keys = [public_text(load_key(KEYS, name)) for name in (CURRENT, NEXT)]
    trusted = [{"name": "tests", "url": URL, "registrar": f"https://{REGISTRAR}", "keys": keys}]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(trusted, indent=2) + "\n")
    return path


def sign(latest: bytes, **changes: Any) -> bytes:
    """Return a `latest.json` with some fields changed and signed anew with the tests' key."""
    fields = {**json.loads(latest), **changes}
    fields.pop("signature")
    signature = load_key(KEYS).sign(rfc8785.dumps(fields))
    return json.dumps({**fields, "signature": base64.b64encode(signature).decode()}).encode()


class DirectoryServer:
    """A directory with `rows` (dicts of text, as `import` reads them), and the seed where wanted; data in `folder`.

    `env` is added to the environment: with another PYTHONPATH it is the directory of another version.
    """

    def __init__(
        self,
        folder: Path,
        rows: Iterable[Mapping[str, str]],
        *,
        seed: bool = False,
        has_own_keys: bool = False,
        env: Mapping[str, str] | None = None,
    ) -> None:
        self.folder = folder
        self.env = {**(env or {}), "PASSERELLE_DATA": str(folder), "DATABASE_URL": ""}
        if has_own_keys:
            make_keys(folder / "keys")
        else:
            make_shared_keys()
            shutil.copytree(KEYS, folder / "keys", dirs_exist_ok=True)
        self._run("db", "upgrade")
        if seed:
            self._run("seed")
        self.add(rows)
        self.port = free_port()
        self._child = Child(
            [PROGRAM, "serve", "--port", str(self.port)], lambda line: line.startswith("Serving"), env=self.env
        )
        await_port(self.port)

    def add(self, rows: Iterable[Mapping[str, str]]) -> None:
        """Import more rows and publish them as the next version."""
        file = self.folder / "rows.jsonl"
        file.write_text("".join(json.dumps(dict(row)) + "\n" for row in rows))
        self._run("import", str(file))
        self._run("snapshot")

    def announce(self, campaigns: str) -> None:
        """Publish what a `campaigns.toml` announces, in place of what is announced now."""
        (self.folder / "campaigns.toml").write_text(campaigns, encoding="utf-8")
        self._run("snapshot")

    @property
    def key(self) -> str:
        """The public key that a person types to add this directory."""
        return public_text(load_key(self.folder / "keys", CURRENT))

    def latest(self) -> bytes:
        """Return `latest.json` as it stands published."""
        return (self.folder / "public" / "latest.json").read_bytes()

    def _run(self, *arguments: str) -> None:
        done = subprocess.run(
            [PROGRAM, *arguments], env={**os.environ, **self.env}, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"passerelle-directory {' '.join(arguments)}:\n{done.stdout}{done.stderr}"

    def stop(self) -> None:
        """End the server."""
        self._child.stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def free_port() -> int:
    """Return a port of loopback on which nothing listens."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def await_port(port: int) -> None:
    """Wait until something listens on a port. Raises TimeoutError."""
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except ConnectionRefusedError:
            time.sleep(0.05)
    raise TimeoutError(f"Nothing listens on port {port}")
