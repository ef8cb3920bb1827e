"""The directory in the built extension: first use, a delta, looking up 5,000 people, and the index of badges."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from passerelle.directory import published_line
from passerelle_directory.publishing.files import LATEST
from passerelle_directory.publishing.named import FILES_PATH
from playwright.sync_api import Page

from tests.bench.directories import publish_large
from tests.bench.engine import EnginePage
from tests.bench.inside.invented import NAMELESS_IDS, STRANGERS, make_rows, rest_id_of, screen_name
from tests.bench.report import MEGABYTE, Figure
from tests.bench.tools import Session, Tools
from tests.data.archives import make_archive
from tests.data.people import Someone
from tests.world.devtools import DevTools, peak_memory, reset_peak_memory
from tests.world.directory import sign
from tests.world.world import static
from tests.x_pages import bundle

SIZES = {200_000: 1.0, 1_000_000: 2.0}  # rows -> seconds that first use may take
FOLLOWING, KNOWN = 5_000, 2_000
CHANGED = 1_000  # rows of the delta
MOST_DELTA, MOST_LOOKUP = 0.2, 1.5  # seconds
MOST_GROWTH = 64.0  # MB
MOST_DECODING = 50.0  # ms
MEMORY = "memoryBytes()"  # tests/bench/baseline/memories.js
DECODER = Path(__file__).parents[2] / "extension" / "lib" / "messages" / "badge-index.ts"
READ_FILE = """async ([sha256]) => {
  const database = await new Promise((resolve, reject) => {
    const opening = indexedDB.open("passerelle");
    opening.onsuccess = () => resolve(opening.result);
    opening.onerror = () => reject(opening.error);
  });
  const read = database.transaction("directory").objectStore("directory").get(`file ${sha256}`);
  const file = await new Promise((resolve) => { read.onsuccess = () => resolve(read.result); });
  globalThis.stored = {
    format: badges.FORMAT, version: "1", directories: [badges.makeStoredKeys(await file.arrayBuffer(), [])],
  };
  return JSON.stringify(stored).length;
}"""
# The processor's time of all steps, and the longest one: between two steps the page may draw, after 4 ms each.
DECODE = """async () => {
  let [sum, longest, began] = [0, 0, performance.now()];
  const rest = () => {
    const took = performance.now() - began;
    if (took < 4) return undefined;
    [sum, longest] = [sum + took, Math.max(longest, took)];
    return new Promise((resolve) => setTimeout(() => { began = performance.now(); resolve(); }));
  };
  await badges.readBadgeIndex(stored, rest);
  return { sum: sum + performance.now() - began, longest };
}"""


@dataclass(frozen=True, slots=True)
class Turn:
    """What one directory cost: seconds, and growth of memory in bytes."""

    first: float
    delta: float
    opened: float
    lookup: float
    matching: float
    heap: float
    resident: float
    found: int


def measure(tools: Tools) -> Iterator[Figure]:
    """Measure both sizes, each in a fresh profile."""
    for rows, most in SIZES.items():
        folder = tools.folder / f"client-{rows}"
        publish_large(folder, rows)
        archive = make_archive(tools.folder / f"client-{rows}.zip", following=[*_people(rows)], followers=())
        with tools.browser_with(static(folder)) as session:
            latest = _latest(folder)
            turn = _turn(session, folder, archive)
            yield from _figures(rows, turn, most)
            yield from _badges(session, rows, latest)


def _figures(rows: int, turn: Turn, most: float) -> Iterator[Figure]:
    of = f"{rows:,} rows"
    yield Figure("client", f"first use of {of}: fetch, hash, store", "s", [turn.first], most=most)
    yield Figure("client", f"a delta of {CHANGED:,} changes to {of}", "s", [turn.delta], most=MOST_DELTA)
    what = f"{FOLLOWING:,} people ({turn.found:,} found) in {of}"
    yield Figure("client", f"look up {what}", "s", [turn.lookup], most=MOST_LOOKUP)
    yield Figure("client", f"match again, and store, {what}", "s", [turn.matching])
    yield Figure("client", f"archive.open of {what}", "s", [turn.opened])
    yield Figure(
        "client", f"the same: growth of WebAssembly memory, {of}", "MB", [turn.heap / MEGABYTE], most=MOST_GROWTH
    )
    resident = [turn.resident / MEGABYTE]
    yield Figure("client", f"the same: growth of the renderer's VmHWM, {of}", "MB", resident, most=MOST_GROWTH)


def _turn(session: Session, folder: Path, archive: Path) -> Turn:
    page = EnginePage(session.browser)
    page.call("engine.start")
    first = page.call("directory.update")["milliseconds"]
    _publish_delta(folder)
    delta = page.call("directory.update")["milliseconds"]
    page.stop_engine()  # downloads have left their own peak
    page.call("engine.start")
    with DevTools(session.profile) as devtools:
        worker = devtools.find(lambda kind, url: kind == "worker" and url.endswith("/engine.js"))
        reset_peak_memory(session.profile)
        heap, before = devtools.evaluate(worker, MEMORY), peak_memory(session.profile)
        opened = page.call("archive.open", [archive], names=[archive.name])
        heap = devtools.evaluate(worker, MEMORY) - heap
        after = peak_memory(session.profile)
        resident = max(peak - before[pid] for pid, peak in after.items() if pid in before)
    again = page.call("match.find")
    lookup = _seconds_of_lookup(again)
    return Turn(
        first=first / 1000,
        delta=delta / 1000,
        opened=opened["milliseconds"] / 1000,
        lookup=lookup,
        matching=again["milliseconds"] / 1000,
        heap=heap,
        resident=resident,
        found=again["result"]["found"],
    )


def _seconds_of_lookup(answer: Any) -> float:
    """Return how long it took from the start of the work until the first person was matched."""
    times = {event["type"]: event["milliseconds"] for event in reversed(answer["events"])}
    return float(times["work.progress"] - times["state.changed"]) / 1000


def _publish_delta(folder: Path) -> None:
    """Publish the next version, which changes CHANGED rows by a delta; the files stay, as clients do not read them."""
    file = folder / FILES_PATH / "delta.jsonl.gz"
    lines = [
        published_line(row, reasons) for _, (row, reasons) in zip(range(CHANGED), make_rows(CHANGED), strict=False)
    ]
    file.write_bytes(gzip.compress(b"".join(lines), mtime=0))
    latest = _latest(folder)
    content = file.read_bytes()
    promise = {
        "from": latest["version"],
        "to": latest["version"] + 1,
        "path": f"{FILES_PATH}/{file.name}",
        "sha256": hashlib.sha256(content).hexdigest(),
        "bytes": len(content),
    }
    signed = sign(json.dumps(latest).encode(), version=promise["to"], deltas=[promise])
    (folder / FILES_PATH).parent.joinpath(LATEST).write_bytes(signed)


def _latest(folder: Path) -> Any:
    return json.loads((folder / FILES_PATH).parent.joinpath(LATEST).read_text())


def _badges(session: Session, rows: int, latest: Any) -> Iterator[Figure]:
    (keys,) = (file["sha256"] for file in latest["files"] if file["kind"] == "keys")
    page: Page = session.browser.open_page("app.html")
    page.evaluate(f"() => {{ {bundle(DECODER, 'badges')}; globalThis.badges = badges; }}")
    size = page.evaluate(READ_FILE, [keys])
    turns = [page.evaluate(DECODE) for _ in range(5)]
    of = f"{rows:,} rows"
    yield Figure("client", f"badge index of {of} in storage.local", "MB", [size / MEGABYTE], most=6.0)
    yield Figure("client", f"badge index of {of}: decode", "ms", [one["sum"] for one in turns], most=MOST_DECODING)
    yield Figure("client", f"badge index of {of}: longest step", "ms", [one["longest"] for one in turns], most=16.0)


def _people(rows: int) -> Iterator[Someone]:
    """Yield KNOWN people who are in the directory by id, spread over it, and others who are not."""
    step = rows // (2 * KNOWN) + 1  # not a multiple of 5, as people without an id are
    known = (number for number in range(0, rows, step) if number % 5 >= NAMELESS_IDS)
    numbers = [number for number, _ in zip(known, range(KNOWN), strict=False)]
    numbers += range(STRANGERS, STRANGERS + FOLLOWING - len(numbers))
    for number in numbers:
        name = screen_name(number)
        yield Someone(rest_id_of(name), name, f"Invented {number}")
