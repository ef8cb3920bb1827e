"""What the queue asks of a network: the shape of each entry of `table.FOLLOWING`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from passerelle.errors import NetworkError, ServerRefused
from passerelle.following.items import Item
from passerelle.following.outcomes import Outcome, Sent
from passerelle.following.own import OwnAccount
from passerelle.following.pace import Pace
from passerelle.following.queue import Queue
from passerelle.identifiers import AccountId
from passerelle.transport import Fetch, Request, Response
from passerelle.view import ErrorView


@dataclass(frozen=True, slots=True)
class Followed:
    """One follow as a server lists it. `name`: the did or acct under which pages know the target."""

    record_key: str
    target: str
    name: str


@dataclass(frozen=True, slots=True)
class FollowRules:
    """How one network's follows are looked up, written and read. Functions that ask raise ServerRefused, NetworkError.

    `find_target` and `look_up` return what they found as outcomes, in their order. `slowed_until` is asked about every
    answer. `list_changes` and `read_revision` are used only where the pace has `fresh_for`, `read_own` only where it
    has `own_fresh_for`. `read_undo` returns None for success.
    """

    pace: Pace
    # (queue, keys of items, now, ten random bits) -> the record keys under which they are sent
    choose_record_keys: Callable[[Queue, Sequence[str], datetime, int], Sent]
    write_request: Callable[[AccountId, Sequence[Item], str | None], Request]  # last commit known
    read_write: Callable[[Response, AccountId, Sequence[Item], datetime, Pace], Outcome]
    look_up: Callable[[AccountId, Item, Fetch], Awaitable[Outcome]]
    find_target: Callable[[AccountId, Item, Fetch], Awaitable[Sequence[Outcome]]]
    list_follows: Callable[[AccountId, Fetch], Awaitable[Sequence[Followed]]]
    list_changes: Callable[[AccountId, str, Fetch], Awaitable[Sequence[Followed]]]
    read_revision: Callable[[AccountId, Fetch], Awaitable[str | None]]
    read_own: Callable[[AccountId, Fetch, datetime], Awaitable[OwnAccount]]
    # items -> key and error of those that are not to be followed; used only where the pace has `review`
    review: Callable[[AccountId, Sequence[Item], Fetch], Awaitable[Mapping[str, ErrorView]]]
    undo_request: Callable[[AccountId, Sequence[str]], Request]  # record keys
    read_undo: Callable[[Response, AccountId, int, datetime], Outcome | None]  # of so many records
    slowed_until: Callable[[Response, datetime], datetime | None]
    is_about_one_item: Callable[[NetworkError | ServerRefused, AccountId], bool]
