"""The queue of accounts to follow, as a state machine. Pure: time and answers come in as `outcomes`.

Nothing is lost and nothing is done twice because of three rules:

1. The record key of a follow is chosen and stored *before* it is sent (`Sent`), and never changes.
2. Whatever is ASKED or RECALLED when the queue is read again has an unknown outcome: it is looked up under its record
   key before anything else is sent.
3. Items sent in one commit are all written or none is. They stay one batch as long as they are waiting, so that looking
   up one answers for all, and a commit that arrives late makes the repetition fail instead of doubling it.

Other programs follow with the same account meanwhile. So a batch is written only on top of the commit that the records
were read at, or that this queue made itself (`revision`); after any other commit the newest records are read first.
Where a server names no commits, they are read before each batch and after the last; of several records of one target,
those that are not the oldest are deleted if this queue wrote one of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Self

from passerelle.following.items import Item, State, moved_to
from passerelle.following.outcomes import (
    Accepted,
    Added,
    AlreadyFollowing,
    AlreadyRequested,
    Cancelled,
    Changed,
    ClockSetBack,
    DeletionSent,
    DoublesRemoved,
    Known,
    Left,
    Missing,
    Moved,
    Outcome,
    Overtaken,
    OwnRead,
    Paused,
    Postponed,
    Refused,
    Requested,
    RequestSent,
    Resolved,
    Resumed,
    Reviewed,
    Sent,
    Slowed,
    Stopped,
    Unanswered,
    UndoAsked,
    Unresolved,
    Withdrawn,
)
from passerelle.following.own import OwnAccount
from passerelle.following.pace import Limit, Pace
from passerelle.identifiers import AccountId
from passerelle.view import ErrorView

# state -> what happens -> next state. What is not here cannot happen: `next_state` raises.
TRANSITIONS: Mapping[State, Mapping[type[Outcome], State]] = {
    State.WAITING: {
        Sent: State.ASKED,
        Known: State.FOLLOWING,
        Resolved: State.WAITING,
        AlreadyFollowing: State.FOLLOWING,
        AlreadyRequested: State.REQUESTED,
        Postponed: State.WAITING,
        Unresolved: State.FAILED,
        Reviewed: State.FAILED,
        Withdrawn: State.DROPPED,
        Cancelled: State.DROPPED,
        Added: State.WAITING,
    },
    State.ASKED: {
        Accepted: State.FOLLOWING,
        Requested: State.REQUESTED,
        Missing: State.WAITING,
        Overtaken: State.WAITING,
        Slowed: State.WAITING,
        Stopped: State.WAITING,
        Unanswered: State.ASKED,
        Refused: State.FAILED,
        Withdrawn: State.RECALLED,
        Cancelled: State.RECALLED,
        Added: State.ASKED,
    },
    State.RECALLED: {
        Accepted: State.FOLLOWING,
        Requested: State.REQUESTED,
        Missing: State.DROPPED,
        Overtaken: State.DROPPED,
        Slowed: State.DROPPED,
        Stopped: State.DROPPED,
        Unanswered: State.RECALLED,
        Refused: State.DROPPED,
        Withdrawn: State.RECALLED,
        Cancelled: State.RECALLED,
        Added: State.ASKED,
    },
    State.FOLLOWING: {Added: State.FOLLOWING, Known: State.DROPPED, UndoAsked: State.LEAVING},
    State.REQUESTED: {Added: State.REQUESTED, Known: State.FOLLOWING, UndoAsked: State.LEAVING},
    State.LEAVING: {Added: State.LEAVING, Known: State.DROPPED, Left: State.DROPPED},
    State.FAILED: {Added: State.WAITING, Moved: State.WAITING, Known: State.FOLLOWING, Withdrawn: State.DROPPED},
}

FAILURES_BEFORE_SPLITTING = 2  # a batch that fails so often is sent one by one: one record may be the cause
IN_FLIGHT = (State.ASKED, State.RECALLED)  # sent without an answer: written or not
OPEN = (State.WAITING, State.FAILED, State.REQUESTED)  # ends as soon as the target turns out to be followed
NEVER = datetime.min.replace(tzinfo=UTC)
OVERTAKEN_BEFORE_ANY = 2  # then a batch is written on top of any commit: another program writes all the time
LOOK_UPS = 3  # times that an address is looked up before its item fails


class IllegalTransition(RuntimeError):
    """An outcome was recorded for an item in a state in which it cannot happen: a bug of the caller."""


@dataclass(frozen=True, slots=True)
class Pause:
    """Do nothing until `until`; decided at `since`, on the same clock."""

    since: datetime
    until: datetime

    @classmethod
    def of(cls, since: datetime, seconds: float) -> Self:
        """Return a pause of so many seconds."""
        return cls(since, since + timedelta(seconds=seconds))

    def started_at(self, moment: datetime) -> Pause:
        """Return a pause of the same length that starts at `moment`."""
        return Pause(moment, moment + (self.until - self.since))

    def to_json(self) -> dict[str, str]:
        """Return the pause as it is stored."""
        return {"since": self.since.isoformat(), "until": self.until.isoformat()}

    @classmethod
    def from_json(cls, stored: Mapping[str, str]) -> Self:
        """Parse a stored pause."""
        return cls(datetime.fromisoformat(stored["since"]), datetime.fromisoformat(stored["until"]))


Spent = tuple[tuple[datetime, int], ...]


@dataclass(frozen=True, slots=True)
class Queue:
    """Everything `account` asked to follow. `known`: targets it follows already (None: not read since the start).

    `known` and what is about its reading are not stored, except that a reading is due.
    """

    account: AccountId
    items: Mapping[str, Item] = field(default_factory=dict)
    known: frozenset[str] | None = None
    paused: bool = False
    pause: Pause | None = None
    failures_in_row: int = 0
    error: ErrorView | None = None
    points_spent: Spent = ()  # by when they were spent, oldest first
    requests_sent: Spent = ()  # where the server counts them, oldest first
    read_at: datetime | None = None  # when `known` was read last
    newest: str = ""  # the highest record key at that time
    is_unread: bool = False  # a batch was sent since
    doubles: tuple[str, ...] = ()  # records to delete
    revision: str | None = None  # the commit up to which `known` holds
    overtaken: int = 0  # times in a row that another commit came first
    last_key_number: int = 0
    reviewed: frozenset[str] = frozenset()  # keys of items that were looked at before they are sent; not stored
    own: OwnAccount | None = None  # what the server says about the account; not stored
    accepted_labels: frozenset[str] = frozenset()  # of the account, in spite of which the person went on

    def to_json(self) -> dict[str, Any]:
        """Return what is stored of the queue, without the items."""
        return {
            "account": self.account,
            "paused": self.paused,
            "pause": self.pause.to_json() if self.pause else None,
            "failures_in_row": self.failures_in_row,
            "error": self.error.model_dump() if self.error else None,
            "points_spent": _spent_to_json(self.points_spent),
            "requests_sent": _spent_to_json(self.requests_sent),
            "last_key_number": self.last_key_number,
            "is_unread": self.is_unread,
            "accepted_labels": sorted(self.accepted_labels),
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any], items: Iterable[Mapping[str, Any]]) -> Self:
        """Parse a stored queue and its stored items."""
        return cls(
            account=AccountId(stored["account"]),
            items={item.key: item for item in map(Item.from_json, items)},
            paused=stored["paused"],
            pause=Pause.from_json(stored["pause"]) if stored["pause"] else None,
            failures_in_row=stored["failures_in_row"],
            error=ErrorView.model_validate(stored["error"]) if stored["error"] else None,
            points_spent=_spent_from_json(stored["points_spent"]),
            requests_sent=_spent_from_json(stored["requests_sent"]),
            last_key_number=stored["last_key_number"],
            is_unread=stored["is_unread"],
            accepted_labels=frozenset(stored["accepted_labels"]),
        )

    @property
    def last_moment(self) -> datetime | None:
        """The last moment that the queue has seen on its clock."""
        since = [self.pause.since] if self.pause else []
        return max([*since, *(moment for moment, _ in (*self.points_spent, *self.requests_sent))], default=None)

    @property
    def stopping_labels(self) -> frozenset[str]:
        """The labels of the own account that stop the queue."""
        return self.own.labels - self.accepted_labels if self.own else frozenset()

    def in_state(self, *states: State) -> list[Item]:
        """Return the items in one of these states, in the order they were added."""
        return [item for item in self.items.values() if item.state in states]


def record(queue: Queue, outcome: Outcome, pace: Pace) -> Queue:
    """Return the queue after `outcome`. Raises IllegalTransition."""
    return RECORDERS[type(outcome)](queue, outcome, pace)


def next_state(state: State, outcome: type[Outcome]) -> State:
    """Return the state that follows. Raises IllegalTransition, which names both."""
    try:
        return TRANSITIONS[state][outcome]
    except KeyError:
        raise IllegalTransition(f"{outcome.__name__} cannot happen to an item in state {state.name}") from None


def _record_added(queue: Queue, outcome: Added, pace: Pace) -> Queue:
    items = dict(queue.items)
    for new in outcome.items:
        old = items.get(new.key, new)
        state = next_state(old.state, Added)
        is_urgent = old.urgent or new.urgent
        if old.state is State.FAILED:  # afresh, but under the same record key: if that was written, it is not doubled
            old = replace(old, error=None, tries=0)
            queue = replace(queue, reviewed=queue.reviewed - {old.key})
        items[new.key] = replace(old, state=state, urgent=is_urgent)
    queue = replace(queue, items=items)
    if any(new.urgent for new in outcome.items):  # asked for by hand: earlier failures do not count against it
        queue = replace(queue, failures_in_row=0, error=None)
    return _drop_already_followed(queue)


def _record_withdrawn(queue: Queue, outcome: Withdrawn, pace: Pace) -> Queue:
    named = (queue.items[key] for key in outcome.keys if key in queue.items)
    return _move(queue, [item for item in named if Withdrawn in TRANSITIONS[item.state]], outcome)


def _record_cancelled(queue: Queue, outcome: Cancelled, pace: Pace) -> Queue:
    """Go on with what is in flight, whose outcome is not known yet, and with what is being undone."""
    queue = _move(queue, queue.in_state(State.WAITING, *IN_FLIGHT), outcome)
    return replace(queue, paused=False, failures_in_row=0, error=queue.error if queue.pause else None)


def _record_resolved(queue: Queue, outcome: Resolved, pace: Pace) -> Queue:
    return _drop_already_followed(_move(queue, _still_there(queue, outcome.key), outcome, target=outcome.target))


def _record_already_following(queue: Queue, outcome: AlreadyFollowing, pace: Pace) -> Queue:
    queue = _move(queue, _still_there(queue, outcome.key), outcome, target=outcome.target, error=None)
    return queue if queue.known is None else replace(queue, known=queue.known | {outcome.target})


def _record_already_requested(queue: Queue, outcome: AlreadyRequested, pace: Pace) -> Queue:
    return _move(queue, _still_there(queue, outcome.key), outcome, target=outcome.target, error=None)


def _record_postponed(queue: Queue, outcome: Postponed, pace: Pace) -> Queue:
    """Try a few times, after the others; an item that was asked for by hand fails at once."""
    for item in _still_there(queue, outcome.key):
        if item.urgent or item.tries + 1 >= LOOK_UPS:
            return _record_unresolved(queue, Unresolved(outcome.key, outcome.error), pace)
        return _move(queue, [item], outcome, tries=item.tries + 1)
    return queue


def _record_unresolved(queue: Queue, outcome: Unresolved, pace: Pace) -> Queue:
    return _move(queue, _still_there(queue, outcome.key), outcome, error=outcome.error)


def _record_moved(queue: Queue, outcome: Moved, pace: Pace) -> Queue:
    """Follow the new address at once, under the same key: the person in the list stays the same."""
    for item in _still_there(queue, outcome.key):
        changes = {"address": moved_to(item) or item.address, "target": None, "urgent": True, "tries": 0, "error": None}
        return _move(queue, [item], outcome, **changes)
    return queue


def _record_reviewed(queue: Queue, outcome: Reviewed, pace: Pace) -> Queue:
    for key, error in outcome.refused.items():
        waiting = [item for item in _still_there(queue, key) if item.state is State.WAITING]
        queue = _move(queue, waiting, outcome, error=error)
    return replace(queue, reviewed=queue.reviewed | outcome.keys)


def _record_known(queue: Queue, outcome: Known, pace: Pace) -> Queue:
    """Store the server's list: an account that was unfollowed there is not being followed here."""
    targets = frozenset(outcome.records.values())
    gone = [item for item in queue.in_state(State.FOLLOWING) if item.target not in targets]
    if pace.fresh_for is not None:  # otherwise a request that was not granted may still have to be withdrawn
        gone += [item for item in queue.in_state(State.LEAVING) if item.record_key not in outcome.records]
    queue = _note_reading(replace(_move(queue, gone, outcome), known=targets), outcome)
    if not queue.in_state(State.LEAVING):  # a list that can be read is no sign that records can be deleted
        queue = _reset_failures(queue)
    return _drop_already_followed(_find_named(queue, outcome))


