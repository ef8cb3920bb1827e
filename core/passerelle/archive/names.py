"""Evidence from tweets -> the names of ids: screen name, display name, and the date on which they were true.

X writes mentions and replies with the names of the day of the export, so a pair (id, name) is as old as the export; who
was meant by an old mention is another question, and not asked here (facts/archive-format.md, sections 4 and 5).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from passerelle.archive.records import Name
from passerelle.identifiers import RestId, ScreenName, canonicalize_screen_name

# Where a name was read, the best first: a mention also has the display name.
SOURCES = ("mention", "reply", "retweet", "moment", "media")
# The name in a picture's link is of the day of the tweet.
AS_OLD_AS_THE_TWEET = frozenset({"media"})


@dataclass(slots=True)
class Sighting:
    """One id seen with one screen name; `order` (the tweet's id) says which of two sightings is newer."""

    screen_name: ScreenName
    display_name: str | None
    source: str
    order: int
    tweeted: datetime | None = None


@dataclass(slots=True)
class NameBook:
    """All sightings of one export, of the ids in `wanted` only; one entry for each id and name."""

    wanted: frozenset[RestId]
    seen: dict[RestId, dict[str, Sighting]] = field(default_factory=dict)

    def add(self, rest_id: RestId, sighting: Sighting) -> None:
        """Take a sighting; of the same id and name keep the best source, and the newest spelling."""
        names = self.seen.setdefault(rest_id, {})
        key = canonicalize_screen_name(sighting.screen_name)
        known = names.get(key)
        names[key] = sighting if known is None else _joined(known, sighting)

    def names(self, exported_at: datetime | None) -> Iterable[tuple[RestId, list[Name]]]:
        """Give for each id its names, the current one first, the others being former ones."""
        for rest_id, sightings in self.seen.items():
            newest_first = sorted(
                sightings.values(), key=lambda one: (one.source not in AS_OLD_AS_THE_TWEET, one.order)
            )
            yield rest_id, [_dated(one, exported_at) for one in reversed(newest_first)]


def _joined(known: Sighting, new: Sighting) -> Sighting:
    newer, older = (new, known) if new.order >= known.order else (known, new)
    best = min(known.source, new.source, key=SOURCES.index)
    return Sighting(newer.screen_name, newer.display_name or older.display_name, best, newer.order, newer.tweeted)


def _dated(sighting: Sighting, exported_at: datetime | None) -> Name:
    seen = sighting.tweeted if sighting.source in AS_OLD_AS_THE_TWEET else exported_at
    return Name(sighting.screen_name, sighting.display_name, seen, sighting.source)


def newest_first(names: Iterable[Name]) -> list[Name]:
    """Sort names of one id from several exports: the newest first, undated ones last; without doubles."""
    dated = sorted(names, key=lambda name: name.seen.timestamp() if name.seen else float("-inf"), reverse=True)
    distinct: dict[str, Name] = {}
    for name in dated:
        distinct.setdefault(canonicalize_screen_name(name.screen_name), name)
    return list(distinct.values())
