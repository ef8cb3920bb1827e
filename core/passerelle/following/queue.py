"""The queue of people to follow on Bluesky: what is due next, and what came of it. Pure: time and answers come in.

    WAITING --Sent--> ASKED --Accepted--> FOLLOWING

Nothing is lost and nothing is done twice because of three rules:

1. The record key of a follow is chosen and stored *before* it is sent (`Sent`), and never changes.
2. Whatever is ASKED when the queue is looked at again has an unknown outcome: it is looked up under its record key
   (`Check`) before anything else is sent.
3. People sent in one commit are all there or none is. They stay one batch as long as they are waiting, so that looking
   up one answers for all, and a commit that arrives late makes the repetition fail instead of doubling it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Self

from passerelle.errors import NetworkError, ServerRefused
from passerelle.following.pace import DEFAULT, Pace
from passerelle.following.status import QueueView
from passerelle.identifiers import Did, Handle
from passerelle.networks import bluesky
from passerelle.transport import Response
from passerelle.view import ErrorView, error_view

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
TROUBLES_BEFORE_SPLITTING = 2  # a batch that fails so often is sent person by person: one of them may be the cause


class State(StrEnum):
    """Where one person of the queue is. DROPPED is never stored: the item is gone."""

    WAITING = "waiting"
    ASKED = "asked"
    FOLLOWING = "following"
    FAILED = "failed"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class Item:
    """One person to follow. `key` is the did, or the handle where only that was known; it never changes.

    `urgent` is one asked for by hand, which goes first and alone, and even while the queue is paused. `rkey`, `batch`
    and `asked_at` (ISO 8601) are set when it is first sent.
    """

    key: str
    did: Did | None
    handle: Handle | None = None
    state: State = State.WAITING
    urgent: bool = False
    rkey: str | None = None
    batch: str | None = None
    asked_at: str | None = None
    tries: int = 0
    error: ErrorView | None = None

    def to_json(self) -> dict[str, Any]:
        """Give the item as it is stored."""
        stored = {one.name: getattr(self, one.name) for one in fields(self)}
        return stored | {"state": self.state.value, "error": self.error.model_dump() if self.error else None}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        """Take a stored item."""
        error = ErrorView.model_validate(stored["error"]) if stored["error"] else None
        return cls(**{**stored, "state": State(stored["state"]), "error": error})

    @property
    def follow(self) -> bluesky.Follow:
        """Give the record to write. Only for items that were sent."""
        if self.rkey is None or self.did is None or self.asked_at is None:
            raise ValueError(f"{self.key} was never sent")
        return bluesky.Follow(self.rkey, self.did, self.asked_at)


@dataclass(frozen=True, slots=True)
class Queue:
    """Everyone `account` asked to follow. `known` is whom it follows already (None: not read since the start)."""

    account: Did
    items: Mapping[str, Item] = field(default_factory=dict)
    known: frozenset[Did] | None = None
    paused: bool = False
    not_before: datetime | None = None
    troubles: int = 0  # failures in a row
    error: ErrorView | None = None
    spent: tuple[tuple[datetime, int], ...] = ()  # points, by when they were spent
    last_tid: int = 0  # microseconds

    def to_json(self) -> dict[str, Any]:
        """Give everything but the items and `known`, as it is stored."""
        return {
            "account": self.account,
            "paused": self.paused,
            "not_before": self.not_before.isoformat() if self.not_before else None,
            "troubles": self.troubles,
            "error": self.error.model_dump() if self.error else None,
            "spent": [[moment.isoformat(), points] for moment, points in self.spent],
            "last_tid": self.last_tid,
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any], items: Iterable[Mapping[str, Any]]) -> Self:
        """Take a stored queue and its stored items."""
        return cls(
            account=Did(stored["account"]),
            items={item.key: item for item in map(Item.from_json, items)},
            paused=stored["paused"],
            not_before=datetime.fromisoformat(stored["not_before"]) if stored["not_before"] else None,
            troubles=stored["troubles"],
            error=ErrorView.model_validate(stored["error"]) if stored["error"] else None,
            spent=tuple((datetime.fromisoformat(moment), points) for moment, points in stored["spent"]),
            last_tid=stored["last_tid"],
        )

    def in_state(self, state: State) -> list[Item]:
        """Give the items in `state`, in the order they were added."""
        return [item for item in self.items.values() if item.state is state]


# What is due next.


@dataclass(frozen=True, slots=True)
class Check:
    """Look up whether this item's record is there."""

    key: str