def _find_named(queue: Queue, outcome: Known) -> Queue:
    """Count items as followed whose target was not known, and whose name the server lists."""
    for item in [one for one in _open(queue) if one.target is None]:
        if target := next((outcome.names[name] for name in sorted(item.names) if name in outcome.names), None):
            queue = _move(queue, [item], outcome, target=target, error=None)
    return queue


def _record_changed(queue: Queue, outcome: Changed, pace: Pace) -> Queue:
    known = (queue.known or frozenset()) | frozenset(outcome.records.values())
    queue = _note_reading(replace(queue, known=known), outcome)
    if not queue.in_state(State.WAITING):  # nor that they can be written
        queue = _reset_failures(queue)
    return _drop_already_followed(queue)


def _record_undo_asked(queue: Queue, outcome: UndoAsked, pace: Pace) -> Queue:
    named = (queue.items[key] for key in outcome.keys if key in queue.items)
    undone = [item for item in named if item.is_written and UndoAsked in TRANSITIONS[item.state]]
    return replace(_move(queue, undone, outcome), failures_in_row=0, error=None)


def _record_deletion_sent(queue: Queue, outcome: DeletionSent, pace: Pace) -> Queue:
    points = outcome.count * pace.points_per_undo
    spent = _spend(queue.points_spent, outcome.at, points, pace.limits) if points else queue.points_spent
    return replace(queue, points_spent=spent, revision=None)


