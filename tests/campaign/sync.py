"""The first syncs of all members: each asks the real server for latest.json and its files, within a given time."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import httpx
import psutil

from tests.world.directory import DirectoryServer

AT_ONCE = 200  # connections that this machine keeps open
LATEST = "v1/directory/latest.json"
TIMEOUT = 60.0  # seconds


class Server(DirectoryServer):
    """A directory server behind a proxy, which tells clients apart by their address."""

    def __init__(self, folder: Path, rows: Iterable[Mapping[str, str]]) -> None:
        super().__init__(folder, rows, env={"PASSERELLE_PROXIES": "1"})

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    def memory(self) -> int:
        """Return the resident bytes of the server and its children."""
        shell = psutil.Process(self._child.pid)
        return sum(process.memory_info().rss for process in (shell, *shell.children(recursive=True)))


@dataclass(slots=True)
class Sync:
    """What the syncs came to: requests that were answered and that were not, bytes of one client, times in seconds."""

    requests: int = 0
    errors: int = 0
    bytes_per_client: int = 0
    slowest: float = 0.0
    seconds: float = 0.0
    memory: list[int] = field(default_factory=list)  # resident bytes of the server: before, and the most


async def sync_all(server: Server, clients: int, seconds: float, seed: int) -> Sync:
    """Run the first sync of so many clients, at random moments within `seconds`; return what it came to."""
    rng, sync = Random(seed), Sync(memory=[server.memory()] * 2)
    limits = httpx.Limits(max_connections=AT_ONCE, max_keepalive_connections=0)
    began = time.monotonic()
    async with httpx.AsyncClient(base_url=server.url, limits=limits, timeout=TIMEOUT) as http:
        moments = [rng.uniform(0, seconds) for _ in range(clients)]
        watcher = asyncio.create_task(_watch(server, sync))
        await asyncio.gather(*(_sync_one(http, number, moment, sync) for number, moment in enumerate(moments)))
        watcher.cancel()
    sync.seconds = time.monotonic() - began
    return sync


async def _watch(server: Server, sync: Sync) -> None:
    while True:
        sync.memory[1] = max(sync.memory[1], server.memory())
        await asyncio.sleep(1)


async def _sync_one(http: httpx.AsyncClient, number: int, moment: float, sync: Sync) -> None:
    await asyncio.sleep(moment)
    address = f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
    latest = await _get(http, LATEST, address, sync)
    if latest is None:
        return
    promised = json.loads(latest)
    size = len(latest)
    for promise in promised["files"]:
        body = await _get(http, promise["path"], address, sync)
        if body is None:
            return
        size += len(body)
    sync.bytes_per_client = size


async def _get(http: httpx.AsyncClient, path: str, address: str, sync: Sync) -> bytes | None:
    """Return what is there, or None after an error, which is counted."""
    began = time.monotonic()
    sync.requests += 1
    try:
        answer = await http.get(path, headers={"X-Forwarded-For": address, "Accept-Encoding": "identity"})
    except httpx.HTTPError:
        sync.errors += 1
        return None
    sync.slowest = max(sync.slowest, time.monotonic() - began)
    sync.errors += answer.status_code != 200
    return answer.content if answer.status_code == 200 else None
