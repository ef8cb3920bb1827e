"""What a backup holds of each store, and how each record of it is checked: the file may come from anyone.

    records of the stores -select-> those of a backup -check-> the same, as this program would have stored them

`check` also stills what was going on: a queue waits for the person's press, a search is paused. So a backup that was
restored and saved again is the same, and nothing goes on by itself in a second browser.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Literal, get_args

from pydantic import BaseModel, TypeAdapter

from passerelle.archive.records import Name
from passerelle.directory import PinnedDirectory
from passerelle.engine.join_views import BlockingView
from passerelle.engine.queue_store import CURRENT_KEY
from passerelle.engine.views import (
    AddedDirectoriesView,
    ApprovalView,
    PreferredView,
    SearchView,
    SpeedView,
)
from passerelle.engine.work import INTERRUPTED
from passerelle.following.decisions import Decision
from passerelle.following.items import Item, State
from passerelle.following.queue import Queue
from passerelle.hints.records import OwnWords, ProfileHints
from passerelle.hosts import public_host
from passerelle.identifiers import Network, network_of, parse_account_id, parse_acct, parse_did, parse_rest_id
from passerelle.matching.guesses import AskedList, AskedPerson, GuessView
from passerelle.people import graph as graphs
from passerelle.people.summary import ArchiveView
from passerelle.view import Fields, View

Records = Mapping[str, Any]  # of one store, by key
Stores = Mapping[str, Records]

# Keys of store `state` that are the person's. Left out: what is computed from the rest, what the directory says, and
# the own claim, whose secret must not leave this browser.
STATE_VIEWS: Mapping[str, type[View]] = {
    "approval": ApprovalView,
    "archive": ArchiveView,
    "blocking": BlockingView,
    "candidate": ArchiveView,
    "directories": AddedDirectoriesView,
    "preferred": PreferredView,
    "search": SearchView,
    "speed": SpeedView,
}
# Fields of these views that pages show as a moment (ISO 8601).
MOMENTS = ("since", "exported_at", "pages_read_at", "started_at", "finished_at", "next_at", "read_at")
GRAPHS = ("graph", "page", "candidate")
FOLLOWS = "follows "  # in store `people`: begins the key of what an own account follows
CLOSED = "closed"  # in store `candidates`
GOING_ON = (State.ASKED, State.RECALLED, State.LEAVING)
STILL = {State.ASKED: State.WAITING, State.LEAVING: State.FOLLOWING}
MAX_DIRECTORIES = 8
RECORD_KEY = re.compile(r"[A-Za-z0-9._:~-]{1,512}")  # https://atproto.com/specs/record-key
_ITEMS = TypeAdapter(Item)
_TEXTS = TypeAdapter(dict[str, str])


class FollowsRecord(Fields):
    """What an own account followed when that was last read."""

    account: str
    names: list[str]
    read_at: str


class HistoryRecord(Fields):
    """One line of the history."""

    account: str
    network: Network
    target: str | None
    address: str | None
    record_key: str | None
    done: Literal["followed", "requested", "unfollowed"]


class PauseRecord(Fields):
    """A pause of a queue."""

    since: str
    until: str


class QueueRecord(Fields):
    """A queue without its items, as Queue.to_json writes it."""

    account: str
    paused: bool
    pause: PauseRecord | None
    failures_in_row: int
    error: dict[str, Any] | None
    points_spent: list[tuple[str, int]]
    requests_sent: list[tuple[str, int]]
    last_key_number: int
    is_unread: bool
    accepted_labels: list[str]


def select(stores: Stores) -> Stores:
    """Return those records that belong in a backup."""
    return {
        store: {key: value for key, value in stores.get(store, {}).items() if store != "state" or key in STATE_VIEWS}
        for store in CHECKS
    }


def check(stores: Stores) -> Stores:
    """Return the records as they may be stored. Raises ValueError, KeyError, TypeError or AttributeError otherwise."""
    return {store: checked(stores.get(store, {})) for store, checked in CHECKS.items()}


def _each(check_one: Callable[[str, Any], Any]) -> Callable[[Records], Records]:
    return lambda records: {key: check_one(key, value) for key, value in records.items()}


def _about_person(model: type[View]) -> Callable[[str, Any], Any]:
    def checked(key: str, value: Any) -> Any:
        one = _dump(model, value)
        _require(one.get("rest_id", key) == parse_rest_id(key))
        return one

    return checked


def _check_state(key: str, value: Any) -> Any:
    view = STATE_VIEWS[key].model_validate(value)
    if isinstance(view, AddedDirectoriesView):
        _check_directories(view)
    stilled = _still(view).model_dump(mode="json")
    _check_moments(stilled)
    return stilled


def _still(view: View) -> View:
    """Return a search or blocking that goes on by a press only."""
    if isinstance(view, SearchView) and view.state == "running":
        return view.model_copy(update={"state": "paused", "next_at": None})
    if isinstance(view, BlockingView) and view.state == "running":
        return view.model_copy(update={"state": "paused", "next_at": None})
    if isinstance(view, BlockingView) and view.state == "undoing":
        return view.model_copy(update={"error": view.error or INTERRUPTED, "next_at": None})
    return view


def _check_directories(view: AddedDirectoriesView) -> None:
    _require(len(view.added) <= MAX_DIRECTORIES)
    for one in view.added:
        url = one.directory.url
        _require(public_host(url) is not None)
        PinnedDirectory.from_json({"name": url, "url": url, "keys": [one.key]})


def _check_moments(fields: Mapping[str, Any]) -> None:
    for name in MOMENTS:
        if fields.get(name):
            _parse_moment(fields[name])


def _parse_moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    _require(moment.tzinfo is not None)
    return moment


def _check_people(key: str, value: Any) -> Any:
    if key in GRAPHS:
        return _check_graph(value)
    _require(key.startswith(FOLLOWS))
    record = FollowsRecord.model_validate(value)
    _require(key == FOLLOWS + parse_account_id(record.account))
    _parse_moment(record.read_at)
    return record.model_dump(mode="json")


def _check_graph(text: str) -> str:
    """Check a graph and write it anew: ids and names are texts, ids are digits."""
    graph = graphs.from_json(text)
    _require(all(value is None or isinstance(value, str) for value in _owner_texts(graph)))
    for person in graph.people.values():
        parse_rest_id(person.rest_id)
        _require(person.name is None or _is_name(person.name))
        _require(all(isinstance(alias, str) for alias in person.aliases))
    return graphs.to_json(graph)


def _owner_texts(graph: graphs.FollowGraph) -> Iterable[object]:
    owner = graph.owner
    return (owner.rest_id, owner.screen_name, owner.display_name)


def _is_name(name: Name) -> bool:
    texts: tuple[object, object] = (name.screen_name, name.display_name)
    return isinstance(texts[0], str) and isinstance(texts[1], str | None)


def _check_candidates(key: str, value: Any) -> Any:
    if key == CLOSED:
        return _TEXTS.validate_python(value)
    if key.startswith("did:"):
        parse_did(key)
        return _dump(AskedList, value)
    parse_rest_id(key)
    return _dump(AskedPerson, value)


def _check_decision(key: str, value: Any) -> Any:
    rest_id, network, name = key.split(" ", 2)
    parse_rest_id(rest_id)
    _require(network in get_args(Network) and bool(name) and value in get_args(Decision))
    return value


def _check_history(key: str, value: Any) -> Any:
    moment, _, name = key.partition(" ")
    _parse_moment(moment)
    record = HistoryRecord.model_validate(value)
    _require(bool(name) and network_of(parse_account_id(record.account)) == record.network)
    return record.model_dump(mode="json")


def _check_queues(records: Records) -> Records:
    """Check all queues with their items; no item may be without its queue."""
    accounts = [key for key in records if " " not in key and key != CURRENT_KEY]
    queues = {account: _check_queue(account, records) for account in accounts}
    current = _TEXTS.validate_python(records.get(CURRENT_KEY, {}))
    _require(all(account in queues and network_of(parse_account_id(account)) == network
                 for network, account in current.items()))  # fmt: skip
    checked: dict[str, Any] = {CURRENT_KEY: current} if CURRENT_KEY in records else {}
    for account, queue in queues.items():
        checked[account] = queue.to_json()
        checked |= {f"{account} {item.key}": item.to_json() for item in queue.items.values()}
    recalled = {key for key, value in records.items() if " " in key and value["state"] == State.RECALLED}
    _require(checked.keys() == records.keys() - recalled)
    return checked


def _check_queue(account: str, records: Records) -> Queue:
    record = QueueRecord.model_validate(records[account])
    _require(record.account == account == parse_account_id(account))
    stored = record.model_dump(mode="json")
    items = [value for key, value in records.items() if key.startswith(f"{account} ")]
    queue = Queue.from_json(stored, [_check_item(account, item) for item in items])
    _require(all(one.tzinfo is not None for one in (queue.pause.since, queue.pause.until)) if queue.pause else True)
    return _still_queue(queue)


def _check_item(account: str, value: Any) -> dict[str, Any]:
    """Check an item: what was sent has its record key, and a target is an account of the queue's own network."""
    _require(not value.keys() - Item.__dataclass_fields__.keys())
    item = _ITEMS.validate_python(value)
    is_bluesky = network_of(parse_account_id(account)) == "bluesky"
    _require(bool(item.key) and item.state is not State.DROPPED and item.tries >= 0)
    if item.target is not None:
        (parse_did if is_bluesky else parse_acct)(item.target)
    if item.record_key is not None:
        _require(RECORD_KEY.fullmatch(item.record_key) is not None)
    if item.asked_at is not None:
        _parse_moment(item.asked_at)
    if is_bluesky and item.state in (*GOING_ON, State.FOLLOWING):
        _require(item.target is not None)
    if is_bluesky and (item.state in GOING_ON or item.is_written):
        _require(item.record_key is not None)
    return item.to_json()


