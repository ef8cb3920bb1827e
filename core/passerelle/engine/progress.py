"""Pulse: let others run while something long goes on, and tell the pages how far it is."""

from __future__ import annotations

from collections.abc import Callable, Generator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal, TypeVar

from passerelle.engine.messages import WorkProgress

if TYPE_CHECKING:
    from passerelle.engine.engine import World

BREATH = timedelta(milliseconds=20)  # work on end before others are let in: a page feels no delay below 50
TELLING = timedelta(milliseconds=200)  # between two work.progress events

WorkStep = Literal["reading", "directory", "matching"]
_P = TypeVar("_P")
_R = TypeVar("_R")


class Pulse:
    """Let others run while something long goes on, and tell the pages about it; neither too often."""

    def __init__(self, world: World, command: str) -> None:
        self._world = world
        self._command = command
        self._breathed = world.now()
        self._told: tuple[WorkStep, datetime] | None = None

    async def drive(self, steps: Generator[_P, None, _R], describe: Callable[[_P], tuple[WorkStep, int, int]]) -> _R:
        """Run a generator to its end, with a beat at each of its steps; give what it returns."""
        try:
            while True:
                try:
                    progress = next(steps)
                except StopIteration as end:
                    result: _R = end.value
                    return result
                await self.beat(*describe(progress))
        finally:
            steps.close()

    async def beat(self, step: WorkStep, done: int, total: int) -> None:
        """Breathe and tell, if it is time. A new step is told at once."""
        now = self._world.now()
        if self._told is None or self._told[0] != step or now - self._told[1] >= TELLING:
            self._told = (step, now)
            event = WorkProgress(command=self._command, step=step, done=done, total=total)
            self._world.emit(event.model_dump(mode="json"))
        await self.breathe()

    async def breathe(self) -> None:
        """Let others run, if it is time."""
        now = self._world.now()
        if now - self._breathed >= BREATH:
            await self._world.breathe()
            self._breathed = self._world.now()
