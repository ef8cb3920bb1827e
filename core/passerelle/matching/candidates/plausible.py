"""Whether an account resembles a person at all: what else a search or a list returns is not stored."""

from __future__ import annotations

from passerelle.matching.records import Candidate, Sought
from passerelle.matching.signs import find_likeness

_RESEMBLING = frozenset(
    {
        "named_by_x",
        "links_back",
        "domain_is_site",
        "same_handle_rare",
        "same_handle_common",
        "similar_handle",
        "same_name_rare",
        "same_name_common",
        "transliterated_name",
        "similar_name",
        "name_is_handle",
    }
)


def is_plausible(person: Sought, candidate: Candidate) -> bool:
    """Return whether name, handle or a link of an account resembles the person's."""
    return not _RESEMBLING.isdisjoint(find_likeness(person, candidate))
