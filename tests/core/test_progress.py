"""Progress: reports and yields are spaced by the clock, and go on when the clock is set back."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Any

from passerelle.engine.progress import MAX_RUN, REPORT_EVERY, Progress
from passerelle.engine.storage import MemoryStorage

from tests.core.fakes import NOW, make_environment


class Hands:
    """A clock that is set by hand, and what the progress did."""

    def __init__(self) -> None:
        self.now = NOW
        self.events: list[dict[str, Any]] = []
        self.yields = 0

    def read(self) -> datetime:
        return self.now

    async def yield_now(self) -> None:
        self.yields += 1

    def progress(self) -> Progress:
        async def fetch(_: Any) -> Any:
            raise AssertionError("no request belongs to progress")

        environment = make_environment(
            MemoryStorage(), fetch, now=self.read, yield_now=self.yield_now, emit=self.events.append
        )
        return Progress(environment, "match.find")


def test_reports_of_one_step_are_spaced_and_a_new_step_is_reported_at_once() -> None:
    hands = Hands()
    progress = hands.progress()

    async def main() -> None:
        await progress.report("reading", 0, 9)
        hands.now += REPORT_EVERY / 2
        await progress.report("reading", 1, 9)
        await progress.report("matching", 0, 5)
        hands.now += REPORT_EVERY
        await progress.report("matching", 2, 5)

    asyncio.run(main())
    assert [(event["step"], event["done"]) for event in hands.events] == [
        ("reading", 0),
        ("matching", 0),
        ("matching", 2),
    ]


def test_after_the_clock_was_set_back_it_reports_and_yields_at_once() -> None:
    hands = Hands()
    hands.now += timedelta(days=365)
    progress = hands.progress()

    async def main() -> None:
        await progress.report("reading", 0, 9)
        hands.now = NOW
        await progress.report("reading", 1, 9)
        hands.now += MAX_RUN
        await progress.yield_if_due()

    asyncio.run(main())
    assert [event["done"] for event in hands.events] == [0, 1]
    assert hands.yields == 2
