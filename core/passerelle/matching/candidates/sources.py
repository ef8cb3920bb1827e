"""The shape that every source of candidates has, and one step of asking it.

    next_task(asked)   -> the next request's subjects and targets, or None: all were asked   (pure)
    ask(task, fetch)   -> proposals

`step` runs one task and returns the state to store. To resume, pass the stored state; to cancel, stop calling.
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from pydantic import Field

from passerelle.matching.records import Proposal, SourceName
from passerelle.transport import Fetch
from passerelle.view import View

# A source is asked about the same person, or for the same list, at most once a month.
ASK_AGAIN = timedelta(days=30)


class Reading(View):
    """A list that was read in part: the cursor of the next page, and how many pages were read."""

    cursor: str
    pages: int


class Asked(View):
    """What sources were asked, as it is stored: subject -> ISO time for each source.

    A subject is a rest_id, a did whose follows were read, or `rest_id server`. `reading`: by did. `closed`: sources
    whose server refuses such requests altogether, and since when.
    """

    at: dict[SourceName, dict[str, str]] = Field(default_factory=dict)
    reading: dict[str, Reading] = Field(default_factory=dict)
    closed: dict[SourceName, str] = Field(default_factory=dict)

    def fresh(self, source: SourceName, now: datetime) -> frozenset[str]:
        """Return the subjects that are not asked again yet."""
        times = self.at.get(source, {}).items()
        return frozenset(subject for subject, at in times if _is_recent(at, now))

    def is_closed(self, source: SourceName, now: datetime) -> bool:
        """Return whether the source refused such requests lately."""
        return source in self.closed and _is_recent(self.closed[source], now)


@dataclass(frozen=True, slots=True)
class Task:
    """What one step asks: the subjects it is about (keys of Asked) and the accounts or words it sends."""

    subjects: tuple[str, ...]
    targets: tuple[str, ...]
    reading: Reading | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a task. `reading`: the list goes on; `is_closed`: the server refuses such requests to everyone."""

    proposals: tuple[Proposal, ...]
    reading: Reading | None = None
    is_closed: bool = False


class Source(Protocol):
    """One way to find candidates."""

    @property
    def name(self) -> SourceName:
        """Return the name under which its state is stored."""

    def next_task(self, asked: Set[str], reading: Mapping[str, Reading]) -> Task | None:
        """Return the next task; None when every subject was asked."""

    async def ask(self, task: Task, fetch: Fetch) -> Answer:
        """Run a task. Raises NetworkError and ServerRefused where the answer is unknown; it may be run again."""


@dataclass(frozen=True, slots=True)
class Step:
    """The state to store after a task, together with its proposals; `subjects` are those whose state changed."""

    asked: Asked
    subjects: tuple[str, ...]
    proposals: tuple[Proposal, ...]


async def step(source: Source, asked: Asked, now: datetime, fetch: Fetch) -> Step | None:
    """Run the next task of a source; None when there is nothing to ask. Raises what `Source.ask` raises."""
    if asked.is_closed(source.name, now):
        return None
    task = source.next_task(asked.fresh(source.name, now), asked.reading)
    if task is None:
        return None
    answer = await source.ask(task, fetch)
    return Step(record(asked, source.name, task, answer, now), task.subjects, answer.proposals)


def record(asked: Asked, source: SourceName, task: Task, answer: Answer, now: datetime) -> Asked:
    """Return the state after a task: subjects are done unless their list goes on, or the source is closed."""
    at = now.isoformat()
    if answer.is_closed:
        return asked.model_copy(update={"closed": {**asked.closed, source: at}})
    others = {did: one for did, one in asked.reading.items() if did not in task.subjects}
    if answer.reading:
        return asked.model_copy(update={"reading": {**others, **dict.fromkeys(task.subjects, answer.reading)}})
    times = {**asked.at.get(source, {}), **dict.fromkeys(task.subjects, at)}
    return asked.model_copy(update={"at": {**asked.at, source: times}, "reading": others})


def _is_recent(at: str, now: datetime) -> bool:
    """Return whether a time is less than ASK_AGAIN ago. A time after `now` is a wrong clock's: it is not recent."""
    return timedelta(0) <= now - datetime.fromisoformat(at) < ASK_AGAIN
