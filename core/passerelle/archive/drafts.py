"""Draft: what has been read of one export so far."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from passerelle.archive.locate import Export
from passerelle.archive.names import NameBook
from passerelle.archive.records import ArchiveWarning, Owner
from passerelle.identifiers import RestId

UNKNOWN_OWNER = Owner(None, None, None)
# Sources of the owner, the most reliable first.
OWNER_SOURCES = ("account", "manifest", "readme", "user-details", "tweet-headers")


FileKey = tuple[str, int]  # kind and part


@dataclass(slots=True)
class Draft:
    """One export while it is read. Lists are dicts without values: in order, without doubles.

    `promised` is what the manifest says: file -> (its name, number of rows or None); `read` is what was read: file ->
    number of rows.
    """

    export: Export
    owners: dict[str, Owner] = field(default_factory=dict)
    headers: Counter[RestId] = field(default_factory=Counter)
    former_names: set[str] = field(default_factory=set)  # the owner's, in lower case
    about: tuple[str, ...] = ()
    exported_at: datetime | None = None
    partial: bool = False
    promised: dict[FileKey, tuple[str, int | None]] = field(default_factory=dict)
    read: dict[FileKey, int] = field(default_factory=dict)
    following: dict[RestId, None] = field(default_factory=dict)
    followers: dict[RestId, None] = field(default_factory=dict)
    blocked: dict[RestId, None] = field(default_factory=dict)
    muted: dict[RestId, None] = field(default_factory=dict)
    tweets: set[str] = field(default_factory=set)
    names: NameBook = field(default_factory=NameBook)
    warnings: list[ArchiveWarning] = field(default_factory=list)

    def warn(self, code: str, file: str | None, message: str) -> None:
        """Add a warning; `code` is one of records.WARNINGS."""
        self.warnings.append(ArchiveWarning(code, file, message))

    def has(self, kind: str) -> bool:
        """Return whether a file of this kind was read."""
        return any(kind == one for one, _ in self.read)

    @property
    def owner(self) -> Owner:
        """The owner by the best source; its gaps are filled from sources that do not contradict it."""
        known = [self.owners[source] for source in OWNER_SOURCES if source in self.owners]
        rest_id = next((one.rest_id for one in known if one.rest_id), None)
        return first_of(one for one in known if one.rest_id in (rest_id, None))

    @property
    def date(self) -> datetime | None:
        """When the export was made: by the manifest, else by the name X gave the ZIP."""
        return self.exported_at or self.export.dated


def first_of(owners: Iterable[Owner]) -> Owner:
    """Return the first id, the first screen name and the first display name among `owners`."""
    known = list(owners)
    return Owner(
        next((one.rest_id for one in known if one.rest_id), None),
        next((one.screen_name for one in known if one.screen_name), None),
        next((one.display_name for one in known if one.display_name), None),
    )
