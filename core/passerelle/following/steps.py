"""What the queue can ask to be done next. `schedule.next_due` chooses one, the engine carries it out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Check:
    """Look up whether this item's record is there."""

    key: str


@dataclass(frozen=True, slots=True)
class Resolve:
    """Find the target behind this item's address."""

    key: str


@dataclass(frozen=True, slots=True)
class ListFollows:
    """Read which accounts are followed already."""


@dataclass(frozen=True, slots=True)
class ListChanges:
    """Read which accounts were followed since the last reading, here or elsewhere: records above `newest`."""

    newest: str


@dataclass(frozen=True, slots=True)
class ReadOwn:
    """Read what the server says about the own account: its age, and labels that should stop the queue."""


@dataclass(frozen=True, slots=True)
class Review:
    """Look whether these people can and should be followed."""

    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unfollow:
    """Record `DeletionSent`, then delete what was written for these items."""

    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RemoveDoubles:
    """Record `DeletionSent`, then delete these records: their targets are followed by another one too."""

    record_keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Send:
    """Record `Sent`, store the queue, then write the records of these items in one commit."""

    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Wait:
    """Do nothing before this moment."""

    until: datetime


@dataclass(frozen=True, slots=True)
class Idle:
    """Nothing is due until items are added or the queue is resumed."""


Step = Check | Resolve | ListFollows | ListChanges | ReadOwn | Review | Send | Unfollow | RemoveDoubles | Wait | Idle
