"""The AppView stand-in answers as the lexicons say (the models of `atproto` are the oracle), with their limits."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import urlencode

import pytest
from atproto_client import models

from tests.world.appview import Accounts, Actor, Followed, PdsAccounts, appview
from tests.world.pds import HANDLES, HOSTNAME, Pds, Plc
from tests.world.residents import invented_did
from tests.world.sites import APPVIEW
from tests.world.world import Answer, Ask, proxy

ADA, BEA, CLEO = (
    Actor(invented_did(name), f"{name}.example.org", name.title(), f"I am {name}") for name in ("ada", "bea", "cleo")
)
MANY = [Actor(invented_did(str(number)), f"n{number}.example.org") for number in range(120)]
NOT_THERE = invented_did("not there")


class InMemory:
    """Accounts in which Ada follows everybody, a deleted account among them, and Bea follows Ada."""

    actors = (ADA, BEA, CLEO, *MANY)

    def find(self, identifier: str) -> Actor | None:
        return next((one for one in self.actors if identifier in (one.did, one.handle)), None)

    def all(self) -> Iterator[Actor]:
        return iter(self.actors)

    def follows(self, did: str) -> Sequence[Followed]:
        subjects = {ADA.did: [BEA.did, NOT_THERE, *(one.did for one in MANY)], BEA.did: [ADA.did]}.get(did, [])
        return [Followed(f"at://{did}/app.bsky.graph.follow/{at}", subject) for at, subject in enumerate(subjects)]


def ask(method: str, query: Sequence[tuple[str, str]], accounts: Accounts | None = None) -> Answer:
    path = f"/xrpc/{method}?{urlencode(query)}"
    return appview(accounts or InMemory())(Ask(APPVIEW, "GET", path, (), b""))


def read(method: str, *query: tuple[str, str], accounts: Accounts | None = None) -> Any:
    """Return a successful answer, checked against the lexicon's model."""
    answer = ask(method, query, accounts)
    assert answer.status == 200, answer.body
    name = "".join(part[:1].upper() + part[1:] for part in method.split("."))
    body = json.loads(answer.body)
    getattr(models, name).Response.model_validate(body)
    return body


def refusal(method: str, *query: tuple[str, str]) -> str:
    answer = ask(method, query)
    assert answer.status == 400
    assert dict(answer.headers)["Access-Control-Allow-Origin"] == "*"
    return str(json.loads(answer.body)["error"])


def each(name: str, actors: Sequence[Actor]) -> list[tuple[str, str]]:
    return [(name, one.did) for one in actors]


def test_profiles_are_given_by_did_or_handle_and_missing_ones_are_left_out() -> None:
    asked = [("actors", ADA.did), ("actors", BEA.handle), ("actors", NOT_THERE), ("actors", "gone.example.org")]
    profiles = read("app.bsky.actor.getProfiles", *asked)["profiles"]
    assert [(one["did"], one["handle"], one["displayName"]) for one in profiles] == [
        (ADA.did, "ada.example.org", "Ada"),
        (BEA.did, "bea.example.org", "Bea"),
    ]


@pytest.mark.parametrize(
    ("method", "name", "most", "more"),
    [
        ("app.bsky.actor.getProfiles", "actors", 25, ()),
        ("app.bsky.graph.getRelationships", "others", 30, (("actor", ADA.did),)),
    ],
)
def test_a_request_names_no_more_accounts_than_allowed(
    method: str, name: str, most: int, more: tuple[tuple[str, str], ...]
) -> None:
    read(method, *more, *each(name, MANY[:most]))
    assert refusal(method, *more, *each(name, MANY[: most + 1])) == "InvalidRequest"


def test_relationships_name_the_follow_records_of_both_sides() -> None:
    asked = [("actor", ADA.did), *each("others", [BEA, CLEO])]
    bea, cleo = read("app.bsky.graph.getRelationships", *asked)["relationships"]
    assert bea["following"] == f"at://{ADA.did}/app.bsky.graph.follow/0"
    assert bea["followedBy"] == f"at://{BEA.did}/app.bsky.graph.follow/0"
    assert cleo == {"$type": "app.bsky.graph.defs#relationship", "did": CLEO.did}


