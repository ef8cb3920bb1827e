"""The result of reading an archive: Archive, and the small records inside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from passerelle.errors import UnreadableArchive
from passerelle.identifiers import RestId, ScreenName

# Every warning there is: code -> what it means. Interfaces translate the code; `message` names file and numbers.
WARNINGS: Mapping[str, str] = {
    "account_unknown": "Nothing in the archive says whose it is.",
    "accounts_disagree": "account.js and the manifest name different accounts; account.js was believed.",
    "bad_rows": "Some rows of a file are damaged and were left out.",
    "count_mismatch": "The archive's own list counts another number of rows: the file was edited.",
    "exports_merged": "Several exports of this account were merged; the latest says who you follow.",
    "file_empty": "A file has no content at all, not even an empty list.",
    "file_repaired": "A file was changed by another program; it could be read all the same.",
    "file_too_large": "A file claims a size that cannot be true and was left out.",
    "file_truncated": "A file is cut short; what is there was read.",
    "file_unreadable": "A file is damaged and was left out.",
    "file_unsupported": "A file is packed in a way that cannot be read here; unpacked, it can.",
    "followers_missing": "follower.js is missing or cannot be read: who follows you is not known.",
    "following_missing": "following.js is missing or cannot be read: the people you follow are not known.",
    "in_icloud": "A file is only in iCloud, not on this machine, and was left out.",
    "manifest_unreadable": "The archive's own list of files is damaged.",
    "nested_zip": "The archive was found in a ZIP inside the ZIP.",
    "not_an_archive": "A ZIP that was given too holds no X archive and was left out.",
    "odd_path": "A file's path leads outside of the ZIP; it was read but would not be unpacked.",
    "other_account": "Files of another account were left out.",
    "part_missing": "The archive's own list names a file that is not there.",
    "partial_archive": "This is one part of a larger archive.",
    "tweets_missing": "There are no tweets here: people are known by number only.",
}


@dataclass(frozen=True, slots=True)
class Owner:
    """The owner of an archive; any part may be unknown in a damaged or loose archive."""

    rest_id: RestId | None
    screen_name: ScreenName | None
    display_name: str | None


@dataclass(frozen=True, slots=True)
class Name:
    """A name an id had at `seen`; `source` says where we read it (mention, reply, media, retweet, moment, page)."""

    screen_name: ScreenName
    display_name: str | None
    seen: datetime | None
    source: str


@dataclass(frozen=True, slots=True)
class ArchiveWarning:
    """Something in the archive that was missing or wrong and did not stop the reading; `code` is one of WARNINGS."""

    code: str
    file: str | None
    message: str


@dataclass(frozen=True, slots=True)
class Progress:
    """Progress of reading: `done` of `total` bytes, and the file being read."""

    file: str
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class Archive:
    """One or more exports of one account, merged. `names` holds only ids in `following` or `followers`.

    `following`, `followers`, `blocked`, `muted` keep the archive's order, without doubles; `aliases` are the former
    names of an id; `tweets` counts distinct tweets; `about` is what the owner's profile says: bio, location, website.
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
    about: tuple[str, ...] = ()


class ArchiveWithoutPeople(UnreadableArchive):
    """An X archive with neither following.js nor follower.js; `archive` is what else was read."""

    def __init__(self, message: str, *, code: str, archive: Archive) -> None:
        super().__init__(message, code=code)
        self.archive = archive
