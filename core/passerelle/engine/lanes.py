"""Keep guesses and the counts of the lanes up to date, and store what the person answers about a guess."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from passerelle.directory import Kind, Row, RowLookup
from passerelle.engine.environment import Environment
from passerelle.engine.progress import Progress
from passerelle.engine.repository import Repository
from passerelle.engine.storage import Change, Put
from passerelle.engine.views import OfferView
from passerelle.identifiers import RestId, ScreenName
from passerelle.matching.candidates.appview import MAX_ACTORS
from passerelle.matching.candidates.handles import handle_variants
from passerelle.matching.candidates.neighbours import is_circle_known
from passerelle.matching.departed import DepartedView, find_departed
from passerelle.matching.growth import add_day, count_places
from passerelle.matching.guesses import AskedPerson, GuessView, candidates_of, make_guess
from passerelle.matching.lane_counts import count_lanes, is_found
from passerelle.matching.names import search_words
from passerelle.matching.records import Candidate, Sought, find_sought
from passerelle.matching.score import Scored, score_in_steps
from passerelle.matching.views import MatchView
from passerelle.people.graph import FollowGraph

# States of a source that was asked, or is not going to be.
ENDED = frozenset({"done", "closed", "skipped"})


class Lanes:
    """What is shown of people without a certain account; matching calls this whenever something has changed."""

    def __init__(self, environment: Environment, repository: Repository) -> None:
        self._environment = environment
        self._repository = repository
        self._kinds: dict[str, Kind] = {}

    async def sought(self, *, followers: bool) -> list[Sought]:
        """Return the people to look for, mutuals first: named, without an account here, neither blocked nor muted."""
        graph = await self._repository.graph()
        if graph is None:
            return []
        views, hints = await self._repository.views(), await self._repository.hints()
        found = frozenset(RestId(rest_id) for rest_id, view in views.items() if is_found(view))
        people = find_sought(graph, found, await self._repository.words(), hints)
        wanted = (one for one in people if followers or graph.people[one.rest_id].following)
        return sorted(wanted, key=lambda one: not _is_mutual(graph, one))

    async def store(self, progress: Progress) -> None:
        """Score all candidates again; store guesses, lanes and the offer to search."""
        before = await self._repository.guesses()
        guesses = await self._guess(progress, before)
        offer = await self._offer(progress)
        async with self._repository.changing():
            stored = self._repository.put_guesses(guesses, before)
            await self._repository.write([*stored, *await self.counts(), offer])

    async def counts(self) -> list[Change]:
        """Return what to store of the lanes' counts and of today's; nothing before there is a graph."""
        graph = await self._repository.graph()
        if graph is None:
            return []
        views, guesses = await self._repository.views(), await self._repository.guesses()
        await self._learn_kinds()
        today = self._environment.now().date()
        found = frozenset(rest_id for rest_id, view in views.items() if is_found(view))
        departed = find_departed(graph, found, self._environment.departures(), today)
        likely = [guess.rest_id for guess in guesses.values() if guess.is_likely]
        lanes = count_lanes(graph, views, frozenset(likely), self._kinds, departed, today)
        return [Put("state", "lanes", lanes.model_dump(mode="json")), *await self._growth(graph, views, departed)]

    async def _growth(
        self, graph: FollowGraph, views: Mapping[str, MatchView], departed: Sequence[DepartedView]
    ) -> list[Change]:
        """Return what to store of today's counts; nothing where they stand already."""
        left = frozenset(one.rest_id for one in departed)
        counts = count_places(graph, views, left, self._environment.now().date())
        before = await self._repository.growth()
        after = add_day(before, graph.owner.rest_id, counts)
        return [] if after == before else [Put("state", "growth", after.model_dump(mode="json"))]

    async def _guess(self, progress: Progress, before: Mapping[str, GuessView]) -> dict[str, GuessView]:
        graph, asked = await self._repository.graph(), await self._repository.asked()
        if graph is None or not asked:
            return {}
        rejected = await self._rejected()
        people = [one for one in await self.sought(followers=True) if one.rest_id in asked]
        candidates = {
            one.rest_id: candidates_of(asked[one.rest_id], rejected.get(one.rest_id, frozenset())) for one in people
        }
        scored = await self._score(people, candidates, progress)
        guesses = (_guess(one, scored[one.rest_id], asked[one.rest_id], before, graph) for one in people)
        return {guess.rest_id: guess for guess in guesses if guess}

    async def _score(
        self, people: list[Sought], candidates: Mapping[RestId, tuple[Candidate, ...]], progress: Progress
    ) -> Mapping[RestId, list[Scored]]:
        search = await self._repository.search()
        is_signed_in = search is not None and search.account is not None
        lists = sum(one.at is not None for one in (await self._repository.asked_lists()).values())
        steps = score_in_steps(
            people,
            candidates,
            self._environment.now(),
            is_signed_in=is_signed_in,
            is_circle_known=is_circle_known(lists, len(people)),
            is_complete=lists > 0 and search is not None and all(one.state in ENDED for one in search.sources),
        )
        return await progress.run(steps, lambda done: ("matching", done, len(people)))

    async def _rejected(self) -> dict[str, frozenset[str]]:
        """Return the dids and addresses that the person rejected, by rest_id."""
        rejected: dict[str, frozenset[str]] = {}
        for key, decision in (await self._repository.decisions()).items():
            if decision == "rejected":
                rest_id, _, name = key.split(" ", 2)
                rejected[rest_id] = rejected.get(rest_id, frozenset()) | {name}
        return rejected

    async def _learn_kinds(self) -> None:
        matches, people = await self._repository.views(), await self._repository.graph()
        unknown = [view for rest_id, view in matches.items() if view.row_id and rest_id not in self._kinds]
        if not unknown or people is None:
            return
        known = (people.people.get(RestId(view.rest_id)) for view in unknown)
        lookups = await self._repository.rows_about(person for person in known if person)
        for view in unknown:
            rows = (row for lookup in lookups for row in _rows_of(view, lookup))
            self._kinds[view.rest_id] = next((row.kind for row in rows if row.row_id == view.row_id), "other")

    def learn_kind(self, rest_id: str, kind: Kind | None) -> None:
        """Remember of what kind a person's row is, so that it need not be read again."""
        if kind:
            self._kinds[rest_id] = kind
        else:
            self._kinds.pop(rest_id, None)

    async def _offer(self, progress: Progress) -> Change:
        """Return what the button would send, to be said before it is pressed."""
        people = await self.sought(followers=False)
        asked = await self._repository.asked()
        open_people = [one for one in people if "handles" not in asked.get(one.rest_id, AskedPerson()).asked]
        handles = 0
        for one in open_people:
            handles += len(handle_variants(one))
            await progress.yield_if_due()
        views = await self._repository.views()
        dids = {account.did for view in views.values() if is_found(view) for account in view.accounts if account.did}
        offer = OfferView(
            people=len(people),
            asked=len(people) - len(open_people),
            handles=handles,
            batches=-(-handles // MAX_ACTORS),
            names=sum(bool(search_words(one.display_name or "")) for one in people),
            friends=len(dids),
        )
        return Put("state", "offer", offer.model_dump(mode="json"))


def _guess(
    person: Sought, scored: list[Scored], record: AskedPerson, before: Mapping[str, GuessView], graph: FollowGraph
) -> GuessView | None:
    known, one = before.get(person.rest_id), graph.people[person.rest_id]
    return make_guess(
        person,
        scored,
        (one.following, one.followed_by),
        is_unsure=known.is_unsure if known else False,
        is_alone=record.is_alone,
    )


def _rows_of(view: MatchView, lookup: RowLookup) -> tuple[Row, ...]:
    """Return the rows with a person's id or newest name."""
    name = ScreenName(view.screen_name) if view.screen_name else None
    return (*lookup.find_by_id(RestId(view.rest_id)), *(lookup.find_by_name(name) if name else ()))


def _is_mutual(graph: FollowGraph, one: Sought) -> bool:
    person = graph.people[one.rest_id]
    return person.following and person.followed_by