def _record_left(queue: Queue, outcome: Left, pace: Pace) -> Queue:
    left = [queue.items[key] for key in outcome.keys if key in queue.items]
    known = queue.known and queue.known - {item.target for item in left if item.target}
    return replace(_reset_failures(_move(queue, left, outcome)), known=known)


def _record_doubles_removed(queue: Queue, outcome: DoublesRemoved, pace: Pace) -> Queue:
    """Another record is left: what is followed by it is not undone by this queue."""
    removed = {key: item for key, item in queue.items.items() if item.record_key in outcome.record_keys}
    items = {**queue.items, **{key: replace(item, is_written=False) for key, item in removed.items()}}
    return replace(_reset_failures(queue), items=items, doubles=())


def _record_sent(queue: Queue, outcome: Sent, pace: Pace) -> Queue:
    """Store the record keys of items that had none, and count the points: refused requests cost them too."""
    items = [queue.items[key] for key in outcome.record_keys]
    batch = items[0].batch or outcome.record_keys[items[0].key]
    at = outcome.at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    for item in items:
        record_key = item.record_key or outcome.record_keys[item.key]
        chosen = {"record_key": record_key, "batch": batch, "asked_at": item.asked_at or at, "tries": item.tries + 1}
        queue = _move(queue, [item], outcome, **chosen)
    spent = _spend(queue.points_spent, outcome.at, len(items) * pace.points_per_follow, pace.limits)
    is_unread = queue.is_unread or (pace.fresh_for is not None and len(items) > 1)  # a single one replaces doubles
    return replace(queue, last_key_number=outcome.last_key_number, points_spent=spent, is_unread=is_unread)


