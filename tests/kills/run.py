"""One run: sign in on both networks, follow everyone, and interrupt the work at every point that the seed chose."""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from passerelle.identifiers import Network
from playwright.sync_api import Error, Page, Playwright, expect

from tests.data.archives import make_archive
from tests.e2e import steps
from tests.kills.judge import add_up, judge, summarize
from tests.kills.points import Point, Tripwire, When, choose_points
from tests.kills.town import NETWORKS, Town, Wanted, make_wanted, open_town
from tests.world.chromium import Chromium, closed_world
from tests.world.clock import copy_with_clock, set_clock

FAULTS = ("lost", "doubled", "strange", "unsettled")  # numbers of a result that have to be 0
POINT_SECONDS = 30.0  # for a point to come; then the work is interrupted where it is
LONGEST_MOMENT = 8.0  # after the browser was started; Python takes three seconds or more to start
DOWN_SECONDS = 3.0  # of a killed server
SETTLE_SECONDS = 1_200.0  # for the end: four windows of Mastodon's limit on requests
LOOK_SECONDS = 1.0
PATIENCE = 60_000  # milliseconds, of a step in a page; two cores carry browser and servers
EVERY_ALONE = 3  # after every third start of the browser no page of the extension is opened
DAY = timedelta(days=1)
CLOCKS = (DAY, timedelta(), -DAY, timedelta())
# Of each network: how many people for each interruption, at least and at most.
PEOPLE = {"bluesky": (25, 250, 500), "fediverse": (3, 24, 60)}
IN_ONE_ROUND = 20  # interruptions; more would reach the limits of an hour, which the extension keeps
IDLE_LOOKS = 4  # so often in a row nothing is left to do: an engine that has just started shows what was
IS_RUNNING = """() => new Promise((resolve) => {
  indexedDB.open("passerelle").onsuccess = ({ target }) => {
    target.result.transaction("state").objectStore("state").get("queue").onsuccess = (event) => {
      target.result.close();
      resolve(event.target.result?.running ?? false);
    };
  };
})"""
STATES = """() => new Promise((resolve, reject) => {
  const opening = indexedDB.open("passerelle");
  opening.onerror = () => reject(opening.error);
  opening.onsuccess = () => {
    const asking = opening.result.transaction("queue").objectStore("queue").getAll();
    asking.onsuccess = () => resolve(asking.result.map((one) => one.state).filter((state) => state));
  };
})"""