@dataclass(frozen=True, slots=True)
class Resolve:
    """Find the did behind this item's handle."""

    key: str


@dataclass(frozen=True, slots=True)
class ListFollows:
    """Read whom the account follows already."""


@dataclass(frozen=True, slots=True)
class Send:
    """Record `Sent`, store the queue, then write these people's records in one commit."""

    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Wait:
    """Do nothing before this moment."""

    until: datetime


@dataclass(frozen=True, slots=True)
class Idle:
    """Nothing is due until somebody adds people or resumes."""


Step = Check | Resolve | ListFollows | Send | Wait | Idle


def next_due(queue: Queue, now: datetime, pace: Pace = DEFAULT) -> Step:
    """Say what to do now; the same queue at the same moment always gives the same step."""
    waiting, asked = queue.in_state(State.WAITING), queue.in_state(State.ASKED)
    if queue.paused:
        waiting = [item for item in waiting if item.urgent]
    if not waiting and not (any(item.urgent for item in asked) if queue.paused else asked):
        return Idle()
    if queue.not_before and queue.not_before > now:
        return Wait(queue.not_before)
    if asked:
        return Check(asked[0].key)
    waiting.sort(key=lambda item: (not item.urgent, item.tries))
    if queue.known is None and not waiting[0].urgent:
        return ListFollows()
    batch = _next_batch(waiting, pace)
    for item in batch:
        if item.did is None:
            return Resolve(item.key)
    return _within_budget(queue, batch, now, pace)


def _next_batch(waiting: Sequence[Item], pace: Pace) -> list[Item]:
    """Choose whom to send together: a batch that was sent before stays as it was, or grows no more."""
    head = waiting[0]
    if head.batch is not None:
        return [item for item in waiting if item.batch == head.batch]
    if head.urgent:
        return [head]
    fresh = (item for item in waiting if item.batch is None and not item.urgent)
    by_did: dict[str, Item] = {}
    for item in fresh:
        by_did.setdefault(item.did or item.key, item)
        if len(by_did) == min(pace.batch, bluesky.MAX_WRITES):
            break
    return list(by_did.values())


def _within_budget(queue: Queue, batch: Sequence[Item], now: datetime, pace: Pace) -> Step:
    """Send as many as the server's limits leave room for, or say when there is room again."""
    windows = ((HOUR, pace.points_per_hour), (DAY, pace.points_per_day))
    room = min(limit - _spent(queue, now - window) for window, limit in windows) // bluesky.POINTS_PER_CREATE
    if batch[0].batch is None and room > 0:
        batch = batch[:room]
    if len(batch) <= room:
        return Send(tuple(item.key for item in batch))
    needed = len(batch) * bluesky.POINTS_PER_CREATE
    if batch[0].batch is None:
        needed = bluesky.POINTS_PER_CREATE
    return Wait(max(_when_room(queue, now, window, limit - needed) for window, limit in windows))


def _spent(queue: Queue, since: datetime) -> int:
    return sum(points for moment, points in queue.spent if moment > since)


def _when_room(queue: Queue, now: datetime, window: timedelta, allowed: int) -> datetime:
    moments = [now, *(moment + window for moment, _ in queue.spent if moment + window > now)]
    return next(moment for moment in moments if _spent(queue, moment - window) <= allowed)


# What happened.


@dataclass(frozen=True, slots=True)
class Added:
    """Somebody asked to follow these. Who failed before is tried again, who is in the queue stays as they are."""

    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """The person no longer wants to follow these; who was already asked for cannot be called back."""

    keys: frozenset[str]


@dataclass(frozen=True, slots=True)
class Resolved:
    """The handle of this item belongs to `did`."""

    key: str
    did: Did


@dataclass(frozen=True, slots=True)
class Unresolved:
    """There is nobody behind this item's handle."""

    key: str
    error: ErrorView