def _record_request_sent(queue: Queue, outcome: RequestSent, pace: Pace) -> Queue:
    return replace(queue, requests_sent=_spend(queue.requests_sent, outcome.at, 1, pace.request_limits))


def _record_accepted(queue: Queue, outcome: Accepted, pace: Pace) -> Queue:
    asked = queue.in_state(*IN_FLIGHT)
    known = None if queue.known is None else queue.known | {item.target for item in asked if item.target}
    queue = _move(queue, asked, outcome, error=None, is_written=True)
    is_unread = queue.is_unread and (queue.revision is None or outcome.revision is None)
    revision = None if queue.revision is None else outcome.revision  # only on top of a known commit
    queue = replace(queue, known=known, revision=revision, overtaken=0, is_unread=is_unread)
    return _drop_already_followed(_reset_failures(queue))


def _record_requested(queue: Queue, outcome: Requested, pace: Pace) -> Queue:
    return _reset_failures(_move(queue, queue.in_state(*IN_FLIGHT), outcome, error=None, is_written=True))


def _record_missing(queue: Queue, outcome: Missing, pace: Pace) -> Queue:
    queue = _move(queue, asked := queue.in_state(*IN_FLIGHT), outcome)
    return _split(queue, asked) if queue.failures_in_row >= FAILURES_BEFORE_SPLITTING else queue


