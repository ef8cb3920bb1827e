"""How soon a badge stands in a cell that has just appeared on x.com, and what badges cost that page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from statistics import quantiles
from typing import Any

from playwright.sync_api import CDPSession, Page, Route

from tests.bench.directories import publish_large
from tests.bench.engine import EnginePage
from tests.bench.inside.invented import rest_id_of, screen_name
from tests.bench.report import MEGABYTE, Failure, Figure, run_parts
from tests.bench.tools import ELSEWHERE, Session, Tools
from tests.e2e.steps import switch_badges
from tests.world import sites
from tests.world.world import static

ROWS = 200_000
STEP = 37  # between two rows of people who appear: they lie all over the directory
# What the issue sets: so many cells a second, every second one about a person in the directory; none twice.
PER_SECOND = 100
CELLS = 200  # a turn: many short turns share the machine's moods better than few long ones
REPEATS = 20
WARM_UP = 100  # cells before anything is measured, so that scripts are compiled and the background is awake
MANY_CELLS = 10_000  # after which memory is measured
IN_HASTE = 500  # cells a second, so that this takes no minutes
MOST_DELAY = 16.0  # ms: a frame
MOST_WORK = 0.3  # ms of main thread per cell
NEVER = 5_000.0  # ms; what a badge that did not come counts for

# As the content script asks its background (lib/messages/content.ts), with no people.
_ROUND_TRIPS = """async (count) => {
  const times = [];
  for (let at = 0; at < count; at++) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    const started = performance.now();
    await chrome.runtime.sendMessage({ id: crypto.randomUUID(), type: "badge.marks", people: [] });
    times.push(performance.now() - started);
  }
  return times;
}"""
ROUND_TRIPS = 50


@dataclass(frozen=True, slots=True)
class Growth:
    """What it took to let cells appear: main thread per cell and those from cell to badge, in milliseconds."""

    busy: float
    delays: Sequence[float]


@dataclass(frozen=True, slots=True)
class Turn:
    """The same cells in each way; `bare`: main thread per cell of the page without badges, in milliseconds."""

    bare: float
    alone: Growth
    known: Growth
    strangers: Growth
    bare_announced: float
    announced: Growth


@dataclass(frozen=True, slots=True)
class Memory:
    """What a page holds after a garbage collection: bytes of JavaScript (of all its worlds) and of DOM, nodes."""

    script: float
    dom: float
    nodes: float

    def __sub__(self, other: Memory) -> Memory:
        return Memory(self.script - other.script, self.dom - other.dom, self.nodes - other.nodes)


def measure(tools: Tools) -> Iterator[Figure | Failure]:
    """Show the same cells on x.com and on a site without badges, in turns."""
    folder = tools.folder / "large-directory"
    publish_large(folder, ROWS)
    with tools.browser_with(static(folder)) as session:
        EnginePage(session.browser).call("directory.update")
        _switch_on(session)
        session.world.forget()
        yield from run_parts("badges", *(partial(part, session) for part in (_time, _weigh, _count_requests)))


def _time(session: Session) -> Iterator[Figure]:
    with _Timeline(session, sites.X) as with_badges, _Timeline(session, ELSEWHERE) as without:
        turns = [_take_turn(with_badges, without, turn) for turn in range(REPEATS)]
        messages = [with_badges.round_trips(_names(CELLS, 0)) for _ in range(REPEATS)]
    for when, growths in (
        ("", [turn.alone for turn in turns]),
        (" where X's answer came before", [turn.announced for turn in turns]),
    ):
        for name, cut, most in (("median", 49, None), ("95th percentile", 94, MOST_DELAY)):
            yield Figure(
                "badges",
                f"from cell to badge{when}, {name}",
                "ms",
                [quantiles(growth.delays, n=100)[cut] for growth in growths],
                "an empty message and its answer",
                [quantiles(times, n=100)[cut] for times in messages],
                most=most,
            )
    for what, limit, works in (
        ("badges alone", MOST_WORK, [turn.alone.busy - turn.bare for turn in turns]),
        ("of it: when all answers are known", None, [turn.known.busy - turn.bare for turn in turns]),
        ("of it: when no one is known", None, [turn.strangers.busy - turn.bare for turn in turns]),
        ("badges and reading X's answers", MOST_WORK, [turn.announced.busy - turn.bare_announced for turn in turns]),
    ):
        yield Figure("badges", f"main thread per cell, {what}", "ms", works, most=limit)
    yield Figure(
        "badges",
        "main thread per cell, with the page's own",
        "ms",
        [turn.alone.busy for turn in turns],
        "without badges",
        [turn.bare for turn in turns],
    )


def _take_turn(with_badges: _Timeline, without: _Timeline, turn: int) -> Turn:
    """Show cells with badges between two growths without: the page's own work drifts by more than badges cost."""
    names, others = (_names(CELLS, first * CELLS) for first in (turn, REPEATS + turn))
    bare = without.grow(names, PER_SECOND).busy
    alone = with_badges.grow(names, PER_SECOND)
    known = with_badges.grow(names, PER_SECOND)
    strangers = with_badges.grow([f"nobody_{turn}_{n}" for n in range(CELLS)], PER_SECOND, badges=0)
    bare = (bare + without.grow(names, PER_SECOND).busy) / 2
    bare_announced = without.grow(others, PER_SECOND, is_answered=True).busy
    announced = with_badges.grow(others, PER_SECOND, is_answered=True)
    bare_announced = (bare_announced + without.grow(others, PER_SECOND, is_answered=True).busy) / 2
    return Turn(bare, alone, known, strangers, bare_announced, announced)


