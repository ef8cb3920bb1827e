"""Find X archives in any tree of files: ZIPs, folders, loose files, nested and renamed; only names are looked at.

A directory that holds one of the files in CORE is the root of an export (facts/archive-format.md, section 1). What is
not in KINDS is never opened: direct messages, contacts, phone numbers, e-mail, ads, log-ins.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import BinaryIO

# Base name without `-partN.js` -> kind. Only these are ever opened.
KINDS = (
    "manifest",
    "account",
    "following",
    "follower",
    "block",
    "mute",
    "tweets",
    "tweet",
)
# One of these makes a directory an export.
CORE = frozenset({"manifest", "account", "following", "follower", "tweets", "tweet"})

_SPLIT_FILE = re.compile(rf"({'|'.join(KINDS)})(?:-part(\d{{1,4}}))?\.js\Z")
# What file managers leave beside real files, and what the archive's own viewer is made of.
_IGNORED = re.compile(r"(?:^|/)(?:__MACOSX|node_modules|assets)/|(?:^|/)(?:\._[^/]*|\.DS_Store|desktop\.ini)\Z", re.I)


@dataclass(frozen=True, slots=True)
class Member:
    """One file of the input: its path inside the ZIP or folder, its size in bytes, and how to open it."""

    path: str
    size: int
    open: Callable[[], BinaryIO]
    packed_size: int | None = None
    encrypted: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """A member that we know how to read: its kind, and its number where a file is split (`follower-part1.js` is 1)."""

    kind: str
    number: int
    name: str
    member: Member


@dataclass(frozen=True, slots=True)
class Export:
    """The known files of one archive root; `source` is the ZIP or folder it is in."""

    source: str
    root: str
    parts: tuple[Part, ...]


def find_exports(source: str, members: Iterable[Member]) -> list[Export]:
    """Group the known files among `members` by directory; give those directories that hold an export."""
    roots: dict[str, list[Part]] = {}
    for member in members:
        path = normalize_path(member.path)
        if not _IGNORED.search(path) and (found := _SPLIT_FILE.match(path.rpartition("/")[2].lower())):
            directory, _, base = path.rpartition("/")
            number = int(found[2] or 0)
            part = Part(found[1], number, _shown_name(directory, base), member)
            roots.setdefault(directory.lower(), []).append(part)
    return [
        Export(source, root, tuple(sorted(parts, key=lambda part: (part.kind, part.number))))
        for root, parts in roots.items()
        if any(part.kind in CORE for part in parts)
    ]


def normalize_path(path: str) -> str:
    """Give a member's path with forward slashes and without `./`: some Windows tools write backslashes."""
    return re.sub(r"(?:^|(?<=/))(?:\./)+", "", path.replace("\\", "/"))


def _shown_name(directory: str, base: str) -> str:
    """Give the name that people see: `data/tweets.js`, the same for a ZIP, a nested folder and a loose file."""
    last = directory.rpartition("/")[2]
    return f"data/{base}" if last.lower() == "data" else base


Opener = Callable[[], BinaryIO]
Sources = Mapping[str, Sequence[Member]]