def _record_overtaken(queue: Queue, outcome: Overtaken, pace: Pace) -> Queue:
    """Read first what the other commit has changed. Several in a row: the next batch is written on top of any."""
    queue = _move(queue, queue.in_state(*IN_FLIGHT), outcome)
    return replace(queue, revision=None, read_at=None, overtaken=queue.overtaken + 1)


def _record_refused(queue: Queue, outcome: Refused, pace: Pace) -> Queue:
    """Fail a single item; where several were sent, send them again one by one to find the bad one."""
    asked = queue.in_state(*IN_FLIGHT)
    if len(asked) == 1:
        return _reset_failures(_move(queue, asked, outcome, error=outcome.error))
    return _split(_move(queue, asked, Missing()), asked)


def _record_slowed(queue: Queue, outcome: Slowed, pace: Pace) -> Queue:
    return replace(_answered(queue, outcome), pause=Pause(outcome.at, outcome.until))


def _record_unanswered(queue: Queue, outcome: Unanswered, pace: Pace) -> Queue:
    """Try again a little later, each time later, and stop when that does not help."""
    failures = queue.failures_in_row + 1
    queue = replace(queue, revision=None)
    if queue.doubles or queue.in_state(State.LEAVING):  # which of these are deleted, only a whole list can tell
        queue = replace(queue, known=None, doubles=(), is_unread=pace.fresh_for is not None)
    queue = replace(_move(queue, queue.in_state(*IN_FLIGHT), outcome), failures_in_row=failures, error=outcome.error)
    if failures >= pace.tries:
        return replace(_clear_urgent(queue), paused=True, pause=None)
    seconds = min(pace.first_pause * 2 ** (failures - 1), pace.longest_pause)
    return replace(queue, pause=Pause.of(outcome.at, seconds))


def _record_stopped(queue: Queue, outcome: Stopped, pace: Pace) -> Queue:
    return replace(_clear_urgent(_answered(queue, outcome)), paused=True, pause=None, error=outcome.error)


def _record_own_read(queue: Queue, outcome: OwnRead, pace: Pace) -> Queue:
    queue = replace(queue, own=outcome.own)
    if not queue.stopping_labels:
        return queue
    labels = ", ".join(sorted(queue.stopping_labels))
    error = ErrorView(code="account_labelled", message=f"This account is labelled {labels}.", params={"labels": labels})
    return _record_stopped(queue, Stopped(error, is_answer=False), pace)


def _record_paused(queue: Queue, outcome: Paused, pace: Pace) -> Queue:
    return replace(queue, paused=True)


def _record_resumed(queue: Queue, outcome: Resumed, pace: Pace) -> Queue:
    """Go on as if nothing had failed: at once, unless it was only asked for together with new items.

    The person who goes on after a stop has seen the labels of the account; the queue does not stop for them again.
    """
    pause = None if outcome.at_once else queue.pause
    accepted = queue.accepted_labels | queue.stopping_labels if outcome.at_once else queue.accepted_labels
    queue = replace(queue, paused=False, failures_in_row=0, error=queue.error if pause else None, pause=pause)
    return replace(queue, accepted_labels=accepted)


def _record_clock_set_back(queue: Queue, outcome: ClockSetBack, pace: Pace) -> Queue:
    """Begin a pause anew, and count points of the future as spent now: nothing waits longer than its rule allows."""
    points, requests = (
        tuple((min(moment, outcome.at), amount) for moment, amount in spent)
        for spent in (queue.points_spent, queue.requests_sent)
    )
    pause = queue.pause.started_at(outcome.at) if queue.pause else None
    return replace(queue, points_spent=points, requests_sent=requests, pause=pause, read_at=None, own=None)


def _move(queue: Queue, moving: Iterable[Item], outcome: Outcome, **changes: Any) -> Queue:
    items = dict(queue.items)
    for item in moving:
        state = next_state(item.state, type(outcome))
        if state is State.DROPPED:
            del items[item.key]
        else:
            items[item.key] = replace(item, state=state, **changes)
    return replace(queue, items=items)


