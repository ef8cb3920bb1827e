"""Requests and answers of the closed world as data, and sites as functions. Needs only the standard library."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Ask:
    """One request as it arrived; header names are in lower case."""

    host: str
    method: str
    path: str
    headers: tuple[tuple[str, str], ...]
    body: bytes

    @property
    def body_sha256(self) -> str:
        """What to compare instead of the body."""
        return hashlib.sha256(self.body).hexdigest()

    def header(self, name: str) -> str:
        """Return the value of a header, "" without it; `name` in lower case."""
        return next((value for one, value in self.headers if one == name), "")


@dataclass(frozen=True, slots=True)
class Answer:
    """One response."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


Site = Callable[[Ask], Answer]
Fault = Callable[[Site], Site]


class NoAnswer(Exception):
    """The site closes the connection without an answer."""


def page(status: int, body: bytes, media_type: str, *more: tuple[str, str]) -> Answer:
    """Return an answer with a body of one media type."""
    return Answer(status, (("Content-Type", media_type), *more), body)