@dataclass(frozen=True, slots=True)
class Known:
    """The account follows exactly these now."""

    dids: frozenset[Did]


@dataclass(frozen=True, slots=True)
class Sent:
    """These are about to be sent. `clock_id` are ten bits of chance for the record keys."""

    keys: tuple[str, ...]
    at: datetime
    clock_id: int


@dataclass(frozen=True, slots=True)
class Accepted:
    """What was asked is written."""


@dataclass(frozen=True, slots=True)
class Missing:
    """What was asked is not there: it never arrived."""


@dataclass(frozen=True, slots=True)
class Refused:
    """The server refused what was asked, and wrote nothing: one of the records is bad."""

    error: ErrorView


@dataclass(frozen=True, slots=True)
class Slowed:
    """The server wants us to wait until `until`. Where that `is_answer` to a write, it wrote nothing."""

    until: datetime
    is_answer: bool = True


@dataclass(frozen=True, slots=True)
class Unanswered:
    """Nobody answered, or with an error of their own: what was asked may be written or not."""

    error: ErrorView
    at: datetime


@dataclass(frozen=True, slots=True)
class Stopped:
    """Nothing goes until the person does something: sign in again, mostly. As an answer to a write: not written."""

    error: ErrorView
    is_answer: bool = True


@dataclass(frozen=True, slots=True)
class Paused:
    """The person asked to stop here."""


@dataclass(frozen=True, slots=True)
class Resumed:
    """The person asked to go on."""


Outcome = (
    Added
    | Withdrawn
    | Resolved
    | Unresolved
    | Known
    | Sent
    | Accepted
    | Missing
    | Refused
    | Slowed
    | Unanswered
    | Stopped
    | Paused
    | Resumed
)

# What a server answered a write, by what it means for the queue; every other refusal is about the account itself.
_ABOUT_RECORDS = frozenset({400, 413})
_ABOUT_ACCOUNT = frozenset(
    {"AccountDeactivated", "AccountSuspended", "AccountTakedown", "RepoDeactivated", "RepoNotFound", "RepoTakendown"}
)


def read_write(response: Response, now: datetime, pace: Pace = DEFAULT) -> Outcome:
    """Say what an answer to createRecord or applyWrites means (answers measured on a real one)."""
    if response.status < 300:
        return Accepted()
    if response.status == 429:
        return Slowed(bluesky.retry_at(response, now) or now + timedelta(seconds=pace.pause_when_limited))
    refusal = error_view(bluesky.refusal(response))
    if response.status == 408 or response.status >= 500:  # the reference server says 500 for a key that exists too
        return Unanswered(refusal, now)
    is_about_account = refusal.code == "session_expired" or bluesky.error_name(response) in _ABOUT_ACCOUNT
    if response.status in _ABOUT_RECORDS and not is_about_account:
        return Refused(refusal)
    return Stopped(refusal)


def read_trouble(error: NetworkError | ServerRefused, now: datetime, pace: Pace = DEFAULT) -> Outcome:
    """Say what it means that something could not be read: a record, a list, an identity."""
    if error.code == "rate_limited":
        return Slowed(now + timedelta(seconds=pace.pause_when_limited), is_answer=False)
    if error.code in ("session_expired", "not_signed_in"):
        return Stopped(error_view(error), is_answer=False)
    return Unanswered(error_view(error), now)


# state -> what happens -> next state. What is not here cannot happen, and raises.
TRANSITIONS: Mapping[State, Mapping[type[Outcome], State]] = {
    State.WAITING: {
        Sent: State.ASKED,
        Known: State.FOLLOWING,
        Resolved: State.WAITING,
        Unresolved: State.FAILED,
        Withdrawn: State.DROPPED,
        Added: State.WAITING,
    },
    State.ASKED: {
        Accepted: State.FOLLOWING,
        Missing: State.WAITING,
        Slowed: State.WAITING,
        Stopped: State.WAITING,
        Unanswered: State.ASKED,
        Refused: State.FAILED,
        Added: State.ASKED,
    },
    State.FOLLOWING: {Added: State.FOLLOWING, Known: State.DROPPED},
    State.FAILED: {Added: State.WAITING, Known: State.FOLLOWING, Withdrawn: State.DROPPED},
}


