"""What can happen to the queue: what the person did, and what a server's answer means. `queue.record` applies them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from passerelle.following.items import Item
from passerelle.following.own import OwnAccount
from passerelle.view import ErrorView


@dataclass(frozen=True, slots=True)
class Added:
    """The person asked to follow these. Failed items are tried again, items already in the queue stay as they are."""

    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """The person no longer wants to follow these. One that was sent already may be followed; it is not sent again."""

    keys: frozenset[str]


@dataclass(frozen=True, slots=True)
class Cancelled:
    """The person no longer wants to follow anyone who waits; as `Withdrawn` for each of them."""


@dataclass(frozen=True, slots=True)
class Resolved:
    """The address of this item belongs to `target`."""

    key: str
    target: str


@dataclass(frozen=True, slots=True)
class AlreadyFollowing:
    """The address of this item belongs to `target`, which is followed already."""

    key: str
    target: str


@dataclass(frozen=True, slots=True)
class AlreadyRequested:
    """The address of this item belongs to `target`, which was asked before and has not answered."""

    key: str
    target: str


@dataclass(frozen=True, slots=True)
class Postponed:
    """This item's address could not be looked up now; the others go first."""

    key: str
    error: ErrorView


@dataclass(frozen=True, slots=True)
class Moved:
    """The person wants to follow the account to which this failed one has moved."""

    key: str


@dataclass(frozen=True, slots=True)
class Reviewed:
    """These were looked at before they are sent. `refused`: those that are not to be followed, and why."""

    keys: frozenset[str]
    refused: Mapping[str, ErrorView]


@dataclass(frozen=True, slots=True)
class Unresolved:
    """There is no account behind this item's address."""

    key: str
    error: ErrorView


@dataclass(frozen=True, slots=True)
class Known:
    """The account follows exactly these now: record key -> target. Read at `at`, not before the commit `revision`.

    `names`: did or canonical acct -> target, for items whose target is not known yet.
    """

    records: Mapping[str, str]
    at: datetime
    revision: str | None = None
    names: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Changed:
    """The newest records of the account, down to one known before: record key -> target. Read as `Known` is."""

    records: Mapping[str, str]
    at: datetime
    revision: str | None = None


@dataclass(frozen=True, slots=True)
class UndoAsked:
    """The person no longer wants to follow these; only what this queue itself wrote is undone."""

    keys: frozenset[str]


@dataclass(frozen=True, slots=True)
class DeletionSent:
    """So many records are about to be deleted."""

    count: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Left:
    """These are no longer followed."""

    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DoublesRemoved:
    """These records are gone; each of their targets has another one."""

    record_keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sent:
    """These are about to be sent, each under its record key. `last_key_number`: no later key may have a lower one."""

    record_keys: Mapping[str, str]  # item key -> record key
    at: datetime
    last_key_number: int


@dataclass(frozen=True, slots=True)
class Accepted:
    """What was sent is written, by the commit `revision` where that is known."""

    revision: str | None = None


@dataclass(frozen=True, slots=True)
class Requested:
    """What was sent has arrived, and its target decides whether it may be followed."""


@dataclass(frozen=True, slots=True)
class Missing:
    """What was sent is not there: it never arrived."""


@dataclass(frozen=True, slots=True)
class Overtaken:
    """The server wrote nothing of what was sent: another commit came first."""


@dataclass(frozen=True, slots=True)
class Refused:
    """The server refused what was sent, and wrote nothing: one of the records is bad."""

    error: ErrorView


@dataclass(frozen=True, slots=True)
class Slowed:
    """At `at` the server asked to wait until `until`. Where that `is_answer` to a write, it wrote nothing."""

    at: datetime
    until: datetime
    is_answer: bool = True


@dataclass(frozen=True, slots=True)
class Unanswered:
    """No answer, or one without meaning: what was sent may be written or not."""

    error: ErrorView
    at: datetime


@dataclass(frozen=True, slots=True)
class Stopped:
    """Nothing goes on until the person does something, such as sign in. As an answer to a write: not written."""

    error: ErrorView
    is_answer: bool = True


@dataclass(frozen=True, slots=True)
class RequestSent:
    """A request for the account is about to be sent, where its server counts them."""

    at: datetime


@dataclass(frozen=True, slots=True)
class OwnRead:
    """What the own account's server says about it now."""

    own: OwnAccount


@dataclass(frozen=True, slots=True)
class Paused:
    """The person asked to stop here."""


@dataclass(frozen=True, slots=True)
class Resumed:
    """The person asked to go on. `at_once`: also where a server asked to wait; it may ask again."""

    at_once: bool = True


@dataclass(frozen=True, slots=True)
class ClockSetBack:
    """The computer's clock shows `at`, which is before the last moment that the queue has seen."""

    at: datetime


Outcome = (
    Added
    | Withdrawn
    | Cancelled
    | Resolved
    | AlreadyFollowing
    | AlreadyRequested
    | Postponed
    | Unresolved
    | Moved
    | Reviewed
    | Known
    | Changed
    | UndoAsked
    | DeletionSent
    | Left
    | DoublesRemoved
    | Sent
    | Accepted
    | Requested
    | Missing
    | Overtaken
    | Refused
    | Slowed
    | Unanswered
    | Stopped
    | RequestSent
    | OwnRead
    | Paused
    | Resumed
    | ClockSetBack
)
