"""Durable writes: one step at a time, in order, with the schemas' numbers, waiting for room where there is none."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, contextmanager
from typing import Any

from passerelle.engine.environment import Environment
from passerelle.engine.messages import StateChanged, StorageChanged
from passerelle.engine.schemas import SCHEMAS_KEY, plan_migration, put_schemas
from passerelle.engine.storage import STORES, Change, Clear
from passerelle.errors import StorageFull

FULL_RETRY = 10.0  # seconds between two tries to store where there is no room; a page hears of it as often

MOST_KEYS = 1_000  # of one store in one event; reading more records one by one is slower than reading all of them


def describe(changes: Sequence[Change]) -> StateChanged:
    """Return the event that tells pages what to read again."""
    keys: dict[str, dict[str, None]] = {change.store: {} for change in changes}
    for change in changes:
        if not isinstance(change, Clear):
            keys[change.store][change.key] = None
    whole = {change.store for change in changes if isinstance(change, Clear)}
    few = {store: list(some) for store, some in keys.items() if store not in whole and len(some) <= MOST_KEYS}
    return StateChanged(stores=list(keys), keys=few)


class Writer:
    """Write to the environment's storage and tell the pages. `on_failure` is called when a step was not stored."""

    def __init__(self, environment: Environment, on_failure: Callable[[], None]) -> None:
        self._storage = environment.storage
        self._emit = environment.emit
        self._sleep = environment.sleep
        self._on_failure = on_failure
        self._in_turn = asyncio.Lock()  # writes that wait for room keep their order
        self._storing = asyncio.Lock()
        self._giving_up = asyncio.Event()
        self._has_schemas = False  # stored with the first write, so that nothing is stored before there is something
        self.is_full = False  # the last write found no room

    async def migrate(self) -> None:
        """Bring what is stored to the current schemas; before anything else. Raises StorageNewer."""
        if changes := await plan_migration(self._storage):
            await self.write(changes)
        self._has_schemas = await self._storage.get("state", SCHEMAS_KEY) is not None

    async def write(self, changes: Sequence[Change]) -> None:
        """Apply changes in one durable step and tell the pages. A cancelled caller does not stop a step that has begun.

        Where there is no room, the pages are told, and this waits until there is. Raises StorageFull while `giving_up`.
        """
        async with self._in_turn:
            while not await self._try_to_write(changes):
                await self._wait_for_room()
                if self._giving_up.is_set():
                    raise StorageFull("There was no room, and everything is being deleted.")

    async def clear(self) -> None:
        """Empty every store. Raises StorageFull where even that needs room."""
        async with self._in_turn:
            await self._store([Clear(store) for store in STORES], with_schemas=False)

    def between_writes(self) -> AbstractAsyncContextManager[Any]:
        """Return a lock: while it is held nothing is written, so that several stores are read as of one moment."""
        return self._storing

    @contextmanager
    def giving_up(self) -> Iterator[None]:
        """Make writes that wait for room fail meanwhile: everything is going to be deleted."""
        self._giving_up.set()
        try:
            yield
        finally:
            self._giving_up.clear()

    async def _try_to_write(self, changes: Sequence[Change]) -> bool:
        """Return whether there was room."""
        try:
            await asyncio.shield(asyncio.ensure_future(self._store(changes, with_schemas=True)))
        except StorageFull:
            return False
        return True

    async def _wait_for_room(self) -> None:
        waiting = [asyncio.ensure_future(one) for one in (self._sleep(FULL_RETRY), self._giving_up.wait())]
        try:
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for one in waiting:
                one.cancel()

    async def _store(self, changes: Sequence[Change], *, with_schemas: bool) -> None:
        async with self._storing:
            if with_schemas and not self._has_schemas:
                changes = [*changes, put_schemas()]
            try:
                await self._storage.write(changes)
            except BaseException as error:
                self._on_failure()
                if isinstance(error, StorageFull):
                    self._note_room(is_full=True)
                raise
            self._note_room(is_full=False)
            self._has_schemas = with_schemas
        self._emit(describe(changes).model_dump(mode="json"))

    def _note_room(self, *, is_full: bool) -> None:
        if is_full or self.is_full:
            self._emit(StorageChanged(is_full=is_full).model_dump(mode="json"))
        self.is_full = is_full
