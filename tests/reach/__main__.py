"""`python -m tests.reach TRUTH.csv POOL.csv [SEED]`: how many people are found, how many wrongly, as one JSON object.

    {"sure": {"true", "wrong"}, "probable": {"true", "wrong"}, "unresolved", "baseline": {"true", "wrong"},
     "requests", "calibration": [[p, share, n], ...], ...}

The main keys are about a world where half of the people have no account. docs/reach.md explains all keys. Progress is
on stderr. Exit status 2: wrong usage; 3: a file or column is missing.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.reach.inputs import (
    UNCONFIRMED,
    BadInput,
    Pair,
    PoolAccount,
    read_pairs,
    read_pool,
    read_unconfirmed,
    split_of,
)
from tests.reach.measure import (
    Measured,
    Outcome,
    calibrate,
    find_curve,
    find_margins,
    find_points,
    measure,
    measure_neighbours,
    summarize,
)
from tests.reach.world import World, make_world

DEFAULT_SEED = "1"
MAIN_RATE = 0.5
RATES = (0.0, MAIN_RATE, 0.9)  # people without any account
# Calibration alone: a tenth in the middle has some twenty candidates in one world, and the share that is right among a
# hundred is known to within ten points only. So more worlds are made until each tenth has enough, or no more of them.
LEAST_IN_TENTH = 400
MORE_WORLDS = 20
MOST_PEOPLE = 12_000  # of one world, by leaving out pairs


@dataclass(frozen=True, slots=True)
class Inputs:
    """What a run measures: the pairs that weights were not fitted on, and what surrounds them."""

    pairs: Sequence[Pair]
    known: Sequence[str]
    pool: Sequence[PoolAccount]
    unconfirmed: Sequence[Pair]
    seed: str

    def world(self, rate: float, number: int = 0) -> World:
        """Return one of the run's worlds."""
        most = max(1, round(MOST_PEOPLE * (1 - rate)))
        return make_world(self.pairs[:most], self.pool, self.unconfirmed, rate, f"{self.seed} {number}")


def read_inputs(truth: Path, pool: Path, seed: str) -> Inputs:
    """Read the files. Raises BadInput."""
    pairs = read_pairs(truth)
    tested = [one for one in pairs if split_of(one.screen_name) == "test"] or pairs
    known = [acct for one in pairs if split_of(one.screen_name) == "fit" for acct in one.mastodon]
    return Inputs(tested, known, read_pool(pool), read_unconfirmed(truth.parent / UNCONFIRMED), seed)


async def reach(inputs: Inputs) -> dict[str, Any]:
    """Measure all worlds of a run."""
    measured = {}
    for rate in RATES:
        _report(f"world where {rate:.0%} have no account …")
        measured[rate] = await measure(inputs.world(rate), inputs.known)
    main = measured[MAIN_RATE]
    points, worlds = list(main.points), 1
    for number in range(1, MORE_WORLDS + 1):
        if min(count for *_, count in calibrate(points)) >= LEAST_IN_TENTH:
            break
        _report(f"calibration, world {number} of {MORE_WORLDS} at most …")
        points += await find_points(inputs.world(MAIN_RATE, number), inputs.known)
        worlds += 1
    _report("neighbours …")
    neighbours = await measure_neighbours(inputs.world(MAIN_RATE), inputs.seed)
    return {
        **summarize(main.outcomes),
        "requests": _total(main),
        "calibration": calibrate(points),
        "calibration_margins": find_margins(points),
        "calibration_worlds": worlds,
        "requests_by_source": main.requests,
        "unconfirmed": {lane: main.unconfirmed[lane] for lane in ("sure", "probable", "none")},
        "rates": {f"{rate:.0%}": _of_rate(one) for rate, one in measured.items()},
        "groups": _split(main.outcomes, lambda one: one.person.group),
        "scripts": _split(main.outcomes, lambda one: "latin" if one.person.latin else "other"),
        "neighbours": neighbours,
        "pairs_tested": len(inputs.pairs),
        "seed": inputs.seed,
    }


def _of_rate(measured: Measured) -> dict[str, Any]:
    return {
        "people": len(measured.outcomes),
        **summarize(measured.outcomes),
        "requests": _total(measured),
        "calibration": calibrate(measured.points),
        "curve": find_curve(measured.outcomes),
    }


def _split(outcomes: Iterable[Outcome], key: Callable[[Outcome], str]) -> dict[str, Any]:
    parts: dict[str, list[Outcome]] = {}
    for one in outcomes:
        parts.setdefault(key(one), []).append(one)
    return {name: {"people": len(some), **summarize(some)} for name, some in sorted(parts.items())}


def _total(measured: Measured) -> int:
    return sum(count for source, count in measured.requests.items() if source != "baseline")


def _report(text: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {text}", file=sys.stderr)


def main(arguments: Sequence[str]) -> int:
    """Print the result; return the exit status."""
    if len(arguments) not in (2, 3) or not all(arguments):
        print("Usage: make reach TRUTH=pairs.csv POOL=pool.csv [SEED=1]", file=sys.stderr)
        return 2
    try:
        inputs = read_inputs(Path(arguments[0]), Path(arguments[1]), (*arguments, DEFAULT_SEED)[2])
    except BadInput as error:
        print(error, file=sys.stderr)
        return 3
    print(json.dumps(asyncio.run(reach(inputs)), ensure_ascii=False))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