def record(queue: Queue, outcome: Outcome, pace: Pace = DEFAULT) -> Queue:
    """Give the queue after `outcome`. Raises KeyError for what cannot happen in the state an item is in."""
    return RECORDERS[type(outcome)](queue, outcome, pace)


def make_view(queue: Queue, now: datetime, pace: Pace = DEFAULT) -> QueueView:
    """Give the queue as pages show it."""
    step = next_due(queue, now, pace)
    counts = {state: len(queue.in_state(state)) for state in State}
    return QueueView(
        account=queue.account,
        running=not isinstance(step, Idle),
        waiting=counts[State.WAITING],
        asked=counts[State.ASKED],
        following=counts[State.FOLLOWING],
        failed=counts[State.FAILED],
        next_at=step.until.isoformat() if isinstance(step, Wait) else None,
        error=queue.error,
    )


def _move(queue: Queue, moving: Iterable[Item], outcome: Outcome, **changes: Any) -> Queue:
    items = dict(queue.items)
    for item in moving:
        state = TRANSITIONS[item.state][type(outcome)]
        if state is State.DROPPED:
            del items[item.key]
        else:
            items[item.key] = replace(item, state=state, **changes)
    return replace(queue, items=items)


def _record_added(queue: Queue, outcome: Added, pace: Pace) -> Queue:
    items = dict(queue.items)
    for new in outcome.items:
        old = items.get(new.key, new)
        state = TRANSITIONS[old.state][Added]
        is_urgent = old.urgent or new.urgent
        if old.state is State.FAILED:  # afresh, but under the record key it had: should that exist, it is not doubled
            old = replace(old, error=None, tries=0)
        items[new.key] = replace(old, state=state, urgent=is_urgent)
    queue = replace(queue, items=items)
    if any(new.urgent for new in outcome.items):  # asked for by hand: what went wrong before is another matter
        queue = replace(queue, troubles=0, error=None)
    return _settle(queue)


def _record_withdrawn(queue: Queue, outcome: Withdrawn, pace: Pace) -> Queue:
    withdrawable = (queue.items[key] for key in outcome.keys if key in queue.items)
    return _move(queue, [one for one in withdrawable if Withdrawn in TRANSITIONS[one.state]], outcome)


def _record_resolved(queue: Queue, outcome: Resolved, pace: Pace) -> Queue:
    return _settle(_move(queue, _still_there(queue, outcome.key), outcome, did=outcome.did))


def _record_unresolved(queue: Queue, outcome: Unresolved, pace: Pace) -> Queue:
    return _move(queue, _still_there(queue, outcome.key), outcome, error=outcome.error)


def _record_known(queue: Queue, outcome: Known, pace: Pace) -> Queue:
    """Follow the truth on the server: who was unfollowed there is not being followed here."""
    gone = [item for item in queue.in_state(State.FOLLOWING) if item.did not in outcome.dids]
    return _settle(_calm(replace(_move(queue, gone, outcome), known=outcome.dids)))


def _record_sent(queue: Queue, outcome: Sent, pace: Pace) -> Queue:
    """Choose record keys for those who have none yet, and count the points: refused requests cost them too."""
    items = [queue.items[key] for key in outcome.keys]
    first = max(int(outcome.at.timestamp() * 1_000_000), queue.last_tid + 1)
    at = outcome.at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    batch = items[0].batch or bluesky.make_tid(first, outcome.clock_id)
    for number, item in enumerate(items):
        rkey = item.rkey or bluesky.make_tid(first + number, outcome.clock_id)
        chosen = {"rkey": rkey, "batch": batch, "asked_at": item.asked_at or at, "tries": item.tries + 1}
        queue = _move(queue, [item], outcome, **chosen)
    recent = tuple(spent for spent in queue.spent if spent[0] > outcome.at - DAY)
    points = (outcome.at, len(items) * bluesky.POINTS_PER_CREATE)
    return replace(queue, last_tid=first + len(items), spent=(*recent, points))


def _record_accepted(queue: Queue, outcome: Accepted, pace: Pace) -> Queue:
    asked = queue.in_state(State.ASKED)
    known = None if queue.known is None else queue.known | {item.did for item in asked if item.did}
    return _settle(_calm(replace(_move(queue, asked, outcome, error=None), known=known)))


