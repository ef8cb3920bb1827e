"""A list as its source publishes it -> what an import takes, entry by entry."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from passerelle_directory.harvest.found import Found
from passerelle_directory.harvest.links import account_of_link
from passerelle_directory.harvest.lists.mapping import ListMapping
from passerelle_directory.importers.lines import UnreadableFile

KIND_OF_FIELD = {"screen_name": "x", "handle": "bluesky", "did": "bluesky", "acct": "fediverse"}


def read_entries(path: Path, mapping: ListMapping, day: date) -> list[Found]:
    """Return each entry of a list, as it was on `day`. Raises UnreadableFile before anything is imported."""
    try:
        document = READERS[mapping.format](path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise UnreadableFile(f"{path}: {error.strerror or 'cannot be read'}.") from None
    except (ValueError, RecursionError, csv.Error, yaml.YAMLError) as error:
        raise UnreadableFile(f"{path}: this is not {mapping.format.upper()}: {str(error).splitlines()[0]}") from None
    entries = _find(document, mapping.entries)
    if not isinstance(entries, list):
        raise UnreadableFile(f"{path}: there is no list at {mapping.entries!r}.")
    return [_make(number, entry, mapping, day) for number, entry in enumerate(entries, start=1)]


def _make(number: int, entry: object, mapping: ListMapping, day: date) -> Found:
    if not isinstance(entry, Mapping):
        return Found(f"entry {number}", reason="It has no fields.")
    stated = {name: _text(name, _find(entry, path)) for name, path in mapping.fields.items()}
    fields = {**mapping.constants, **{name: text for name, text in stated.items() if text}}
    source = {"source": mapping.source, "source_url": mapping.source_url, "source_date": day.isoformat()}
    name = fields.get("screen_name") or fields.get("display_name") or ""
    return Found(f"entry {number} ({name})" if name else f"entry {number}", fields | source)


def _find(document: object, path: str) -> object:
    """Return the value at a path such as `social.twitter` or `links.0.url`; None where there is none."""
    for step in path.split(".") if path else ():
        if isinstance(document, Mapping):
            document = document.get(step)
        elif isinstance(document, Sequence) and not isinstance(document, str):
            document = document[int(step)] if step.isdecimal() and int(step) < len(document) else None
        else:
            return None
    return document


def _text(field: str, value: object) -> str:
    """Return a value as the import has it: ids as text, the account of a link to a profile, names without `@`."""
    if isinstance(value, bool) or not isinstance(value, (str, int, date)):
        return ""
    text = str(value).strip()
    kind = KIND_OF_FIELD.get(field)
    if kind is None:
        return text
    if "://" in text:
        found = account_of_link(text)
        return found[1] if found and found[0] == kind else text
    return text.removeprefix("@")


def _read_csv(text: str) -> list[dict[str, str]]:
    return [{name: value for name, value in line.items() if name} for line in csv.DictReader(io.StringIO(text))]


def _read_json(text: str) -> Any:
    return json.loads(text)


def _read_yaml(text: str) -> Any:
    """Parse YAML into plain values only; nothing of it is executed."""
    return yaml.load(text, Loader=yaml.CSafeLoader)


READERS: Mapping[str, Callable[[str], Any]] = {"csv": _read_csv, "json": _read_json, "yaml": _read_yaml}
