"""Source: handles that people with this @name usually have, resolved in batches through the public AppView.

Of 2,317 pairs of X and Bluesky accounts, the handle is the @name on bsky.social for 36 %; of the 35 % of @names with an
underscore, which handles cannot have, 20 % write a dash and 25 % drop it; 5 % have name.com. Handles that spell the
display name (3 %) are left to the search: with two guesses a person, 1,000 people cost fewer than 100 requests.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import islice

from passerelle.errors import InvalidIdentifier
from passerelle.identifiers import Handle, RestId, parse_handle
from passerelle.matching.candidates.appview import MAX_ACTORS, profiles_request, read_candidates
from passerelle.matching.candidates.sources import Answer, Reading, Task
from passerelle.matching.names import key_of
from passerelle.matching.records import Proposal, Sought, SourceName
from passerelle.matching.signs import own_sites
from passerelle.transport import Fetch

USUAL_SUFFIX = "bsky.social"
MAX_GUESSES = 2  # handles made from one @name
MAX_STATED = 3  # handles that the X profile itself names, or that are its website


def handle_variants(person: Sought) -> tuple[Handle, ...]:
    """Return the handles to try for a person: what X states, then the most frequent form first.

    >>> from passerelle.identifiers import RestId, ScreenName
    >>> handle_variants(Sought(RestId("1"), (ScreenName("Ada_L"),)))
    ('ada-l.bsky.social', 'adal.bsky.social')
    """
    stated = islice(filter(None, map(_usable, _stated(person))), MAX_STATED)
    guesses = dict.fromkeys(filter(None, map(_usable, _guesses(person))))
    return tuple(dict.fromkeys((*stated, *islice(guesses, MAX_GUESSES))))


@dataclass(frozen=True, slots=True)
class Handles:
    """The source: `people` are asked about in their order."""

    people: Sequence[Sought]
    name: SourceName = "handles"

    def next_task(self, asked: Set[str], reading: Mapping[str, Reading]) -> Task | None:
        """Return the next people whose handles fill one request."""
        subjects: list[str] = []
        targets: list[str] = []
        for person in self.people:
            if person.rest_id in asked:
                continue
            variants = handle_variants(person)
            if len(targets) + len(variants) > MAX_ACTORS:
                break
            subjects.append(person.rest_id)
            targets += variants
        return Task(tuple(subjects), tuple(dict.fromkeys(targets))) if subjects else None

    async def ask(self, task: Task, fetch: Fetch) -> Answer:
        """Resolve the handles; those that do not exist are missing from the answer."""
        if not task.targets:
            return Answer(())
        found = read_candidates(await fetch(profiles_request(map(Handle, task.targets))), "profiles")
        by_handle = {one.address: one for one in found}
        asked = [one for one in self.people if one.rest_id in frozenset(task.subjects)]
        pairs = ((RestId(one.rest_id), by_handle.get(handle)) for one in asked for handle in handle_variants(one))
        return Answer(tuple(Proposal(rest_id, one, self.name) for rest_id, one in pairs if one))


def _stated(person: Sought) -> Iterator[str]:
    yield from (address for address in sorted(person.named) if "@" not in address and not address.startswith("did:"))
    yield from sorted(own_sites(person.websites))


def _guesses(person: Sought) -> Iterator[str]:
    for name in person.screen_names[:1]:
        bare = name.strip("_")
        yield f"{bare.replace('_', '-')}.{USUAL_SUFFIX}"
        yield f"{bare.replace('_', '')}.{USUAL_SUFFIX}"
        yield f"{key_of(name)}.com"


def _usable(text: str) -> Handle | None:
    try:
        return parse_handle(text)
    except InvalidIdentifier:
        return None
