"""Read the pairs and the pool of `make reach`; missing values are tolerated, missing files and columns are not."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from passerelle.errors import InvalidIdentifier
from passerelle.identifiers import parse_acct, parse_handle, parse_screen_name

TRUTH_COLUMNS = ("x_handle", "bluesky", "mastodon")
POOL_COLUMNS = ("platform", "handle", "name")
UNCONFIRMED_COLUMNS = ("x", "b", "name")
UNCONFIRMED = "unverified-candidates.csv"  # read where it stands beside the pairs

Record = Mapping[str, str]


class BadInput(Exception):
    """A file that cannot be used; its text is one sentence for the person who runs the command."""


@dataclass(frozen=True, slots=True)
class Pair:
    """One X account and its owner's other accounts (lower case, usable ones only); the first is the known one."""

    screen_name: str
    name: str
    bluesky: tuple[str, ...]
    did: str | None
    mastodon: tuple[str, ...]
    group: str


@dataclass(frozen=True, slots=True)
class PoolAccount:
    """One account of the haystack."""

    platform: str
    handle: str
    name: str


def read_pairs(path: Path) -> list[Pair]:
    """Return the pairs that name a usable X account and one other, each X account once. Raises BadInput."""
    pairs: dict[str, Pair] = {}
    for record in _read(path, TRUTH_COLUMNS):
        pair = _pair(record)
        if pair and (pair.bluesky or pair.mastodon):
            pairs.setdefault(pair.screen_name.lower(), pair)
    if not pairs:
        raise BadInput(f"{path} has no usable pair: each needs an x_handle, and bluesky or mastodon.")
    return list(pairs.values())


def read_pool(path: Path) -> list[PoolAccount]:
    """Return the accounts of the pool that have a name. Raises BadInput."""
    records = _read(path, POOL_COLUMNS)
    pool = (PoolAccount(_get(one, "platform"), _get(one, "handle"), _get(one, "name")) for one in records)
    return [one for one in pool if one.handle and is_name(one.name)]


def read_unconfirmed(path: Path) -> list[Pair]:
    """Return proposals that volunteers could not confirm, as pairs; none where there is no such file."""
    if not path.exists():
        return []
    found = (_unconfirmed(record) for record in _read(path, UNCONFIRMED_COLUMNS))
    return [one for one in found if one and one.bluesky]


def is_name(name: str) -> bool:
    """Return whether a name is one: some sources give paths or keys of their own."""
    return bool(name) and "/" not in name and "publicwhip" not in name


def split_of(screen_name: str) -> str:
    """Return "fit" or "test", half of all pairs each, the same for every seed: weights never see a tested pair."""
    return "fit" if hashlib.sha256(screen_name.lower().encode()).digest()[0] % 2 else "test"


def _read(path: Path, columns: Sequence[str]) -> Iterator[Record]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            missing = [one for one in columns if one not in (reader.fieldnames or ())]
            if missing:
                raise BadInput(f"{path} has no column {', '.join(missing)}.")
            yield from reader
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror}.") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise BadInput(f"{path} is not a CSV file in UTF-8: {error}.") from error


def _pair(record: Record) -> Pair | None:
    try:
        screen_name = parse_screen_name(_get(record, "x_handle"))
    except InvalidIdentifier:
        return None
    name = _get(record, "name")
    return Pair(
        screen_name=screen_name,
        name=name if is_name(name) else screen_name,
        bluesky=_all(record, ("bluesky", "bluesky_other"), _handle),
        did=_get(record, "bluesky_did") or None,
        mastodon=_all(record, ("mastodon", "mastodon_other"), _acct),
        group=_group(record),
    )


def _unconfirmed(record: Record) -> Pair | None:
    fields = {"x_handle": _get(record, "x"), "bluesky": _get(record, "b"), "name": _get(record, "name")}
    return _pair({**record, **fields, "bluesky_did": ""})


def _get(record: Record, column: str) -> str:
    return (record.get(column) or "").strip()


def _all(record: Record, columns: Sequence[str], parse: object) -> tuple[str, ...]:
    assert callable(parse)
    texts = [text for column in columns for text in _get(record, column).replace(";", " ").split()]
    return tuple(dict.fromkeys(filter(None, map(parse, texts))))


def _handle(text: str) -> str | None:
    try:
        return parse_handle(text)
    except InvalidIdentifier:
        return None


def _acct(text: str) -> str | None:
    try:
        return str(parse_acct(text)).lower()
    except InvalidIdentifier:
        return None


def _group(record: Record) -> str:
    if "politic" in _get(record, "subkind").lower():
        return "politicians"
    if _get(record, "country") == "JP" or _get(record, "lang") == "ja":
        return "japanese"
    return "organisations" if _get(record, "kind") not in ("", "person") else "developers"
