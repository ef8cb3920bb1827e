"""Look for the people of a world with the core's own sources, and with the rule of Sky Follower Bridge beside it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from passerelle.identifiers import AccountId, Acct, Did, RestId, parse_acct
from passerelle.matching.candidates.handles import Handles
from passerelle.matching.candidates.neighbours import Neighbours, is_circle_known
from passerelle.matching.candidates.search import Search
from passerelle.matching.candidates.servers import Servers as ServerSource
from passerelle.matching.candidates.servers import suggest_servers
from passerelle.matching.candidates.sources import Answer, Reading, Source, Task
from passerelle.matching.guesses import POSSIBLE_FROM
from passerelle.matching.lanes import lane_of
from passerelle.matching.names import similarity
from passerelle.matching.records import Candidate, Proposal, Sought, join_proposals
from passerelle.matching.score import Scored, score, score_everyone
from passerelle.matching.weights import MODEL, Model

from tests.reach.servers import Servers
from tests.reach.world import NOW, XPerson

ME = AccountId("did:plc:meeeeeeeeeeeeeeeeeeeeeee")
RANDOM_NAME = "q7x9w2k4h8"
CHUNK = 200  # people given to a source at once: it looks through all of them for each task
SEARCHED = 3  # results that Sky Follower Bridge takes: src/lib/searchBskyUsers.ts
LABEL_FROM = 0.92  # its Jaro-Winkler limit: src/lib/bskyHelpers.ts

Results = Mapping[RestId, Sequence[Scored]]
# Answers of a world that is looked through several times, by source, subjects and cursor.
Answers = dict[tuple[str, tuple[str, ...], str], Answer]


@dataclass(frozen=True, slots=True)
class Looked:
    """The candidates of everyone, the requests of each source, and the accounts whose follows were read."""

    results: Results
    requests: Mapping[str, int]
    found: Sequence[Did]


async def look_for(
    people: Sequence[Sought],
    servers: Servers,
    known: Sequence[str],
    most_found: int,
    found: Sequence[Did] = (),
    *,
    model: Model = MODEL,
    answers: Answers | None = None,
) -> Looked:
    """Ask all sources in turn, as engine/candidates.py does: each about the people that are still unresolved.

    `known` are accts of the fediverse that a directory would have; `most_found`: people whose follows are read,
    the surest first, unless `found` names them. `answers` are filled, and used instead of the servers.
    """
    requests: Counter[str] = Counter()
    proposals: list[Proposal] = []

    async def ask(name: str, source: Source) -> None:
        before = servers.counts.total()
        proposals.extend(await exhaust(source, servers, answers))
        requests[name] += servers.counts.total() - before

    for some in _chunks(people):
        await ask("handles", Handles(some))
    found = found or _likely_dids(score_all(people, proposals, model))[:most_found]
    await ask("neighbours", Neighbours(people, found))
    for some in _chunks(_unresolved(people, proposals, model)):
        await ask("search", Search(some, ME))
    hosts = suggest_servers(None, (), map(_acct, known))
    for some in _chunks(_unresolved(people, proposals, model)):
        await ask("servers", ServerSource(some, hosts, RANDOM_NAME))
    is_known = is_circle_known(len(found), len(people))
    results = score_everyone(
        people, join_proposals(proposals), NOW, is_signed_in=True, is_circle_known=is_known, model=model
    )
    return Looked(results, requests, found)


def score_all(people: Sequence[Sought], proposals: Sequence[Proposal], model: Model = MODEL) -> Results:
    """Return the scored candidates of each person while sources are still asked."""
    joined = join_proposals(proposals)
    return {one.rest_id: score(one, joined.get(one.rest_id, ()), NOW, is_signed_in=True, model=model) for one in people}


async def find_baseline(person: Sought, servers: Servers) -> str | None:
    """Return the handle that Sky Follower Bridge proposes: handle search, then search by display name."""
    name = person.screen_names[0].lower()
    for words in (name, person.display_name or ""):
        servers.counts["baseline"] += 1
        for actor in servers.search(words, SEARCHED):
            is_impersonator = any(label["val"] == "impersonation" for label in actor.more.get("labels", ()))
            if not is_impersonator and _agrees(person, name, actor.handle, actor.display_name):
                return actor.handle
    return None


def _agrees(person: Sought, name: str, handle: str, display_name: str) -> bool:
    label = handle.partition(".")[0]
    is_handle = label in (name, name.replace("_", ""), name.replace("_", "-"))
    in_bio = handle in (person.bio or "").lower()
    is_name = bool(person.display_name) and display_name.lower() == (person.display_name or "").lower()
    return in_bio or is_handle or similarity(name.replace("_", ""), label) > LABEL_FROM or is_name


async def exhaust(source: Source, servers: Servers, answers: Answers | None = None) -> list[Proposal]:
    """Run a source to its end."""
    asked: set[str] = set()
    reading: dict[str, Reading] = {}
    proposals: list[Proposal] = []
    while task := source.next_task(asked, reading):
        answer = await _ask(source, task, servers, answers)
        proposals += answer.proposals
        if answer.reading:
            reading = dict.fromkeys(task.subjects, answer.reading)
        else:
            asked.update(task.subjects)
    return proposals


async def _ask(source: Source, task: Task, servers: Servers, answers: Answers | None) -> Answer:
    key = (source.name, task.subjects, task.reading.cursor if task.reading else "")
    if answers is not None and key in answers:
        return answers[key]
    answer = await source.ask(task, servers.fetch)
    if answers is not None:
        answers[key] = answer
    return answer


def _unresolved(people: Sequence[Sought], proposals: Sequence[Proposal], model: Model) -> list[Sought]:
    results = score_all(people, proposals, model)
    return [one for one in people if lane_of(results[one.rest_id]) == "none"]


def _likely_dids(results: Results) -> list[Did]:
    best = [scored[0] for scored in results.values() if scored and scored[0].probability >= POSSIBLE_FROM]
    return [did for one in sorted(best, key=lambda one: -one.raw) if (did := one.candidate.did)]


def _chunks(people: Sequence[Sought]) -> Iterator[Sequence[Sought]]:
    return (people[start : start + CHUNK] for start in range(0, len(people), CHUNK))


def _acct(text: str) -> Acct:
    return parse_acct(text)


def is_theirs(person: XPerson, candidate: Candidate) -> bool:
    """Return whether an account is one of a person's own."""
    return candidate.address.lower() in person.accounts