def _still_queue(queue: Queue) -> Queue:
    """Return the queue as it waits: paused where someone waits, nothing in flight, urgent or being undone.

    What was sent without an answer waits again under its record key: before anything is sent, the records are read.
    What is no longer wanted is left out, and so is why the queue stood still.
    """
    items = {key: _still_item(item) for key, item in queue.items.items() if item.state is not State.RECALLED}
    waits = any(item.state is State.WAITING for item in items.values())
    return replace(queue, items=items, paused=queue.paused or waits, failures_in_row=0, error=None)


def _still_item(item: Item) -> Item:
    return replace(item, state=STILL.get(item.state, item.state), urgent=False)


def _dump(model: type[BaseModel], value: Any) -> dict[str, Any]:
    return model.model_validate(value).model_dump(mode="json")


def _require(is_so: bool) -> None:
    if not is_so:
        raise ValueError("A record is not as Passerelle stores it.")


# store -> its check, in the order in which a backup has them
CHECKS: Mapping[str, Callable[[Records], Records]] = {
    "state": _each(_check_state),
    "people": _each(_check_people),
    "decisions": _each(_check_decision),
    "queue": _check_queues,
    "history": _each(_check_history),
    "hints": _each(_about_person(ProfileHints)),
    "profiles": _each(_about_person(OwnWords)),
    "candidates": _each(_check_candidates),
    "guesses": _each(_about_person(GuessView)),
}
