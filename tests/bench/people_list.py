"""The list of 10,000 people: first paint, frames while it scrolls, memory; beside the same rows in a plain list."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import CDPSession, Page

from tests.bench.directories import publish_large
from tests.bench.engine import EnginePage
from tests.bench.inside.invented import NAMELESS_IDS, rest_id_of, screen_name
from tests.bench.report import MEGABYTE, Figure
from tests.bench.runtimes import SECONDS
from tests.bench.tools import Session, Tools
from tests.data.archives import make_archive
from tests.data.people import Someone
from tests.world.devtools import peak_memory
from tests.world.world import static

PEOPLE = 10_000
TURNS = 3
SCREENS = 60  # of wheel scrolling
JUMPS = 20  # of the scroll bar's thumb
MOST_PAINT = 300.0  # ms
SLOW, STUCK = 50.0, 200.0  # ms of a frame
MOST_SLOW = 1.0  # percent of frames
MOST_GROWTH = 1.25  # times the memory after the first paint: flat, but for what a busy garbage collector leaves
SETTLING = 500  # ms

# Runs before the page's own scripts. Resolves with the milliseconds from navigation to the frame with the first row.
_WATCH = """globalThis.firstPaint = new Promise((resolve) => {
  const observer = new MutationObserver(() => {
    if (!document.querySelector("[data-testid=match-row]")) return;
    observer.disconnect();
    requestAnimationFrame(() => setTimeout(() => resolve(performance.now())));
  });
  observer.observe(document, { childList: true, subtree: true });
});"""

# The same rows in a plain list: one of each height that the real list has, again and again.
_PLAIN = """async (count) => {
  const rows = [...document.querySelectorAll("[data-testid=match-row]")].map((row) => {
    row.style.position = "static";
    return row.outerHTML;
  });
  const made = Array.from({ length: count }, (_, at) => rows[at % rows.length]).join("");
  document.body.replaceChildren();
  await new Promise((resolve) => setTimeout(resolve, 300));
  const started = performance.now();
  document.body.innerHTML = `<main><ul role="list" class="card">${made}</ul></main>`;
  await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
  return performance.now() - started;
}"""

_RECORD = """() => {
  globalThis.frames = [];
  let last = performance.now();
  const note = (now) => {
    frames.push(now - last);
    last = now;
    if (frames) globalThis.next = requestAnimationFrame(note);
  };
  globalThis.next = requestAnimationFrame((now) => { last = now; next = requestAnimationFrame(note); });
}"""
_RECORDED = "() => { cancelAnimationFrame(next); return frames; }"
_ROWS = "() => document.querySelectorAll('[data-testid=match-row]').length"
_JUMP = "(part) => scrollTo({ top: part * document.documentElement.scrollHeight, behavior: 'instant' })"


@dataclass(frozen=True, slots=True)
class Look:
    """One list looked at: first paint in ms, each frame's ms, rows in the page, bytes of heap and of the renderer."""

    paint: float
    frames: Sequence[float]
    rows: int
    heap_before: float
    heap: float
    resident_before: float
    resident: float

    @property
    def slow(self) -> float:
        """Percent of frames that took longer than SLOW."""
        return 100 * sum(frame > SLOW for frame in self.frames) / len(self.frames)


def measure(tools: Tools) -> Iterator[Figure]:
    """Match PEOPLE once, then look at our list and at the plain one, each time in a fresh page."""
    folder = tools.folder / "list-directory"
    numbers = [number for number in range(2 * PEOPLE) if number % 5 >= NAMELESS_IDS][:PEOPLE]
    publish_large(folder, numbers[-1] + 1)
    archive = make_archive(tools.folder / "list.zip", following=[_someone(number) for number in numbers], followers=())
    with tools.browser_with(static(folder)) as session:
        _match(session, archive)
        ours = [_look(session) for _ in range(TURNS)]  # first: the highest memory of a renderer never goes down
        plain = [_look(session, plain=True) for _ in range(TURNS)]
    yield from _figures(ours, plain)


def _figures(ours: Sequence[Look], plain: Sequence[Look]) -> Iterator[Figure]:
    against = "a plain list"
    for what, unit, read, most in (
        ("first paint", "ms", lambda look: look.paint, MOST_PAINT),
        (f"frames over {SLOW:.0f} ms, of 100", "", lambda look: look.slow, MOST_SLOW),
        ("longest frame", "ms", lambda look: max(look.frames), STUCK),
        ("rows in the page after scrolling", "", lambda look: look.rows, None),
        ("renderer's highest memory", "MB", lambda look: look.resident / MEGABYTE, None),
        ("JavaScript heap after scrolling", "MB", lambda look: look.heap / MEGABYTE, None),
    ):
        yield Figure("list", what, unit, [*map(read, ours)], against, [*map(read, plain)], most=most)
    for what, after, before in (
        ("renderer's highest memory", "resident", "resident_before"),
        ("JavaScript heap", "heap", "heap_before"),
    ):
        runs, baseline = ([getattr(look, name) / MEGABYTE for look in ours] for name in (after, before))
        yield Figure("list", f"{what}, scrolled", "MB", runs, "after its first paint", baseline, most_ratio=MOST_GROWTH)


def _someone(number: int) -> Someone:
    name = screen_name(number)
    return Someone(rest_id_of(name), name, f"Invented {number}")


def _match(session: Session, archive: Path) -> None:
    page = EnginePage(session.browser)
    opened = page.call("archive.open", [archive], names=[archive.name])
    found = opened["result"]["matches"]["found"]
    if found != PEOPLE:
        raise RuntimeError(f"{found} people were found, not {PEOPLE}")
    page.stop_engine()


def _look(session: Session, *, plain: bool = False) -> Look:
    page = session.browser.context.new_page()
    page.set_default_timeout(SECONDS * 1000)
    page.add_init_script(_WATCH)
    page.goto(session.browser.url("app.html"))
    paint = page.evaluate("() => firstPaint")
    if plain:
        paint = page.evaluate(_PLAIN, PEOPLE)
    page.wait_for_timeout(SETTLING)
    protocol = session.browser.context.new_cdp_session(page)
    before = _heap(protocol), _resident(session)
    frames = _scroll(page)
    look = Look(paint, frames, page.evaluate(_ROWS), before[0], _heap(protocol), before[1], _resident(session))
    page.close()
    return look


def _scroll(page: Page) -> Sequence[float]:
    """Turn the wheel, then drag the thumb to and fro; return the milliseconds of each frame."""
    page.mouse.move(900, 500)
    page.evaluate(_RECORD)
    for _ in range(SCREENS):
        page.mouse.wheel(0, 800)
        page.wait_for_timeout(50)
    for jump in range(JUMPS):
        page.evaluate(_JUMP, (jump * 7 % JUMPS) / JUMPS)
        page.wait_for_timeout(100)
    frames: list[float] = page.evaluate(_RECORDED)
    return frames


def _heap(protocol: CDPSession) -> float:
    protocol.send("HeapProfiler.collectGarbage")
    return float(protocol.send("Runtime.getHeapUsage")["usedSize"])


def _resident(session: Session) -> float:
    return float(max(peak_memory(session.profile).values()))
