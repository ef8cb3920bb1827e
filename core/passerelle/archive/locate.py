"""Find X archives in any tree of files by the names of the files; only those of KINDS are ever opened.

A directory that holds a file of CORE is the root of an export, wherever it is and whatever is beside it: re-zipped,
nested, moved to the root, two exports over each other (docs/your-archive.md). Direct messages,
contacts, phone numbers, e-mail, ads and log-ins have no name in KINDS.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import BinaryIO

# File name without `-partN.js` -> kind. note-tweet.js names people without their ids: nothing to learn there.
KINDS = {
    "manifest": "manifest",
    "account": "account",
    "profile": "profile",
    "screen-name-change": "screen-name-change",
    "tweet-headers": "tweet-headers",
    "following": "following",
    "follower": "follower",
    "block": "block",
    "mute": "mute",
    "tweets": "tweets",
    "tweet": "tweet",
    "community-tweet": "community-tweet",
    "moment": "moment",
    "user_details": "user-details",
    "payload_details": "payload-details",
}
# One of these makes a directory an export.
CORE = frozenset({"manifest", "account", "following", "follower", "tweets", "tweet", "grailbird-month", "user-details"})

_SPLIT_FILE = re.compile(rf"({'|'.join(map(re.escape, KINDS))})(?:-part(\d{{1,4}}))?\.js\Z")
_GRAILBIRD_MONTH = re.compile(r"(\d{4})_(\d{2})\.js\Z")
# What systems add to the name of a download or copy, in any language: `following (1)`, `following copy 2`,
# `following - Kopie`, `followingのコピー`, `following-1`, `Copy of following`, `following.js.txt`. X's own names hold
# neither blanks nor brackets nor letters beyond ASCII, so `account-suspension.js` does not count as a copy.
_MARK = r"(?:\s*\([^()/]{1,20}\)|\s[^/.]{0,40}?|[^\x00-\x7f][^/.]{0,40}?|[-_]\d{0,3})"
_RENAMED = re.compile(
    rf"(?P<before>[^/]{{1,30}}\s)?(?P<name>(?:{'|'.join(map(re.escape, KINDS))})(?:-part\d{{1,4}})?|\d{{4}}_\d{{2}})"
    rf"(?P<mark>{_MARK})?\.js(?P<behind>{_MARK})?(?:\.(?:js|txt|text|download|bak))?\Z"
)
# macOS leaves `.following.js.icloud` in place of a file that is in iCloud only.
_IN_ICLOUD = re.compile(r"\.(?P<name>[^/]+)\.icloud\Z", re.IGNORECASE)
_README = "readme.txt"
MAX_NAME = 255  # characters; no file system has longer ones
# What file managers leave beside real files, and what the archive's own viewer is made of.
_IGNORED = re.compile(r"(?:^|/)(?:__MACOSX|node_modules|assets)/|(?:^|/)(?:\._[^/]*|\.DS_Store|desktop\.ini)\Z", re.I)
_OUTSIDE = re.compile(r"/|[A-Za-z]:|(?:.*/)?\.\.(?:/|\Z)")
# `twitter-2026-03-06-<64 hex>.zip`, as X names the download, and folders unpacked from it.
_DATED_NAME = re.compile(r"twitter-(\d{4}-\d{2}-\d{2})")

# What people bring instead, by files that only that service writes.
OTHER_SERVICES: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "Mastodon",
        re.compile(
            r"(?:^|/)(?:outbox|actor)\.json\Z|archive-\d{14}-\w+\.tar\.gz\Z|following_accounts[^/]{0,40}\.csv\Z"
        ),
    ),
    ("Bluesky", re.compile(r"\.car\Z")),
    ("Instagram", re.compile(r"(?:^|/)followers_and_following/|(?:^|/)instagram[-_]|(?:^|/)your_instagram_activity/")),
    ("Facebook", re.compile(r"(?:^|/)(?:your_facebook_activity|friends_and_followers)/")),
    ("TikTok", re.compile(r"(?:^|/)user_data(?:_tiktok)?\.json\Z")),
    ("LinkedIn", re.compile(r"(?:^|/)connections\.csv\Z")),
    ("Google", re.compile(r"(?:^|/)takeout/")),
)


@dataclass(frozen=True, slots=True)
class Member:
    """One file of the input: its path inside the ZIP or folder, its size in bytes, and how to open it."""

    path: str
    size: int
    open: Callable[[], BinaryIO]
    packed_size: int | None = None  # bytes in the ZIP
    encrypted: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """A member that we know how to read. `number` is 1 for `follower-part1.js`; `name` is what people are shown."""

    kind: str
    number: int
    name: str
    member: Member

    @property
    def leaves_its_folder(self) -> bool:
        """Whether unpacking this member of a ZIP by its path would write outside of the target folder."""
        return self.member.packed_size is not None and bool(_OUTSIDE.match(normalize_path(self.member.path)))


@dataclass(frozen=True, slots=True)
class Export:
    """The known files of one archive root; `dated` is the date in the name of the ZIP or folder, where X put it."""

    parts: tuple[Part, ...]
    dated: datetime | None = None


# The path of a file, and a function that makes its Member (None where it is no file): most files never need one.
Entry = tuple[str, Callable[[], Member | None]]


def find_exports(source: str, entries: Iterable[Entry]) -> list[Export]:
    """Group the known files among `entries` by directory; return those directories that hold an export.

    Of several entries with the same path the last counts, as in a ZIP to which a newer file was appended. Files
    that a system has renamed in the same way (`… (1).js`) are an export of their own.
    """
    known = {path: (found, make_member) for path, found, make_member in _known(entries)}
    roots: dict[tuple[str, str], list[Part]] = {}
    for path, (found, make_member) in known.items():
        if member := make_member():
            root = (_root(path, found.kind), found.mark)
            roots.setdefault(root, []).append(Part(found.kind, found.number, found.shown, member))
    _join_incomplete(roots)
    return [
        Export(tuple(sorted(parts, key=lambda part: (part.kind, part.number))), _date_in(f"{source}/{directory}"))
        for (directory, _), parts in roots.items()
        if _is_export(parts)
    ]


def _known(entries: Iterable[Entry]) -> Iterator[tuple[str, _Identified, Callable[[], Member | None]]]:
    for raw_path, make_member in entries:
        path = normalize_path(raw_path)
        if not _IGNORED.search(path) and (found := _identify(path)):
            yield path, found, make_member


def _is_export(parts: Iterable[Part]) -> bool:
    return any(part.kind in CORE for part in parts)


def _join_incomplete(roots: dict[tuple[str, str], list[Part]]) -> None:
    """Add renamed files that are no export by themselves to the other files of their directory that lack them."""
    for (directory, mark), parts in list(roots.items()):
        rest = roots.get((directory, ""))
        if mark and rest is not None and not _is_export(parts):
            have = {(part.kind, part.number) for part in rest}
            rest += [part for part in parts if (part.kind, part.number) not in have]
            del roots[directory, mark]


def icloud_placeholders(paths: Iterable[str]) -> Iterator[str]:
    """Return the names of ZIPs and known files that are in iCloud only."""
    for path in paths:
        directory, _, base = normalize_path(path).rpartition("/")
        if found := _IN_ICLOUD.match(base):
            name = found["name"]
            if name.lower().endswith(".zip") or _identify(f"{directory}/{name}"):
                yield name


def other_service(paths: Iterable[str]) -> str | None:
    """Return the name in OTHER_SERVICES whose export these files are, else None."""
    for path in paths:
        for service, files in OTHER_SERVICES:
            if files.search(normalize_path(path).lower()):
                return service
    return None


def file_key(path: str) -> tuple[str, int] | None:
    """Return kind and number of a file that the manifest names, None for a file that is not read."""
    found = _SPLIT_FILE.match(path.rpartition("/")[2].lower())
    return (KINDS[found[1]], int(found[2] or 0)) if found else None


def normalize_path(path: str) -> str:
    """Return a member's path with forward slashes and without `./`: some Windows tools write backslashes."""
    return re.sub(r"(?:^|(?<=/))(?:\./)+", "", path.replace("\\", "/"))


