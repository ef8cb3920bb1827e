"""The log: JSON Lines on standard error, without personal data.

Messages of exceptions and of libraries are left out, since they may quote a row or a request: the names of the
exception, the file and the line lead to the sentence in the source. docs/operators.md
"""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import Iterator, MutableMapping
from types import TracebackType
from typing import Any

import structlog

ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None]

log = structlog.get_logger()


def set_up_log() -> None:
    """Write our own events and those of libraries (warnings and errors) as JSON Lines on standard error."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            describe_exception,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),  # what standard error is when a line is written
    )
    # The level stands at the handler: a library may set one of its own at its logger.
    logging.basicConfig(handlers=[LibraryHandler(logging.WARNING)], level=logging.WARNING, force=True)
    logging.captureWarnings(True)


class LibraryHandler(logging.Handler):
    """Writes where in a library an event happened, and not its message."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write one line."""
        place = f"{record.module}.{record.funcName}:{record.lineno}"
        log.log(record.levelno, "library", logger=record.name, place=place, exc_info=record.exc_info or None)


def describe_exception(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Replace `exc_info` by the names of the exception and of its causes, and the places of the last one's frames."""
    info = _expand(event.pop("exc_info", None))
    if info:
        event["exceptions"] = [f"{type(one).__module__}.{type(one).__qualname__}" for one in _causes(info[1])]
        event["frames"] = [f"{one.filename}:{one.lineno} {one.name}" for one in traceback.extract_tb(info[2])]
    return event


def _expand(given: Any) -> ExcInfo | None:
    if isinstance(given, BaseException):
        return type(given), given, given.__traceback__
    if isinstance(given, tuple):
        return given if given[1] is not None else None
    current = sys.exc_info() if given else (None, None, None)
    return current if current[1] is not None else None


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