def report(text: str) -> None:
    """Write a line of progress to stderr."""
    print(f"{time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)


@dataclass(frozen=True, slots=True)
class Kind:
    """What is done at a point and after it. `cuts`: the request at which the point lies gets no answer."""

    whens: Sequence[When]
    strike: Callable[[Run, Point], None]
    recover: Callable[[Run, Point], None]
    cuts: bool


class Run:
    """A browser with the extension, a person signed in on both networks, and the servers."""

    def __init__(self, playwright: Playwright, extension: Path, folder: Path, town: Town, kind: Kind) -> None:
        self._playwright = playwright
        self._extension = extension
        self._folder = folder
        self.town = town
        self.kind = kind
        self.tripwire = Tripwire(town.world, NETWORKS, cuts=kind.cuts)
        self.struck: Counter[str] = Counter()
        self.resumed = 0
        self.pressed = 0
        self.began = False
        self.open()

    def open(self) -> None:
        """Start the browser, with the profile it had."""
        self.browser = Chromium(
            self._playwright, self._extension, self._folder / "profile", closed_world(self.town.world)
        )

    def prepare(self, wanted: Wanted) -> None:
        """Read the archive and sign in on both networks."""
        archive = make_archive(self._folder / "archive.zip", following=wanted.people)
        self.tab: Page = self.browser.open_page(steps.APP)
        steps.hand_over(self.tab, archive)
        steps.await_matches(self.tab)
        steps.sign_in(self.tab, self.town.person)
        expect(self.tab.get_by_test_id("follow-all")).to_be_enabled()
        steps.sign_in_to_mastodon(self.browser)

    def go_on(self, *, alone: bool = False) -> None:
        """Press Follow until people are stored to be followed; later open the tab, unless it has to go on `alone`.

        A browser that ends within milliseconds of the press has stored nothing; it offers the same button again.
        """
        if self.tab.is_closed() and not (self.began and alone):
            self.tab = self.browser.open_page(steps.APP)
            self.began = bool(self.states())
        if not self.began:
            steps.follow_all(self.tab)
            self.pressed += 1
            self.began = True

    def interrupt(self, point: Point) -> None:
        """Interrupt the work once at this point, or where it is when the point does not come."""
        is_moment = point.when == "moment"
        came = self._await_point(point.seconds if is_moment else POINT_SECONDS)
        self.kind.strike(self, point)
        self.tripwire.release()
        self.kind.recover(self, point)
        self.struck[point.when if came or is_moment else "moment"] += 1

    def _await_point(self, seconds: float) -> bool:
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            if self.tripwire.is_reached(min(left, LOOK_SECONDS)):
                return True
            self._resume()
        return False

    def finish(self) -> None:
        """Wait until following has come to its end, whether well or not; at most SETTLE_SECONDS."""
        end, idle = time.monotonic() + SETTLE_SECONDS, 0
        while time.monotonic() < end and idle < IDLE_LOOKS:
            self.tab.wait_for_timeout(LOOK_SECONDS * 1000)
            self._resume()
            idle = 0 if self.tab.evaluate(IS_RUNNING) else idle + 1

    def _resume(self) -> None:
        """Press Resume where the queue has stopped itself, as a person would."""
        with suppress(Error):
            if self.tab.get_by_test_id("resume").is_visible():
                self.tab.get_by_test_id("resume").click(timeout=LOOK_SECONDS * 1000)
                self.resumed += 1

    def states(self) -> Mapping[str, int]:
        """Return how many items of the extension's own queues are in which state."""
        return Counter(self.tab.evaluate(STATES))


def _kill_browser(run: Run, point: Point) -> None:
    run.browser.kill()
    run.browser.await_death()


def _restart_browser(run: Run, point: Point) -> None:
    run.open()


def _kill_server(run: Run, point: Point) -> None:
    run.town.kill(point.network)


def _restart_server(run: Run, point: Point) -> None:
    time.sleep(DOWN_SECONDS)
    run.town.start(point.network)


def _move_clock(run: Run, point: Point) -> None:
    set_clock(run.tab, CLOCKS[run.struck.total() % len(CLOCKS)])


def _nothing(run: Run, point: Point) -> None:
    """The lost answer is all."""


KINDS: Mapping[str, Kind] = {
    "browser": Kind(("before", "written", "answered", "moment"), _kill_browser, _restart_browser, cuts=True),
    "servers": Kind(("before", "written", "moment"), _kill_server, _restart_server, cuts=True),
    "answers": Kind(("written",), _nothing, _nothing, cuts=True),
    "clock": Kind(("before", "written", "answered", "moment"), _move_clock, _nothing, cuts=False),
}


def _possible(point: Point, town: Town, wanted: Wanted) -> Point:
    """Return the point, on the other network where everyone is followed already on its own."""
    left: dict[Network, int] = {one: len(wanted.on(one).difference(town.followed(one))) for one in NETWORKS.values()}
    network = point.network if left[point.network] else max(left, key=lambda one: left[one])
    return replace(point, network=network)


def _progress(town: Town) -> str:
    return ", ".join(f"{len(town.followed(network))} on {network}" for network in NETWORKS.values())


def count_people(network: str, kills: int) -> int:
    """Return how many people to follow on a network, so that there is work left at the last interruption."""
    each, least, most = PEOPLE[network]
    return min(max(each * kills, least), most)


def run(playwright: Playwright, extension: Path, folder: Path, kind: str, kills: int, seed: int) -> dict[str, Any]:
    """Interrupt following so often, in rounds of IN_ONE_ROUND, each with servers of its own; return the sums."""
    expect.set_options(timeout=PATIENCE)
    started, rounds = time.monotonic(), []
    if kind == "clock":
        extension = copy_with_clock(extension, folder / "extension", timedelta())
    for number, first in enumerate(range(0, kills, IN_ONE_ROUND)):
        in_round = folder / f"round-{number}"
        in_round.mkdir()
        count = min(IN_ONE_ROUND, kills - first)
        rounds.append(_run_round(playwright, extension, in_round, kind, count, seed + number))
    seconds = round(time.monotonic() - started)
    return {**add_up(rounds), "rounds": len(rounds), "kind": kind, "seed": seed, "seconds": seconds}


def _run_round(
    playwright: Playwright, extension: Path, folder: Path, kind: str, kills: int, seed: int
) -> dict[str, Any]:
    chosen = KINDS[kind]
    wanted = make_wanted(count_people("bluesky", kills), count_people("fediverse", kills))
    points = choose_points(seed, kills, chosen.whens, {"bluesky": 1, "fediverse": 4}, LONGEST_MOMENT)
    with open_town(folder, wanted) as town:
        this = Run(playwright, extension, folder, town, chosen)
        try:
            this.prepare(wanted)
            for number, point in enumerate(points, 1):
                this.tripwire.arm(_possible(point, town, wanted))
                this.go_on(alone=number % EVERY_ALONE == 0)
                this.interrupt(point)
                report(f"{kind}, seed {seed}, {number}/{kills}: {_progress(town)}")
            this.go_on()
            this.finish()
            states = this.states()
        finally:
            this.browser.close()
        verdicts = {network: judge(wanted.on(network), town.followed(network)) for network in NETWORKS.values()}
    return {
        "kills": this.struck.total(),
        **summarize(verdicts),
        "unsettled": sum(count for state, count in states.items() if state != "following"),
        "points": dict(this.struck),
        "resumed": this.resumed,
        "pressed": this.pressed,
    }
