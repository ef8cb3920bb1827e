"""What `make run` starts: the extension built for the local directory, and the servers of the closed world."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.run.sample import CAST
from tests.world.directory import CACHE, DirectoryServer, write_trust
from tests.world.fake_x import make_site
from tests.world.mastodon import Mastodon
from tests.world.mastodons import HOME, make_mastodons
from tests.world.pds import Account, Pds, Plc
from tests.world.residents import make_rows, move_in
from tests.world.sites import make_sites
from tests.world.stand_ins import with_stand_ins
from tests.world.world import World

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Town:
    """The servers, and a new account that follows no one yet; `mastodon`: the server of the account on Mastodon."""

    world: World
    pds: Pds
    person: Account
    mastodon: Mastodon


def build() -> Path:
    """Build the extension, trusting the local directory's keys; return the folder for Chromium."""
    trust, out = write_trust(CACHE / "directories.json"), CACHE / "run"
    command: list[str | Path] = [sys.executable, ROOT / "build" / "make.py", "--directories", trust, "--out", out]
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    return out / "chromium"


@contextmanager
def open_town(folder: Path) -> Iterator[Town]:
    """Start PLC, PDS, the seeded directory with the invented people, and the front before them."""
    for name in ("pds", "directory"):
        (folder / name).mkdir()
    with Plc() as plc, Pds(plc, folder / "pds") as pds:
        rows = make_rows(move_in(pds))
        with DirectoryServer(folder / "directory", rows, seed=True) as directory:
            mastodons = make_mastodons()
            sites = with_stand_ins(make_sites(plc, pds, directory, mastodons, make_site(CAST)))
            with World(sites) as world:
                pds.lead_to(world.port, world.authority)
                yield Town(world, pds, pds.create_account("newcomer"), mastodons[HOME])
