"""Followed accounts whose name is that of an organisation that has left X, while no account elsewhere is known.

Sources of departures name the organisation and no account on X, so this is by name, and said so.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date

from passerelle.directory.departures import Departed
from passerelle.matching.names import key_of, latin_key, name_forms
from passerelle.people.graph import FollowGraph, Person
from passerelle.view import View

# Words of a name: an account that has one word as its name may be anyone's, unless its @name holds that word, too.
_CLEAR_WORDS = 2


class DepartedView(View):
    """A followed account, and the organisation of the same name that left X on `date`, as `source` states."""

    rest_id: str
    screen_name: str
    organisation: str
    date: str
    source: str
    url: str | None


def find_departed(
    graph: FollowGraph, found: Collection[str], departures: Iterable[Departed], today: date
) -> list[DepartedView]:
    """Return followed people by the name of an organisation that has left, without those in `found` (rest_ids)."""
    by_name = {name_forms(one.organisation).words: one for one in departures if one.day <= today}
    people = (one for one in graph.people.values() if one.following and one.rest_id not in found)
    return list(_matched((one for one in people if not graph.is_closed_to(one.rest_id)), by_name))


def _matched(people: Iterable[Person], by_name: Mapping[tuple[str, ...], Departed]) -> Iterator[DepartedView]:
    for person in people:
        if person.name is None or not person.name.display_name:
            continue
        departed = by_name.get(name_forms(person.name.display_name).words)
        if departed and _is_clear(person.name.screen_name, departed.organisation):
            yield DepartedView(
                rest_id=person.rest_id,
                screen_name=person.name.screen_name,
                organisation=departed.organisation,
                date=departed.day.isoformat(),
                source=departed.source,
                url=departed.url,
            )


def _is_clear(screen_name: str, organisation: str) -> bool:
    words, key = name_forms(organisation).words, latin_key(organisation)
    return len(words) >= _CLEAR_WORDS or bool(key and key in key_of(screen_name))
