"""Source: actor search by display name, with the person's own sign-in.

Search without sign-in was closed after abuse, and a server may close it to others: 403 is an answer, not a fault.
https://github.com/bluesky-social/social-app/issues/8608 A sign-in by OAuth needs a permission for it, which the person
may give later: https://atproto.com/specs/permission
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass

from passerelle.errors import ServerRefused
from passerelle.identifiers import AccountId, RestId
from passerelle.matching.candidates.appview import read_candidates, search_request
from passerelle.matching.candidates.plausible import is_plausible
from passerelle.matching.candidates.sources import Answer, Reading, Task
from passerelle.matching.names import search_words
from passerelle.matching.records import Proposal, Sought, SourceName
from passerelle.networks.bluesky.answers import error_name
from passerelle.transport import Fetch

LIMIT = 25  # accounts of one answer, the default: app/bsky/actor/searchActors.json
FORBIDDEN = 403
# packages/oauth/oauth-scopes/src/scope-missing-error.ts of https://github.com/bluesky-social/atproto
SCOPE_MISSING = "ScopeMissingError"


@dataclass(frozen=True, slots=True)
class Search:
    """The source: one request a person, sent by `account`. For one row alone, `people` has one entry."""

    people: Sequence[Sought]
    account: AccountId
    name: SourceName = "search"

    def next_task(self, asked: Set[str], reading: Mapping[str, Reading]) -> Task | None:
        """Return the next person with a name to search by."""
        waiting = (one for one in self.people if one.rest_id not in asked)
        tasks = (Task((one.rest_id,), (words,)) for one in waiting if (words := search_words(one.display_name or "")))
        return next(tasks, None)

    async def ask(self, task: Task, fetch: Fetch) -> Answer:
        """Search, and keep what resembles the person. Raises ServerRefused("search_closed") without the permission."""
        response = await fetch(search_request(task.targets[0], self.account, LIMIT))
        if response.status == FORBIDDEN and error_name(response) == SCOPE_MISSING:
            raise ServerRefused("The sign-in does not allow to search for accounts.", code="search_closed")
        if response.status == FORBIDDEN:
            return Answer((), is_closed=True)
        found = read_candidates(response, "actors")
        person = next(one for one in self.people if one.rest_id == task.subjects[0])
        near = (one for one in found if is_plausible(person, one))
        return Answer(tuple(Proposal(RestId(person.rest_id), one, self.name) for one in near))
