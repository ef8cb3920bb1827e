"""Organisations that have left X, as the program brings them: by name, since sources name no account on X.

The server publishes them as `/v1/departures.json` and as a page. The build puts those with a date beside the directory
(build/packaged_directory.py); organisations that have a row get their day with it (`leaving_on`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files

from passerelle.errors import InputError
from passerelle.hosts import is_web_page
from passerelle.text import clean_display_name

FILE = "departures.jsonl"
MAX_ORGANISATION = 300  # characters, as the server's database allows


@dataclass(frozen=True, slots=True)
class Departed:
    """An organisation and the day from which it is known to have left X, stated by a source."""

    organisation: str
    day: date
    source: str
    url: str | None


def parse_departed(line: bytes) -> Departed:
    """Parse one line. Raises InputError."""
    try:
        value = json.loads(line)
        name = clean_display_name(value["organisation"], MAX_ORGANISATION)
        source = clean_display_name(value["source"], MAX_ORGANISATION)
        day, url = date.fromisoformat(value["day"]), value["url"]
    except (ValueError, KeyError, TypeError) as error:
        raise InputError("A departure is damaged.") from error
    if name is None or source is None:
        raise InputError("A departure has no name.")
    return Departed(name, day, source, url if isinstance(url, str) and is_web_page(url) else None)


def parse_departures(lines: Iterable[bytes]) -> Iterator[Departed]:
    """Yield the departures of JSON Lines. Raises InputError."""
    return (parse_departed(line) for line in lines if line.strip())


@cache
def read_departures() -> tuple[Departed, ...]:
    """Read those that come with the program; none where the build has not made them."""
    path = files("passerelle.directory") / "data" / FILE
    return tuple(parse_departures(path.read_bytes().splitlines())) if path.is_file() else ()
