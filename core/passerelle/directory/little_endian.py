"""Arrays of unsigned integers as little-endian bytes, on every machine."""

from __future__ import annotations

import sys
from array import array
from collections.abc import Iterable
from typing import Literal

Width = Literal["H", "I"]  # type codes of `array`: 2 and 4 bytes


def write_numbers(width: Width, numbers: Iterable[int]) -> bytes:
    """Return the numbers as bytes. Raises OverflowError where one does not fit."""
    return _in_order(array(width, numbers)).tobytes()


def read_numbers(width: Width, text: bytes | memoryview) -> array[int]:
    """Return the numbers in `text`. Raises ValueError where its length is no multiple of the width."""
    numbers = array(width)
    numbers.frombytes(text)
    return _in_order(numbers)


def _in_order(numbers: array[int]) -> array[int]:
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers
