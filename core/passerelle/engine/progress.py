"""Keep the event loop responsive during long work, and report its progress to the pages."""

from __future__ import annotations

from collections.abc import Callable, Generator
from datetime import datetime, timedelta
from typing import Literal, TypeVar

from passerelle.engine.environment import Environment
from passerelle.engine.messages import WorkProgress

MAX_RUN = timedelta(milliseconds=20)  # without yielding to other tasks: a page shows no delay below 50
REPORT_EVERY = timedelta(milliseconds=200)  # between two work.progress events

WorkStep = Literal["reading", "directory", "matching"]
_P = TypeVar("_P")
_R = TypeVar("_R")


class Progress:
    """Yield to other tasks and emit work.progress events, neither too often."""

    def __init__(self, environment: Environment, command: str) -> None:
        self._environment = environment
        self._command = command
        self._yielded = environment.now()
        self._reported: tuple[WorkStep, datetime] | None = None

    async def run(self, steps: Generator[_P, None, _R], describe: Callable[[_P], tuple[WorkStep, int, int]]) -> _R:
        """Run a generator to its end and return its result, with a report at each of its steps."""
        try:
            while True:
                try:
                    step = next(steps)
                except StopIteration as end:
                    result: _R = end.value
                    return result
                await self.report(*describe(step))
        finally:
            steps.close()

    async def report(self, step: WorkStep, done: int, total: int) -> None:
        """Emit progress and yield, if it is time. A new step is reported at once."""
        now = self._environment.now()
        if self._reported is None or self._reported[0] != step or not _is_within(self._reported[1], now, REPORT_EVERY):
            self._reported = (step, now)
            event = WorkProgress(command=self._command, step=step, done=done, total=total)
            self._environment.emit(event.model_dump(mode="json"))
        await self.yield_if_due()

    async def yield_if_due(self) -> None:
        """Yield to other tasks, if it is time."""
        if not _is_within(self._yielded, self._environment.now(), MAX_RUN):
            await self._environment.yield_now()
            self._yielded = self._environment.now()


def _is_within(then: datetime, now: datetime, span: timedelta) -> bool:
    """Return whether less than `span` has passed; a clock that was set back has passed any."""
    return timedelta() <= now - then < span