def test_relationships_name_no_record_of_unknown_accounts_and_of_handles() -> None:
    asked = [("actor", ADA.did), ("others", NOT_THERE), ("others", BEA.handle)]
    found = read("app.bsky.graph.getRelationships", *asked)["relationships"]
    assert found == [{"$type": "app.bsky.graph.defs#relationship", "did": one} for one in (NOT_THERE, BEA.handle)]


def test_follows_come_in_pages_without_accounts_that_are_gone() -> None:
    found: list[str] = []
    pages, cursor = 0, ""
    while True:
        answer = read("app.bsky.graph.getFollows", ("actor", ADA.did), ("limit", "100"), ("cursor", cursor))
        assert answer["subject"]["did"] == ADA.did
        found += [one["did"] for one in answer["follows"]]
        pages += 1
        if not (cursor := answer.get("cursor", "")):
            break
    assert (pages, found) == (2, [BEA.did, *(one.did for one in MANY)])
    for limit in ("0", "101", "x"):
        assert refusal("app.bsky.graph.getFollows", ("actor", ADA.did), ("limit", limit)) == "InvalidRequest"
    assert refusal("app.bsky.graph.getFollows", ("actor", NOT_THERE)) == "InvalidRequest"


def test_people_are_searched_by_handle_and_name() -> None:
    assert [one["did"] for one in read("app.bsky.actor.searchActors", ("q", "ADA"))["actors"]] == [ADA.did]
    many = read("app.bsky.actor.searchActors", ("q", "example.org"))
    assert (len(many["actors"]), bool(many["cursor"])) == (25, True)
    assert read("app.bsky.actor.searchActors", ("q", "absent"))["actors"] == []


def test_a_handle_is_resolved_or_refused() -> None:
    assert read("com.atproto.identity.resolveHandle", ("handle", ADA.handle)) == {"did": ADA.did}
    for handle in (NOT_THERE, ADA.did, "gone.example.org"):
        assert refusal("com.atproto.identity.resolveHandle", ("handle", handle)) == "InvalidRequest"
    assert refusal("app.bsky.actor.getProfile", ("actor", NOT_THERE)) == "InvalidRequest"


def test_other_methods_are_not_implemented() -> None:
    assert ask("app.bsky.feed.getTimeline", ()).status == 501


def test_it_reads_the_accounts_and_follows_of_a_real_pds(plc: Plc, pds: Pds) -> None:
    ann, ben, gone = (pds.create_account(f"appview-{name}") for name in ("ann", "ben", "gone"))
    pds.write_profile(ann, {"displayName": "Ann"})
    pds.follow(ann, ben.did)
    pds.follow(ann, gone.did)
    pds.deactivate(gone)
    accounts = PdsAccounts(proxy(lambda: pds.port), HOSTNAME, HANDLES)

    asked = [("actors", ann.handle), ("actors", gone.did)]
    assert read("app.bsky.actor.getProfiles", *asked, accounts=accounts)["profiles"] == [
        {"did": ann.did, "handle": ann.handle, "displayName": "Ann"}
    ]
    follows = read("app.bsky.graph.getFollows", ("actor", ann.did), accounts=accounts)["follows"]
    assert [one["did"] for one in follows] == [ben.did]
    assert [one["did"] for one in read("app.bsky.actor.searchActors", ("q", "Ann"), accounts=accounts)["actors"]] == [
        ann.did
    ]
    resolved = read("com.atproto.identity.resolveHandle", ("handle", ben.handle), accounts=accounts)
    assert resolved == {"did": ben.did}


@pytest.fixture(scope="module")
def plc() -> Iterator[Plc]:
    with Plc() as running:
        yield running


@pytest.fixture(scope="module")
def pds(plc: Plc, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pds]:
    with Pds(plc, tmp_path_factory.mktemp("pds")) as running:
        yield running
