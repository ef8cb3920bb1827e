"""What a visitor wants to see of the departures: the query of an address, and the choice that it makes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import date
from typing import Self

from passerelle_directory.folding import fold
from passerelle_directory.publishing.departures import Left

MAX_QUERY = 100  # characters


@dataclass(frozen=True, slots=True)
class Filter:
    """A choice among departures; an empty value chooses all. `q` is searched in names, offices and addresses."""

    q: str = ""
    country: str = ""
    kind: str = ""
    how: str = ""
    group: str = ""

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> Self:
        """Return the choice that an address names."""
        return cls(**{field.name: query.get(field.name, "")[:MAX_QUERY] for field in fields(cls)})

    def query(self) -> dict[str, str]:
        """Return the values that are set, as in an address."""
        return {name: value for name, value in asdict(self).items() if value}

    def choose(self, entries: Sequence[Left], members: Collection[str]) -> list[Left]:
        """Return the entries that fit; `members` are the ids of the entries of the chosen group."""
        wanted = fold(self.q)
        return [
            entry
            for entry in entries
            if self.country in ("", entry.country)
            and self.kind in ("", entry.kind)
            and self.how in ("", entry.how)
            and (not self.group or entry.entry_id in members)
            and (not wanted or wanted in _searched(entry))
        ]

    def count_by(
        self, name: str, entries: Sequence[Left], members: Collection[str], value: Callable[[Left], str | None]
    ) -> list[tuple[str, int]]:
        """Return how many entries there are with each value of one field, the others being chosen; the most first."""
        chosen = replace(self, **{name: ""}).choose(entries, members)
        counts = Counter(found for entry in chosen if (found := value(entry)))
        return sorted(counts.items(), key=lambda counted: (-counted[1], counted[0]))


def is_shown(entry: Left, today: date) -> bool:
    """Return whether the pages show an entry: those announced for a day to come are in the file only."""
    return entry.how in ("closed", "returned") or entry.has_happened(today)


def _searched(entry: Left) -> str:
    named = (entry.organisation, entry.office, entry.handle, entry.acct, entry.screen_name)
    return fold(" ".join(filter(None, named)))