def _weigh(session: Session) -> Iterator[Figure]:
    names = _names(MANY_CELLS, 2 * REPEATS * CELLS)
    grown = []
    for host in (sites.X, ELSEWHERE):
        with _Timeline(session, host) as timeline:
            before = timeline.memory()
            timeline.grow(names, IN_HASTE)
            grown.append(timeline.memory() - before)
    ours, theirs = grown
    for what, unit, field, scale in (
        ("JavaScript heap", "MB", "script", MEGABYTE),
        ("DOM heap", "MB", "dom", MEGABYTE),
        ("nodes", "", "nodes", 1),
    ):
        runs, baseline = ([getattr(memory, field) / scale] for memory in (ours, theirs))
        yield Figure("badges", f"{what} gained by {MANY_CELLS:,} cells", unit, runs, "without badges", baseline)


def _names(count: int, first: int) -> list[str]:
    """Return names; every second one is in the directory."""
    numbers = range(first, first + count)
    return [screen_name(number * STEP % ROWS) if number % 2 else f"stranger_{number}" for number in numbers]


def _answer(route: Route) -> None:
    """Answer the page as X's API does: the people it asks for, in the shape of August 2026, some 2 kB each."""
    names: list[str] = route.request.post_data_json or []
    route.fulfill(json={"data": {"home": {"instructions": [{"entries": [_entry(name) for name in names]}]}}})


def _entry(name: str) -> dict[str, Any]:
    rest_id = rest_id_of(name)
    user = {
        "__typename": "User",
        "rest_id": rest_id,
        "core": {"screen_name": name, "name": "Invented Person"},
        "profile_bio": {"description": "Bridges and boats, mostly. " * 4, "entities": {}},
        "location": {"location": "A town"},
        "relationship_counts": {"followers": 10, "following": 20},
    }
    text = "An invented sentence of some length, as people write it. " * 3
    post = {"__typename": "Tweet", "rest_id": rest_id, "core": {"user_results": {"result": user}}, "text": text * 5}
    return {"entryId": f"tweet-{rest_id}", "content": {"itemContent": {"tweet_results": {"result": post}}}}


def _switch_on(session: Session) -> None:
    session.browser.allow_sites(*sites.X_PATTERNS)
    page = session.browser.open_page("app.html")
    switch_badges(page)
    page.wait_for_function("async () => 'badge-index' in await chrome.storage.local.get('badge-index')")
    page.close()


