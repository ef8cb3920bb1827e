"""Sources of candidates: the requests each sends, to which server, how often, and how it reads the answers."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from passerelle.archive.records import Name, Owner
from passerelle.errors import NetworkError, ServerRefused
from passerelle.identifiers import Did, RestId, ScreenName, parse_acct
from passerelle.matching.candidates.appview import MAX_ACTORS
from passerelle.matching.candidates.handles import Handles, handle_variants
from passerelle.matching.candidates.neighbours import MAX_FOUND, MAX_PAGES, Neighbours
from passerelle.matching.candidates.search import Search
from passerelle.matching.candidates.servers import MAX_SERVERS, Servers, suggest_servers
from passerelle.matching.candidates.sources import ASK_AGAIN, Asked, Source, step
from passerelle.matching.records import Candidate, Proposal, Sought, find_sought, join_proposals
from passerelle.people.graph import FollowGraph, Person
from passerelle.transport import Request, Response

from tests.core.fakes import ACCOUNT, ME, NOW


def sought(number: int, name: str, display_name: str | None = None) -> Sought:
    """Make a person who is looked for."""
    return Sought(RestId(str(number)), (ScreenName(name),), display_name)


def actor(handle: str, name: str = "", **fields: Any) -> dict[str, Any]:
    """Make an account as the AppView shows it."""
    return {"did": f"did:plc:{handle.partition('.')[0]}", "handle": handle, "displayName": name, **fields}


def answer(status: int, body: Any) -> Response:
    return Response(status, {}, json.dumps(body).encode())


@dataclass
class Web:
    """Answers by the last part of the path, or by the whole URL; None is no answer at all."""

    answers: Mapping[str, Any]
    requests: list[Request] = field(default_factory=list)

    async def fetch(self, request: Request) -> Response:
        self.requests.append(request)
        url = urlsplit(request.url)
        found = self.answers.get(request.url, self.answers.get(url.path.rpartition("/")[2], answer(404, {})))
        found = found(parse_qs(url.query)) if callable(found) else found
        if found is None:
            raise NetworkError("No answer.")
        assert isinstance(found, Response)
        return found


def run(source: Source, web: Web, asked: Asked | None = None, steps: int = 1000) -> tuple[Asked, list[Proposal]]:
    """Run up to so many steps; return the state and all proposals."""

    async def all_steps() -> tuple[Asked, list[Proposal]]:
        state = asked or Asked()
        proposals: list[Proposal] = []
        for _ in range(steps):
            done = await step(source, state, NOW, web.fetch)
            if done is None:
                break
            state = done.asked
            proposals += done.proposals
        return state, proposals

    return asyncio.run(all_steps())


def profiles(*known: dict[str, Any]) -> Any:
    """Answer getProfiles with those accounts of the query that exist."""
    return lambda query: answer(200, {"profiles": [one for one in known if one["handle"] in query["actors"]]})


PEOPLE = [sought(number, f"person_{number}") for number in range(30)]


def test_handles_come_in_the_order_of_their_frequency() -> None:
    assert handle_variants(sought(1, "AdaNouvelle")) == ("adanouvelle.bsky.social", "adanouvelle.com")
    assert handle_variants(sought(1, "Ada_N_")) == ("ada-n.bsky.social", "adan.bsky.social")


def test_a_thousand_people_cost_a_hundred_requests_for_handles_at_most() -> None:
    people = [sought(number, f"person_{number}" if number % 3 else f"person{number}") for number in range(1000)]
    web = Web({"app.bsky.actor.getProfiles": profiles()})
    run(Handles(people), web)
    assert len(web.requests) <= 100


def test_the_website_and_the_named_account_are_tried_first() -> None:
    person = replace(sought(1, "ada"), named=frozenset({"ada.example.org"}), websites=("https://ada.name/",))
    assert handle_variants(person)[:2] == ("ada.example.org", "ada.name")


def test_handles_are_asked_in_batches_without_sign_in() -> None:
    web = Web({"app.bsky.actor.getProfiles": profiles(actor("person-3.bsky.social", "Three"))})
    _, proposals = run(Handles(PEOPLE), web)
    sizes = [len(parse_qs(urlsplit(request.url).query)["actors"]) for request in web.requests]
    assert max(sizes) <= MAX_ACTORS
    assert len(sizes) == 3
    assert {urlsplit(request.url).netloc for request in web.requests} == {"public.api.bsky.app"}
    assert [request.account for request in web.requests] == [None] * 3
    assert [(one.rest_id, one.candidate.display_name) for one in proposals] == [("3", "Three")]


def test_nothing_is_asked_again_within_a_month() -> None:
    web = Web({"app.bsky.actor.getProfiles": profiles()})
    state, _ = run(Handles(PEOPLE), web)
    before = len(web.requests)
    assert run(Handles(PEOPLE), web, state)[1] == []
    assert len(web.requests) == before
    assert state.fresh("handles", NOW + ASK_AGAIN) == frozenset()
    assert len(state.fresh("handles", NOW + ASK_AGAIN - timedelta(seconds=1))) == 30


def test_a_stopped_search_goes_on_where_it_was() -> None:
    web = Web({"app.bsky.actor.getProfiles": profiles()})
    state, _ = run(Handles(PEOPLE), web, steps=2)
    stored = Asked.model_validate_json(state.model_dump_json())
    run(Handles(PEOPLE), web, stored)
    asked = [one for request in web.requests for one in parse_qs(urlsplit(request.url).query)["actors"]]
    assert len(asked) == len(set(asked)) == sum(len(handle_variants(one)) for one in PEOPLE)


@pytest.mark.parametrize("fault", [None, answer(429, {}), answer(500, {})])
def test_a_fault_changes_nothing(fault: Response | None) -> None:
    web = Web({"app.bsky.actor.getProfiles": fault})
    with pytest.raises((NetworkError, ServerRefused)):
        run(Handles(PEOPLE), web)
    web.answers = {"app.bsky.actor.getProfiles": profiles(actor("person-0.bsky.social"))}
    assert len(run(Handles(PEOPLE), web)[1]) == 1


def test_a_search_is_sent_through_the_own_server_and_keeps_what_resembles() -> None:
    found = [actor("x.bsky.social", "Ada Nouvelle"), actor("y.bsky.social", "Ada Ancienne")]
    web = Web({"app.bsky.actor.searchActors": answer(200, {"actors": found})})
    _, proposals = run(Search([sought(1, "zzz9", "Ada Nouvelle 🦋"), sought(2, "nameless")], ACCOUNT), web)
    assert [one.candidate.address for one in proposals] == ["x.bsky.social"]
    assert [(one.account, one.url.partition("?")[0]) for one in web.requests] == [
        (ACCOUNT, "/xrpc/app.bsky.actor.searchActors")
    ]
    assert parse_qs(urlsplit(web.requests[0].url).query)["q"] == ["ada nouvelle"]


def test_a_closed_search_is_an_answer_and_is_not_asked_again() -> None:
    web = Web({"app.bsky.actor.searchActors": answer(403, {"error": "Forbidden"})})
    state, proposals = run(Search([sought(1, "ada", "Ada"), sought(2, "bob", "Bob")], ACCOUNT), web)
    assert (proposals, len(web.requests)) == ([], 1)
    assert state.is_closed("search", NOW)
    assert state.fresh("search", NOW) == frozenset()  # nothing is known about these people


def follows(*pages: Sequence[dict[str, Any]]) -> Any:
    """Answer getFollows page by page."""

    def page(query: Mapping[str, list[str]]) -> Response:
        number = int(query.get("cursor", ["0"])[0])
        more = {"cursor": str(number + 1)} if number + 1 < len(pages) else {}
        return answer(200, {"follows": pages[number], **more})

    return page


def test_a_name_among_the_follows_of_found_people_is_proposed() -> None:
    web = Web({"app.bsky.graph.getFollows": follows([actor("x.bsky.social", "Nouvelle, Ada"), actor("y.bsky.social")])})
    found = [Did("did:plc:one"), Did("did:plc:two")]
    _, proposals = run(Neighbours([sought(1, "zzz9", "Ada Nouvelle")], found), web)
    (candidate,) = join_proposals(proposals)[RestId("1")]
    assert candidate.followed_by == frozenset(found)
    assert all("zzz9" not in request.url and "Ada" not in request.url for request in web.requests)


def test_similar_names_among_follows_meet_at_their_rare_word() -> None:
    web = Web({"app.bsky.graph.getFollows": follows([actor("cm.bsky.social", "Chris Quackenbush")])})
    _, proposals = run(Neighbours([sought(1, "zzz9", "Christopher Quackenbush")], [Did("did:plc:one")]), web)
    assert len(proposals) == 1


def test_long_lists_of_follows_are_read_page_by_page_up_to_a_limit() -> None:
    web = Web({"app.bsky.graph.getFollows": follows(*[[] for _ in range(50)])})
    source = Neighbours(PEOPLE, [Did("did:plc:one")])
    half, _ = run(source, web, steps=4)
    assert half.reading["did:plc:one"].pages == 4
    done, _ = run(source, web, half)
    assert len(web.requests) == MAX_PAGES
    assert done.reading == {}


def test_the_follows_of_so_many_found_people_are_read() -> None:
    web = Web({"app.bsky.graph.getFollows": follows([])})
    run(Neighbours([], [Did(f"did:plc:found{number}") for number in range(MAX_FOUND + 5)]), web)
    assert len(web.requests) == MAX_FOUND


def test_a_deleted_neighbour_is_skipped() -> None:
    web = Web({"app.bsky.graph.getFollows": answer(400, {"error": "InvalidRequest"})})
    state, proposals = run(Neighbours(PEOPLE, [Did("did:plc:gone")]), web)
    assert proposals == []
    assert state.fresh("neighbours", NOW) == {"did:plc:gone"}


def finger(name: str, **actor_fields: Any) -> dict[str, Any]:
    """Answer for a fediverse server social.example.org where `name` exists."""
    href = f"https://social.example.org/users/{name}"
    link = {"rel": "self", "type": "application/activity+json", "href": href}
    body = {"subject": f"acct:{name}@social.example.org", "links": [link]}

    def webfinger(query: Mapping[str, list[str]]) -> Response:
        return answer(200, body) if query["resource"] == [f"acct:{name}@social.example.org"] else answer(404, {})

    return {"webfinger": webfinger, href: answer(200, {"name": "Ada", **actor_fields})}


def test_webfinger_finds_the_same_name_on_a_suggested_server() -> None:
    web = Web(finger("ada", summary="<p>x.com/ada</p>"))
    _, proposals = run(Servers([sought(1, "ada"), sought(2, "bob")], ["social.example.org"], "random"), web)
    assert [(one.rest_id, one.candidate.address, one.candidate.description) for one in proposals] == [
        ("1", "ada@social.example.org", "x.com/ada")
    ]


def test_a_catch_all_server_proves_nothing() -> None:
    body = {"links": [{"rel": "self", "type": "application/activity+json", "href": "https://social.example.org/a"}]}
    web = Web({"webfinger": answer(200, body)})
    _, proposals = run(Servers([sought(1, "ada"), sought(2, "bob")], ["social.example.org"], "random"), web)
    assert proposals == []
    assert sum("random" in request.url for request in web.requests) == 1


def test_an_account_that_asks_not_to_be_found_is_not_proposed() -> None:
    web = Web(finger("ada", discoverable=False))
    assert run(Servers([sought(1, "ada")], ["social.example.org"], "random"), web)[1] == []


def test_servers_are_asked_from_the_most_likely_and_few_of_them() -> None:
    known = [parse_acct(text) for text in ("a@big.example.org", "b@big.example.org", "c@small.example.org")]
    servers = suggest_servers("own.example.org", ["hint.example.org", "localhost"], known)
    assert servers == ("own.example.org", "hint.example.org", "big.example.org", "small.example.org")
    web = Web({})
    run(Servers([sought(1, "ada")], servers, "random"), web)
    assert [urlsplit(request.url).hostname for request in web.requests] == list(servers[:MAX_SERVERS])


def person(number: int, **flags: bool) -> Person:
    name = Name(ScreenName(f"p{number}"), f"P {number}", NOW, "page")
    given = {"following": True, "followed_by": False, "blocked": False, "muted": False, **flags}
    return Person(RestId(str(number)), name, (), **given)


def test_nothing_is_asked_about_blocked_muted_unnamed_or_found_people() -> None:
    people = [
        person(1),
        person(2, blocked=True),
        person(3, muted=True),
        replace(person(4), name=None),
        person(5),
        person(6, following=False),
        person(7, following=False, followed_by=True),
        person(8),
    ]
    graph = FollowGraph(Owner(RestId("8"), None, None), {one.rest_id: one for one in people})
    asked = find_sought(graph, frozenset({RestId("5")}), {}, {})
    assert [one.rest_id for one in asked] == ["1", "7"]


def test_an_account_from_two_sources_is_one_candidate() -> None:
    one = Candidate("bluesky", "a.bsky.social", Did("did:plc:a"), posts=0, followed_by=frozenset({Did("did:plc:x")}))
    two = Candidate("bluesky", "a.bsky.social", Did("did:plc:a"), display_name="A", followed_by=frozenset({ME}))
    joined = join_proposals([Proposal(RestId("1"), one, "handles"), Proposal(RestId("1"), two, "neighbours")])
    (both,) = joined[RestId("1")]
    assert (both.posts, both.display_name) == (0, "A")
    assert both.followed_by == {"did:plc:x", ME}


def test_unusable_accounts_in_an_answer_are_left_out() -> None:
    strange: list[Any] = [
        None,
        7,
        {"did": "x", "handle": "y"},
        actor("person-1.bsky.social", labels=[{"val": 7}, None]),
    ]
    web = Web({"app.bsky.actor.getProfiles": answer(200, {"profiles": strange})})
    assert [one.candidate.address for one in run(Handles(PEOPLE[:3]), web)[1]] == ["person-1.bsky.social"]
