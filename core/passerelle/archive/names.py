"""Evidence from tweets -> the names of ids: screen name, display name, and the date on which they were true.

X writes mentions and replies with the names of the day of the export, so a pair (id, name) is as old as the export. The
person meant by an old mention may be another one; that does not matter here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

from passerelle.archive.records import Name
from passerelle.identifiers import RestId, ScreenName, canonicalize_screen_name
from passerelle.text import clean_display_name

# Where a name was read, the best first: a mention also gives the display name, the link of a picture carries the name
# of the day of the tweet, and the first @name of an old reply ("text") may belong to another account today.
SOURCES = ("mention", "retweet", "moment", "reply", "media", "text")
AS_OLD_AS_THE_TWEET = frozenset({"media", "text"})
FORMER_ONLY = frozenset({"text"})

# The ids of tweets hold their time since November 2010, in milliseconds after this one.
# https://docs.x.com/x-api/fundamentals/x-ids
SNOWFLAKE_EPOCH = 1_288_834_974_657
FIRST_SNOWFLAKE = 30_000_000_000


@dataclass(frozen=True, slots=True)
class Sighting:
    """One id seen with one screen name in the tweet `tweet_id`; of two sightings the higher id is the newer.

    The display name is as it was found, "" where there was none.
    """

    screen_name: ScreenName
    display_name: str
    source: str
    tweet_id: int


@dataclass(slots=True)
class NameBook:
    """All sightings of one export, of the ids in `wanted` only: one entry for each id and name."""

    wanted: frozenset[RestId] = frozenset()
    newest_tweet: int = 0
    _seen: dict[RestId, dict[str, Sighting]] = field(default_factory=dict)

    def add(self, rest_id: RestId, sighting: Sighting) -> None:
        """Add a sighting of an id in `wanted`; of the same id and name keep the best source and the newest spelling."""
        names = self._seen.setdefault(rest_id, {})
        key = canonicalize_screen_name(sighting.screen_name)
        known = names.get(key)
        names[key] = sighting if known is None else _joined(known, sighting)

    def joined(self, other: NameBook) -> NameBook:
        """Return one book with the sightings of both."""
        book = NameBook(self.wanted | other.wanted, max(self.newest_tweet, other.newest_tweet))
        for rest_id, sightings in (*self._seen.items(), *other._seen.items()):
            for sighting in sightings.values():
                book.add(rest_id, sighting)
        return book

    def names(self, exported_at: datetime | None) -> Iterator[tuple[RestId, list[Name], list[Name]]]:
        """Yield for each id its current name (or none) and its former ones, the newest first."""
        date = exported_at or tweet_date(self.newest_tweet)
        for rest_id, sightings in self._seen.items():
            ranked = sorted(sightings.values(), key=_rank, reverse=True)
            current = [] if ranked[0].source in FORMER_ONLY else ranked[:1]
            yield rest_id, [_name(one, date) for one in current], [_name(one, date) for one in ranked[len(current) :]]


def tweet_date(tweet_id: int) -> datetime | None:
    """Read the time from a tweet's id; None for ids from before November 2010 and for impossible ones."""
    if not FIRST_SNOWFLAKE <= tweet_id < 2**63:
        return None
    return datetime.fromtimestamp(((tweet_id >> 22) + SNOWFLAKE_EPOCH) / 1000, UTC)


def newest_first(names: Iterable[Name]) -> list[Name]:
    """Sort the names of one id from several exports by their date, undated ones last; each name once."""
    distinct: dict[str, Name] = {}
    for name in sorted(names, key=_age, reverse=True):
        distinct.setdefault(canonicalize_screen_name(name.screen_name), name)
    return list(distinct.values())


def _age(name: Name) -> float:
    return name.seen.timestamp() if name.seen else float("-inf")


def _rank(sighting: Sighting) -> tuple[bool, bool, int]:
    """Order sightings of one id: names of the day of the export before names of the day of a tweet."""
    return (sighting.source not in FORMER_ONLY, sighting.source not in AS_OLD_AS_THE_TWEET, sighting.tweet_id)


def _joined(known: Sighting, new: Sighting) -> Sighting:
    newer, older = (new, known) if new.tweet_id >= known.tweet_id else (known, new)
    best = min(known.source, new.source, key=SOURCES.index)
    return Sighting(newer.screen_name, newer.display_name or older.display_name, best, newer.tweet_id)


def _name(sighting: Sighting, exported_at: datetime | None) -> Name:
    seen = tweet_date(sighting.tweet_id) if sighting.source in AS_OLD_AS_THE_TWEET else exported_at
    return Name(sighting.screen_name, clean_display_name(sighting.display_name), seen, sighting.source)
