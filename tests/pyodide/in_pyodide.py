"""A pytest plugin for Pyodide: lets `asyncio.run` wait, and takes the project's settings as they are.

The browser's own loop cannot be waited for from plain Python without stack switching, which Node 20 lacks. The core
does no input or output of its own, so that a loop which only keeps time is enough for it.
"""

from __future__ import annotations

import asyncio
import time
from asyncio import events
from typing import Any

import pytest


class PlainLoop(asyncio.BaseEventLoop):
    """Callbacks and timers; nothing to read from, nothing to write to."""

    def __init__(self) -> None:
        super().__init__()
        self._selector = self

    def select(self, timeout: float | None) -> list[Any]:
        """Sleep until the next timer."""
        assert timeout is not None, "this would wait for ever"
        time.sleep(timeout)
        return []

    def _process_events(self, event_list: list[Any]) -> None:
        """There are none."""

    def _write_to_self(self) -> None:
        """Nothing to wake: there are no threads."""


class PlainPolicy(events._BaseDefaultEventLoopPolicy):  # type: ignore[name-defined,misc] # Pyodide is CPython 3.14
    """Return plain loops."""

    _loop_factory = PlainLoop


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the setting of pytest-timeout, which needs signals or threads and is not installed here."""
    parser.addini("timeout", "seconds a test may take; not watched in Pyodide")


def pytest_configure(config: pytest.Config) -> None:
    """Replace the browser's loop by the plain one."""
    config.addinivalue_line("markers", "timeout: not watched in Pyodide")
    config.addinivalue_line("markers", "desktop: needs what only a desktop has")
    events._set_running_loop(None)
    events._event_loop_policy = PlainPolicy()  # type: ignore[attr-defined]
