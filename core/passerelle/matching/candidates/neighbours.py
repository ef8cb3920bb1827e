"""Source: the accounts that people already found follow on Bluesky, compared with the names still missing.

Friends know each other: a name among the follows of three found people is far better than the same name among all
accounts. Nothing is sent about the missing people: a request names an account that was found.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace

from passerelle.identifiers import Did, RestId
from passerelle.matching.candidates.appview import follows_request, read_candidates, read_cursor
from passerelle.matching.candidates.plausible import is_plausible
from passerelle.matching.candidates.sources import Answer, Reading, Task
from passerelle.matching.names import key_of, name_forms, own_part
from passerelle.matching.rarity import share_of
from passerelle.matching.records import Candidate, Proposal, Sought, SourceName
from passerelle.transport import Fetch

# Pages of 100 that are read of one person's follows; more than a thousand follows says little about friendship.
MAX_PAGES = 10
# People whose follows are read; most follow fewer than 300 accounts, so about 1,000 requests (docs/reach.md).
MAX_FOUND = 500
# Lists read for each person looked for, from which "followed by none of them" says something. By hand: where weights
# are fitted it is 0.2; where few have an account (docs/reach.md, 90 %) it is 0.04, and too few friends could be asked.
LISTS_PER_PERSON = 0.1
LEAST_LISTS = 25  # by hand
_RARE_WORD = 1e-4  # share of people up to which one equal word of two names is worth a comparison; by hand
_LEAST_WORD = 4  # letters of such a word


def is_circle_known(lists_read: int, people: int) -> bool:
    """Return whether so many follows were read, for so many people looked for, that a missing one is a sign."""
    return lists_read >= max(LEAST_LISTS, people * LISTS_PER_PERSON)


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The source: `found` are the accounts whose follows are read, `people` those who are missing."""

    people: Sequence[Sought]
    found: Sequence[Did]
    name: SourceName = "neighbours"
    _index: dict[str, list[Sought]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        index: dict[str, list[Sought]] = {}
        for person in self.people:
            for key in dict.fromkeys(_keys_of_person(person)):
                index.setdefault(key, []).append(person)
        object.__setattr__(self, "_index", index)

    def next_task(self, asked: Set[str], reading: Mapping[str, Reading]) -> Task | None:
        """Return the next page of the first found account that was not read to the end."""
        did = next((one for one in self.found[:MAX_FOUND] if one not in asked), None)
        return Task((did,), (did,), reading.get(did)) if did else None

    async def ask(self, task: Task, fetch: Fetch) -> Answer:
        """Read one page of follows."""
        did, reading = Did(task.targets[0]), task.reading
        response = await fetch(follows_request(did, reading.cursor if reading else None))
        if response.status == 400:  # the account is gone or closed its lists
            return Answer(())
        proposals = tuple(self._proposals(did, read_candidates(response, "follows")))
        pages = reading.pages + 1 if reading else 1
        cursor = read_cursor(response) if pages < MAX_PAGES else None
        return Answer(proposals, Reading(cursor=cursor, pages=pages) if cursor else None)

    def _proposals(self, did: Did, follows: Sequence[Candidate]) -> Iterator[Proposal]:
        for one in follows:
            near = {person.rest_id: person for key in _keys(one) for person in self._index.get(key, ())}
            for rest_id, person in near.items():
                if is_plausible(person, one):
                    yield Proposal(RestId(rest_id), replace(one, followed_by=frozenset({did})), self.name)


def _keys_of_person(person: Sought) -> Iterator[str]:
    yield from _name_keys(person.display_name)
    yield from (f"@{key_of(name)}" for name in person.screen_names)


def _keys(candidate: Candidate) -> Iterator[str]:
    yield from _name_keys(candidate.display_name)
    yield f"@{key_of(own_part(candidate.address).partition('.')[0])}"


def _name_keys(name: str | None) -> Iterator[str]:
    """Yield the keys under which two names meet: all words, their Latin form, and each rare word."""
    forms = name_forms(name or "")
    if forms.words:
        yield f"={forms.joined}"
        yield f"~{forms.latin}"
    yield from (word for word in forms.words if len(word) >= _LEAST_WORD and share_of(word) <= _RARE_WORD)
