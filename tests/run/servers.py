"""What `make run` starts: the extension built for the local directory, and the servers of the closed world."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.run.sample import CAST
from tests.world import town
from tests.world.directory import CACHE, write_trust
from tests.world.fake_x import make_site
from tests.world.mastodon import Mastodon
from tests.world.mastodons import HOME
from tests.world.pds import Account, Pds, Plc
from tests.world.registrar import RegistrarServer
from tests.world.residents import make_rows, move_in
from tests.world.stand_ins import with_stand_ins
from tests.world.world import World

ROOT = Path(__file__).parents[2]


PUBLISHED_EVERY = 30.0  # seconds; an operator's timer does it once a day


@dataclass(frozen=True, slots=True)
class Town:
    """The servers, and a new account that follows no one yet; `mastodon`: the server of the account on Mastodon."""

    world: World
    pds: Pds
    person: Account
    mastodon: Mastodon
    servers: town.Town


def build() -> Path:
    """Build the extension, trusting the local directory's keys; return the folder for Chromium."""
    trust, out = write_trust(CACHE / "directories.json"), CACHE / "run"
    command: list[str | Path] = [sys.executable, ROOT / "build" / "make.py", "--directories", trust, "--out", out]
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    return out / "chromium"


@contextmanager
def open_town(folder: Path) -> Iterator[Town]:
    """Start PLC, PDS, the seeded directory with the invented people and its registrar, and the front before them."""
    for name in ("pds", "directory"):
        (folder / name).mkdir()
    x = make_site(CAST)
    with Plc() as plc, Pds(plc, folder / "pds") as pds:
        rows = make_rows(move_in(pds))
        with town.open_town(plc, pds, folder / "directory", rows, x, seed=True, change=with_stand_ins) as servers:
            yield Town(servers.world, pds, pds.create_account("newcomer"), servers.mastodons[HOME], servers)


@contextmanager
def publishing(registrar: RegistrarServer) -> Iterator[None]:
    """Read claims again and publish the directory every PUBLISHED_EVERY seconds, as an operator's timer does."""
    is_over = threading.Event()

    def publish() -> None:
        while not is_over.wait(PUBLISHED_EVERY):
            registrar.publish()

    timer = threading.Thread(target=publish)
    timer.start()
    try:
        yield
    finally:
        is_over.set()
        timer.join()
