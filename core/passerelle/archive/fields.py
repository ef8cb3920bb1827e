"""Read fields of untrusted JSON; values of the wrong type count as missing."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from passerelle.errors import InvalidIdentifier
from passerelle.identifiers import RestId, ScreenName, parse_rest_id, parse_screen_name

# 2018 wrote milliseconds, and seconds for changes of the name, as text.
_MILLISECONDS_FROM = 10**11


def dict_at(value: Any, key: str) -> dict[str, Any]:
    """Return the object at `key`, else an empty one."""
    found = value.get(key) if isinstance(value, dict) else None
    return found if isinstance(found, dict) else {}


def list_at(value: Any, key: str) -> list[dict[str, Any]]:
    """Return the objects in the list at `key`."""
    found = value.get(key) if isinstance(value, dict) else None
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def text_at(value: Any, key: str) -> str:
    """Return the text at `key`, else ""."""
    found = value.get(key) if isinstance(value, dict) else None
    return found if isinstance(found, str) else ""


def count_at(value: Any, key: str) -> int | None:
    """Return the number at `key`, which X writes as text."""
    text = text_at(value, key)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None


def id_at(value: Any, *keys: str) -> RestId | None:
    """Return the first id under `keys`. Integers count; numbers with a fraction or exponent have lost digits."""
    for key in keys:
        found = value.get(key) if isinstance(value, dict) else None
        if type(found) is int and 0 < found < 2**64:
            found = str(found)
        try:
            return parse_rest_id(found)
        except InvalidIdentifier:
            continue
    return None


def screen_name_at(value: Any, key: str) -> ScreenName | None:
    """Return the X name at `key`."""
    try:
        return parse_screen_name(text_at(value, key))
    except InvalidIdentifier:
        return None


def parse_date(text: str) -> datetime | None:
    """Parse a date in any form X has used; None for anything else.

    >>> parse_date("Sat Feb 18 12:33:11 +0000 2023") == parse_date("2023-02-18T12:33:11.000Z")
    True
    """
    for parse in (datetime.fromisoformat, _parse_tweet_date, _parse_epoch):
        try:
            date = parse(text)
            return date.astimezone(UTC) if date.tzinfo else None
        except (ValueError, TypeError, IndexError, OverflowError, OSError):
            continue
    return None


def _parse_tweet_date(text: str) -> datetime:
    _, month, day, time, zone, year = text.split()
    return parsedate_to_datetime(f"{day} {month} {year} {time} {zone}")


def _parse_epoch(text: str) -> datetime:
    number = int(text) if len(text) < 16 else 0
    return datetime.fromtimestamp(number / 1000 if number > _MILLISECONDS_FROM else number, UTC)
