"""Archive(s) and observations -> FollowGraph: who is followed, who follows back, who is blocked, and known names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from passerelle.archive.records import Name, Owner
from passerelle.identifiers import RestId, ScreenName


@dataclass(frozen=True, slots=True)
class Person:
    """One X account in somebody's graph. `name` is the newest known, `aliases` the older ones."""

    rest_id: RestId
    name: Name | None
    aliases: tuple[ScreenName, ...]
    following: bool
    followed_by: bool
    blocked: bool
    muted: bool


@dataclass(frozen=True, slots=True)
class FollowGraph:
    """Everyone the owner follows or is followed by, by rest_id; those blocked or muted too."""

    owner: Owner
    people: Mapping[RestId, Person]
