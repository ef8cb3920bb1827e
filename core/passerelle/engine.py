"""The shell around the rules: one handler per command, and the only awaits that matter.

Everything that touches the world (storage, network, clock, chance, signatures) is handed in as `World`: the browser
brings its own (extension/engine/browser.py), tests and the command line theirs.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from passerelle.directory import Source, Verify
from passerelle.storage import Storage
from passerelle.transport import Fetch


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What the engine may touch. `now` gives UTC with its zone; `breathe` lets other tasks run for a moment."""

    storage: Storage
    fetch: Fetch
    verify: Verify
    now: Callable[[], datetime]
    random: Callable[[int], bytes]  # so many random bytes
    breathe: Callable[[], Awaitable[None]]
    sleep: Callable[[float], Awaitable[None]]  # seconds; asyncio.sleep does
    emit: Callable[[dict[str, Any]], None]  # one event to every open page
    report: Callable[[str], None]  # a traceback, for whoever looks at the console
    directories: Sequence[Source]  # at least one; the first is used


class Engine:
    """Answer commands of `messages.COMMANDS`, each exactly once; works that take long go on between two commands."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def receive(self, envelope: dict[str, Any], paths: Sequence[str] = ()) -> dict[str, Any]:
        """Answer one request `{id, type, ...}` with `{id, result}` or `{id, error}`; `paths` are its files."""
        raise NotImplementedError
