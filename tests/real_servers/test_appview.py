"""The AppView stand-in answers the same requests as the real AppView does, over the accounts of the same PDS."""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest

from tests.world.appview import PdsAccounts, appview
from tests.world.network import Postgres, RealNetwork, is_installed
from tests.world.residents import invented_did
from tests.world.sites import APPVIEW
from tests.world.world import Ask, Site, proxy

pytestmark = [
    pytest.mark.soak,
    pytest.mark.skipif(not is_installed(), reason="needs PostgreSQL and tests/world/network/node_modules"),
]

NAMES = ("ann", "ben", "cleo", *(f"more{number}" for number in range(30)))
INDEXED_SECONDS = 30.0
NOT_THERE = invented_did("not there")
Query = Sequence[tuple[str, str]]


class Both:
    """The stand-in and the real AppView, and the dids of the accounts that both know."""

    def __init__(self, network: RealNetwork, dids: Mapping[str, str]) -> None:
        self.dids = dids
        self._real: Site = proxy(lambda: network.appview)
        self._stand_in = appview(PdsAccounts(proxy(lambda: network.pds), "localhost", ".test"))

    def ask(self, method: str, query: Query) -> tuple[Any, Any]:
        """Return status and body of the stand-in, and of the real one as far as the stand-in's fields go."""
        request = Ask(APPVIEW, "GET", f"/xrpc/{method}?{urlencode(query)}", (), b"")
        ours, theirs = self._stand_in(request), self._real(request)
        body = json.loads(ours.body)
        return (ours.status, body), (theirs.status, _like(json.loads(theirs.body), body))


def _like(real: Any, ours: Any) -> Any:
    """Return `real` with only the fields that `ours` has; messages for people are not compared."""
    if isinstance(real, dict) and isinstance(ours, dict):
        return {name: _like(real.get(name), value) for name, value in ours.items()}
    if isinstance(real, list) and isinstance(ours, list) and len(real) == len(ours):
        return [_like(one, other) for one, other in zip(real, ours, strict=True)]
    return real


@pytest.fixture(scope="module")
def both() -> Iterator[Both]:
    # Short, since a socket's path has 107 bytes at most; not pytest's folder, which the database's user cannot reach.
    with (
        tempfile.TemporaryDirectory(prefix="passerelle-") as folder,
        Postgres(Path(folder)) as postgres,
        RealNetwork(postgres) as network,
    ):
        with httpx.Client(base_url=f"http://127.0.0.1:{network.pds}/xrpc/", timeout=30, trust_env=False) as http:
            made = {name: _create(http, name) for name in NAMES}
            dids = {name: account["did"] for name, account in made.items()}
            subjects = [dids[name] for name in NAMES[1:]]
            _follow(http, made["ann"], [*subjects, NOT_THERE])
            _follow(http, made["ben"], [dids["ann"]])
        ready = Both(network, dids)
        _await_index(ready)
        yield ready


def _create(http: httpx.Client, name: str) -> dict[str, Any]:
    body = {"handle": f"{name}.test", "email": f"{name}@mail.example", "password": "correct horse"}
    made: dict[str, Any] = _post(http, "com.atproto.server.createAccount", body, None)
    record = {"$type": "app.bsky.actor.profile", "displayName": name.title()}
    put = {"repo": made["did"], "collection": "app.bsky.actor.profile", "rkey": "self", "record": record}
    _post(http, "com.atproto.repo.putRecord", put, made["accessJwt"])
    return made


def _follow(http: httpx.Client, account: Mapping[str, Any], subjects: Sequence[str]) -> None:
    for subject in subjects:
        record = {"$type": "app.bsky.graph.follow", "subject": subject, "createdAt": "2026-01-01T00:00:00.000Z"}
        body = {"repo": account["did"], "collection": "app.bsky.graph.follow", "record": record}
        _post(http, "com.atproto.repo.createRecord", body, account["accessJwt"])