def _count_requests(session: Session) -> Iterator[Figure]:
    yield Figure("badges", "requests made meanwhile", "", [_requests(session)], most=0)


def _requests(session: Session) -> int:
    """Return how many requests were made, except for the pages themselves."""
    own = {(host, path) for host in (sites.X, ELSEWHERE) for path in _Timeline.OWN_PATHS}
    return sum((ask.host, ask.path) not in own for ask in session.world.asked)


class _Timeline:
    """A tab with the empty timeline, under one of its two names."""

    OWN_PATHS = ("/index.html", "/timeline.js", "/favicon.ico")

    def __init__(self, session: Session, host: str) -> None:
        self._extension = session.browser.id
        self._has_badges = host == sites.X
        self._page: Page = session.browser.context.new_page()
        self._protocol: CDPSession = session.browser.context.new_cdp_session(self._page)
        self._worlds: list[dict[str, Any]] = []
        self._protocol.on("Runtime.executionContextCreated", lambda event: self._worlds.append(event["context"]))
        self._protocol.send("Runtime.enable")
        # The processor's time, not the clock's: a busy machine costs no page anything.
        self._protocol.send("Performance.enable", {"timeDomain": "threadTicks"})
        self._page.route("**/i/api/graphql/**", _answer)
        self._page.goto(f"https://{host}/index.html")
        self._page.wait_for_load_state("networkidle")
        self.grow(_names(WARM_UP, ROWS), PER_SECOND)

    def __enter__(self) -> _Timeline:
        return self

    def __exit__(self, *_: object) -> None:
        self._page.close()

    def grow(
        self, names: Sequence[str], per_second: int, badges: int | None = None, *, is_answered: bool = False
    ) -> Growth:
        """Show cells for `names`, half of them known or `badges`. Raises RuntimeError where most are missing.

        Where `is_answered`, X's answers name the people before their cells appear, as on x.com.
        """
        if badges is None:
            badges = len(names) // 2 if self._has_badges else 0
        self._page.bring_to_front()
        before = self._metric("TaskDuration")
        delays = self._page.evaluate(
            "([names, each, badges, isAnswered]) => grow(names, each, badges, isAnswered)",
            [names, per_second, badges, is_answered],
        )
        busy = self._metric("TaskDuration") - before
        if len(delays) > badges or len(delays) * 2 < badges:
            raise RuntimeError(f"{len(delays)} badges appeared, not {badges}")
        return Growth(busy * 1000 / len(names), [*delays, *[NEVER] * (badges - len(delays))])

    def round_trips(self, names: Sequence[str]) -> list[float]:
        """Send empty messages from the content script's world while the same cells appear; return milliseconds."""
        self._page.bring_to_front()
        self._page.evaluate("([names, each]) => { globalThis.growing = grow(names, each, 0) }", [names, PER_SECOND])
        world = next(world for world in self._worlds if self._extension in world["origin"])
        call = {
            "functionDeclaration": _ROUND_TRIPS,
            "arguments": [{"value": ROUND_TRIPS}],
            "executionContextId": world["id"],
            "awaitPromise": True,
            "returnByValue": True,
        }
        times = [float(time) for time in self._protocol.send("Runtime.callFunctionOn", call)["result"]["value"]]
        self._page.evaluate("() => growing")
        return times

    def memory(self) -> Memory:
        """Collect what is garbage, and weigh the rest."""
        self._protocol.send("HeapProfiler.collectGarbage")
        usage = self._protocol.send("Runtime.getHeapUsage")
        return Memory(
            usage["usedSize"] + usage["backingStorageSize"], usage["embedderHeapUsedSize"], self._metric("Nodes")
        )

    def _metric(self, name: str) -> float:
        metrics: list[dict[str, Any]] = self._protocol.send("Performance.getMetrics")["metrics"]
        return next(float(metric["value"]) for metric in metrics if metric["name"] == name)
