"""A long list in pages: which one is asked for, and what is on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any, Self

from flask import request

MAX_DIGITS = 6  # of a page's number


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list: its number, from 1 to `last`, and its entries."""

    number: int
    last: int
    entries: Sequence[Any]

    @classmethod
    def of(cls, entries: Sequence[Any], number: int, size: int) -> Self:
        """Return a page of `size` entries; a number outside is the nearest page.

        >>> Page.of("abcde", 9, 2)
        Page(number=3, last=3, entries='e')
        """
        last = max(1, ceil(len(entries) / size))
        number = min(max(number, 1), last)
        return cls(number, last, entries[(number - 1) * size : number * size])


def page_asked() -> int:
    """Return the page that the address names, else the first."""
    asked = request.args.get("page", "")
    return int(asked) if asked.isascii() and asked.isdigit() and len(asked) < MAX_DIGITS else 1
