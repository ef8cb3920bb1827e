"""Long work: one at a time, cancellable, and described in `state.work` while it goes on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine, Iterable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, TypeVar

from passerelle.engine.environment import Environment
from passerelle.engine.progress import Progress, WorkStep
from passerelle.engine.repository import Repository
from passerelle.engine.storage import Delete, Put
from passerelle.engine.views import WorkView
from passerelle.errors import UnreadableArchive
from passerelle.view import ErrorView, any_error_view

_R = TypeVar("_R")
INTERRUPTED = ErrorView(code="interrupted", message="The browser was closed before this was finished.")


class Works:
    """Run what takes long, between and beside the short commands."""

    def __init__(self, environment: Environment, repository: Repository) -> None:
        self._environment = environment
        self._repository = repository
        self._tasks: set[asyncio.Task[Any]] = set()
        self._lock = asyncio.Lock()

    async def finish(self, work: Coroutine[Any, Any, _R]) -> _R:
        """Run work to its end; it can be cancelled meanwhile. Raises what it raises, or UnreadableArchive."""
        return await self.wait_for(self.start(work))

    def start(self, work: Coroutine[Any, Any, _R]) -> asyncio.Task[_R]:
        """Start work and return its task, which `cancel_all` cancels."""
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def wait_for(self, task: asyncio.Task[_R]) -> _R:
        """Return the result of work. Raises what it raised, or UnreadableArchive("cancelled")."""
        await asyncio.wait({task})
        if task.cancelled():
            raise UnreadableArchive("This was stopped.", code="cancelled")
        return task.result()

    async def cancel_all(self) -> None:
        """Cancel all work and wait until it has stopped."""
        await cancel(self._tasks)

    def exclusively(self) -> AbstractAsyncContextManager[Any]:
        """Return the lock that all work holds while it changes what is stored."""
        return self._lock

    @asynccontextmanager
    async def described(self, command: str, step: WorkStep) -> AsyncIterator[Progress]:
        """Work exclusively, with `state.work` saying what, and in the end why it failed, if it did."""
        async with self._lock:
            progress = Progress(self._environment, command)
            started = self._environment.now().isoformat()
            work = WorkView(command=command, step=step, done=0, total=0, started_at=started, error=None)
            await self._repository.write([_put(work)])
            try:
                yield progress
            except asyncio.CancelledError:
                await self._repository.write([Delete("state", "work")])
                raise
            except Exception as error:
                await self._repository.write([_put(work.model_copy(update={"error": any_error_view(error)}))])
                raise
            await self._repository.write([Delete("state", "work")])

    async def mark_interrupted(self) -> None:
        """After the start: store that work was cut off, where storage says that some was going on."""
        work = await self._repository.work()
        if work and work.error is None:
            await self._repository.write([_put(work.model_copy(update={"error": INTERRUPTED}))])


async def cancel(tasks: Iterable[asyncio.Task[Any]]) -> None:
    """Cancel tasks and wait until they have stopped."""
    running = [task for task in tasks if not task.done()]
    for task in running:
        task.cancel()
    if running:
        await asyncio.wait(running)


def _put(work: WorkView) -> Put:
    return Put("state", "work", work.model_dump(mode="json"))