@dataclass(frozen=True, slots=True)
class _Identified:
    """Kind, part and shown name of a known file; `mark` is what a system has added to its name, else ""."""

    kind: str
    number: int
    shown: str
    mark: str = ""


def _identify(path: str) -> _Identified | None:
    directory, _, base = path.rpartition("/")
    if own := _own_name(directory, base):
        return own
    if len(base) <= MAX_NAME and (renamed := _RENAMED.match(base.lower())):
        own = _own_name(directory, f"{renamed['name']}.js")
        mark = "".join(filter(None, (renamed["before"], renamed["mark"], renamed["behind"])))
        return own and _Identified(own.kind, own.number, _shown_name(directory, base), mark)
    return None


def _own_name(directory: str, base: str) -> _Identified | None:
    """Identify a file by the name that X gives it."""
    if key := file_key(base):
        return _Identified(*key, _shown_name(directory, base))
    if month := _GRAILBIRD_MONTH.match(base):
        return _Identified("grailbird-month", int(month[1] + month[2]), f"data/js/tweets/{base}")
    if base.lower() == _README:
        return _Identified("readme", 0, _shown_name(directory, base))
    return None


def _root(path: str, kind: str) -> str:
    directory = path.rpartition("/")[0].lower()
    if kind == "grailbird-month" and directory.endswith("js/tweets"):
        return directory.removesuffix("/tweets")
    return directory


def _shown_name(directory: str, base: str) -> str:
    """Return the name that people see, `data/tweets.js`: the same in a ZIP, a nested folder and as a loose file."""
    clean = "".join(character if character.isprintable() else "\ufffd" for character in base)
    return f"data/{clean}" if directory.lower().endswith("data") else clean


def _date_in(name: str) -> datetime | None:
    found = _DATED_NAME.search(name)
    try:
        return datetime.fromisoformat(found[1]).replace(tzinfo=UTC) if found else None
    except ValueError:
        return None
