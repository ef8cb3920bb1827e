"""What the engine may use of the outside: storage, network, clock, randomness, signatures. All of it is passed in."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from passerelle.directory import PackagedDirectory, PinnedDirectory, Verify
from passerelle.directory.departures import Departed
from passerelle.engine.storage import Storage
from passerelle.identifiers import AccountId
from passerelle.transport import Fetch


async def _nothing(account: AccountId) -> None:
    """Do nothing: there is no consent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """The browser's is made in extension/engine/browser.py; tests make their own.

    `now` returns UTC with its zone; `yield_now` lets other tasks run for a moment.
    """

    storage: Storage
    fetch: Fetch
    verify: Verify
    now: Callable[[], datetime]
    random: Callable[[int], bytes]  # so many random bytes
    yield_now: Callable[[], Awaitable[None]]
    sleep: Callable[[float], Awaitable[None]]  # seconds; asyncio.sleep does
    emit: Callable[[dict[str, Any]], None]  # one event to every open page
    log: Callable[[str], None]  # a traceback, for the console
    directories: Sequence[PinnedDirectory]  # the first is used; none: `packaged` alone, nothing is downloaded or joined
    packaged: Callable[[], PackagedDirectory | None]  # what comes with the program, read when it is needed
    # Ends the consent that an account gave for one post, where there is one.
    give_back: Callable[[AccountId], Awaitable[None]] = _nothing
    departures: Callable[[], Sequence[Departed]] = tuple  # organisations that have left X, as the program brings them
