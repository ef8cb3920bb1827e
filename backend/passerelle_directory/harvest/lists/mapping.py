"""A mapping in TOML: whose list it is, in which format, and which of its fields are ours."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from passerelle_directory.importers.lines import DEPARTURE, ELSEWHERE, SOURCE, X_ACCOUNT

FORMATS = ("csv", "json", "yaml")
FIELDS = X_ACCOUNT | ELSEWHERE | DEPARTURE
BUILT_IN = Path(__file__).parent / "mappings"


class InvalidMapping(ValueError):
    """The mapping cannot be used; the message names the file and says why."""


@dataclass(frozen=True, slots=True)
class ListMapping:
    """Where in a list our fields stand: `fields` are paths by our names, `constants` are the same for all entries.

    `entries` is the path of the list in the document, empty where the document is the list.
    """

    source: str
    source_url: str
    format: str
    entries: str
    fields: Mapping[str, str]
    constants: Mapping[str, str]


def read_mapping(name: str) -> ListMapping:
    """Read a mapping that comes with the program, by its name, or a file. Raises InvalidMapping."""
    built_in = BUILT_IN / f"{name}.toml"
    path = built_in if name.isidentifier() and built_in.is_file() else Path(name)
    try:
        return _parse(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, InvalidMapping) as error:
        raise InvalidMapping(f"{path}: {error}") from None


def names_built_in() -> list[str]:
    """Return the names of the mappings that come with the program."""
    return sorted(path.stem for path in BUILT_IN.glob("*.toml"))


def _parse(document: Mapping[str, Any]) -> ListMapping:
    known = {"source", "source_url", "format", "entries", "fields", "constants"}
    if unknown := document.keys() - known:
        raise InvalidMapping(f"{min(unknown)!r} is unknown; known are {', '.join(sorted(known))}.")
    texts = {name: document.get(name, "") for name in ("source", "source_url", "format", "entries")}
    if not (texts["source"] and all(isinstance(text, str) for text in texts.values())):
        raise InvalidMapping("it needs a source, and every value is text.")
    if texts["format"] not in FORMATS:
        raise InvalidMapping(f"format is one of {', '.join(FORMATS)}.")
    return ListMapping(**texts, fields=_table(document, "fields"), constants=_table(document, "constants"))


def _table(document: Mapping[str, Any], name: str) -> Mapping[str, str]:
    table = document.get(name, {})
    if not (isinstance(table, dict) and all(isinstance(value, str) for value in table.values())):
        raise InvalidMapping(f"{name} is a table of texts.")
    if unknown := table.keys() - FIELDS:
        allowed = ", ".join(sorted(FIELDS - SOURCE))
        raise InvalidMapping(f"{min(unknown)!r} in {name} is unknown; known are {allowed}.")
    return table