def _record_missing(queue: Queue, outcome: Missing, pace: Pace) -> Queue:
    queue = _move(queue, asked := queue.in_state(State.ASKED), outcome)
    return _split(queue, asked) if queue.troubles >= TROUBLES_BEFORE_SPLITTING else queue


def _record_refused(queue: Queue, outcome: Refused, pace: Pace) -> Queue:
    """Refuse one person; where several were sent, send them again one by one to find the one."""
    asked = queue.in_state(State.ASKED)
    if len(asked) == 1:
        return _calm(_move(queue, asked, outcome, error=outcome.error))
    return _split(_move(queue, asked, Missing()), asked)


def _record_slowed(queue: Queue, outcome: Slowed, pace: Pace) -> Queue:
    return replace(_answered(queue, outcome), not_before=outcome.until)


def _record_unanswered(queue: Queue, outcome: Unanswered, pace: Pace) -> Queue:
    """Try again a little later, each time later, and stop when that does not help."""
    troubles = queue.troubles + 1
    queue = replace(_move(queue, queue.in_state(State.ASKED), outcome), troubles=troubles, error=outcome.error)
    if troubles >= pace.tries:
        return replace(_unhurried(queue), paused=True, not_before=None)
    pause = min(pace.first_pause * 2 ** (troubles - 1), pace.longest_pause)
    return replace(queue, not_before=outcome.at + timedelta(seconds=pause))


def _record_stopped(queue: Queue, outcome: Stopped, pace: Pace) -> Queue:
    return replace(_unhurried(_answered(queue, outcome)), paused=True, not_before=None, error=outcome.error)


def _record_paused(queue: Queue, outcome: Paused, pace: Pace) -> Queue:
    return replace(queue, paused=True)


def _record_resumed(queue: Queue, outcome: Resumed, pace: Pace) -> Queue:
    """Go on as if nothing had failed; a wait that the server asked for still counts."""
    return replace(queue, paused=False, troubles=0, error=None)


def _answered(queue: Queue, outcome: Slowed | Stopped) -> Queue:
    return _move(queue, queue.in_state(State.ASKED), outcome) if outcome.is_answer else queue


def _still_there(queue: Queue, key: str) -> list[Item]:
    """Give the item, unless it was withdrawn while somebody looked for its did."""
    return [queue.items[key]] if key in queue.items else []


def _calm(queue: Queue) -> Queue:
    return replace(queue, troubles=0, error=None, not_before=None)


def _unhurried(queue: Queue) -> Queue:
    """Let who was asked for by hand wait with the others: a stopped queue tries nobody."""
    return replace(queue, items={key: replace(item, urgent=False) for key, item in queue.items.items()})


def _split(queue: Queue, items: Iterable[Item]) -> Queue:
    alone = {item.key: replace(queue.items[item.key], batch=item.rkey) for item in items}
    return replace(queue, items={**queue.items, **alone})


def _settle(queue: Queue) -> Queue:
    """Count as followed everyone whose did is followed already, by this queue or before it: no second record."""
    followed = {item.did for item in queue.in_state(State.FOLLOWING)} | (queue.known or frozenset()) | {queue.account}
    settled = [item for item in _unsettled(queue) if item.did in followed]
    return _move(queue, settled, Known(frozenset()), error=None) if settled else queue


def _unsettled(queue: Queue) -> Iterator[Item]:
    return (item for item in queue.items.values() if item.state in (State.WAITING, State.FAILED))


RECORDERS: Mapping[type[Outcome], Callable[[Queue, Any, Pace], Queue]] = {
    Added: _record_added,
    Withdrawn: _record_withdrawn,
    Resolved: _record_resolved,
    Unresolved: _record_unresolved,
    Known: _record_known,
    Sent: _record_sent,
    Accepted: _record_accepted,
    Missing: _record_missing,
    Refused: _record_refused,
    Slowed: _record_slowed,
    Unanswered: _record_unanswered,
    Stopped: _record_stopped,
    Paused: _record_paused,
    Resumed: _record_resumed,
}