def _post(http: httpx.Client, method: str, body: Mapping[str, Any], token: str | None) -> Any:
    headers = {"authorization": f"Bearer {token}"} if token else {}
    answer = http.post(method, json=dict(body), headers=headers)
    assert answer.is_success, answer.text
    return answer.json()


def _await_index(both: Both) -> None:
    """Wait until the AppView has indexed the last follow of each account."""
    end = time.monotonic() + INDEXED_SECONDS
    for follower, followed in (("ann", both.dids[NAMES[-1]]), ("ben", both.dids["ann"])):
        query = [("actor", both.dids[follower]), ("others", followed)]
        while True:
            ours, theirs = both.ask("app.bsky.graph.getRelationships", query)
            if ours == theirs:
                break
            if time.monotonic() > end:
                raise TimeoutError(f"The AppView did not index the follows of {follower}: {theirs}")
            time.sleep(0.2)


def _each(name: str, values: Sequence[str]) -> Query:
    return [(name, value) for value in values]


def by_did(answer: tuple[int, dict[str, Any]], name: str) -> tuple[int, list[Any]]:
    """Return a list of profiles in the order of their dids: the real order is that of its index."""
    status, body = answer
    return status, sorted((one["did"], one["handle"], one.get("displayName")) for one in body[name])


def test_profiles(both: Both) -> None:
    query = [*_each("actors", [both.dids["ann"], "ben.test", NOT_THERE, "gone.test"])]
    ours, theirs = both.ask("app.bsky.actor.getProfiles", query)
    assert by_did(ours, "profiles") == by_did(theirs, "profiles")
    assert len(ours[1]["profiles"]) == 2


def test_relationships(both: Both) -> None:
    others = [both.dids["ben"], both.dids["cleo"], NOT_THERE, "ben.test", "gone.test"]
    ours, theirs = both.ask("app.bsky.graph.getRelationships", [("actor", both.dids["ann"]), *_each("others", others)])
    assert ours == theirs
    assert ours[0] == 200


def test_follows_of_all_pages(both: Both) -> None:
    found: list[list[str]] = []
    for at in range(2):
        cursor, dids = "", []
        while True:
            query = [("actor", both.dids["ann"]), ("limit", "100"), *([("cursor", cursor)] if cursor else [])]
            status, body = both.ask("app.bsky.graph.getFollows", query)[at]
            assert status == 200
            dids += [one["did"] for one in body["follows"]]
            cursor = body.get("cursor") or ""
            if not cursor:
                break
        found.append(sorted(dids))
    assert found[0] == found[1]
    assert len(found[0]) == len(NAMES) - 1


def test_search_by_handle(both: Both) -> None:
    ours, theirs = both.ask("app.bsky.actor.searchActors", [("q", "cleo")])
    assert by_did(ours, "actors") == by_did(theirs, "actors")


@pytest.mark.parametrize(
    ("method", "query"),
    [
        ("app.bsky.actor.getProfile", [("actor", NOT_THERE)]),
        ("app.bsky.actor.getProfiles", _each("actors", [invented_did(str(n)) for n in range(26)])),
        ("app.bsky.actor.getProfiles", []),
        ("app.bsky.graph.getFollows", [("actor", NOT_THERE)]),
        ("app.bsky.graph.getFollows", [("actor", NOT_THERE), ("limit", "101")]),
        ("app.bsky.graph.getRelationships", [("others", NOT_THERE)]),
        (
            "app.bsky.graph.getRelationships",
            [("actor", NOT_THERE), *_each("others", [invented_did(str(n)) for n in range(31)])],
        ),
        ("com.atproto.identity.resolveHandle", [("handle", "gone.test")]),
        ("app.bsky.feed.noSuchMethod", []),
    ],
)
def test_refusals(both: Both, method: str, query: Query) -> None:
    (status, body), (real_status, real_body) = both.ask(method, query)
    assert (status, body["error"]) == (real_status, real_body["error"])


def test_a_known_handle(both: Both) -> None:
    ours, theirs = both.ask("com.atproto.identity.resolveHandle", [("handle", "ann.test")])
    assert ours == theirs == (200, {"did": both.dids["ann"]})
