"""Where work is interrupted: points chosen by a seed, and the tripwire in the front that knows when one comes."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Literal

from passerelle.identifiers import Network

from tests.world.world import Answer, Ask, NoAnswer, Site, World

# before: a write has arrived at the front and its server has not seen it. written: its server has carried it out, no
# answer was sent. answered: the last byte of the answer was sent. moment: so many seconds, whatever happens then.
When = Literal["before", "written", "answered", "moment"]
WRITES: Mapping[Network, Sequence[str]] = {
    "bluesky": ("com.atproto.repo.applyWrites", "com.atproto.repo.createRecord"),
    "fediverse": ("/follow",),
}
# The extension counts a batch of 100 that never arrived: 300 of the 5,000 points that Bluesky allows in an hour.
MOST_UNSENT = 10
HELD_SECONDS = 120.0  # at most, of a request at whose point the run stands


@dataclass(frozen=True, slots=True)
class Point:
    """At the `count`-th write on `network`, or after `seconds`."""

    when: When
    network: Network
    count: int
    seconds: float


def choose_points(
    seed: int, number: int, whens: Sequence[When], most: Mapping[Network, int], longest: float
) -> list[Point]:
    """Choose points, each kind equally often. `most`: the highest `count` of each network; `longest`: of `seconds`."""
    random = Random(seed)
    kinds = [whens[at % len(whens)] for at in range(number)]
    random.shuffle(kinds)
    networks: Sequence[Network] = ("bluesky", "fediverse")
    points: list[Point] = []
    for when in kinds:
        unsent = [point for point in points if (point.when, point.network) == ("before", "bluesky")]
        is_possible = when != "before" or len(unsent) < MOST_UNSENT
        network = random.choice(networks if is_possible else networks[1:])
        points.append(Point(when, network, random.randint(1, most[network]), random.uniform(0, longest)))
    return points


def is_write(ask: Ask, network: Network) -> bool:
    """Tell whether a request follows accounts."""
    return ask.method == "POST" and ask.path.endswith(tuple(WRITES[network]))


class Tripwire:
    """Block a request at the armed point until `release`. `cuts`: it then gets no answer."""

    def __init__(self, world: World, networks: Mapping[str, Network], *, cuts: bool) -> None:
        self._networks = networks
        self._cuts = cuts
        self._lock = threading.Lock()
        self._point: Point | None = None
        self._left = 0
        self._fired = threading.Event()
        self._released = threading.Event()
        for host in networks:
            world.sites[host] = self._watched(world.sites[host])
        world.on_answered = self._note_answered

    def arm(self, point: Point) -> None:
        """Wait for this point from now on."""
        with self._lock:
            self._point, self._left = point, point.count
        self._fired.clear()
        self._released.clear()

    def is_reached(self, seconds: float) -> bool:
        """Wait so long for the armed point; return whether it has come."""
        return self._fired.wait(seconds)

    def release(self) -> None:
        """Unblock the request, and wait for no point any more."""
        with self._lock:
            self._point = None
        self._released.set()

    def _watched(self, site: Site) -> Site:
        def watched(ask: Ask) -> Answer:
            if self._pass(ask, "before") and self._cuts:
                raise NoAnswer(ask.host)
            answer = site(ask)
            if self._pass(ask, "written") and self._cuts:
                raise NoAnswer(ask.host)
            return answer

        return watched

    def _note_answered(self, ask: Ask) -> None:
        self._pass(ask, "answered")

    def _pass(self, ask: Ask, when: When) -> bool:
        """Stop here if this is the armed point; return whether it was."""
        if not self._comes(ask, when):
            return False
        self._fired.set()
        self._released.wait(HELD_SECONDS)
        return True

    def _comes(self, ask: Ask, when: When) -> bool:
        network = self._networks.get(ask.host)
        with self._lock:
            point = self._point
            if network is None or point is None or (point.when, point.network) != (when, network):
                return False
            if not is_write(ask, network):
                return False
            self._left -= 1
            return self._left == 0
