"""Source for the fediverse: WebFinger for `name@server`, on the servers that are likely for the person's circle.

Of 1,160 pairs, 63 % have their @name as username, on 171 servers of which 105 occur once: only the servers that hints,
the directory, people already found and the person's own account suggest are asked, the most likely first.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import Any

from passerelle.errors import InvalidIdentifier, NetworkError, ServerRefused
from passerelle.hosts import is_public_host
from passerelle.identifiers import Acct, RestId, parse_acct
from passerelle.matching.candidates.sources import Answer, Reading, Task
from passerelle.matching.records import Candidate, Proposal, Sought, SourceName
from passerelle.networks.fediverse.webfinger import ACTIVITY, read_webfinger, webfinger_request
from passerelle.networks.html import read_html
from passerelle.networks.profile import MAX_DESCRIPTION, bounded, read_document
from passerelle.text import clean_display_name, clean_paragraphs
from passerelle.transport import Fetch, Request

# Servers that are asked about one person. The three largest have half of the accounts on the servers that are known.
MAX_SERVERS = 3
_ABSENT = frozenset({"account_not_found"})


def suggest_servers(own: str | None, hinted: Iterable[str], accounts: Iterable[Acct]) -> tuple[str, ...]:
    """Return servers, the most likely first: that of the own account, those of hints, then by number of accounts."""
    counts: dict[str, int] = {}
    for acct in accounts:
        counts[acct.domain] = counts.get(acct.domain, 0) + 1
    by_size = sorted(counts, key=lambda host: (-counts[host], host))
    ordered = dict.fromkeys((*filter(None, [own]), *hinted, *by_size))
    return tuple(host for host in ordered if is_public_host(host))


@dataclass(frozen=True, slots=True)
class Servers:
    """The source: asks the first MAX_SERVERS of `servers` about each person, one request a step where they are unknown.

    `random_name` is a random username: a server that accepts it is a catch-all, and its answers prove nothing.
    """

    people: Sequence[Sought]
    servers: Sequence[str]
    random_name: str
    name: SourceName = "servers"
    _catch_all: dict[str, bool] = field(default_factory=dict, repr=False, compare=False)

    def next_task(self, asked: Set[str], reading: Mapping[str, Reading]) -> Task | None:
        """Return the next person and server."""
        pairs = (
            (f"{person.rest_id} {server}", acct)
            for person in self.people
            for server in self.servers[:MAX_SERVERS]
            if f"{person.rest_id} {server}" not in asked and (acct := _acct(person, server))
        )
        return next((Task((subject,), (str(acct),)) for subject, acct in pairs), None)

    async def ask(self, task: Task, fetch: Fetch) -> Answer:
        """Ask one server about one name, and read the profile where it is there."""
        fetch = bounded(fetch)
        acct = parse_acct(task.targets[0])
        try:
            found = read_webfinger(await fetch(webfinger_request(acct)), acct)
        except ServerRefused as error:
            if error.code not in _ABSENT:
                raise
            return Answer(())
        if await self._accepts_every_name(acct.domain, fetch):
            return Answer(())
        address = found.subject if found.subject.domain == acct.domain else acct
        candidate = read_actor(address, read_document(await fetch(Request("GET", found.actor, {"accept": ACTIVITY}))))
        rest_id = RestId(task.subjects[0].partition(" ")[0])
        return Answer((Proposal(rest_id, candidate, self.name),) if candidate else ())

    async def _accepts_every_name(self, host: str, fetch: Fetch) -> bool:
        if host not in self._catch_all:
            probe = Acct(self.random_name, host)
            try:
                read_webfinger(await fetch(webfinger_request(probe)), probe)
                self._catch_all[host] = True
            except (ServerRefused, NetworkError):
                self._catch_all[host] = False
        return self._catch_all[host]


def read_actor(acct: Acct, actor: Mapping[str, Any] | None) -> Candidate | None:
    """Return the candidate of an actor's document; None where its owner asks not to be found.

    `discoverable`: https://docs.joinmastodon.org/spec/activitypub/#discoverable
    """
    if actor is None or actor.get("discoverable") is False:
        return None
    summary = read_html(actor.get("summary"))
    fields = actor.get("attachment")
    links = (
        [read_html(one.get("value")) for one in fields if isinstance(one, Mapping)] if isinstance(fields, list) else []
    )
    return Candidate(
        network="fediverse",
        address=str(acct),
        display_name=clean_display_name(actor.get("name")),
        description=clean_paragraphs(summary.text, MAX_DESCRIPTION),
        websites=tuple(link for one in links for link in one.links),
    )


def _acct(person: Sought, server: str) -> Acct | None:
    try:
        return parse_acct(f"{person.screen_names[0]}@{server}") if person.screen_names else None
    except InvalidIdentifier:
        return None
