"""The servers of a run, slowed, and the invented people on both networks who are to be followed."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from passerelle.identifiers import Network

from tests.data.people import Someone, crowd
from tests.kills.points import is_write
from tests.world.directory import DirectoryServer
from tests.world.exchange import Answer, Ask, Site
from tests.world.mastodon import Mastodon, Resident
from tests.world.mastodons import HOME, PERSON
from tests.world.pds import Account, Pds, Plc
from tests.world.residents import SEEN, SOURCES, invented_did
from tests.world.sites import PDS, make_sites
from tests.world.world import World

FIRST = 40_000  # of their numbers
ELSEWHERE = "agora.example.org"
NETWORKS: Mapping[str, Network] = {PDS: "bluesky", HOME: "fediverse"}
WRITE_SECONDS: Mapping[Network, float] = {"bluesky": 2.5, "fediverse": 0.3}  # how long each write takes
OTHER_SECONDS = 0.05  # and every other request


@dataclass(frozen=True, slots=True)
class Wanted:
    """Who has to be followed: everyone on Bluesky, the first `on_mastodon` on Mastodon too."""

    people: Sequence[Someone]
    on_mastodon: int

    def on(self, network: Network) -> frozenset[str]:
        """Return the targets on one network, as its server names them."""
        if network == "bluesky":
            return frozenset(invented_did(one.rest_id) for one in self.people)
        return frozenset(acct_of(one) for one in self.people[: self.on_mastodon])

    def rows(self) -> Iterator[dict[str, str]]:
        """Return what each source of the directory says."""
        for number, one in enumerate(self.people):
            acct = {"acct": acct_of(one)} if number < self.on_mastodon else {}
            row = {"rest_id": one.rest_id, "screen_name": one.screen_name, "did": invented_did(one.rest_id), **acct}
            for source in SOURCES:
                yield {**row, "kind": "person", "source": source, "source_date": SEEN}


def make_wanted(on_bluesky: int, on_mastodon: int) -> Wanted:
    """Invent the people of a run."""
    return Wanted(crowd(on_bluesky, first=FIRST), on_mastodon)


def acct_of(one: Someone) -> str:
    """Return the address of one person on the fediverse."""
    return f"{one.screen_name}@{ELSEWHERE}"


@dataclass(frozen=True, slots=True)
class Town:
    """The running servers, and an account on each network that follows no one yet."""

    world: World
    pds: Pds
    home: Mastodon
    person: Account

    def followed(self, network: Network) -> list[str]:
        """Return the targets of all follows that stand at the network's server; doubles show."""
        if network == "bluesky":
            return [record.subject for record in self.pds.list_follows(self.person.did)]
        return self.home.followed(PERSON)

    def kill(self, network: Network) -> None:
        """End the network's server, as a crash would; what it has stored stays."""
        if network == "bluesky":
            self.pds.kill()
        else:
            self.home.is_down = True

    def start(self, network: Network) -> None:
        """Start a killed server again."""
        if network == "bluesky":
            self.pds.start()
        else:
            self.home.is_down = False


def make_home(residents: Sequence[Resident]) -> Mastodon:
    """Return the person's own server, which can find these accounts."""
    home = Mastodon(HOME, [Resident(f"{PERSON}@{HOME}"), *residents])
    for resident in residents[::2]:  # these it has met; the others are found by a search
        home.meet(resident.acct)
    return home


@contextmanager
def open_town(folder: Path, wanted: Wanted, home: Mastodon | None = None) -> Iterator[Town]:
    """Start the servers; `home`: the person's own server, where it is not to be as `make_home` makes it."""
    for name in ("pds", "directory"):
        (folder / name).mkdir()
    home = home or make_home([Resident(acct_of(one)) for one in wanted.people[: wanted.on_mastodon]])
    with Plc() as plc, Pds(plc, folder / "pds") as pds:
        person = pds.create_account("kills")
        with DirectoryServer(folder / "directory", wanted.rows()) as directory:
            sites = make_sites(plc, pds, directory, {HOME: home})
            slowed = {host: _slowed(sites[host], network) for host, network in NETWORKS.items()}
            with World({**sites, **slowed}) as world, pds.led_to(world.port, world.authority):
                yield Town(world, pds, home, person)


def _slowed(site: Site, network: Network) -> Site:
    def late(ask: Ask) -> Answer:
        time.sleep(WRITE_SECONDS[network] if is_write(ask, network) else OTHER_SECONDS)
        return site(ask)

    return late
