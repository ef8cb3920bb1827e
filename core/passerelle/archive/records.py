"""What reading an archive gives: Archive, and the small records inside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from passerelle.identifiers import RestId, ScreenName


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose archive this is; any part may be unknown in a damaged or loose archive."""

    rest_id: RestId | None
    screen_name: ScreenName | None
    display_name: str | None


@dataclass(frozen=True, slots=True)
class Name:
    """A name an id had at `seen`; `source` says where we read it (mention, reply, media, retweet, page)."""

    screen_name: ScreenName
    display_name: str | None
    seen: datetime | None
    source: str


@dataclass(frozen=True, slots=True)
class ArchiveWarning:
    """Something in the archive that was missing or wrong and did not stop the reading."""

    code: str
    file: str | None
    message: str


@dataclass(frozen=True, slots=True)
class Progress:
    """How far reading is: `done` of `total` bytes, and the file being read."""

    file: str
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class Archive:
    """One or more exports of one account, merged. `names` holds only ids in `following` or `followers`.

    `following`, `followers`, `blocked`, `muted` keep the archive's order, without doubles; `aliases` are the former
    names of an id; `tweets` counts distinct tweets.
    """

    owner: Owner
    exported_at: datetime | None
    following: tuple[RestId, ...]
    followers: tuple[RestId, ...]
    blocked: frozenset[RestId]
    muted: frozenset[RestId]
    tweets: int
    names: Mapping[RestId, Name]
    aliases: Mapping[RestId, tuple[ScreenName, ...]]
    warnings: tuple[ArchiveWarning, ...]
