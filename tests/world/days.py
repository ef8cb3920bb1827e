"""Days: the closed world on the day that a test names. PDS, Mastodon server and directory have one clock, at noon.

Day 0 is the first noon from now on. The clock of the extension is a copy of its package (tests/world/clock).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from tests.world.directory import DirectoryServer
from tests.world.leavers import Leaver, residents_of, store_proven
from tests.world.mastodon import Mastodon
from tests.world.mastodons import HOME, make_mastodons
from tests.world.pds import Pds, Plc
from tests.world.registrar import RegistrarServer
from tests.world.sites import make_sites
from tests.world.world import World

NOON = time(12)


def first_noon() -> datetime:
    """Return the first local noon from now on."""
    now = datetime.now().astimezone()
    today = datetime.combine(now.date(), NOON).astimezone()
    return today if today > now else datetime.combine(now.date() + timedelta(days=1), NOON).astimezone()


@dataclass
class Days:
    """The servers, and how far ahead their clocks are."""

    world: World
    pds: Pds
    directory: DirectoryServer
    home: Mastodon
    registrar: RegistrarServer
    begins: datetime = field(default_factory=first_noon)
    ahead: timedelta = timedelta()

    def now(self) -> datetime:
        """Return the time on the day that it is."""
        return datetime.now(UTC) + self.ahead

    def date_of(self, day: int) -> date:
        """Return the date of a day, as it is called here."""
        return (self.begins + timedelta(days=day)).date()

    def go_to(self, day: int, newly_proven: Iterable[Leaver] = ()) -> None:
        """Move every clock to the noon of a day; the directory is published then, with people who are newly proven."""
        noon = datetime.combine(self.date_of(day), NOON).astimezone()
        self.ahead = noon - datetime.now(UTC)
        self.pds.move_clock(self.ahead)
        store_proven(self.directory, newly_proven, self.now())
        self.registrar.publish(self.ahead)


@contextmanager
def open_days(plc: Plc, folder: Path, rows: Iterable[Mapping[str, str]], people: Iterable[Leaver]) -> Iterator[Days]:
    """Start the servers on day 0, the directory with `rows`; the Mastodon server can find all `people`."""
    places = [folder / name for name in ("pds", "directory")]
    for place in places:
        place.mkdir(parents=True)
    mastodons = make_mastodons()
    home = mastodons[HOME]
    home.people |= {one.acct.lower(): one for one in residents_of(people)}
    with (
        Pds(plc, places[0], appview=True) as pds,
        DirectoryServer(places[1], rows) as directory,
        World(make_sites(plc, pds, directory, mastodons)) as world,
        pds.led_to(world.port, world.authority),
    ):
        days = Days(world, pds, directory, home, RegistrarServer(directory))
        home.now = home.oauth.now = days.now
        days.go_to(0)
        yield days
        assert world.strangers == []
        assert world.bugs == []