def _answered(queue: Queue, outcome: Slowed | Stopped) -> Queue:
    """Put back what was refused, at its place in the order: the refusal is not about these items."""
    if not outcome.is_answer:
        return queue
    asked = queue.in_state(*IN_FLIGHT)
    queue = _move(queue, asked, outcome)
    kept = [queue.items[item.key] for item in asked if item.key in queue.items]
    as_before = {item.key: replace(item, tries=max(item.tries - 1, 0)) for item in kept}
    return replace(queue, items={**queue.items, **as_before})


def _still_there(queue: Queue, key: str) -> list[Item]:
    """Return the item, unless it was withdrawn while its address was being resolved."""
    return [queue.items[key]] if key in queue.items else []


def _reset_failures(queue: Queue) -> Queue:
    return replace(queue, failures_in_row=0, error=None, pause=None)


def _clear_urgent(queue: Queue) -> Queue:
    """Make urgent items wait with the others: a stopped queue sends none."""
    return replace(queue, items={key: replace(item, urgent=False) for key, item in queue.items.items()})


def _split(queue: Queue, items: Iterable[Item]) -> Queue:
    kept = [queue.items[item.key] for item in items if item.key in queue.items]
    alone = {item.key: replace(item, batch=item.record_key) for item in kept}
    return replace(queue, items={**queue.items, **alone})


def _note_reading(queue: Queue, outcome: Known | Changed) -> Queue:
    newest = max(outcome.records, default=queue.newest)
    revision = outcome.revision if queue.overtaken < OVERTAKEN_BEFORE_ANY else None
    doubles = tuple(_find_doubles(queue, outcome.records))
    return replace(queue, read_at=outcome.at, newest=newest, is_unread=False, doubles=doubles, revision=revision)


def _find_doubles(queue: Queue, records: Mapping[str, str]) -> Iterator[str]:
    """Yield the records to delete: where this queue wrote a second one of a target, all but the oldest.

    Record keys sort by time, and every program finds the same one to be the oldest.
    """
    own = {item.record_key for item in queue.items.values() if item.record_key}
    keys: dict[str, list[str]] = {}
    for key, target in records.items():
        keys.setdefault(target, []).append(key)
    for several in keys.values():
        if len(several) > 1 and not own.isdisjoint(several):
            yield from sorted(several)[1:]


def _drop_already_followed(queue: Queue) -> Queue:
    """Count as followed each item whose target is followed already, by this queue or before it: no second record."""
    followed = {item.target for item in queue.in_state(State.FOLLOWING)} | (queue.known or frozenset())
    done = [item for item in _open(queue) if item.target in followed or item.target == queue.account]
    return _move(queue, done, Known({}, NEVER), error=None) if done else queue


def _open(queue: Queue) -> Iterator[Item]:
    return (item for item in queue.items.values() if item.state in OPEN)


def _spend(spent: Spent, at: datetime, amount: int, limits: Iterable[Limit]) -> Spent:
    """Add what is spent now, and leave out what no limit counts any more."""
    since = at - max((limit.window for limit in limits), default=timedelta())
    return (*(one for one in spent if one[0] > since), (at, amount))


def _spent_to_json(spent: Spent) -> list[list[str | int]]:
    return [[moment.isoformat(), amount] for moment, amount in spent]


def _spent_from_json(stored: Iterable[tuple[str, int]]) -> Spent:
    return tuple((datetime.fromisoformat(moment), amount) for moment, amount in stored)


RECORDERS: Mapping[type[Outcome], Callable[[Queue, Any, Pace], Queue]] = {
    Added: _record_added,
    Withdrawn: _record_withdrawn,
    Cancelled: _record_cancelled,
    Resolved: _record_resolved,
    AlreadyFollowing: _record_already_following,
    AlreadyRequested: _record_already_requested,
    Postponed: _record_postponed,
    Unresolved: _record_unresolved,
    Moved: _record_moved,
    Reviewed: _record_reviewed,
    Known: _record_known,
    Changed: _record_changed,
    UndoAsked: _record_undo_asked,
    DeletionSent: _record_deletion_sent,
    Left: _record_left,
    DoublesRemoved: _record_doubles_removed,
    Sent: _record_sent,
    RequestSent: _record_request_sent,
    Accepted: _record_accepted,
    Requested: _record_requested,
    Missing: _record_missing,
    Overtaken: _record_overtaken,
    Refused: _record_refused,
    Slowed: _record_slowed,
    Unanswered: _record_unanswered,
    Stopped: _record_stopped,
    OwnRead: _record_own_read,
    Paused: _record_paused,
    Resumed: _record_resumed,
    ClockSetBack: _record_clock_set_back,
}
